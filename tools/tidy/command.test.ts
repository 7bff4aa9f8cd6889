import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { nodeProblem } from "./runtime.ts";

const tidy = fileURLToPath(new URL("../tidy.ts", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "tidy-command-"));
afterAll(() => rmSync(root, { recursive: true }));

function run(...args: readonly string[]): { readonly status: number | null; readonly out: string } {
  const done = spawnSync(process.execPath, [tidy, ...args], { encoding: "utf8" });
  return { status: done.status, out: done.stdout };
}

describe("node tools/tidy.ts", () => {
  it("prints one line for each violation and exits with 1, and with 0 when there is none", () => {
    expect(run(root)).toEqual({ status: 0, out: "" });
    writeFileSync(join(root, "utils.ts"), "\nexport default 1 as any;\n");
    const { status, out } = run(root);
    expect(status).toBe(1);
    expect(out.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^utils\.ts:1 banned-name \S/),
      expect.stringMatching(/^utils\.ts:2 as-any \S/),
      expect.stringMatching(/^utils\.ts:2 default-export \S/),
    ]);
  });

  it("lists its rules", () => {
    const { status, out } = run("--rules");
    expect(status).toBe(0);
    expect(out).toMatch(/^level: \S.*$/m);
  });
});

describe("nodeProblem", () => {
  it("refuses Node older than 24 and says what to do", () => {
    expect(nodeProblem("20.20.2")).toMatch(/20\.20\.2.*npm run check/);
    expect(nodeProblem("24.0.0")).toBeUndefined();
    expect(nodeProblem("26.10.0")).toBeUndefined();
  });
});
