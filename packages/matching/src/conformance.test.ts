import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkCvssFile } from "./check-cvss.ts";
import { checkOsvLines } from "./check-osv.ts";
import { checkPurlTests } from "./check-purl.ts";
import { createAdvisory, createAffected, fixedIn } from "./testing/samples.ts";

const data = process.env["SIGHTLINE_CONFORMANCE_DATA"] ?? join(import.meta.dirname, "../../../../shared/data");

function listFiles(...path: readonly string[]): readonly string[] {
  const folder = join(data, ...path);
  return existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [];
}

const cvssFiles = [...listFiles("cvss", "claircore"), ...listFiles("cvss", "redhat-cvss")];
const purlFiles = listFiles("purl");
if (cvssFiles.length === 0) {
  process.stdout.write("matching: no conformance data, 7,905 CVSS vectors and 586 purl tests not run\n");
}

describe("checkCvssFile", () => {
  it.each(cvssFiles)("%s holds", (file) => {
    const check = checkCvssFile(readFileSync(file, "utf8"));
    expect(check.total).toBeGreaterThan(1);
    expect(check).toMatchObject({ wrong: 0, skipped: 0, failures: [] });
  });

  it.skipIf(cvssFiles.length === 0)("is given all 7,905 vectors", () => {
    const total = cvssFiles.reduce((sum, file) => sum + checkCvssFile(readFileSync(file, "utf8")).total, 0);
    expect(total).toBe(7905);
  });

  it("can fail: on a score, on an error that is accepted, on a round trip", () => {
    expect(checkCvssFile("AV:N/AC:L/Au:N/C:N/I:N/A:C 7.9")).toMatchObject({ total: 1, wrong: 1 });
    expect(checkCvssFile("AV:N/AC:L/Au:N/C:N/I:N/A:C - (7.8, 1.0, None)")).toMatchObject({ total: 1, wrong: 1 });
    const errors = "AV:N/AC:L/Au:N/C:N/I:N/A:C #OK\nAV:N/AC:L/Au:N/C:C/I:N/A:C\nAV:N #OK";
    expect(checkCvssFile(errors)).toMatchObject({ total: 3, wrong: 2 });
    expect(checkCvssFile("CVSS:3.1/S:U/AV:N/AC:L/PR:N/UI:N/C:H/I:H/A:H")).toMatchObject({ total: 1, wrong: 1 });
  });

  it("reads JSON lines, and asks only for what is not null", () => {
    const vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    const rows = [
      { vector, score: 9.8 },
      { vector, base: 9.8, temporal: null, environmental: 9.8 },
      { vector, base: 9.7, temporal: null, environmental: null },
      { vector, base: null, temporal: null, environmental: null },
      { score: 1 },
    ];
    expect(checkCvssFile(rows.map((row) => JSON.stringify(row)).join("\n"))).toMatchObject({ total: 5, wrong: 3 });
  });
});

describe("checkPurlTests", () => {
  it.skipIf(purlFiles.length === 0)("finds all 586 tests of the specification right", () => {
    const check = checkPurlTests(purlFiles.map((file) => readFileSync(file, "utf8")));
    expect(check).toEqual({ total: 586, wrong: 0, skipped: 0, failures: [] });
  });

  it("can fail: on an answer, on a refusal, on a test of another kind, on a file", () => {
    const tests = [
      { test_type: "parse", input: "pkg:npm/a", expected_output: { type: "npm", name: "b" }, expected_failure: false },
      { test_type: "build", input: { type: "npm", name: "a" }, expected_output: null, expected_failure: true },
      { test_type: "other", input: "pkg:npm/a" },
    ];
    expect(checkPurlTests([JSON.stringify({ tests }), "[]", "no json"])).toMatchObject({ total: 4, wrong: 4 });
  });
});

describe("checkOsvLines", () => {
  const advisory = createAdvisory("X-1", [createAffected("npm", "left", { ranges: fixedIn("2.0.0") })]);
  const row = (version: string, affected: unknown, record: unknown = "X-1") =>
    JSON.stringify({ ecosystem: "npm", name: "left", version, advisory: record, affected });
  const check = (...rows: readonly string[]) =>
    checkOsvLines(rows.join("\n"), (id) => {
      if (id === "withdrawn") {
        return { kind: "dropped", reason: "withdrawn" };
      }
      return id === "X-1" ? { kind: "advisory", advisory } : { kind: "unreadable", reason: "no such record" };
    });

  it("decides by the record the row gives", () => {
    expect(check(row("1.0.0", true), row("2.0.0", false), row("1.0.0", false, "withdrawn"))).toEqual({
      total: 3,
      wrong: 0,
      skipped: 0,
      failures: [],
    });
  });

  it("counts wrong decisions, no decisions and unreadable rows", () => {
    const rows = [row("1.0.0", false), row("latest", false), row("1.0.0", true, 5), row("1.0.0", "yes"), "[", "7"];
    expect(check(...rows)).toMatchObject({ total: 6, wrong: 6 });
  });
});
