/** Pages of a keyed file's index: written from sorted entries, searched by hash. Layout: keyed-file-format.ts. */
import { crc32 } from "node:zlib";
import {
  type BlockPlace,
  entriesPerPage,
  entryBytes,
  type KeyHash,
  pageBytes,
  pageHeadBytes,
} from "./keyed-file-format.ts";

/** One entry: the hash of a key, and where the block with that key stands. */
export interface IndexEntry {
  readonly hash: KeyHash;
  readonly place: BlockPlace;
}

/** A page of at most {@link entriesPerPage} entries, which are sorted by hash already. */
export function toPage(entries: readonly IndexEntry[]): Buffer {
  const page = Buffer.alloc(pageBytes);
  page.writeUInt16LE(entries.length, 4);
  for (const [position, { hash, place }] of entries.entries()) {
    const start = pageHeadBytes + position * entryBytes;
    page.writeUInt32LE(hash.high, start);
    page.writeUInt32LE(hash.low, start + 4);
    page.writeUIntLE(place.offset, start + 8, 6);
    page.writeUInt32LE(place.lengthBytes, start + 14);
  }
  page.writeUInt32LE(crc32(page.subarray(4)), 0);
  return page;
}

/** Whether the bytes are a page as it was written. */
export function isWholePage(page: Buffer): boolean {
  const isWhole = page.length === pageBytes && crc32(page.subarray(4)) === page.readUInt32LE(0);
  return isWhole && page.readUInt16LE(4) <= entriesPerPage;
}

/** Places of all blocks whose key has this hash: usually one or none. */
export function findPlaces(page: Buffer, { high, low }: KeyHash): readonly BlockPlace[] {
  const count = page.readUInt16LE(4);
  const places: BlockPlace[] = [];
  for (let position = findFirst(page, high, count); position < count; position += 1) {
    const start = pageHeadBytes + position * entryBytes;
    if (page.readUInt32LE(start) !== high) {
      break;
    }
    if (page.readUInt32LE(start + 4) === low) {
      places.push(readPlace(page, start));
    }
  }
  return places;
}

/** First position in the page whose high hash is not smaller. */
function findFirst(page: Buffer, high: number, count: number): number {
  let from = 0;
  let to = count;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (page.readUInt32LE(pageHeadBytes + middle * entryBytes) < high) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from;
}

function readPlace(page: Buffer, start: number): BlockPlace {
  return { offset: page.readUIntLE(start + 8, 6), lengthBytes: page.readUInt32LE(start + 14) };
}

/** All entries of a page. */
export function* listEntries(page: Buffer): Iterable<IndexEntry> {
  for (let position = 0; position < page.readUInt16LE(4); position += 1) {
    const start = pageHeadBytes + position * entryBytes;
    const hash = { high: page.readUInt32LE(start), low: page.readUInt32LE(start + 4) };
    yield { hash, place: readPlace(page, start) };
  }
}
