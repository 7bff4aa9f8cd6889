/**
 * Runs CVSS suites of other projects. The form is told from the text: JSON lines; `VECTOR - (base, temporal, environmental)`
 * or `VECTOR - score` as redhat-cvss has them; claircore's lists of scores (`VECTOR 7.5 # note`), of errors (every line must
 * be refused but those marked `#OK`) and of round trips (reading and writing must give the text back).
 */
import { type CaseOutcome, type ConformanceCheck, checkJsonLines, checkLines } from "@sightline/versions";
import { type CvssReading, type CvssScores, formatCvss, parseCvss, scoreCvss } from "./cvss.ts";
import type { CvssVersion } from "./cvss-metrics.data.ts";

/** Expected scores by name; `null` where the suite does not ask. */
type ExpectedScores = Partial<Readonly<Record<keyof CvssScores, number | null>>>;

function toScore(text: string): number | null {
  const score = Number(text);
  return Number.isNaN(score) ? null : score;
}

function checkScores(vector: string, expected: ExpectedScores, reading: CvssReading = "tolerant"): CaseOutcome {
  const asked = (["base", "temporal", "environmental", "overall"] as const).filter(
    (name) => typeof expected[name] === "number",
  );
  const wanted = asked.map((name) => `${name} ${expected[name]}`).join(", ");
  const parsed = parseCvss(vector, reading);
  if (!parsed.ok || asked.length === 0) {
    return {
      input: vector,
      expected: wanted || "a score",
      actual: parsed.ok ? "no score asked for" : parsed.problem.message,
    };
  }
  const scores = scoreCvss(parsed.value);
  // `-0` of a suite and 0 of ours are the same score.
  const isRight = asked.every((name) => Math.abs((scores[name] ?? Number.NaN) - (expected[name] ?? 0)) < 1e-9);
  const actual = asked.map((name) => `${name} ${scores[name] ?? "absent"}`).join(", ");
  return isRight ? "right" : { input: vector, expected: wanted, actual };
}

function checkRow(row: object, line: string): CaseOutcome {
  const fields: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(row));
  const toNumber = (value: unknown): number | null => (typeof value === "number" ? value : null);
  if (typeof fields["vector"] !== "string") {
    return { input: line, expected: "a row with a vector", actual: "none" };
  }
  return checkScores(fields["vector"], {
    base: toNumber(fields["base"]),
    temporal: toNumber(fields["temporal"]),
    environmental: toNumber(fields["environmental"]),
    overall: toNumber(fields["score"]),
  });
}

function checkTupleLine(line: string): CaseOutcome {
  const [vector = "", scores = ""] = line.split(" - ");
  const [first = "", ...rest] = scores
    .replace(/[()\s]/g, "")
    .split(",")
    .filter((score) => score !== "");
  if (rest.length === 0) {
    return checkScores(vector, { overall: toScore(first) });
  }
  const [temporal = "", environmental = ""] = rest;
  return checkScores(vector, {
    base: toScore(first),
    temporal: toScore(temporal),
    environmental: toScore(environmental),
  });
}

/** A list of errors is about the versions of the vectors it marks `#OK`: others are to be refused, right or not. */
function toListedVersions(text: string): ReadonlySet<CvssVersion> {
  const marked = text.matchAll(/^(\S+)\s+#OK\s*$/gm).map(([, vector = ""]) => parseCvss(vector, "strict"));
  return new Set(marked.flatMap((parsed) => (parsed.ok ? [parsed.value.version] : [])));
}

function checkErrorLine(line: string, versions: ReadonlySet<CvssVersion>): CaseOutcome {
  const [vector = "", mark] = line.split(/\s+#/);
  const parsed = parseCvss(vector, "strict");
  const isAccepted = parsed.ok && versions.has(parsed.value.version);
  const shouldBeAccepted = mark?.trim() === "OK";
  return isAccepted === shouldBeAccepted
    ? "right"
    : { input: line, expected: shouldBeAccepted ? "accepted" : "refused", actual: isAccepted ? "accepted" : "refused" };
}

function checkRoundTripLine(vector: string): CaseOutcome {
  const parsed = parseCvss(vector, "strict");
  const actual = parsed.ok ? formatCvss(parsed.value) : parsed.problem.message;
  return actual === vector ? "right" : { input: vector, expected: vector, actual };
}

function checkListLine(line: string): CaseOutcome {
  const [vector = "", score = ""] = line.replace(/\s+#.*$/, "").split(/\s+/);
  return score === "" ? checkRoundTripLine(vector) : checkScores(vector, { overall: toScore(score) });
}

/** Checks one file, given as text. A file in which any line is marked `#OK` is a list of errors. */
export function checkCvssFile(text: string): ConformanceCheck {
  if (text.trimStart().startsWith("{")) {
    return checkJsonLines(text, checkRow);
  }
  const isErrorList = /\s#OK\s*$/m.test(text);
  const listedVersions = toListedVersions(text);
  return checkLines(text, (line) => {
    if (line === "" || line.startsWith("#")) {
      return undefined;
    }
    if (isErrorList) {
      return checkErrorLine(line, listedVersions);
    }
    return line.includes(" - ") ? checkTupleLine(line) : checkListLine(line);
  });
}
