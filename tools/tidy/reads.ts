/** Rules about reading: nothing from outside is read without a limit. */
import { type Breach, perSource, type Rule } from "./rule.ts";
import { readDeclarations, type SourceFile } from "./source.ts";
import { textAt } from "./tokens.ts";
import { isProduct } from "./tree.ts";

const wholeBodies = ["arrayBuffer", "bytes", "blob", "formData", "text", "json"];
const fileModules = new Set(["node:fs", "fs", "node:fs/promises", "fs/promises"]);
const fileReads = ["readFile", "readFileSync"];
const boundedReader = "readBoundedFile";

/** A call without arguments of a method that gathers a whole body; `z.json()` is a schema. */
function isWholeBody(source: SourceFile, index: number): boolean {
  const { code } = source;
  const member = [".", "?."].includes(textAt(code, index - 1)) && textAt(code, index - 2) !== "z";
  return member && textAt(code, index + 1) === "(" && textAt(code, index + 2) === ")";
}

function* checkBodies(source: SourceFile): Iterable<Breach> {
  if (!isProduct(source)) {
    return;
  }
  for (const one of source.imports.filter((candidate) => candidate.specifier.endsWith("stream/consumers"))) {
    yield { path: source.path, line: one.line, message: "stream/consumers gather without a limit: count the bytes" };
  }
  for (const index of wholeBodies.flatMap((name) => source.find(name))) {
    if (isWholeBody(source, index)) {
      const name = textAt(source.code, index);
      const message = `.${name}() reads a whole body without a limit: use platform's bounded reading`;
      yield { path: source.path, line: source.code[index]?.line ?? 1, message };
    }
  }
}

/** The one file that may: platform's, where the bounded reader itself is written. */
function holdsBoundedReader(source: SourceFile): boolean {
  return (
    source.room?.name === "platform" &&
    readDeclarations(source).some((declaration) => declaration.name === boundedReader)
  );
}

function* checkFiles(source: SourceFile): Iterable<Breach> {
  const touchesFiles = source.imports.some((one) => fileModules.has(one.specifier) && !one.typeOnly);
  if (!isProduct(source) || !touchesFiles || holdsBoundedReader(source)) {
    return;
  }
  for (const index of fileReads.flatMap((name) => source.find(name))) {
    const message = `${textAt(source.code, index)} reads a whole file of any size: use platform's ${boundedReader}`;
    yield { path: source.path, line: source.code[index]?.line ?? 1, message };
  }
}

/** Reading without a limit. */
export const readRules: readonly Rule[] = [
  perSource("unbounded-body", "The product never gathers a body without a limit.", checkBodies),
  perSource("unbounded-file", "The product reads files through platform's bounded reader.", checkFiles),
];
