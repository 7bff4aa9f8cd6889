/** What a rule of tidy is, and what it finds. */
import type { SourceFile } from "./source.ts";
import type { Tree } from "./tree.ts";

/** One breach: where, and what to do instead. `rule` is the id of the rule that found it. */
export interface Violation {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** What a rule yields; the runner adds the rule's id. */
export type Breach = Omit<Violation, "rule">;

/** One rule of the house. Rules only look: they never change a file and never depend on each other. */
export interface Rule {
  readonly id: string;
  /** What holds in the whole tree when the rule finds nothing; one sentence. */
  readonly promise: string;
  check(tree: Tree): Iterable<Breach>;
}

/** Makes a rule that looks at one source file at a time. */
export function perSource(
  id: string,
  promise: string,
  check: (source: SourceFile, tree: Tree) => Iterable<Breach>,
): Rule {
  return {
    id,
    promise,
    *check(tree: Tree): Iterable<Breach> {
      for (const source of tree.sources) {
        yield* check(source, tree);
      }
    },
  };
}
