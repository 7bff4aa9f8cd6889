/** One advisory against one installed version. Source: OSV schema 1.7, evaluation of `affected[]`. */
import type { Advisory, AffectedPackage, FixState, MatchOutcome } from "@sightline/model";
import { type AffectedEnd, matchVersions, schemeFor, toSchemeId, type VersionScheme } from "@sightline/versions";
import { toPackageKey } from "@sightline/vulndb";
import type { PackageQuery } from "./package-query.ts";

/** The outcome, and the entry of the advisory it rests on. */
export interface EntryOutcome {
  readonly outcome: MatchOutcome;
  readonly entry: AffectedPackage | undefined;
}

type AffectedOutcome = Extract<MatchOutcome, { kind: "affected" }>;

/** A last affected version is not a fix, nor is its successor: what fixes is not stated. */
function toFixState(end: AffectedEnd, urgency: string | undefined): FixState {
  if (end.kind === "fixed") {
    return { kind: "fixed", version: end.version };
  }
  if (urgency === "end-of-life") {
    return { kind: "wont-fix", reason: "the package is at its end of life in this release" };
  }
  return end.kind === "open" ? { kind: "none" } : { kind: "unknown" };
}

function matchEntry(entry: AffectedPackage, query: PackageQuery, scheme: VersionScheme): MatchOutcome {
  const { binaryName } = query;
  if (binaryName !== undefined && entry.binaries !== undefined && !entry.binaries.includes(binaryName)) {
    return { kind: "not-affected", reason: `the advisory means other binary packages than ${binaryName}` };
  }
  if (query.version === "") {
    return { kind: "unknown", reason: "the installed version is not stated" };
  }
  const placed = matchVersions(entry, query.version, scheme);
  return placed.kind === "affected"
    ? { kind: "affected", reason: placed.reason, fix: toFixState(placed.end, entry.urgency) }
    : placed;
}

/** The fix that leaves every entry: the newest of those named. Undefined when none is. */
export function toLatestFix(outcomes: readonly AffectedOutcome[], scheme: VersionScheme): FixState | undefined {
  let latest: FixState | undefined;
  for (const { fix } of outcomes) {
    latest = fix.kind === "fixed" && (latest === undefined || isLater(fix, latest, scheme)) ? fix : latest;
  }
  return latest;
}

function isLater(fix: FixState, than: FixState, scheme: VersionScheme): boolean {
  const a = fix.kind === "fixed" ? scheme.parse(fix.version) : undefined;
  const b = than.kind === "fixed" ? scheme.parse(than.version) : undefined;
  return a?.kind === "version" && b?.kind === "version" && scheme.compare(a, b) > 0;
}

/**
 * An advisory whose `affected` is already narrowed to the package (as the database hands it out). The package may stand
 * there several times: one entry that affects is enough, and the fix offered leaves them all.
 */
export function matchEntries(advisory: Advisory, query: PackageQuery): EntryOutcome {
  const scheme = schemeFor(query.scheme);
  const outcomes = advisory.affected.map((entry) => ({ entry, outcome: matchEntry(entry, query, scheme) }));
  const [first, ...more] = outcomes.flatMap(({ entry, outcome }) =>
    outcome.kind === "affected" ? [{ entry, outcome }] : [],
  );
  if (first !== undefined) {
    const all = [first, ...more].map(({ outcome }) => outcome);
    const fix = more.length === 0 ? first.outcome.fix : (toLatestFix(all, scheme) ?? first.outcome.fix);
    return { entry: first.entry, outcome: { ...first.outcome, fix } };
  }
  return (
    outcomes.find(({ outcome }) => outcome.kind === "unknown") ??
    outcomes[0] ?? {
      entry: undefined,
      outcome: { kind: "not-affected", reason: "the advisory does not name the package" },
    }
  );
}

/**
 * Whether one version of one package falls into one advisory, whose `affected` may name other packages as well. Names are
 * compared as the ecosystem does; a distribution's package is named by its source.
 */
export function matchPackage(
  subject: { readonly ecosystem: string; readonly name: string; readonly version: string },
  advisory: Advisory,
): MatchOutcome {
  const key = toPackageKey(subject.ecosystem, subject.name);
  const affected = advisory.affected.filter((entry) => toPackageKey(entry.ecosystem, entry.name) === key);
  return matchEntries({ ...advisory, affected }, { ...subject, scheme: toSchemeId(subject.ecosystem) }).outcome;
}
