/**
 * The tasks behind `npm test`, `npm run check`, …: each is a list of steps; a step's output is shown when it fails.
 * The last line of `test` is `N passed, N failed`, counting steps of the check and cases of the suites.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name: string): string => join(root, "node_modules", ".bin", name);
const node = [process.execPath, "--disable-warning=ExperimentalWarning"];

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const check: readonly Step[] = [
  { name: "tidy", command: [...node, "tools/tidy.ts"] },
  { name: "types", command: [bin("tsc"), "-p", "."] },
  { name: "lint", command: [bin("oxlint"), "--type-aware", "--deny-warnings"] },
  { name: "format", command: [bin("biome"), "check", "."] },
  { name: "dead code", command: [bin("knip"), "--no-progress"] },
  { name: "generated files", command: [...node, "tools/generate.ts", "--check"] },
];

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

function runStep(step: Step, tally: Tally): void {
  const started = performance.now();
  const [command = "", ...args] = step.command;
  const done = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const ok = done.status === 0;
  process.stdout.write(`${ok ? "ok    " : "FAILED"} ${step.name} (${seconds} s)\n`);
  if (!ok) {
    process.stdout.write(
      `${done.stdout ?? ""}${done.stderr ?? ""}${done.error === undefined ? "" : done.error.message}\n`,
    );
  }
  tally[ok ? "passed" : "failed"] += 1;
}

interface SuiteReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

/** Runs vitest, showing its own report, and counts cases from its JSON file: an exit status alone says too little. */
function runSuites(args: readonly string[], tally: Tally): void {
  const folder = mkdtempSync(join(tmpdir(), "sightline-report-"));
  const report = join(folder, "report.json");
  const command = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...args];
  const done = spawnSync(bin("vitest"), command, { cwd: root, stdio: "inherit" });
  try {
    const counts = JSON.parse(readFileSync(report, "utf8")) as SuiteReport;
    tally.passed += counts.numPassedTests;
    tally.failed += counts.numFailedTests;
    tally.skipped += counts.numPendingTests + counts.numTodoTests;
    if (done.status !== 0 && counts.numFailedTests === 0) {
      tally.failed += 1;
    }
  } catch {
    tally.failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runTool(script: string, args: readonly string[]): never {
  const done = spawnSync(process.execPath, [...node.slice(1), script, ...args], { cwd: root, stdio: "inherit" });
  process.exit(done.status ?? 1);
}

function finish(tally: Tally): never {
  const skipped = tally.skipped === 0 ? "" : `, ${tally.skipped} skipped`;
  process.stdout.write(`\n${tally.passed} passed, ${tally.failed} failed${skipped}\n`);
  process.exit(tally.failed === 0 ? 0 : 1);
}

const [task = "", ...rest] = process.argv.slice(2);
const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
switch (task) {
  case "check":
    check.forEach((step) => runStep(step, tally));
    finish(tally);
    break;
  case "test":
    check.forEach((step) => runStep(step, tally));
    runSuites(rest, tally);
    finish(tally);
    break;
  case "test:long":
    process.env["SIGHTLINE_TEST_LONG"] = "1";
    runSuites(rest, tally);
    finish(tally);
    break;
  case "bench":
    runTool("bench/run.ts", rest);
    break;
  case "generate":
    runTool("tools/generate.ts", rest);
    break;
  default:
    process.stderr.write(`unknown task ${task}\n`);
    process.exit(2);
}
