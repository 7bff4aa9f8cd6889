/** Laws of interval sets, and each operation beside a set of single points. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countPoints, createIntervalAlgebra, hasPoint, type Interval, type IntervalSet } from "./interval-set.ts";

const end = 24;
const algebra = createIntervalAlgebra<number>(0, end);
const points = Array.from({ length: end }, (_, point) => point);

const arbitraryIntervals = fc.array(
  fc.tuple(fc.integer({ min: -3, max: end + 3 }), fc.integer({ min: -3, max: end + 3 })),
  { maxLength: 6 },
);
const arbitrarySet = arbitraryIntervals.map((intervals) => algebra.fromIntervals(intervals));

const pointsOf = (set: IntervalSet<number>): readonly number[] => points.filter((point) => hasPoint(set, point));

function check(property: fc.IRawProperty<unknown>): void {
  fc.assert(property as fc.IRawProperty<unknown, false>, { numRuns: 300 });
}

describe("interval sets", () => {
  it("hold exactly the points of the intervals they are made of", () => {
    check(
      fc.property(arbitraryIntervals, (intervals: readonly Interval<number>[]) => {
        const expected = points.filter((point) => intervals.some(([from, to]) => from <= point && point < to));
        expect(pointsOf(algebra.fromIntervals(intervals))).toEqual(expected);
      }),
    );
  });

  it("are sorted, disjoint and not adjacent, so that equal sets are the same object", () => {
    check(
      fc.property(arbitrarySet, arbitrarySet, (left, right) => {
        const rising = left.toggles.every((toggle, index) => index === 0 || toggle > (left.toggles[index - 1] ?? 0));
        expect(rising).toBe(true);
        expect(left === right).toBe(pointsOf(left).join() === pointsOf(right).join());
      }),
    );
  });

  it("unite, intersect and subtract point by point", () => {
    check(
      fc.property(arbitrarySet, arbitrarySet, (left, right) => {
        const [inLeft, inRight] = [new Set(pointsOf(left)), new Set(pointsOf(right))];
        expect(pointsOf(algebra.union(left, right))).toEqual(
          points.filter((point) => inLeft.has(point) || inRight.has(point)),
        );
        expect(pointsOf(algebra.intersect(left, right))).toEqual([...inLeft].filter((point) => inRight.has(point)));
        expect(pointsOf(algebra.subtract(left, right))).toEqual([...inLeft].filter((point) => !inRight.has(point)));
        expect(algebra.includes(left, right)).toBe([...inRight].every((point) => inLeft.has(point)));
        expect(countPoints(left)).toBe(inLeft.size);
      }),
    );
  });

  it("obey the laws of a Boolean algebra", () => {
    const { union, intersect, subtract, none, all } = algebra;
    check(
      fc.property(arbitrarySet, arbitrarySet, arbitrarySet, (a, b, c) => {
        expect(union(a, b)).toBe(union(b, a));
        expect(union(a, union(b, c))).toBe(union(union(a, b), c));
        expect(intersect(a, union(b, c))).toBe(union(intersect(a, b), intersect(a, c)));
        expect(subtract(a, union(b, c))).toBe(intersect(subtract(a, b), subtract(a, c)));
        expect(union(intersect(a, b), subtract(a, b))).toBe(a);
        expect(subtract(all, subtract(all, a))).toBe(a);
        expect([union(a, none), intersect(a, all), subtract(a, a)]).toEqual([a, a, none]);
      }),
    );
  });

  it("work the same on bigints", () => {
    const wide = createIntervalAlgebra<bigint>(0n, 1n << 128n);
    check(
      fc.property(arbitraryIntervals, arbitraryIntervals, (left, right) => {
        const lift = (intervals: readonly Interval<number>[]): IntervalSet<bigint> =>
          wide.fromIntervals(
            intervals.map(([from, to]) => [BigInt(Math.max(from, 0)), BigInt(Math.max(to, 0))] as const),
          );
        const small = algebra.subtract(algebra.fromIntervals(left), algebra.fromIntervals(right));
        const large = wide.subtract(lift(left), lift(right));
        expect(points.filter((point) => hasPoint(large, BigInt(point)))).toEqual(pointsOf(small));
      }),
    );
  });
});
