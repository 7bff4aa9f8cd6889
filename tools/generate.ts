/**
 * Writes the documents that are made from the source: `node tools/generate.ts`. With `--check` it writes nothing and
 * exits with 1 when a committed document differs from what would be written. Either way it exits with 1 when the
 * sources contradict each other, one line for each contradiction.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { documents } from "./generate/documents.ts";
import { readTree } from "./tidy/tree.ts";

function readCommitted(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

async function main(args: readonly string[]): Promise<number> {
  const checking = args.includes("--check");
  const here = dirname(dirname(fileURLToPath(import.meta.url)));
  const root = resolve(args.find((arg) => !arg.startsWith("-")) ?? here);
  const tree = readTree(root);
  let faults = 0;
  for (const document of documents) {
    const { text, problems } = await document.generate(tree);
    const path = join(root, document.path);
    const isStale = readCommitted(path) !== text;
    if (isStale && !checking) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      process.stdout.write(`wrote ${document.path}\n`);
    }
    const found = isStale && checking ? [...problems, `${document.path} is out of date: npm run generate`] : problems;
    faults += found.length;
    process.stdout.write(found.map((problem) => `${problem}\n`).join(""));
  }
  return faults === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`generate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
