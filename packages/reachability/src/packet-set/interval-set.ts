/**
 * Sets of points on a line, kept as sorted, disjoint, half-open intervals. Sets are hash-consed: one algebra never makes
 * two objects for the same set, so equality is `===`, an id stands for the content, and operations are remembered by id.
 */

/** A point: a number for IPv4 addresses and ports, a bigint for IPv6 addresses. */
export type Ordinal = number | bigint;

/**
 * `toggles` alternate between the first point inside and the first point outside again, strictly rising; a point is in
 * the set when the number of toggles at or below it is odd.
 */
export interface IntervalSet<T extends Ordinal> {
  readonly id: number;
  readonly toggles: readonly T[];
}

/** Half-open: `[from, to)`. */
export type Interval<T extends Ordinal> = readonly [from: T, to: T];

/** Operations on the sets of one line. Sets of different algebras must not be mixed. */
export interface IntervalAlgebra<T extends Ordinal> {
  readonly none: IntervalSet<T>;
  /** The whole line, `[first, end)`. */
  readonly all: IntervalSet<T>;
  /** The union of any intervals, in any order; empty ones are dropped, what lies outside the line is cut off. */
  readonly fromIntervals: (intervals: Iterable<Interval<T>>) => IntervalSet<T>;
  readonly union: (left: IntervalSet<T>, right: IntervalSet<T>) => IntervalSet<T>;
  readonly intersect: (left: IntervalSet<T>, right: IntervalSet<T>) => IntervalSet<T>;
  readonly subtract: (left: IntervalSet<T>, right: IntervalSet<T>) => IntervalSet<T>;
  /** Is every point of `inner` in `outer`? */
  readonly includes: (outer: IntervalSet<T>, inner: IntervalSet<T>) => boolean;
}

/** Is `point` in the set? O(log intervals). */
export function hasPoint<T extends Ordinal>(set: IntervalSet<T>, point: T): boolean {
  return countAtOrBelow(set.toggles, point) % 2 === 1;
}

/** How many of the rising `values` are at or below `point`. */
export function countAtOrBelow<T extends Ordinal>(values: readonly T[], point: T): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = values[middle];
    if (value !== undefined && value <= point) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** The set's intervals in rising order. */
export function intervalsOf<T extends Ordinal>(set: IntervalSet<T>): readonly Interval<T>[] {
  const intervals: Interval<T>[] = [];
  for (let index = 0; index + 1 < set.toggles.length; index += 2) {
    const from = set.toggles[index];
    const to = set.toggles[index + 1];
    if (from !== undefined && to !== undefined) {
      intervals.push([from, to]);
    }
  }
  return intervals;
}

/** How many points the set has; beyond 2^53 an approximation. */
export function countPoints<T extends Ordinal>(set: IntervalSet<T>): number {
  return intervalsOf(set).reduce((sum, [from, to]) => sum + (Number(to) - Number(from)), 0);
}

type Combine = (inLeft: boolean, inRight: boolean) => boolean;

const either: Combine = (inLeft, inRight) => inLeft || inRight;
const both: Combine = (inLeft, inRight) => inLeft && inRight;
const leftOnly: Combine = (inLeft, inRight) => inLeft && !inRight;

/** Walks both toggle lists once; `combine(false, false)` must be false. */
function combineToggles<T extends Ordinal>(left: readonly T[], right: readonly T[], combine: Combine): readonly T[] {
  const toggles: T[] = [];
  let [leftIndex, rightIndex] = [0, 0];
  let inside = false;
  while (leftIndex < left.length || rightIndex < right.length) {
    const leftNext = left[leftIndex];
    const rightNext = right[rightIndex];
    const takesLeft = leftNext !== undefined && (rightNext === undefined || leftNext <= rightNext);
    const point = takesLeft ? leftNext : rightNext;
    if (point === undefined) {
      break;
    }
    leftIndex += leftNext === point ? 1 : 0;
    rightIndex += rightNext === point ? 1 : 0;
    const now = combine(leftIndex % 2 === 1, rightIndex % 2 === 1);
    if (now !== inside) {
      toggles.push(point);
      inside = now;
    }
  }
  return toggles;
}

function mergeIntervals<T extends Ordinal>(intervals: readonly Interval<T>[], first: T, end: T): readonly T[] {
  const clipped = intervals
    .map(([from, to]): Interval<T> => [from < first ? first : from, to > end ? end : to])
    .filter(([from, to]) => from < to)
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  const toggles: T[] = [];
  for (const [from, to] of clipped) {
    const last = toggles.at(-1);
    if (last === undefined || from > last) {
      toggles.push(from, to);
    } else if (to > last) {
      toggles[toggles.length - 1] = to;
    }
  }
  return toggles;
}

/** Ids stay below this, so that a pair of ids makes one exact number. */
const idsMax = 2 ** 26;

/** An algebra over the points `first` up to, not including, `end`. Sets live as long as it does. */
export function createIntervalAlgebra<T extends Ordinal>(first: T, end: T): IntervalAlgebra<T> {
  const byContent = new Map<string, IntervalSet<T>>();
  const intern = (toggles: readonly T[]): IntervalSet<T> => {
    const content = toggles.join();
    const known = byContent.get(content);
    if (known !== undefined) {
      return known;
    }
    const made = { id: byContent.size, toggles };
    byContent.set(content, made);
    return made;
  };
  const remember = (combine: Combine) => {
    const answers = new Map<number, IntervalSet<T>>();
    return (left: IntervalSet<T>, right: IntervalSet<T>): IntervalSet<T> => {
      const pair = left.id * idsMax + right.id;
      const known = answers.get(pair);
      if (known !== undefined) {
        return known;
      }
      const made = intern(combineToggles(left.toggles, right.toggles, combine));
      answers.set(pair, made);
      return made;
    };
  };
  const none = intern([]);
  const subtract = remember(leftOnly);
  return {
    none,
    all: intern([first, end]),
    fromIntervals: (intervals) => intern(mergeIntervals([...intervals], first, end)),
    union: remember(either),
    intersect: remember(both),
    subtract,
    includes: (outer, inner) => subtract(inner, outer) === none,
  };
}
