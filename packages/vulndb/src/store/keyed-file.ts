/** Reads a keyed file by position: opening looks at the header only, a lookup at one page and one block. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { toVulndbError, type VulndbError } from "../vulndb-error.ts";
import { EntryTable } from "./entry-table.ts";
import { findPlaces, isWholePage, listEntries } from "./index-page.ts";
import {
  type BlockPlace,
  blockHeadBytes,
  contentStart,
  formatVersion,
  hashKey,
  type KeyedFileHeader,
  pageBytes,
  parseHeaderPage,
  readKey,
  toPageNumber,
} from "./keyed-file-format.ts";
import { createLeastRecentMap } from "./least-recent.ts";
import { ReadWindow } from "./read-window.ts";

/** An opened keyed file. Reading after `close` throws; whatever is damaged throws `vulndb.corrupt`, never answers wrong. */
export interface KeyedFile {
  readonly header: KeyedFileHeader;
  /** The content stored under the key, or `undefined` when there is none. */
  get(key: string): Buffer | undefined;
  /** The content of a block without a key. */
  read(place: BlockPlace): Buffer;
  /** A stretch of the file read at once; the blocks that lie in it are then taken from memory. */
  readRun(place: BlockPlace): KeyedFileRun;
  readSummary(): Buffer;
  /** Reads everything: every section against its SHA-256, every key against the index. Answers the number of keys. */
  verify(): number;
  close(): void;
}

/** A stretch of a keyed file in memory. Asking it for a block outside throws `vulndb.corrupt`. */
export interface KeyedFileRun {
  /** The content of a block without a key. */
  read(place: BlockPlace): Buffer;
  /** The content of a block with a key. */
  readKeyed(place: BlockPlace): Buffer;
}

/** Index pages kept, 8 MiB of them: most lookups find nothing, and then cost nothing but their page. */
const pagesCached = 2048;

/**
 * Opens the file. Throws `vulndb.missing` (no such file), `vulndb.format-newer`, `vulndb.format-older`,
 * `vulndb.corrupt`, `vulndb.unreadable`.
 */
