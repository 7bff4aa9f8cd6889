import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinRuns } from "./block-runs.ts";

describe("joinRuns", () => {
  it("joins what lies near and leaves apart what lies far", () => {
    const stretches = [
      { offset: 100, lengthBytes: 50 },
      { offset: 150, lengthBytes: 10 },
      { offset: 5000, lengthBytes: 10 },
      { offset: 500_000, lengthBytes: 10 },
    ];
    expect([...joinRuns(stretches)]).toEqual([
      { place: { offset: 100, lengthBytes: 4910 }, first: 0, end: 3 },
      { place: { offset: 500_000, lengthBytes: 10 }, first: 3, end: 4 },
    ]);
  });

  it("puts every stretch, in order, into one run that holds it whole", () => {
    const stretch = fc.tuple(fc.nat(20_000), fc.integer({ min: 1, max: 200_000 }));
    fc.assert(
      fc.property(fc.array(stretch), (gaps) => {
        let at = 0;
        const stretches = gaps.map(([gap, lengthBytes]) => {
          const offset = at + gap;
          at = offset + lengthBytes;
          return { offset, lengthBytes };
        });
        const runs = [...joinRuns(stretches)];
        expect(runs.flatMap(({ first, end }) => stretches.slice(first, end))).toEqual(stretches);
        for (const { place, first, end } of runs) {
          expect(place.offset).toBe(stretches[first]?.offset);
          const last = stretches[end - 1];
          expect(place.offset + place.lengthBytes).toBe((last?.offset ?? 0) + (last?.lengthBytes ?? 0));
        }
      }),
    );
  });
});
