/** Cases from elsewhere, read in place; absent data skips them with one line. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkNetpolFile } from "./netpol-case.ts";
import { checkNsgLines } from "./nsg-case.ts";

const root = process.env["SIGHTLINE_CONFORMANCE_DATA"] ?? join(import.meta.dirname, "../../../../../shared/data");
const folder = join(root, "reachability");

describe.skipIf(!existsSync(folder))("conformance with cases from elsewhere", () => {
  const read = (path: string): string => readFileSync(join(folder, path), "utf8");

  it("agrees on every security group case", () => {
    const check = checkNsgLines(read("azure/nsg-oracle/nsg-golden.jsonl"));
    expect(check).toMatchObject({ total: 37, wrong: 0, skipped: 0, failures: [] });
  });

  it("agrees on every pair of the generated network policy cases", () => {
    const check = checkNetpolFile(read("k8s/cyclonus/cases.jsonl"));
    expect(check.failures).toEqual([]);
    expect(check.total).toBeGreaterThan(40_000);
  });

  it("agrees on what the generated cases leave out: defaulting, named ports, nodes, host network, no engine", () => {
    const check = checkNetpolFile(read("k8s/edge-golden.json"));
    expect(check).toMatchObject({ total: 39, wrong: 0, skipped: 0, failures: [] });
  });
});
