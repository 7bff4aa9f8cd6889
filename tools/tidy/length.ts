/** File length: a file that does not fit a reader's head is two files. */
import type { RatchetEntry } from "./ratchet.data.ts";
import type { Breach, Rule } from "./rule.ts";
import type { SourceFile } from "./source.ts";
import { isTestSupport, type Tree } from "./tree.ts";

const linesMax = 300;
const hardStop = 500;

function countLines(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

/** Tables and generated files are as long as their matter. */
function isMeasured(path: string): boolean {
  return !/\.(?:data|generated)\.tsx?$/.test(path);
}

/** Tests, and what only they and benchmarks use, are read case by case, so only the hard stop counts for them. */
function isReadByCase(source: SourceFile): boolean {
  return source.isTest || isTestSupport(source.path) || /^(?:test|bench)\//.test(source.path);
}

function* checkLength(source: SourceFile, entry: RatchetEntry | undefined): Iterable<Breach> {
  const lines = countLines(source.text);
  const allowed = Math.min(entry?.lines ?? (isReadByCase(source) ? hardStop : linesMax), hardStop);
  if (lines > allowed) {
    const message = `${lines} lines, more than its limit of ${allowed}: split it by what it does`;
    yield { path: source.path, line: allowed + 1, message };
  }
}

function* checkEntries(tree: Tree, entries: readonly RatchetEntry[]): Iterable<Breach> {
  for (const entry of entries) {
    const source = tree.sourceByPath.get(entry.path);
    const lines = source === undefined ? 0 : countLines(source.text);
    const path = "tools/tidy/ratchet.data.ts";
    if (lines <= linesMax) {
      yield { path, line: 1, message: `${entry.path} needs no entry any more: remove it` };
    } else if (lines < entry.lines) {
      yield { path, line: 1, message: `${entry.path} shrank to ${lines} lines: lower its entry from ${entry.lines}` };
    }
  }
}

/** The rules about length, with the exceptions of the ratchet file. */
export function createLengthRules(entries: readonly RatchetEntry[]): readonly Rule[] {
  const entryByPath = new Map(entries.map((entry) => [entry.path, entry]));
  return [
    {
      id: "file-length",
      promise: `No source file has more than ${linesMax} lines (tests and the ratchet's entries: ${hardStop}).`,
      *check(tree): Iterable<Breach> {
        for (const source of tree.sources.filter((one) => isMeasured(one.path))) {
          yield* checkLength(source, entryByPath.get(source.path));
        }
      },
    },
    {
      id: "ratchet",
      promise: "The ratchet's entries only shrink.",
      check: (tree) => checkEntries(tree, entries),
    },
  ];
}
