import type { RangeEvent } from "@sightline/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchRange, matchVersions } from "./range.ts";
import { schemeFor } from "./schemes.ts";

const npm = schemeFor("npm");

/** Versions `0.0.N`, so that the oracle can count instead of compare. */
const release = fc.integer({ min: 1, max: 12 });

type Stretch = { readonly from: number; readonly to: number; readonly isLast: boolean };

const stretch: fc.Arbitrary<Stretch> = fc
  .tuple(release, release, fc.boolean())
  .map(([a, b, isLast]) => ({ from: Math.min(a, b), to: Math.max(a, b), isLast }));

function toText(number: number): string {
  return `0.0.${number}`;
}

function toEvents(stretches: readonly Stretch[]): RangeEvent[] {
  return stretches.flatMap(({ from, to, isLast }): RangeEvent[] => [
    { introduced: toText(from) },
    isLast ? { lastAffected: toText(to) } : { fixed: toText(to) },
  ]);
}

function isHeld(number: number, { from, to, isLast }: Stretch): boolean {
  return number >= from && (isLast ? number <= to : number < to);
}

/** Keeps the stretches that do not touch each other: only for those is the meaning of mixed events beyond doubt. */
function apart(stretches: readonly Stretch[]): readonly Stretch[] {
  const kept: Stretch[] = [];
  for (const next of stretches.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const last = kept.at(-1);
    const isEmpty = !next.isLast && next.from === next.to;
    if (!isEmpty && (last === undefined || next.from > last.to)) {
      kept.push(next);
    }
  }
  return kept;
}

describe("a range of several stretches", () => {
  it("agrees with counting, however its events are shuffled", () => {
    fc.assert(
      fc.property(
        fc.array(stretch, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 13 }),
        fc.nat(),
        (all, number, turn) => {
          const stretches = apart(all);
          fc.pre(stretches.length > 0);
          const events = toEvents(stretches);
          const shift = turn % events.length;
          const shuffled = [...events.slice(shift), ...events.slice(0, shift)].toReversed();
          const version = npm.parse(toText(number));
          const holding = stretches.find((candidate) => isHeld(number, candidate));
          const outcome = version.kind === "version" ? matchRange({ events: shuffled }, version, npm) : expect.fail();
          expect(outcome.kind).toBe(holding === undefined ? "not-affected" : "affected");
          if (holding !== undefined && outcome.kind === "affected") {
            expect(outcome.end).toEqual({
              kind: holding.isLast ? "last-affected" : "fixed",
              version: toText(holding.to),
            });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("never names a fix that is itself affected", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(stretch, { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
        release,
        (all, number) => {
          const ranges = all.map((stretches) => ({ events: toEvents(stretches) }));
          const outcome = matchVersions({ ranges, versions: [] }, toText(number), npm);
          if (outcome.kind === "affected" && outcome.end.kind === "fixed") {
            expect(matchVersions({ ranges, versions: [] }, outcome.end.version, npm).kind).toBe("not-affected");
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
