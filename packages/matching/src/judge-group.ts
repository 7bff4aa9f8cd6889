/** One vulnerability in one package: what its advisories come to together. */
import type {
  Advisory,
  AdvisoryWarning,
  CvssScore,
  Finding,
  FixState,
  MatchEvidence,
  MatchOutcome,
} from "@sightline/model";
import { schemeFor } from "@sightline/versions";
import { type EntryOutcome, matchEntries, toLatestFix } from "./match-package.ts";
import type { PackageQuery } from "./package-query.ts";
import { judgeSeverity } from "./severity.ts";
import type { VulnerabilityGroup } from "./vulnerability-groups.ts";

/** What matching asks of an advisory database; `vulndb`'s `AdvisoryDatabase` answers all of it. */
export interface AdvisoryLookup {
  readonly generation: string;
  /** RFC 3339. */
  readonly builtAt: string;
  /** Advisories that name the package, `affected` narrowed to it. */
  advisoriesFor(ecosystem: string, name: string): readonly Advisory[];
  kevFor(cve: string): Finding["kev"];
  cvssFor(cve: string): Finding["severities"];
  /** Ecosystems with their release; one that is absent is not covered at all. */
  status(): { readonly ecosystems: readonly { readonly ecosystem: string }[] };
}

/** A finding without the package instance it is in: the same for every instance of the same query. */
export type FindingDraft = Omit<Finding, "key" | "imageDigest" | "package" | "epss">;

/** A warning without the package instance. */
export type WarningDraft = Omit<AdvisoryWarning, "purl">;

/** What a group came to for the package asked about. */
export type GroupOutcome =
  | { readonly kind: "finding"; readonly draft: FindingDraft }
  | { readonly kind: "warning"; readonly draft: WarningDraft }
  | { readonly kind: "not-affected" };

interface Judged extends EntryOutcome {
  readonly advisory: Advisory;
}

type JudgedAs<Kind extends MatchOutcome["kind"]> = Judged & { readonly outcome: Extract<MatchOutcome, { kind: Kind }> };

function isOf<Kind extends MatchOutcome["kind"]>(kind: Kind): (judged: Judged) => judged is JudgedAs<Kind> {
  return (judged): judged is JudgedAs<Kind> => judged.outcome.kind === kind;
}

function judgeAll(advisories: readonly Advisory[], query: PackageQuery): readonly Judged[] {
  return advisories.map((advisory) => ({ advisory, ...matchEntries(advisory, query) }));
}

/**
 * Which records decide. Records about this vulnerability alone go first: a notice covers several and is fixed only when
 * the last of them is. A notice decides where there are no such records, or where they leave it open.
 */
function chooseDeciding(statements: readonly Judged[], notices: readonly Judged[]): readonly Judged[] {
  const isDecided =
    statements.some(isOf("affected")) || (statements.length > 0 && statements.every(isOf("not-affected")));
  return isDecided ? statements : [...statements, ...notices];
}

/** Fix named by the records about the vulnerability, or else by a notice, or else the least definite thing said. */
function judgeFix(statements: readonly Judged[], notices: readonly Judged[], query: PackageQuery): FixState {
  const scheme = schemeFor(query.scheme);
  const stated = statements.filter(isOf("affected")).map(({ outcome }) => outcome);
  const noticed = notices.filter(isOf("affected")).map(({ outcome }) => outcome);
  const fixes = [...stated, ...noticed].map(({ fix }) => fix);
  return (
    toLatestFix(stated, scheme) ??
    toLatestFix(noticed, scheme) ??
    fixes.find((fix) => fix.kind === "wont-fix") ??
    fixes.find((fix) => fix.kind === "unknown") ?? { kind: fixes.length === 0 ? "unknown" : "none" }
  );
}

function toEvidence({ advisory, outcome }: Judged, query: PackageQuery): MatchEvidence {
  return {
    advisory: advisory.id,
    ecosystem: query.ecosystem,
    packageName: query.name,
    comparedVersion: query.version,
    scheme: query.scheme,
    reason: outcome.reason,
    source: advisory.source,
  };
}

/** A warning when everything that affects only warns. */
function toWarning(contributing: readonly Judged[]): WarningDraft | undefined {
  const [first] = contributing;
  const informational = first?.entry?.informational;
  return first !== undefined &&
    informational !== undefined &&
    contributing.every(({ entry }) => entry?.informational !== undefined)
    ? { advisory: first.advisory.id, class: informational, summary: first.advisory.summary }
    : undefined;
}

function findKev(ids: readonly string[], lookup: AdvisoryLookup): { readonly kev?: NonNullable<Finding["kev"]> } {
  const kev = ids
    .values()
    .map((id) => (id.startsWith("CVE-") ? lookup.kevFor(id) : undefined))
    .find((entry) => entry !== undefined);
  return kev === undefined ? {} : { kev };
}

function compareScores(left: CvssScore, right: CvssScore): number {
  const [a, b] = [left, right].map(({ source, version, vector }) => `${source}\n${version}\n${vector}`);
  return a === b || a === undefined || b === undefined ? 0 : a < b ? -1 : 1;
}

/** The finding, warning or absence of both that a group of advisories means for the package asked about. */
export function judgeGroup(group: VulnerabilityGroup, query: PackageQuery, lookup: AdvisoryLookup): GroupOutcome {
  const statements = judgeAll(group.statements, query);
  const notices = judgeAll(group.notices, query);
  const deciding = chooseDeciding(statements, notices);
  const affected = deciding.filter(isOf("affected"));
  const undecided = deciding.filter(isOf("unknown"));
  const contributing: readonly Judged[] = affected.length > 0 ? affected : undecided;
  const [first] = contributing;
  if (first === undefined) {
    return { kind: "not-affected" };
  }
  const warning = toWarning(contributing);
  if (warning !== undefined) {
    return { kind: "warning", draft: warning };
  }
  // Notices that also hold the version enrich the evidence of what the records about this vulnerability decided.
  const enriching =
    affected.length > 0 ? notices.filter(isOf("affected")).filter((one) => !contributing.includes(one)) : [];
  const evidence = [...contributing, ...enriching];
  const cves = group.ids.filter((id) => id.startsWith("CVE-"));
  const judged = judgeSeverity(
    evidence,
    cves.flatMap((cve) => lookup.cvssFor(cve)),
  );
  const summary = evidence.find(({ advisory }) => advisory.summary !== "")?.advisory.summary ?? "";
  return {
    kind: "finding",
    draft: {
      vulnerability: group.vulnerability,
      ids: group.ids,
      summary,
      status: affected.length > 0 ? "affected" : "unknown",
      reason: first.outcome.reason,
      fix: affected.length > 0 ? judgeFix(statements, notices, query) : { kind: "unknown" },
      ...judged,
      cvss: judged.cvss.toSorted(compareScores),
      ...findKev(cves, lookup),
      evidence: evidence.map((one) => toEvidence(one, query)),
    },
  };
}
