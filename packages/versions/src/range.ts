/**
 * Whether a version falls into a range of an advisory. Source: OSV schema 1.7, "affected[].ranges[].events" and the
 * evaluation algorithm there; read strictly: whatever cannot be read makes the answer unknown, never "not affected".
 */
import type { AffectedRange, RangeEvent } from "@sightline/model";
import type { Version, VersionScheme } from "./scheme.ts";

/** How the affected stretch ends: at a fixed release, after a last affected one, not at all, or the advisory does not say. */
export type AffectedEnd =
  | { readonly kind: "fixed"; readonly version: string }
  | { readonly kind: "last-affected"; readonly version: string }
  | { readonly kind: "open" }
  | { readonly kind: "unstated" };

/** What comparing a version with a range came to, with the reason in words (no full stop). */
export type RangeOutcome =
  | { readonly kind: "affected"; readonly reason: string; readonly end: AffectedEnd }
  | { readonly kind: "not-affected"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

type EventKind = "introduced" | "fixed" | "lastAffected";

interface TimedEvent {
  readonly kind: EventKind;
  readonly text: string;
  /** `undefined` is the beginning of time, before every version. */
  readonly at: Version | undefined;
}

/** Events at one position of the timeline. */
interface Moment {
  readonly at: Version | undefined;
  readonly text: string;
  readonly kinds: ReadonlySet<EventKind>;
}

/** A stretch of affected versions: from `start` on, up to its end. */
interface Segment {
  readonly start: Moment;
  readonly end: Moment | undefined;
  readonly isEndInside: boolean;
}

function toEventKind(event: RangeEvent): readonly [EventKind, string] {
  if ("introduced" in event) {
    return ["introduced", event.introduced];
  }
  return "fixed" in event ? ["fixed", event.fixed] : ["lastAffected", event.lastAffected];
}

/** The event on the timeline, or why it has no place there. */
function parseEvent(event: RangeEvent, scheme: VersionScheme): TimedEvent | string {
  const [kind, text] = toEventKind(event);
  if (text === "0" && kind !== "lastAffected") {
    return { kind, text, at: undefined };
  }
  const at = scheme.parse(text);
  return at.kind === "invalid" ? `the advisory's version ${text} cannot be read: ${at.reason}` : { kind, text, at };
}

function comparePositions(left: Version | undefined, right: Version | undefined, scheme: VersionScheme): number {
  if (left === undefined || right === undefined) {
    return left === right ? 0 : left === undefined ? -1 : 1;
  }
  return scheme.compare(left, right);
}

/** Joins sorted events that share a position. */
function toMoments(sorted: readonly TimedEvent[], scheme: VersionScheme): readonly Moment[] {
  const moments: { at: Version | undefined; text: string; kinds: Set<EventKind> }[] = [];
  for (const event of sorted) {
    const last = moments.at(-1);
    if (last !== undefined && comparePositions(last.at, event.at, scheme) === 0) {
      last.kinds.add(event.kind);
    } else {
      moments.push({ at: event.at, text: event.text, kinds: new Set([event.kind]) });
    }
  }
  return moments;
}

/**
 * The affected stretches. Where several events share a position, the state before decides: an open stretch that is
 * fixed and introduced at once goes on (a new line of releases begins affected); one that is introduced and fixed at
 * once while closed never was.
 */
function toSegments(moments: readonly Moment[]): readonly Segment[] {
  const segments: Segment[] = [];
  let start: Moment | undefined;
  for (const moment of moments) {
    const { kinds } = moment;
    const opensHere = start === undefined && kinds.has("introduced") && !kinds.has("fixed");
    const goesOn = start !== undefined && kinds.has("introduced");
    start = opensHere ? moment : start;
    if (start !== undefined && !goesOn && (kinds.has("fixed") || kinds.has("lastAffected"))) {
      segments.push({ start, end: moment, isEndInside: !kinds.has("fixed") });
      start = undefined;
    }
  }
  return start === undefined ? segments : [...segments, { start, end: undefined, isEndInside: false }];
}

function isBeforeEnd(version: Version, segment: Segment, scheme: VersionScheme): boolean {
  const { end, isEndInside } = segment;
  if (end === undefined) {
    return true;
  }
  const order = end.at === undefined ? 1 : scheme.compare(version, end.at);
  const isRebuildOfLast = isEndInside && end.at !== undefined && scheme.isRebuildOf(version, end.at);
  return order < 0 || (isEndInside && order === 0) || isRebuildOfLast;
}

function isInside(version: Version, segment: Segment, scheme: VersionScheme): boolean {
  const { at } = segment.start;
  return (at === undefined || scheme.compare(version, at) >= 0) && isBeforeEnd(version, segment, scheme);
}

function toAffected(version: Version, segment: Segment): RangeOutcome {
  const { start, end, isEndInside } = segment;
  const since = start.at === undefined ? "" : ` and not before ${start.text}, where it came in`;
  if (end === undefined) {
    return {
      kind: "affected",
      reason: `every version${start.at === undefined ? "" : ` from ${start.text} on`} is affected, ${version.text} among them`,
      end: { kind: "open" },
    };
  }
  return isEndInside
    ? {
        kind: "affected",
        reason: `${version.text} is not after ${end.text}, the last affected version${since}`,
        end: { kind: "last-affected", version: end.text },
      }
    : {
        kind: "affected",
        reason: `${version.text} is before ${end.text}, the fixed version${since}`,
        end: { kind: "fixed", version: end.text },
      };
}

/** Why no stretch holds the version, told by the nearest stretch that lies before it. */
function toNotAffected(version: Version, segments: readonly Segment[], scheme: VersionScheme): RangeOutcome {
  if (segments.length === 0) {
    return { kind: "not-affected", reason: "the advisory's range ends where it begins" };
  }
  const before = segments.findLast(({ end }) => end?.at !== undefined && scheme.compare(version, end.at) >= 0);
  const reason =
    before?.end === undefined
      ? `${version.text} is before the first affected version`
      : `${version.text} is ${before.isEndInside ? `after ${before.end.text}, the last affected version` : `not before ${before.end.text}, the fixed version`}`;
  return { kind: "not-affected", reason };
}

/** Two positions whose order cannot be relied on, among those the answer rests on. */
function findDoubt(version: Version, sorted: readonly TimedEvent[], scheme: VersionScheme): string | undefined {
  const places = sorted.flatMap(({ at }) => (at === undefined ? [] : [at]));
  const against = places.find((place) => !scheme.isDecided(version, place));
  if (against !== undefined) {
    return `the order of ${version.text} and ${against.text} is not certain`;
  }
  const pair = places.find((place, index) => index > 0 && !scheme.isDecided(place, places[index - 1] ?? place));
  return pair === undefined ? undefined : `the place of ${pair.text} in the advisory's range is not certain`;
}

/**
 * Places `version` on the range's timeline. Events may stand in any order; `0` lies before every version; `fixed` is the
 * first release outside, `lastAffected` the last one inside; a stretch without end holds every later version.
 *
 * Unknown when the order the answer rests on is not certain, an event cannot be read, or nothing is introduced.
 */
export function matchRange(range: AffectedRange, version: Version, scheme: VersionScheme): RangeOutcome {
  const events: TimedEvent[] = [];
  for (const event of range.events) {
    const timed = parseEvent(event, scheme);
    if (typeof timed === "string") {
      return { kind: "unknown", reason: timed };
    }
    events.push(timed);
  }
  if (!events.some((event) => event.kind === "introduced")) {
    return { kind: "unknown", reason: "the advisory's range does not say where it begins" };
  }
  const sorted = events.toSorted((left, right) => comparePositions(left.at, right.at, scheme));
  const doubt = findDoubt(version, sorted, scheme);
  if (doubt !== undefined) {
    return { kind: "unknown", reason: doubt };
  }
  const segments = toSegments(toMoments(sorted, scheme));
  const segment = segments.find((candidate) => isInside(version, candidate, scheme));
  return segment === undefined ? toNotAffected(version, segments, scheme) : toAffected(version, segment);
}

/** The part of a model's `AffectedPackage` that speaks of versions. */
export interface AffectedVersions {
  readonly ranges: readonly AffectedRange[];
  readonly versions: readonly string[];
}

function isListed(affected: AffectedVersions, version: Version, scheme: VersionScheme): boolean {
  return (
    affected.versions.includes(version.text) ||
    affected.versions.some((text) => {
      const listed = scheme.parse(text);
      return (
        listed.kind === "version" && (scheme.compare(version, listed) === 0 || scheme.isRebuildOf(version, listed))
      );
    })
  );
}

type Affected = Extract<RangeOutcome, { kind: "affected" }>;

/** The outcome to tell of several: the first that affects, or else the first that is unknown, or else the first. */
function chooseOutcome(outcomes: readonly RangeOutcome[]): RangeOutcome | undefined {
  return (
    outcomes.find((outcome) => outcome.kind === "affected") ??
    outcomes.find((outcome) => outcome.kind === "unknown") ??
    outcomes[0]
  );
}

/** A fixed release that lies in another range of the same entry is no fix: goes on to the end of that range. */
function climbToFix(affected: AffectedVersions, found: Affected, scheme: VersionScheme): Affected {
  let { end } = found;
  for (let step = 0; step <= affected.ranges.length && end.kind === "fixed"; step += 1) {
    const fix = scheme.parse(end.version);
    const again =
      fix.kind === "version"
        ? affected.ranges.map((range) => matchRange(range, fix, scheme)).find((outcome) => outcome.kind === "affected")
        : undefined;
    if (again === undefined) {
      return { ...found, end };
    }
    end = again.end;
  }
  return { ...found, end: end.kind === "fixed" ? { kind: "unstated" } : end };
}

/**
 * Whether an installed version, as its text, is among the affected ones: in any of the ranges, or in the list of exact
 * versions. One range that says "affected" is enough; without one, a range that cannot be read keeps the answer unknown.
 * An entry with neither ranges nor versions says nothing: unknown. The end named is never itself an affected version.
 */
export function matchVersions(affected: AffectedVersions, text: string, scheme: VersionScheme): RangeOutcome {
  if (affected.ranges.length === 0 && affected.versions.length === 0) {
    return { kind: "unknown", reason: "the advisory names neither ranges nor versions" };
  }
  const listed: Affected = { kind: "affected", reason: `${text} is listed as affected`, end: { kind: "unstated" } };
  const version = scheme.parse(text);
  if (version.kind === "invalid") {
    return affected.versions.includes(text)
      ? listed
      : { kind: "unknown", reason: `the version ${text} cannot be read: ${version.reason}` };
  }
  const outcome = chooseOutcome(affected.ranges.map((range) => matchRange(range, version, scheme)));
  if (outcome?.kind === "affected") {
    return climbToFix(affected, outcome, scheme);
  }
  if (isListed(affected, version, scheme)) {
    return listed;
  }
  if (!version.regular) {
    return { kind: "unknown", reason: `${text} is not a regular ${scheme.id} version` };
  }
  return outcome ?? { kind: "not-affected", reason: `${text} is not among the versions listed as affected` };
}
