/**
 * Zip archives read at any position, in memory and within bounds; nothing is ever written to disk.
 * Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 (records), 4.4 (fields), 4.5.3 (zip64 extra field).
 */
import { crc32, inflateRawSync } from "node:zlib";
import type { Result } from "@sightline/model";
import { ArchiveError, type ArchiveErrorCode, toArchiveError } from "./archive-error.ts";
import { readZipDirectory, type ZipEntry } from "./zip-directory.ts";
import type { ZipSource } from "./zip-source.ts";

export type { ZipEntry } from "./zip-directory.ts";
export { openZipFile, toZipSource, type ZipSource } from "./zip-source.ts";

/** Bounds on what one archive may make its reader do. */
export interface ZipLimits {
  readonly entriesMax: number;
  /** Bytes of the central directory, which is held in memory while the archive is opened. */
  readonly directoryBytesMax: number;
  readonly nameBytesMax: number;
  /** Uncompressed bytes of one entry. */
  readonly entryBytesMax: number;
  /** Uncompressed bytes of all reads together; reading an entry twice counts twice. */
  readonly totalBytesMax: number;
  /** Uncompressed bytes for each stored byte. Only looked at above {@link ratioFloorBytes}. */
  readonly ratioMax: number;
  /** Uncompressed bytes below which any ratio is harmless. */
  readonly ratioFloorBytes: number;
}

const mebibyte = 1024 * 1024;

/** Bounds that fit every jar and every advisory archive seen so far. */
export const defaultZipLimits: ZipLimits = {
  entriesMax: 1_000_000,
  directoryBytesMax: 256 * mebibyte,
  nameBytesMax: 4096,
  entryBytesMax: 256 * mebibyte,
  totalBytesMax: 8192 * mebibyte,
  ratioMax: 200,
  ratioFloorBytes: 16 * mebibyte,
};

/** An opened archive. It stays readable for as long as its source does. */
export interface ZipArchive {
  readonly entryCount: number;
  /**
   * In the order of the central directory; a name may stand twice, both are listed. May be gone through again and
   * again; the entries are made anew each time, so a caller that needs few of many keeps those.
   */
  readonly entries: Iterable<ZipEntry>;
  /**
   * The whole content of one entry, its CRC-32 checked. Codes: `archive.zip-corrupt`, `archive.zip-truncated`,
   * `archive.zip-checksum-mismatch`, `archive.zip-unsupported` (encrypted, or neither stored nor deflated),
   * `archive.zip-limit-exceeded`. A failed entry leaves the others readable. Throws only what the source throws.
   */
  read(entry: ZipEntry): Result<Buffer>;
}

/** How to open: the name that problems carry as their subject, and bounds other than {@link defaultZipLimits}. */
export interface ZipOptions {
  readonly name: string;
  readonly limits?: Partial<ZipLimits>;
}

/**
 * Reads the central directory; entries are read when asked for. Bytes before the archive (a launcher script) are
 * allowed, as jars have them. Codes: `archive.zip-invalid` (no zip archive), `archive.zip-truncated`,
 * `archive.zip-corrupt`, `archive.zip-unsupported` (split over several files), `archive.zip-limit-exceeded`.
 * Throws only what the source throws.
 */
export function openZip(source: ZipSource, options: ZipOptions): Result<ZipArchive> {
  const limits = { ...defaultZipLimits, ...options.limits };
  return toResult(() => {
    const { entryCount, entries, shiftBytes } = readZipDirectory(source, { name: options.name, limits });
    let readBytes = 0;
    const read = (entry: ZipEntry): Result<Buffer> =>
      toResult(() => {
        checkLimits(entry, readBytes, limits);
        const content = readContent(source, entry, shiftBytes);
        readBytes += content.length;
        return content;
      });
    return { entryCount, entries, read };
  });
}

/** Failures of the archive itself are values at this door; failures of the source stay thrown. */
function toResult<T>(attempt: () => T): Result<T> {
  try {
    return { ok: true, value: attempt() };
  } catch (error) {
    if (error instanceof ArchiveError) {
      return { ok: false, problem: error.toProblem() };
    }
    throw error;
  }
}

function toEntryError(code: ArchiveErrorCode, entry: ZipEntry, message: string, cause?: unknown): ArchiveError {
  return toArchiveError({ code, subject: entry.name, message: `Zip entry ${entry.name}: ${message}`, cause });
}

