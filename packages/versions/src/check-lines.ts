/**
 * Runs of other projects' version suites over our schemes, line by line. Formats: osv-scalibr `A < B`, and grype's JSON
 * lines `{kind: "compare" | "constraint", …}`.
 */
import type { VersionSchemeId } from "@sightline/model";
import { type CaseOutcome, type ConformanceCheck, checkJsonLines, checkLines } from "./conformance.ts";
import { matchConstraint } from "./constraint.ts";
import type { InvalidVersion, Version, VersionScheme } from "./scheme.ts";
import { schemeFor, versionSchemes } from "./schemes.ts";

/** Names other projects use for a scheme. */
const aliases: ReadonlyMap<string, VersionSchemeId> = new Map([
  ["alpine", "apk"],
  ["crates", "cargo"],
  ["debian", "deb"],
  ["gem", "rubygems"],
  ["golang", "go"],
  ["hackage", "cran"],
  ["packagist", "composer"],
  ["pypi", "pep440"],
  ["redhat", "rpm"],
  ["semantic", "semver"],
]);

/** The scheme a user names: an id of ours or another project's name for it; `undefined` when there is none with an order. */
export function parseSchemeName(name: string): VersionSchemeId | undefined {
  const lower = name.toLowerCase();
  return aliases.get(lower) ?? versionSchemes.find((scheme) => scheme.id === lower)?.id;
}

function toSign(order: number): string {
  if (order === 0) {
    return "=";
  }
  return order < 0 ? "<" : ">";
}

const opposite: Readonly<Record<string, string>> = { "<": ">", "=": "=", ">": "<" };

/** What we say of a pair, or `undefined` where one side is no version by its ecosystem's own form. */
function compareTexts(left: string, right: string, scheme: VersionScheme): string | undefined {
  const a: Version | InvalidVersion = scheme.parse(left);
  const b: Version | InvalidVersion = scheme.parse(right);
  return a.kind === "invalid" || b.kind === "invalid" ? undefined : toSign(scheme.compare(a, b));
}

function checkPair(
  line: string,
  pair: { left: string; sign: string; right: string },
  scheme: VersionScheme,
): CaseOutcome {
  const { left, sign, right } = pair;
  const forth = compareTexts(left, right, scheme);
  const back = compareTexts(right, left, scheme);
  if (forth === undefined || back === undefined) {
    return "skipped";
  }
  if (forth === sign && back === opposite[sign]) {
    return "right";
  }
  return { input: line, expected: sign, actual: forth === sign ? `swapped: ${back}` : forth };
}

/**
 * Checks lines `A < B`, `A = B`, `A > B`, each also with the sides swapped; lines that are empty or begin with `#` or
 * `//` are no cases. A line without one of the three signs counts as wrong.
 */
export function checkVersionLines(schemeId: VersionSchemeId, text: string): ConformanceCheck {
  const scheme = schemeFor(schemeId);
  return checkLines(text, (line) => {
    if (line === "" || line.startsWith("#") || line.startsWith("//")) {
      return undefined;
    }
    const [left = "", sign = "", right = "", ...more] = line.split(/\s+/);
    return opposite[sign] === undefined || more.length > 0
      ? { input: line, expected: "A < B", actual: "a line of another form" }
      : checkPair(line, { left, sign, right }, scheme);
  });
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function checkRow(line: string, row: object, scheme: VersionScheme): CaseOutcome {
  if ("a" in row && "b" in row && "cmp" in row) {
    const pair = { left: toText(row.a), sign: toSign(Number(row.cmp)), right: toText(row.b) };
    return checkPair(line, pair, scheme);
  }
  if (!("version" in row && "constraint" in row && "satisfied" in row)) {
    return { input: line, expected: "a compare or constraint row", actual: "a row of another form" };
  }
  const outcome = matchConstraint(toText(row.constraint), toText(row.version), scheme);
  if (outcome === "unknown") {
    return "skipped";
  }
  const expected = row.satisfied === true ? "satisfied" : "unsatisfied";
  return outcome === expected ? "right" : { input: line, expected, actual: outcome };
}

/** Checks JSON lines `{kind: "constraint", version, constraint, satisfied}` and `{kind: "compare", a, b, cmp}`. */
export function checkConstraintLines(schemeId: VersionSchemeId, text: string): ConformanceCheck {
  const scheme = schemeFor(schemeId);
  return checkJsonLines(text, (row, line) => checkRow(line, row, scheme));
}
