/**
 * The severity that is shown, chosen from what the sources say. In this order; within a step the highest statement counts:
 *
 * 1. the distribution calls it negligible (Debian `unimportant`, Ubuntu `negligible`): shown, but no gate counts it;
 * 2. a word the advisory gives for the affected package, then one it gives for the whole record (GitHub's `MODERATE`);
 * 3. a CVSS vector the advisory gives for the affected package, then one for the whole record;
 * 4. a CVSS vector of the CVE itself, from its metadata;
 * 5. the distribution's urgency (`low`, `medium`, `high`), which Debian means as an order of work rather than a rating;
 * 6. unknown.
 *
 * Of several CVSS versions the newest counts. Scores become words by the scale of FIRST's CVSS v3.1 specification §5 and
 * v4.0 §6 (0 none, up to 3.9 low, 6.9 medium, 8.9 high); v2 has no critical (NVD's scale). Nothing is thrown away: every
 * statement stays on the finding with its source.
 */
import type { Advisory, AffectedPackage, CvssScore, Severity, SeverityLabel } from "@sightline/model";
import { parseCvss, scoreCvss } from "./cvss.ts";

/** An advisory that contributed to a finding, with the entry it matched by. */
export interface SeverityEvidence {
  readonly advisory: Advisory;
  readonly entry: AffectedPackage | undefined;
}

/** What a finding shows and keeps of severity. */
export interface SeverityJudgement {
  readonly severity: SeverityLabel;
  /** Source of the statement shown; empty when there is none. */
  readonly severitySource: string;
  readonly severities: readonly Severity[];
  readonly cvss: readonly CvssScore[];
}

const labelRank: Readonly<Record<SeverityLabel, number>> = {
  unknown: 0,
  none: 1,
  negligible: 2,
  low: 3,
  medium: 4,
  high: 5,
  critical: 6,
};

/** Words of Debian's tracker; `not yet assigned` and `end-of-life` say nothing about severity. */
const urgencyLabels: ReadonlyMap<string, SeverityLabel> = new Map([
  ["unimportant", "negligible"],
  ["negligible", "negligible"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
]);

const cvssRank = { "2.0": 0, "3.0": 1, "3.1": 2, "4.0": 3 } as const;

/** Base scores by vector: feeds repeat a few hundred vectors many thousand times. */
const scores = new Map<string, number | undefined>();
const scoresMax = 10_000;

/** Base score of a vector; `undefined` for text that is no vector. */
function toBaseScore(vector: string): number | undefined {
  const known = scores.get(vector);
  if (known !== undefined || scores.has(vector)) {
    return known;
  }
  const parsed = parseCvss(vector);
  const score = parsed.ok ? scoreCvss(parsed.value).base : undefined;
  if (scores.size >= scoresMax) {
    scores.clear();
  }
  scores.set(vector, score);
  return score;
}

function toRating({ version, baseScore }: CvssScore): SeverityLabel {
  if (baseScore === 0) {
    return "none";
  }
  if (baseScore < 4) {
    return "low";
  }
  if (baseScore < 7) {
    return "medium";
  }
  return baseScore < 9 || version === "2.0" ? "high" : "critical";
}

/** A statement as it competes for display. */
interface Candidate {
  readonly label: SeverityLabel;
  readonly source: string;
  /** Larger wins within a step. */
  readonly weight: number;
}

function toLabelCandidates(statements: readonly Severity[]): readonly Candidate[] {
  return statements.flatMap((statement) =>
    statement.kind === "label" && statement.label !== "unknown"
      ? [{ label: statement.label, source: statement.source, weight: labelRank[statement.label] }]
      : [],
  );
}

/** The score of a CVSS statement, or `undefined` for labels and unreadable vectors. */
function toCvssScore(statement: Severity): CvssScore | undefined {
  const baseScore = statement.kind === "cvss" ? toBaseScore(statement.vector) : undefined;
  return statement.kind === "cvss" && baseScore !== undefined
    ? { vector: statement.vector, version: statement.version, baseScore, source: statement.source }
    : undefined;
}

function toCvssCandidates(statements: readonly Severity[]): readonly Candidate[] {
  return statements.flatMap((statement) => {
    const score = toCvssScore(statement);
    return score === undefined
      ? []
      : [{ label: toRating(score), source: score.source, weight: cvssRank[score.version] * 100 + score.baseScore }];
  });
}

function toUrgency({ advisory, entry }: SeverityEvidence): readonly Severity[] {
  // Older exports mark urgencies set by hand or by rule with asterisks.
  const label = urgencyLabels.get(entry?.urgency?.replace(/\*+$/, "") ?? "");
  return label === undefined ? [] : [{ kind: "label", label, source: advisory.source }];
}

function unique(statements: readonly Severity[]): readonly Severity[] {
  const byKey = new Map(
    statements.map((one) => [`${one.source}\n${one.kind === "cvss" ? one.vector : one.label}`, one] as const),
  );
  return [...byKey.values()];
}

/** Chooses the severity to show; `ofCve` are the statements of the CVE's own metadata. */
export function judgeSeverity(evidence: readonly SeverityEvidence[], ofCve: readonly Severity[]): SeverityJudgement {
  const ofEntries = evidence.flatMap(({ entry }) => entry?.severity ?? []);
  const ofRecords = evidence.flatMap(({ advisory }) => advisory.severity);
  const urgencies = evidence.flatMap(toUrgency);
  const isNegligible = (candidate: Candidate) => candidate.label === "negligible";
  const steps: readonly (readonly Candidate[])[] = [
    toLabelCandidates([...urgencies, ...ofEntries, ...ofRecords]).filter(isNegligible),
    toLabelCandidates(ofEntries),
    toLabelCandidates(ofRecords),
    toCvssCandidates(ofEntries),
    toCvssCandidates(ofRecords),
    toCvssCandidates(ofCve),
    toLabelCandidates(urgencies),
  ];
  const [shown] = (steps.find((step) => step.length > 0) ?? []).toSorted((a, b) => b.weight - a.weight);
  const severities = unique([...ofEntries, ...ofRecords, ...ofCve, ...urgencies]);
  return {
    severity: shown?.label ?? "unknown",
    severitySource: shown?.source ?? "",
    severities,
    cvss: severities.map(toCvssScore).filter((score) => score !== undefined),
  };
}