function checkLimits(entry: ZipEntry, readBytes: number, limits: ZipLimits): void {
  const refuse = (message: string): never => {
    throw toEntryError("archive.zip-limit-exceeded", entry, message);
  };
  if (entry.sizeBytes > limits.entryBytesMax) {
    refuse(`${entry.sizeBytes} bytes are more than the ${limits.entryBytesMax} allowed for one entry.`);
  }
  if (readBytes + entry.sizeBytes > limits.totalBytesMax) {
    refuse(`with it, more than the ${limits.totalBytesMax} bytes allowed for the archive would have been read.`);
  }
  if (entry.sizeBytes > limits.ratioFloorBytes && entry.sizeBytes > entry.compressedBytes * limits.ratioMax) {
    refuse(`it unpacks to more than ${limits.ratioMax} times its stored size.`);
  }
}

const localSignature = 0x04034b50;
const localHeaderBytes = 30;
/** Local extra fields are rarely longer than this; guessing it saves a second read per entry. */
const extraGuessBytes = 64;

function readContent(source: ZipSource, entry: ZipEntry, shiftBytes: number): Buffer {
  if (entry.isEncrypted) {
    throw toEntryError("archive.zip-unsupported", entry, "it is encrypted.");
  }
  const stored = readStored(source, entry, shiftBytes);
  const content = unpack(entry, stored);
  if (content.length !== entry.sizeBytes) {
    const message = `it holds ${content.length} bytes where the directory says ${entry.sizeBytes}.`;
    throw toEntryError("archive.zip-corrupt", entry, message);
  }
  if (crc32(content) !== entry.crc32) {
    throw toEntryError("archive.zip-checksum-mismatch", entry, "its content does not have the CRC-32 recorded for it.");
  }
  return content;
}

/** The entry's bytes as stored, found through its local header, which must name the same entry as the directory does. */
function readStored(source: ZipSource, entry: ZipEntry, shiftBytes: number): Buffer {
  const start = entry.localHeaderOffset + shiftBytes;
  // Checked before anything is allocated: sizes and offsets are claims until the archive is seen to be that long.
  if (!(start + localHeaderBytes + entry.nameBytes.length + entry.compressedBytes <= source.sizeBytes)) {
    throw toEntryError("archive.zip-truncated", entry, "the archive ends before its content does.");
  }
  const guessBytes = localHeaderBytes + entry.nameBytes.length + extraGuessBytes + entry.compressedBytes;
  const head = source.read(start, guessBytes);
  if (head.length < localHeaderBytes) {
    throw toEntryError("archive.zip-truncated", entry, "the archive ends before its header.");
  }
  const nameLength = head.readUInt16LE(26);
  const nameBytes = head.subarray(localHeaderBytes, localHeaderBytes + nameLength);
  if (head.readUInt32LE(0) !== localSignature || !nameBytes.equals(entry.nameBytes)) {
    throw toEntryError("archive.zip-corrupt", entry, "its own header is not the one the directory describes.");
  }
  const bodyStart = localHeaderBytes + nameLength + head.readUInt16LE(28);
  const bodyEnd = bodyStart + entry.compressedBytes;
  const stored =
    bodyEnd <= head.length ? head.subarray(bodyStart, bodyEnd) : source.read(start + bodyStart, entry.compressedBytes);
  if (stored.length < entry.compressedBytes) {
    throw toEntryError("archive.zip-truncated", entry, "the archive ends before its content does.");
  }
  return stored;
}

/** Smallest and largest buffer handed to zlib at once: one piece for nearly every entry, never a huge one on a lie. */
const chunkBytesMin = 64;
const chunkBytesMax = mebibyte;

function unpack(entry: ZipEntry, stored: Buffer): Buffer {
  switch (entry.method) {
    case 0:
      return stored;
    case 8:
      break;
    default:
      throw toEntryError("archive.zip-unsupported", entry, `compression method ${entry.method} is not read.`);
  }
  try {
    // One byte beyond the declared size, so that an entry that holds more is seen and not cut.
    const maxOutputLength = entry.sizeBytes + 1;
    const chunkSize = Math.min(Math.max(maxOutputLength, chunkBytesMin), chunkBytesMax);
    return inflateRawSync(stored, { maxOutputLength, chunkSize });
  } catch (error) {
    throw toEntryError("archive.zip-corrupt", entry, "its compressed data cannot be unpacked.", error);
  }
}
