/** Which rule wins for which source: every rule painted onto the line of addresses, the first rule first. */
import {
  countAtOrBelow,
  type IntervalAlgebra,
  type IntervalSet,
  intervalsOf,
  type Ordinal,
} from "../packet-set/interval-set.ts";

/** Segment `i` runs from `starts[i]` up to `starts[i + 1]`; `winners[i]` is the index of its rule, -1 for none. */
export interface DecisionMap<T extends Ordinal> {
  readonly starts: readonly T[];
  readonly winners: readonly number[];
}

/** One rule's sources; `index` says which rule. */
export interface Layer<T extends Ordinal> {
  readonly index: number;
  readonly sources: IntervalSet<T>;
}

function compare<T extends Ordinal>(left: T, right: T): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Follows the links to the first segment at or after `segment` that nobody has painted, shortening the way behind it. */
function findUnpainted(next: number[], segment: number): number {
  let found = segment;
  while (next[found] !== found) {
    found = next[found] ?? next.length - 1;
  }
  let walked = segment;
  while (walked !== found) {
    const following = next[walked] ?? found;
    next[walked] = found;
    walked = following;
  }
  return found;
}

/** Every end of every layer must be among `starts`. */
function paint<T extends Ordinal>(starts: readonly T[], layers: readonly Layer<T>[]): readonly number[] {
  const winners = starts.map(() => -1);
  const next = Array.from({ length: starts.length + 1 }, (_, index) => index);
  for (const { index, sources } of layers) {
    for (const [from, to] of intervalsOf(sources)) {
      const end = countAtOrBelow(starts, to) - 1;
      let segment = findUnpainted(next, countAtOrBelow(starts, from) - 1);
      while (segment < end) {
        winners[segment] = index;
        next[segment] = segment + 1;
        segment = findUnpainted(next, segment + 1);
      }
    }
  }
  return winners;
}

/** Layers up to the first that covers the whole line: nothing behind it can win. */
function untilFull<T extends Ordinal>(layers: readonly Layer<T>[], all: IntervalSet<T>): readonly Layer<T>[] {
  const full = layers.findIndex((layer) => layer.sources === all);
  return full === -1 ? layers : layers.slice(0, full + 1);
}

/**
 * The winning layer of every source. Painting with links past what is painted costs O(m log m) for m interval ends,
 * however many rules overlap. Neighbouring segments of one winner are one segment.
 */
export function toDecisionMap<T extends Ordinal>(
  layers: readonly Layer<T>[],
  algebra: IntervalAlgebra<T>,
): DecisionMap<T> {
  const relevant = untilFull(layers, algebra.all);
  const [first, lineEnd] = algebra.all.toggles;
  const ends = relevant.flatMap((layer) => layer.sources.toggles);
  const points = [...new Set(first === undefined ? ends : [first, ...ends])].sort(compare);
  const painted = paint(points, relevant);
  const starts: T[] = [];
  const winners: number[] = [];
  for (const [index, start] of points.entries()) {
    const winner = painted[index] ?? -1;
    if (start !== lineEnd && (winners.length === 0 || winners.at(-1) !== winner)) {
      starts.push(start);
      winners.push(winner);
    }
  }
  return { starts, winners };
}

/** The rule that wins at `point`; -1 for none. */
export function winnerAt<T extends Ordinal>(map: DecisionMap<T>, point: T): number {
  return map.winners[countAtOrBelow(map.starts, point) - 1] ?? -1;
}

/** All sources whose winner satisfies `wanted`. */
export function sourcesOf<T extends Ordinal>(
  map: DecisionMap<T>,
  algebra: IntervalAlgebra<T>,
  wanted: (winner: number) => boolean,
): IntervalSet<T> {
  const end = algebra.all.toggles[1];
  return algebra.fromIntervals(
    map.starts.flatMap((from, index) => {
      const to = map.starts[index + 1] ?? end;
      return to !== undefined && wanted(map.winners[index] ?? -1) ? [[from, to] as const] : [];
    }),
  );
}
