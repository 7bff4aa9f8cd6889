/**
 * CVSS vectors: read by the grammar of their version, written in canonical form, scored. The grammar is ours because the
 * library passes over what it does not know; v3 and v4 scores are the library's, v2 scores ours because it rounds binary
 * fractions. Sources: FIRST, CVSS v2 guide, v3.0, v3.1 and v4.0 specifications.
 */
import type { Result } from "@sightline/model";
import calculator from "ae-cvss-calculator";
import { type CvssForm, type CvssGroup, type CvssVersion, cvssForms } from "./cvss-metrics.data.ts";
import { scoreSecond } from "./cvss-second.ts";

/** A vector in its parts; `metrics` holds what the text states, in its order. */
export interface CvssVector {
  readonly version: CvssVersion;
  readonly metrics: ReadonlyMap<string, string>;
}

/** Scores from 0.0 to 10.0. */
export interface CvssScores {
  readonly base: number;
  /** Absent in v2 where the vector states no metric of the group; v4 has none. */
  readonly temporal?: number;
  readonly environmental?: number;
  /** The most specific score the stated metrics allow; in v4 the score. */
  readonly overall: number;
}

// A CommonJS bundle whose names Node cannot see from outside.
const { Cvss3P0, Cvss3P1, Cvss4P0 } = calculator;

const vectorLengthMax = 512;

function toFailure(subject: string, message: string): Result<never> {
  const problem = {
    code: "matching.cvss-invalid",
    subject: subject.slice(0, 200),
    message: `Not a CVSS vector: ${message}.`,
    next: "Nothing, when it comes from a feed; otherwise correct the vector.",
  } as const;
  return { ok: false, problem };
}

function toVersion(text: string): CvssVersion | undefined {
  const version = /^CVSS:(3\.0|3\.1|4\.0)\//.exec(text)?.[1];
  if (version === "3.0" || version === "3.1" || version === "4.0") {
    return version;
  }
  return text.startsWith("AV:") ? "2.0" : undefined;
}

/** Reads `AV:N/AC:L/…`; answers the fault in words where there is one. */
function readMetrics(text: string, form: CvssForm): ReadonlyMap<string, string> | string {
  const metrics = new Map<string, string>();
  let last = -1;
  for (const part of text.split("/")) {
    const [name = "", value = "", ...more] = part.split(":");
    const position = form.metrics.findIndex((metric) => metric.name === name);
    if (more.length > 0 || form.metrics[position]?.values.includes(value) !== true) {
      return `${part} is no metric of this version`;
    }
    if (metrics.has(name)) {
      return `${name} stands twice`;
    }
    if (form.isOrdered && position < last) {
      return `${name} stands in the wrong place`;
    }
    last = position;
    metrics.set(name, value);
  }
  return metrics;
}

function isStated(metrics: ReadonlyMap<string, string>, form: CvssForm, group: CvssGroup): boolean {
  return form.metrics.some(
    (metric) => metric.group === group && (metrics.get(metric.name) ?? form.undefinedValue) !== form.undefinedValue,
  );
}

/** The first metric that must be there and is not. */
function findMissing(metrics: ReadonlyMap<string, string>, form: CvssForm, isWhole: boolean): string | undefined {
  return form.metrics.find(({ name, group }) => {
    const isAsked =
      group === "base" || (isWhole && form.metrics.some((one) => one.group === group && metrics.has(one.name)));
    return isAsked && !metrics.has(name);
  })?.name;
}

/**
 * What to make of a v2 vector that states only some metrics of an optional group: the guide's form has the whole group
 * (`strict`), feeds leave out what is not defined (`tolerant`).
 */
export type CvssReading = "strict" | "tolerant";

/**
 * Reads a vector of v2 (bare or in parentheses), v3.0, v3.1 or v4.0 by the grammar of its version: known metrics and
 * values only, none twice, all base metrics, in order where the version asks for it. Fails with `matching.cvss-invalid`.
 */
export function parseCvss(text: string, reading: CvssReading = "tolerant"): Result<CvssVector> {
  if (text.length > vectorLengthMax) {
    return toFailure(text, `longer than ${vectorLengthMax} characters`);
  }
  const bare = /^\((.*)\)$/.exec(text)?.[1] ?? text;
  const version = toVersion(bare);
  if (version === undefined || (version !== "2.0" && bare !== text)) {
    return toFailure(text, "it begins as no known version does");
  }
  const form = cvssForms[version];
  const metrics = readMetrics(bare.slice(form.prefix.length), form);
  if (typeof metrics === "string") {
    return toFailure(text, metrics);
  }
  const missing = findMissing(metrics, form, version === "2.0" && reading === "strict");
  return missing === undefined ? { ok: true, value: { version, metrics } } : toFailure(text, `${missing} is missing`);
}

/** The vector as text, its stated metrics in the specification's order. */
export function formatCvss(vector: CvssVector): string {
  const form = cvssForms[vector.version];
  const parts = form.metrics.flatMap(({ name }) => {
    const value = vector.metrics.get(name);
    return value === undefined ? [] : [`${name}:${value}`];
  });
  return form.prefix + parts.join("/");
}

function scoreThird(vector: CvssVector, form: CvssForm): CvssScores {
  const text = formatCvss(vector);
  const hasEnvironment = isStated(vector.metrics, form, "environmental");
  // The library answers no environmental score without an environmental metric: restating the attack vector makes it one
  // and changes nothing else.
  const whole = hasEnvironment ? text : formatCvss(withMetric(vector, "MAV", vector.metrics.get("AV") ?? "X"));
  const {
    base = 0,
    temporal,
    environmental,
  } = (vector.version === "3.0" ? new Cvss3P0(whole) : new Cvss3P1(whole)).calculateScores(false);
  const temporalScore = temporal ?? base;
  const environmentalScore = environmental ?? temporalScore;
  const overall = hasEnvironment ? environmentalScore : temporalScore;
  return { base, temporal: temporalScore, environmental: environmentalScore, overall };
}

function withMetric(vector: CvssVector, name: string, value: string): CvssVector {
  return { ...vector, metrics: new Map([...vector.metrics, [name, value]]) };
}

function scoreFourth(vector: CvssVector): CvssScores {
  const { baseMetricsOnly, overall } = new Cvss4P0(formatCvss(vector)).calculateScores(false);
  return { base: baseMetricsOnly ?? overall, overall };
}

/** Scores of a parsed vector. */
export function scoreCvss(vector: CvssVector): CvssScores {
  const form = cvssForms[vector.version];
  switch (vector.version) {
    case "2.0":
      return scoreSecond(vector.metrics, {
        hasTemporal: isStated(vector.metrics, form, "temporal"),
        hasEnvironmental: isStated(vector.metrics, form, "environmental"),
      });
    case "3.0":
    case "3.1":
      return scoreThird(vector, form);
    case "4.0":
      return scoreFourth(vector);
  }
}
