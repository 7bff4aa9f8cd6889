import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkConstraintLines, checkVersionLines, parseSchemeName } from "./check-lines.ts";

describe("checkVersionLines", () => {
  it("counts cases, and skips comments without counting them", () => {
    const text = "# a comment\n// another\n\n1.0 < 1.1\n1.1 > 1.0\n1.0 = 1.0.0\n";
    expect(checkVersionLines("pep440", text)).toEqual({ total: 3, wrong: 0, skipped: 0, failures: [] });
  });

  it("reports what differs, with both sides", () => {
    expect(checkVersionLines("pep440", "1.1 < 1.0")).toEqual({
      total: 1,
      wrong: 1,
      skipped: 0,
      failures: [{ input: "1.1 < 1.0", expected: "<", actual: ">" }],
    });
  });

  it("skips pairs with a text the form rejects", () => {
    expect(checkVersionLines("pep440", "0.1-bulbasaur < 1.0")).toMatchObject({ total: 1, wrong: 0, skipped: 1 });
  });

  it("calls a line of another form wrong instead of passing over it", () => {
    expect(checkVersionLines("deb", "1.0 before 1.1\n1.0 < 1.1 < 1.2")).toMatchObject({ total: 2, wrong: 2 });
  });

  it("keeps the first fifty failures only", () => {
    const check = checkVersionLines("deb", "2 < 1\n".repeat(60));
    expect([check.wrong, check.failures.length]).toEqual([60, 50]);
  });
});

describe("checkConstraintLines", () => {
  it("evaluates constraints with and, or and nothing", () => {
    const rows = [
      { kind: "constraint", version: "1.5.0", constraint: "> 0.1, < 0.5 || >= 1.5", satisfied: true },
      { kind: "constraint", version: "1.4.0", constraint: "> 0.1, < 0.5 || >= 1.5", satisfied: false },
      { kind: "constraint", version: "1.4.0", constraint: "", satisfied: true },
      { kind: "compare", a: "1.0", b: "1.1", cmp: -1 },
    ];
    const text = rows.map((row) => JSON.stringify(row)).join("\n");
    expect(checkConstraintLines("semver", text)).toEqual({ total: 4, wrong: 0, skipped: 0, failures: [] });
  });

  it("fails on rows it does not know", () => {
    expect(checkConstraintLines("semver", '{"kind":"other"}\nnot json\n"text"')).toMatchObject({ total: 3, wrong: 3 });
  });
});

describe("parseSchemeName", () => {
  it("knows our ids and other projects' names", () => {
    expect(["deb", "PyPI", "alpine", "redhat", "packagist", "golang"].map(parseSchemeName)).toEqual([
      "deb",
      "pep440",
      "apk",
      "rpm",
      "composer",
      "go",
    ]);
    expect(parseSchemeName("jvm")).toBeUndefined();
  });
});

const data = process.env["SIGHTLINE_CONFORMANCE_DATA"] ?? join(import.meta.dirname, "../../../../shared/data");
const suites = join(data, "versions");
const scalibr = existsSync(join(suites, "osv-scalibr")) ? readdirSync(join(suites, "osv-scalibr")) : [];
const grype = existsSync(join(suites, "grype")) ? readdirSync(join(suites, "grype")) : [];

/** Lines of a file on which the ecosystem's own tool disagrees with the suite. */
const knownDisagreements: Readonly<Record<string, readonly string[]>> = {
  // Maven 3.8 orders `1-1` after `1-ga-1`; the line follows Maven 4.
  "maven-versions.txt": ["1-1 = 1-ga-1"],
};

describe("the version suites of osv-scalibr", () => {
  it.skipIf(scalibr.length === 0)("are there, at least eighteen files", () => {
    expect(scalibr.length).toBeGreaterThanOrEqual(18);
  });

  it.each(scalibr)("%s holds line by line", (file) => {
    const scheme = parseSchemeName(file.split("-")[0] ?? "");
    const check = checkVersionLines(
      scheme ?? expect.fail(file),
      readFileSync(join(suites, "osv-scalibr", file), "utf8"),
    );
    expect(check.total).toBeGreaterThan(10);
    expect(check.failures.map((failure) => failure.input)).toEqual(knownDisagreements[file] ?? []);
    expect(check.skipped).toBeLessThanOrEqual(scheme === "pep440" ? 80 : 0);
  });
});

/** Rows that follow grype's own policy instead of the ecosystem: qualifiers taken off, other spellings made equal. */
const grypePolicy: readonly RegExp[] = [
  /"12\.10\.2\.(jre|jdk)/,
  /= 1\.0\.0-(alpha-beta|rc-alpha)"/,
  /"b": "12\.10\.2\.jre11"/,
];

/** RPM rows with an epoch on one side only are policy as well, says the suite's own README. */
function hasEpochOnOneSide(line: string): boolean {
  const sides = [/"(?:version|a)": "([^"]*)"/, /"(?:constraint|b)": "([^"]*)"/].map(
    (side) => side.exec(line)?.[1] ?? "",
  );
  return new Set(sides.map((side) => /[0-9]:/.test(side))).size > 1;
}

describe("the constraint suites of grype", () => {
  it.each(grype.filter((file) => parseSchemeName(file.split(".")[0] ?? "") !== undefined))("%s holds", (file) => {
    const scheme = parseSchemeName(file.split(".")[0] ?? "") ?? expect.fail(file);
    const lines = readFileSync(join(suites, "grype", file), "utf8")
      .split("\n")
      .filter((line) => !grypePolicy.some((policy) => policy.test(line)))
      .filter((line) => scheme !== "rpm" || !hasEpochOnOneSide(line));
    const check = checkConstraintLines(scheme, lines.join("\n"));
    expect(check.total).toBeGreaterThan(15);
    expect(check.failures).toEqual([]);
  });
});

if (scalibr.length === 0) {
  process.stdout.write("versions: no conformance data, 71,818 comparisons and 657 constraints not run\n");
}
