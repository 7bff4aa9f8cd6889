/**
 * The central directory of a zip archive: which entries there are and where.
 * Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.12 (central directory), 4.3.14-4.3.16 (end records), 4.5.3 (zip64).
 */
import { type ArchiveError, type ArchiveErrorCode, toArchiveError } from "./archive-error.ts";
import type { ZipSource } from "./zip-source.ts";

/** One entry as the central directory describes it. The name is as written: not a path to be trusted. */
export interface ZipEntry {
  readonly name: string;
  /** The name undecoded, by which the entry's own header is recognised. */
  readonly nameBytes: Buffer;
  readonly isDirectory: boolean;
  readonly isEncrypted: boolean;
  /** 0 is stored, 8 is deflate; other methods are listed but not read. */
  readonly method: number;
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  readonly crc32: number;
  /** As recorded; bytes in front of the archive shift it. */
  readonly localHeaderOffset: number;
}

/** What was found, and by how many bytes every recorded offset is off because something stands before the archive. */
export interface ZipDirectory {
  readonly entryCount: number;
  /**
   * Made one by one each time they are gone through: an archive may have a hundred thousand, and holding them would
   * cost more memory than all else.
   */
  readonly entries: Iterable<ZipEntry>;
  readonly shiftBytes: number;
}

interface DirectoryOptions {
  readonly name: string;
  readonly limits: { readonly entriesMax: number; readonly directoryBytesMax: number; readonly nameBytesMax: number };
}

/** Where the directory lies, from the end record. `endOffset` is where it must end. */
interface DirectoryPlace {
  readonly count: number;
  readonly sizeBytes: number;
  readonly offset: number;
  readonly endOffset: number;
}

const endSignature = 0x06054b50;
const endBytes = 22;
const commentBytesMax = 0xffff;
const locatorSignature = 0x07064b50;
const locatorBytes = 20;
const end64Signature = 0x06064b50;
const end64Bytes = 56;
const centralSignature = 0x02014b50;
const centralBytes = 46;
const zip64ExtraId = 0x0001;
/** A 32-bit field of all ones says that the value stands in the zip64 record. */
const inZip64 = 0xffffffff;
const inZip64Short = 0xffff;

/** Finds and parses the directory. Throws {@link ArchiveError} with the codes named at `openZip`. */
export function readZipDirectory(source: ZipSource, options: DirectoryOptions): ZipDirectory {
  const fail = (code: ArchiveErrorCode, message: string): ArchiveError =>
    toArchiveError({ code, subject: options.name, message: `Zip archive ${options.name}: ${message}` });
  const place = findDirectory(source, fail);
  const { limits } = options;
  if (place.count > limits.entriesMax) {
    throw fail("archive.zip-limit-exceeded", `${place.count} entries are more than the ${limits.entriesMax} allowed.`);
  }
  if (place.sizeBytes > limits.directoryBytesMax) {
    const message = `a directory of ${place.sizeBytes} bytes is larger than the ${limits.directoryBytesMax} allowed.`;
    throw fail("archive.zip-limit-exceeded", message);
  }
  const start = place.endOffset - place.sizeBytes;
  const shiftBytes = start - place.offset;
  if (start < 0 || shiftBytes < 0) {
    throw fail("archive.zip-truncated", "its directory would begin before the archive does.");
  }
  const directory = source.read(start, place.sizeBytes);
  if (directory.length < place.sizeBytes) {
    throw fail("archive.zip-truncated", "its directory ends early.");
  }
  const walk = (): Iterable<ZipEntry> =>
    walkEntries(directory, place.count, { fail, nameBytesMax: limits.nameBytesMax });
  let entryCount = 0;
  for (const _ of walk()) {
    // Gone through once for its faults, so that nobody meets them halfway.
    entryCount += 1;
  }
  return { entryCount, entries: { [Symbol.iterator]: () => walk()[Symbol.iterator]() }, shiftBytes };
}

type Fail = (code: ArchiveErrorCode, message: string) => ArchiveError;

function findDirectory(source: ZipSource, fail: Fail): DirectoryPlace {
  const tailStart = Math.max(0, source.sizeBytes - endBytes - commentBytesMax);
  const tail = source.read(tailStart, source.sizeBytes - tailStart);
  const found = findEnd(tail);
  if (found === undefined) {
    throw fail("archive.zip-invalid", "there is no end record; it is no zip archive, or its end is missing.");
  }
  const endOffset = tailStart + found;
  const diskNumbers = tail.readUInt32LE(found + 4);
  const place = {
    count: tail.readUInt16LE(found + 10),
    sizeBytes: tail.readUInt32LE(found + 12),
    offset: tail.readUInt32LE(found + 16),
    endOffset,
  };
  const isZip64 = place.count === inZip64Short || place.sizeBytes === inZip64 || place.offset === inZip64;
  const wide = isZip64 ? findZip64(source, endOffset, fail) : undefined;
  if (wide === undefined && diskNumbers !== 0) {
    throw fail("archive.zip-unsupported", "it is split over several files.");
  }
  return wide ?? place;
}

