/** The documents that are made from the source. A further one is a further entry of the list. */
import type { Tree } from "../tidy/tree.ts";
import { generateConfigPage } from "./config-page.ts";
import { findCodeProblems, readErrorTables } from "./error-codes.ts";
import { formatErrorsPage } from "./errors-page.ts";

/** A document's text, and what kept it from being right. */
export interface Generated {
  readonly text: string;
  readonly problems: readonly string[];
}

export interface GeneratedDocument {
  /** Where it is committed, relative to the root. */
  readonly path: string;
  /** Same tree, same bytes. Throws when its sources cannot be read at all. */
  generate(tree: Tree): Promise<Generated>;
}

export const documents: readonly GeneratedDocument[] = [
  {
    path: "docs/errors.md",
    async generate(tree): Promise<Generated> {
      const tables = await readErrorTables(tree);
      return { text: formatErrorsPage(tables), problems: findCodeProblems(tree, tables) };
    },
  },
  { path: "docs/config.md", generate: generateConfigPage },
];
