/** Rules about what must not be left behind: silenced checkers, notes to oneself, focused tests, composed log lines. */
import { type Breach, perSource, type Rule } from "./rule.ts";
import type { SourceFile } from "./source.ts";
import { type Token, textAt } from "./tokens.ts";
import type { Tree } from "./tree.ts";

const silencers = /@ts-(?:ignore|expect-error|nocheck)|(?:eslint|oxlint)-disable|biome-ignore/;
const notes = /\b(?:TODO|FIXME|XXX|HACK)\b/;
const focusable = ["it", "test", "describe", "bench"];
const loggers = ["log", "logger"];
const logLevels = new Set(["trace", "debug", "info", "warn", "error", "fatal"]);

function* checkSilencers(source: SourceFile): Iterable<Breach> {
  for (const token of source.tokens) {
    const found = token.kind === "comment" ? silencers.exec(token.text) : null;
    if (found !== null) {
      yield { path: source.path, line: token.line, message: `${found[0]} hides a fault: mend the type instead` };
    }
  }
}

function* checkAsAny(source: SourceFile): Iterable<Breach> {
  for (const index of source.find("as")) {
    if (textAt(source.code, index + 1) === "any") {
      const line = source.code[index]?.line ?? 1;
      yield { path: source.path, line, message: "as any hides a fault: parse at the edge" };
    }
  }
}

function* checkNotes(tree: Tree): Iterable<Breach> {
  const message = "finish it, or write it where work is planned: no notes to oneself in the code";
  for (const source of tree.sources) {
    for (const token of source.tokens) {
      if (token.kind === "comment" && notes.test(token.text)) {
        yield { path: source.path, line: token.line, message };
      }
    }
  }
  for (const file of tree.texts.filter((candidate) => /\.(?:sh|bash|bats|ya?ml)$/.test(candidate.path))) {
    for (const [index, line] of file.text.split("\n").entries()) {
      if (/(?:^|\s)#.*/.test(line) && notes.test(line.slice(line.indexOf("#")))) {
        yield { path: file.path, line: index + 1, message };
      }
    }
  }
}

function* checkFocus(source: SourceFile): Iterable<Breach> {
  for (const index of focusable.flatMap((word) => source.find(word))) {
    if (textAt(source.code, index + 1) === "." && textAt(source.code, index + 2) === "only") {
      const message = `${textAt(source.code, index)}.only keeps every other test from running`;
      yield { path: source.path, line: source.code[index]?.line ?? 1, message };
    }
  }
}

/** Whether a template stands among the arguments of the call whose parenthesis opens at `open`. */
function hasTemplate(code: readonly Token[], open: number): boolean {
  let depth = 0;
  for (let index = open; index < code.length; index += 1) {
    const token = code[index];
    if (token?.kind === "template" && depth === 1) {
      return true;
    }
    const step =
      token?.kind !== "punctuation" ? 0 : "([{".includes(token.text) ? 1 : ")]}".includes(token.text) ? -1 : 0;
    depth += step;
    if (depth === 0) {
      return false;
    }
  }
  return false;
}

function* checkLogs(source: SourceFile): Iterable<Breach> {
  const { code } = source;
  for (const index of loggers.flatMap((word) => source.find(word))) {
    const isCall = textAt(code, index + 1) === "." && textAt(code, index + 3) === "(";
    if (isCall && logLevels.has(textAt(code, index + 2)) && hasTemplate(code, index + 3)) {
      const message = "log a fixed message with fields: a composed one cannot be searched";
      yield { path: source.path, line: code[index]?.line ?? 1, message };
    }
  }
}

/** What must not be left behind. */
export const leftoverRules: readonly Rule[] = [
  perSource("silenced-checker", "No comment silences a checker.", checkSilencers),
  perSource("as-any", "Nothing is cast to any.", checkAsAny),
  { id: "note-to-oneself", promise: "No comment puts work off.", check: checkNotes },
  perSource("focused-test", "No test is focused.", checkFocus),
  perSource("static-log-message", "Log messages are fixed texts with fields.", checkLogs),
];
