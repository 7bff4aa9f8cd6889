/** Writes a keyed file: blocks in one sequential pass, the index at the end, the header last. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AppendFile } from "./append-file.ts";
import { EntryTable } from "./entry-table.ts";
import { toPage } from "./index-page.ts";
import {
  type BlockPlace,
  blockHeadBytes,
  entriesPerPage,
  fileBytesMax,
  hashKey,
  type KeyedFileHeader,
  type KeyedFileSection,
  keyBytesMax,
  pageBytes,
  readKey,
  toHeaderPage,
  toPageNumber,
} from "./keyed-file-format.ts";

/**
 * A keyed file in the making. Only what the index needs is held in memory: 32 bytes for each key. Throws the file
 * system's own errors.
 */
export class KeyedFileWriter {
  readonly #file: AppendFile;
  readonly #entries = new EntryTable();
  #hash = createHash("sha256");
  #sectionStart = pageBytes;

  /** Creates the file; it must not exist yet. */
  constructor(path: string) {
    this.#file = new AppendFile(path, pageBytes, (bytes) => this.#hash.update(bytes));
  }

  /** Appends a block that is only found by its place. */
  append(content: Buffer): BlockPlace {
    return this.#appendParts([content]);
  }

  /** Appends a block that is found by its key. A later one with the same key takes its place. */
  put(key: string, content: Buffer): BlockPlace {
    const place = this.#appendParts([toKeyHead(key), content]);
    this.#entries.add(hashKey(key), place);
    return place;
  }

  /** SHA-256 of all blocks so far, in hex: the identity of the content. */
  digest(): string {
    this.#file.flush();
    return this.#hash.copy().digest("hex");
  }

  /** Writes index, summary and header, makes sure all of it is on the disk, and closes. */
  finish(summary: Buffer): KeyedFileHeader {
    const blocks = this.#endSection();
    const order = sortEntries(this.#entries, (place) => readKey(this.#file.read(place).subarray(blockHeadBytes)));
    const pageCount = writePages(this.#entries, order, this.#file);
    const index = this.#endSection();
    this.#file.append(summary);
    const sections = { blocks, index, summary: this.#endSection() };
    const header = { fileBytes: this.#file.position, pageCount, entryCount: order.length, ...sections };
    // The sections are on the disk before the header that vouches for them.
    this.#file.sync();
    this.#file.writeAt(toHeaderPage(header), 0);
    this.#file.sync();
    this.#file.close();
    return header;
  }

  /** Closes without finishing. The file is no keyed file then. Harmless after `finish`. */
  abort(): void {
    this.#file.close();
  }

  #appendParts(parts: readonly Buffer[]): BlockPlace {
    const head = Buffer.allocUnsafe(blockHeadBytes);
    head.writeUInt32LE(parts.reduce((crc, part) => crc32(part, crc), 0));
    const offset = this.#file.position;
    this.#file.append(head);
    for (const part of parts) {
      this.#file.append(part);
    }
    assert(this.#file.position <= fileBytesMax, "a keyed file holds at most 2^48 bytes");
    return { offset, lengthBytes: this.#file.position - offset };
  }

  /** Starts a new section; answers where the last one stood. */
  #endSection(): KeyedFileSection {
    const sha256 = this.digest();
    const offset = this.#sectionStart;
    this.#sectionStart = this.#file.position;
    this.#hash = createHash("sha256");
    return { offset, lengthBytes: this.#sectionStart - offset, sha256 };
  }
}

/** Length and bytes of a key, as they stand in front of a keyed block's content. */
function toKeyHead(key: string): Buffer {
  const lengthBytes = Buffer.byteLength(key);
  if (lengthBytes > keyBytesMax) {
    throw new RangeError(`a key has at most ${keyBytesMax} bytes`);
  }
  const head = Buffer.allocUnsafe(2 + lengthBytes);
  head.writeUInt16LE(lengthBytes, 0);
  head.write(key, 2);
  return head;
}

/** Entry numbers by hash; of entries with the same key only the last. */
function sortEntries(entries: EntryTable, readKeyAt: (place: BlockPlace) => string): Uint32Array {
  const order = entries.sortByHash();
  const keyOf = (number: number): string => readKeyAt(entries.at(number).place);
  return order.filter((number, position) => {
    // Equal hashes alone prove nothing, so the keys themselves are compared; there are hardly any.
    for (const other of order.subarray(position + 1)) {
      if (!entries.isSameHash(number, other)) {
        return true;
      }
      if (keyOf(number) === keyOf(other)) {
        return false;
      }
    }
    return true;
  });
}

/** Aimed at; some pages get more, some fewer. */
const fill = 0.75;
const attemptsMax = 64;

/** Writes the index and answers how many pages it took: as few as leave no page overfull. */
function writePages(entries: EntryTable, order: Uint32Array, file: AppendFile): number {
  let pageCount = Math.max(1, Math.ceil(order.length / (entriesPerPage * fill)));
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const ends = dealPages(entries, order, pageCount);
    if (ends !== undefined) {
      let start = 0;
      for (const end of ends) {
        file.append(toPage(Array.from(order.subarray(start, end), (number) => entries.at(number))));
        start = end;
      }
      return pageCount;
    }
    pageCount = Math.ceil(pageCount * 1.1) + 1;
  }
  throw new RangeError("the keys do not spread over pages: too many of them have the same hash");
}

/** Where in the order each page ends, or `undefined` when one would be overfull. */
function dealPages(entries: EntryTable, order: Uint32Array, pageCount: number): Uint32Array | undefined {
  const ends = new Uint32Array(pageCount);
  let end = 0;
  for (let page = 0; page < pageCount; page += 1) {
    const start = end;
    while (end < order.length && toPageNumber(entries.highAt(order[end] ?? 0), pageCount) === page) {
      end += 1;
    }
    if (end - start > entriesPerPage) {
      return undefined;
    }
    ends[page] = end;
  }
  return ends;
}
