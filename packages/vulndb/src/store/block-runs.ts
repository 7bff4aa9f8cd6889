/** Blocks that lie near each other, read together: a system call costs more than the bytes between them. */
import type { BlockPlace } from "./keyed-file-format.ts";

/** A stretch of the file, and which of the wanted stretches lie in it. */
export interface BlockRun {
  readonly place: BlockPlace;
  /** Numbers of the wanted stretches, from `first` up to but not including `end`. */
  readonly first: number;
  readonly end: number;
}

const gapBytesMax = 8 * 1024;
const runBytesMax = 256 * 1024;

/** Joins stretches, which must be sorted by offset, into as few runs as the bounds allow. */
export function* joinRuns(stretches: readonly BlockPlace[]): Iterable<BlockRun> {
  let first = 0;
  while (first < stretches.length) {
    const start = stretches[first]?.offset ?? 0;
    let runEnd = endOf(stretches[first]);
    let end = first + 1;
    for (let next = stretches[end]; next !== undefined; next = stretches[end]) {
      if (next.offset - runEnd > gapBytesMax || endOf(next) - start > runBytesMax) {
        break;
      }
      runEnd = Math.max(runEnd, endOf(next));
      end += 1;
    }
    yield { place: { offset: start, lengthBytes: runEnd - start }, first, end };
    first = end;
  }
}

function endOf(place: BlockPlace | undefined): number {
  return place === undefined ? 0 : place.offset + place.lengthBytes;
}