/** Position of the end record in the tail: the last one whose comment fills the rest, else the last that fits. */
function findEnd(tail: Buffer): number | undefined {
  let fitting: number | undefined;
  for (let at = tail.length - endBytes; at >= 0; at -= 1) {
    if (tail[at] === 0x50 && tail.readUInt32LE(at) === endSignature) {
      const end = at + endBytes + tail.readUInt16LE(at + 20);
      if (end === tail.length) {
        return at;
      }
      fitting ??= end < tail.length ? at : undefined;
    }
  }
  return fitting;
}

/** The zip64 end record, where its locator says, or right before the locator when bytes stand before the archive. */
function findZip64(source: ZipSource, endOffset: number, fail: Fail): DirectoryPlace | undefined {
  const locatorOffset = endOffset - locatorBytes;
  const locator = locatorOffset < 0 ? Buffer.alloc(0) : source.read(locatorOffset, locatorBytes);
  if (locator.length < locatorBytes || locator.readUInt32LE(0) !== locatorSignature) {
    // 65,535 entries exactly need no zip64 record: the plain end record then stands for itself.
    return undefined;
  }
  for (const offset of [readSafe(locator, 8), locatorOffset - end64Bytes]) {
    const record = offset >= 0 && offset < locatorOffset ? source.read(offset, end64Bytes) : Buffer.alloc(0);
    if (record.length === end64Bytes && record.readUInt32LE(0) === end64Signature) {
      if (record.readUInt32LE(16) !== 0 || record.readUInt32LE(20) !== 0) {
        throw fail("archive.zip-unsupported", "it is split over several files.");
      }
      return {
        count: readSafe(record, 32),
        sizeBytes: readSafe(record, 40),
        offset: readSafe(record, 48),
        endOffset: offset,
      };
    }
  }
  throw fail("archive.zip-corrupt", "its zip64 end record is not where the locator says.");
}

/** An unsigned 64-bit field as a number; values past 2^53 stay too large for any limit, which is all that counts. */
function readSafe(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigUInt64LE(offset));
}

function* walkEntries(
  directory: Buffer,
  count: number,
  { fail, nameBytesMax }: { readonly fail: Fail; readonly nameBytesMax: number },
): Iterable<ZipEntry> {
  let at = 0;
  for (let number = 0; number < count; number += 1) {
    if (at + centralBytes > directory.length || directory.readUInt32LE(at) !== centralSignature) {
      const message = `its directory lists ${number} entries where ${count} are announced.`;
      throw fail("archive.zip-corrupt", message);
    }
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const end = at + centralBytes + nameLength + extraLength + directory.readUInt16LE(at + 32);
    if (end > directory.length) {
      throw fail("archive.zip-corrupt", "an entry reaches past the end of the directory.");
    }
    if (nameLength > nameBytesMax) {
      throw fail("archive.zip-limit-exceeded", `a name of ${nameLength} bytes is longer than ${nameBytesMax}.`);
    }
    yield toEntry(directory, at, { nameLength, extraLength }, fail);
    at = end;
  }
}

function toEntry(
  directory: Buffer,
  at: number,
  { nameLength, extraLength }: { readonly nameLength: number; readonly extraLength: number },
  fail: Fail,
): ZipEntry {
  const extraStart = at + centralBytes + nameLength;
  const nameBytes = directory.subarray(at + centralBytes, extraStart);
  const name = decodeName(nameBytes);
  const narrow = {
    sizeBytes: directory.readUInt32LE(at + 24),
    compressedBytes: directory.readUInt32LE(at + 20),
    localHeaderOffset: directory.readUInt32LE(at + 42),
  };
  const isWide = Object.values(narrow).includes(inZip64);
  const places = isWide ? readZip64Extra(directory.subarray(extraStart, extraStart + extraLength), narrow) : narrow;
  if (places === undefined) {
    throw fail("archive.zip-corrupt", `entry ${name} announces zip64 sizes but has none.`);
  }
  return {
    name,
    nameBytes,
    isDirectory: name.endsWith("/"),
    isEncrypted: (directory.readUInt16LE(at + 8) & 1) !== 0,
    method: directory.readUInt16LE(at + 10),
    crc32: directory.readUInt32LE(at + 16),
    ...places,
  };
}

type Places = Pick<ZipEntry, "sizeBytes" | "compressedBytes" | "localHeaderOffset">;

/** The 64-bit values, which stand in this fixed order and only for fields that are all ones. */
function readZip64Extra(extra: Buffer, narrow: Places): Places | undefined {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === zip64ExtraId) {
      const values = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
      let next = 0;
      const widen = (value: number): number => {
        if (value !== inZip64) {
          return value;
        }
        next += 8;
        return next <= values.length ? readSafe(values, next - 8) : Number.NaN;
      };
      const places = {
        sizeBytes: widen(narrow.sizeBytes),
        compressedBytes: widen(narrow.compressedBytes),
        localHeaderOffset: widen(narrow.localHeaderOffset),
      };
      return next <= values.length ? places : undefined;
    }
  }
  return undefined;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 where the bytes are UTF-8, whatever the language flag says, as Java reads them; else one character per byte. */
function decodeName(bytes: Buffer): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return bytes.toString("latin1");
  }
}
