/**
 * Runs the benchmarks: every `bench/*.bench.ts`, or those named as arguments. Each exports `run()` and answers an
 * object of measured figures; the machine and the commit are printed beside, because a figure without them says nothing.
 */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

interface Benchmark {
  readonly run: () => Promise<object>;
}

function commitOf(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

const wanted = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".bench.ts"))
  .map((file) => file.slice(0, -".bench.ts".length))
  .filter((name) => wanted.length === 0 || wanted.includes(name));
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such benchmark: ${unknown.join(", ")}\n`);
  process.exit(2);
}
const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
for (const name of names) {
  process.stderr.write(`bench: ${name}\n`);
  const { run } = (await import(join(import.meta.dirname, `${name}.bench.ts`))) as Benchmark;
  const figures = await run();
  process.stdout.write(`${JSON.stringify({ name, commit: commitOf(), machine, figures }, undefined, 2)}\n`);
}
