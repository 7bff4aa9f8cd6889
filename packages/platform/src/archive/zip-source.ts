/** Where the bytes of a zip archive come from: memory (a jar inside a layer) or a file (an advisory archive). */
import assert from "node:assert/strict";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/**
 * Bytes that can be read at any position. `read` answers what is there: fewer bytes than asked when the source ends
 * before, none past its end. The answer belongs to the caller but may share memory with the source: it is not written to.
 */
export interface ZipSource {
  readonly sizeBytes: number;
  read(offset: number, lengthBytes: number): Buffer;
}

/** A file held open. `close` (or `using`) gives the descriptor back; reading after that throws. */
export interface ZipFileSource extends ZipSource, Disposable {
  close(): void;
}

/** Bytes already in memory; reading copies nothing. */
export function toZipSource(bytes: Buffer): ZipSource {
  return {
    sizeBytes: bytes.length,
    read: (offset, lengthBytes) => bytes.subarray(offset, offset + lengthBytes),
  };
}

/**
 * Bytes read ahead: the entries of an archive are usually read in the order in which they lie, and one system call
 * for each of seventy thousand small ones took longer than unpacking them.
 */
const windowBytes = 256 * 1024;

/** The file at `path`, read by position. Throws the file system's own error when it cannot be opened or read. */
export function openZipFile(path: string): ZipFileSource {
  const descriptor = openSync(path, "r");
  let open = true;
  const close = (): void => {
    if (open) {
      open = false;
      closeSync(descriptor);
    }
  };
  let windowStart = 0;
  let window: Buffer = Buffer.alloc(0);
  const read = (offset: number, lengthBytes: number): Buffer => {
    // The system may by now have given the descriptor's number to another file.
    assert(open, "the zip file was closed");
    if (lengthBytes > windowBytes) {
      return readFully(descriptor, offset, lengthBytes);
    }
    if (offset < windowStart || offset + lengthBytes > windowStart + window.length) {
      window = readFully(descriptor, offset, windowBytes);
      windowStart = offset;
    }
    return window.subarray(offset - windowStart, offset - windowStart + lengthBytes);
  };
  return {
    sizeBytes: fstatSync(descriptor).size,
    read,
    close,
    [Symbol.dispose]: close,
  };
}

/** POSIX lets a read answer short before the end of the file; only an answer of nothing is the end. */
function readFully(descriptor: number, offset: number, lengthBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(lengthBytes);
  let filled = 0;
  while (filled < lengthBytes) {
    const count = readSync(descriptor, bytes, filled, lengthBytes - filled, offset + filled);
    if (count === 0) {
      break;
    }
    filled += count;
  }
  return bytes.subarray(0, filled);
}
