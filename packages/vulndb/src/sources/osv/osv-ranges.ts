/** Affected ranges of an OSV record, in the model's form. Source: OSV schema 1.7, "affected[].ranges field". */
import type { AffectedRange, RangeEvent } from "@sightline/model";
import { parseEcosystem } from "../../package-key.ts";
import type { NormaliseNote } from "../../source.ts";
import { customRangesSchema, type OsvAffected, type OsvRange } from "./osv-record.ts";

type VersionRange = Extract<OsvRange, { events: unknown }>;

/** Timelines over versions. Ranges over commits are left out: which versions a commit is in cannot be told from here. */
export function toRanges(affected: OsvAffected, notes: NormaliseNote[]): readonly AffectedRange[] {
  const ranges = readRanges(affected.ranges ?? [], notes);
  const isGo = parseEcosystem(affected.package?.ecosystem ?? "").name === "Go";
  return isGo ? applyCustomRanges(ranges, affected, notes) : ranges;
}

function readRanges(ranges: readonly OsvRange[], notes: NormaliseNote[]): readonly AffectedRange[] {
  const read: AffectedRange[] = [];
  for (const range of ranges) {
    if (range.type === "GIT") {
      notes.push("git-range-skipped");
    } else {
      read.push(readRange(range, notes));
    }
  }
  return read;
}

function readRange(range: VersionRange, notes: NormaliseNote[]): AffectedRange {
  const events: RangeEvent[] = [];
  let begins = false;
  for (const { introduced, fixed, last_affected: lastAffected, limit } of range.events) {
    if (introduced !== undefined) {
      begins = true;
      events.push({ introduced });
    }
    if (fixed !== undefined) {
      events.push({ fixed });
    }
    if (lastAffected !== undefined) {
      events.push({ lastAffected });
    }
    if (limit !== undefined) {
      notes.push("limit-event-ignored");
    }
  }
  if (begins) {
    return { events };
  }
  // The schema wants a beginning. Without one nothing would be affected; whoever wrote the range meant something.
  notes.push("range-start-assumed");
  return { events: [{ introduced: "0" }, ...events] };
}

/**
 * Modules whose tags are no module versions have the range 0 to infinity for Go's own tool, and what is really
 * affected under `custom_ranges`. Those replace the unbounded range. Builds of such a module from a commit carry a
 * pseudo-version 0.0.0-<time>-<commit>, which cannot be placed between tags: all of them stay affected, with no fix
 * to offer. Sources: go.dev/ref/mod#pseudo-versions; golang/vulndb doc/format.md "non_go_versions".
 */
function applyCustomRanges(
  ranges: readonly AffectedRange[],
  affected: OsvAffected,
  notes: NormaliseNote[],
): readonly AffectedRange[] {
  const custom = customRangesSchema.safeParse(affected.ecosystem_specific?.["custom_ranges"]);
  const versions = custom.success ? custom.data.filter((range) => range.type !== "GIT") : [];
  if (versions.length === 0) {
    return ranges;
  }
  const bounded = ranges.filter((range) => !isUnbounded(range));
  if (bounded.length === ranges.length) {
    return [...ranges, ...readRanges(versions, notes)];
  }
  notes.push("custom-range-used");
  return [...bounded, ...readRanges(versions, notes), { events: [{ introduced: "0" }, { lastAffected: "0.0.0" }] }];
}

function isUnbounded({ events }: AffectedRange): boolean {
  return events.every((event) => "introduced" in event && event.introduced === "0");
}