export function openKeyedFile(path: string): KeyedFile {
  const descriptor = openDescriptor(path);
  try {
    return new KeyedFileReader(path, descriptor, readHeader(path, descriptor));
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function openDescriptor(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    const isAbsent = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw isAbsent
      ? toVulndbError({ code: "vulndb.missing", subject: path, message: `There is no advisory database at ${path}.` })
      : toUnreadable(path, cause);
  }
}

function toUnreadable(path: string, cause: unknown): VulndbError {
  return toVulndbError({
    code: "vulndb.unreadable",
    subject: path,
    message: `The advisory database ${path} cannot be read.`,
    cause,
  });
}

function toCorrupt(path: string, reason: string): VulndbError {
  return toVulndbError({
    code: "vulndb.corrupt",
    subject: path,
    message: `The advisory database ${path} is damaged: ${reason}.`,
  });
}

function readHeader(path: string, descriptor: number): KeyedFileHeader {
  const reading = parseHeaderPage(readAt({ path, descriptor }, { offset: 0, lengthBytes: pageBytes }));
  switch (reading.kind) {
    case "damaged":
      throw toCorrupt(path, reading.reason);
    case "other-format":
      throw toOtherFormat(path, reading.formatVersion);
    case "header": {
      const { header } = reading;
      const sizeBytes = fstatSync(descriptor).size;
      if (sizeBytes !== header.fileBytes) {
        throw toCorrupt(path, `it has ${sizeBytes} bytes instead of ${header.fileBytes}`);
      }
      if (header.index.lengthBytes !== header.pageCount * pageBytes) {
        throw toCorrupt(path, "its header contradicts itself");
      }
      return header;
    }
  }
}

function toOtherFormat(path: string, found: number): VulndbError {
  const isNewer = found > formatVersion;
  return toVulndbError({
    code: isNewer ? "vulndb.format-newer" : "vulndb.format-older",
    subject: path,
    message: `The advisory database ${path} has format ${found}; this version of Sightline reads format ${formatVersion}.`,
    details: { found, expected: formatVersion },
  });
}

interface OpenFile {
  readonly path: string;
  readonly descriptor: number;
}

/** What is there, up to the length asked for. */
function readAt(file: OpenFile, { offset, lengthBytes }: BlockPlace): Buffer {
  const bytes = Buffer.allocUnsafe(lengthBytes);
  return bytes.subarray(0, readInto(file, bytes, offset));
}

function readInto({ path, descriptor }: OpenFile, buffer: Buffer, position: number): number {
  let filled = 0;
  try {
    while (filled < buffer.length) {
      const count = readSync(descriptor, buffer, filled, buffer.length - filled, position + filled);
      if (count === 0) {
        break;
      }
      filled += count;
    }
  } catch (cause) {
    throw toUnreadable(path, cause);
  }
  return filled;
}

class KeyedFileReader implements KeyedFile {
  readonly header: KeyedFileHeader;
  readonly #path: string;
  readonly #pages = createLeastRecentMap<number, Buffer>(pagesCached);
  /** Absent once closed: the system may by then have given the number to another file. */
  #descriptor: number | undefined;

  constructor(path: string, descriptor: number, header: KeyedFileHeader) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.header = header;
  }

  get(key: string): Buffer | undefined {
    const hash = hashKey(key);
    const page = this.#readPage(toPageNumber(hash.high, this.header.pageCount));
    for (const place of findPlaces(page, hash)) {
      const block = this.read(place);
      if (readKey(block) === key) {
        return block.subarray(contentStart(block));
      }
    }
    return undefined;
  }

  read(place: BlockPlace): Buffer {
    return this.#checkBlock(place, this.#readAt(this.#checkPlace(place)));
  }

  readRun(run: BlockPlace): KeyedFileRun {
    const bytes = this.#readAt(this.#checkPlace(run));
    const read = (place: BlockPlace): Buffer => {
      const start = place.offset - run.offset;
      if (start < 0 || start + place.lengthBytes > bytes.length || place.lengthBytes < blockHeadBytes) {
        throw this.#toCorrupt(`a block is said to stand at ${place.offset}, where it cannot be`);
      }
      return this.#checkBlock(place, bytes.subarray(start, start + place.lengthBytes));
    };
    const readKeyed = (place: BlockPlace): Buffer => {
      const block = read(place);
      return block.subarray(contentStart(block));
    };
    return { read, readKeyed };
  }

  readSummary(): Buffer {
    const bytes = this.#readAt(this.header.summary);
    if (createHash("sha256").update(bytes).digest("hex") !== this.header.summary.sha256) {
      throw this.#toCorrupt("its summary is altered");
    }
    return bytes;
  }

  verify(): number {
    const window = new ReadWindow((buffer, position) => readInto(this.#file(), buffer, position));
    for (const section of [this.header.blocks, this.header.index, this.header.summary]) {
      const hash = createHash("sha256");
      for (const piece of window.readThrough(section)) {
        hash.update(piece);
      }
      if (hash.digest("hex") !== section.sha256) {
        throw this.#toCorrupt("a section does not have the SHA-256 recorded for it");
      }
    }
    const entries = this.#readEntries();
    if (entries.size !== this.header.entryCount) {
      throw this.#toCorrupt(`its index has ${entries.size} keys instead of ${this.header.entryCount}`);
    }
    // In the order in which the blocks lie: a system call for each of them would take ten times as long.
    for (const number of entries.sortByOffset()) {
      const { hash, place } = entries.at(number);
      const found = hashKey(readKey(this.#checkBlock(place, window.read(place))));
      if (found.high !== hash.high || found.low !== hash.low) {
        throw this.#toCorrupt(`the index leads to a wrong block at ${place.offset}`);
      }
    }
    return entries.size;
  }

  close(): void {
    if (this.#descriptor !== undefined) {
      closeSync(this.#descriptor);
      this.#descriptor = undefined;
      this.#pages.clear();
    }
  }

  /** Checked before anything is allocated: a place comes from the file, and the file may lie. */
  #checkPlace(place: BlockPlace): BlockPlace {
    const { offset, lengthBytes } = this.header.blocks;
    const isInside = place.offset >= offset && place.offset + place.lengthBytes <= offset + lengthBytes;
    if (!isInside || place.lengthBytes < blockHeadBytes) {
      throw this.#toCorrupt(`a block is said to stand at ${place.offset}, outside the file's blocks`);
    }
    return place;
  }

  /** The block without its checksum. */
  #checkBlock(place: BlockPlace, block: Buffer): Buffer {
    const content = block.subarray(blockHeadBytes);
    if (block.length < place.lengthBytes || crc32(content) !== block.readUInt32LE(0)) {
      throw this.#toCorrupt(`the block at ${place.offset} is altered`);
    }
    return content;
  }

  #readEntries(): EntryTable {
    const entries = new EntryTable();
    for (let number = 0; number < this.header.pageCount; number += 1) {
      for (const { hash, place } of listEntries(this.#readPage(number))) {
        entries.add(hash, this.#checkPlace(place));
      }
    }
    return entries;
  }

  #readPage(number: number): Buffer {
    const cached = this.#pages.get(number);
    if (cached !== undefined) {
      return cached;
    }
    const page = this.#readAt({ offset: this.header.index.offset + number * pageBytes, lengthBytes: pageBytes });
    if (!isWholePage(page)) {
      throw this.#toCorrupt(`index page ${number} is altered`);
    }
    this.#pages.set(number, page);
    return page;
  }

  #readAt(place: BlockPlace): Buffer {
    return readAt(this.#file(), place);
  }

  #file(): OpenFile {
    assert(this.#descriptor !== undefined, "the advisory database was closed");
    return { path: this.#path, descriptor: this.#descriptor };
  }

  #toCorrupt(reason: string): VulndbError {
    return toCorrupt(this.#path, reason);
  }
}
