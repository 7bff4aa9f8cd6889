/** Rules about names: a word that says nothing about the content names nothing. */
import { type Breach, perSource, type Rule } from "./rule.ts";
import type { SourceFile } from "./source.ts";
import { textAt } from "./tokens.ts";
import type { Tree } from "./tree.ts";

/** Whole names only: `base-image` and `app-service` are words of the field. */
const banned = new Set([
  "util",
  "utils",
  "helper",
  "helpers",
  "common",
  "misc",
  "manager",
  "managers",
  "service",
  "base",
]);
const typeDeclarators = ["class", "interface", "type"];

function* checkPaths(tree: Tree): Iterable<Breach> {
  const told = new Set<string>();
  for (const path of tree.paths) {
    const parts = path.includes("/testdata/") ? [] : path.split("/");
    for (const [depth, part] of parts.entries()) {
      const place = parts.slice(0, depth + 1).join("/");
      const stem = part.split(".")[0] ?? part;
      if (banned.has(stem.toLowerCase()) && !told.has(place)) {
        told.add(place);
        yield { path: place, line: 1, message: `"${stem}" names nothing: call it after what it holds` };
      }
    }
  }
}

function* checkTypes(source: SourceFile): Iterable<Breach> {
  for (const index of typeDeclarators.flatMap((declarator) => source.find(declarator))) {
    const token = source.code[index + 1];
    const isDeclaration = ["=", "<", "{", "extends", "implements"].includes(textAt(source.code, index + 2));
    if (isDeclaration && token?.kind === "word" && banned.has(token.text.toLowerCase())) {
      yield {
        path: source.path,
        line: token.line,
        message: `type ${token.text} names nothing: call it after what it is`,
      };
    }
  }
}

/** Names of files, folders and types. */
export const nameRules: readonly Rule[] = [
  { id: "banned-name", promise: "No file or folder is called utils, helpers, common, misc, …", check: checkPaths },
  perSource("banned-type-name", "No type is called Manager, Service, Base, …", checkTypes),
];
