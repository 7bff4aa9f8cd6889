/** A file that is only appended to while it is written, through one buffer; what was written can be read again. */
import assert from "node:assert/strict";
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import type { BlockPlace } from "./keyed-file-format.ts";

const chunkBytes = 1024 * 1024;

/** Told about every stretch of bytes as it goes to the file, in order. */
export type WriteObserver = (bytes: Buffer) => void;

/** Throws the file system's own errors. */
export class AppendFile {
  readonly #descriptor: number;
  readonly #observe: WriteObserver;
  readonly #chunk = Buffer.allocUnsafe(chunkBytes);
  #filled = 0;
  #flushedTo: number;
  #open = true;

  /** Creates the file, which must not exist yet; the bytes before `start` are left for later. */
  constructor(path: string, start: number, observe: WriteObserver = () => undefined) {
    this.#descriptor = openSync(path, "wx+", 0o644);
    this.#flushedTo = start;
    this.#observe = observe;
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.#flushedTo + this.#filled;
  }

  append(bytes: Buffer): void {
    if (this.#filled + bytes.length > chunkBytes) {
      this.flush();
    }
    if (bytes.length > chunkBytes) {
      this.#writeOut(bytes);
    } else {
      bytes.copy(this.#chunk, this.#filled);
      this.#filled += bytes.length;
    }
  }

  flush(): void {
    this.#writeOut(this.#chunk.subarray(0, this.#filled));
    this.#filled = 0;
  }

  /** Bytes that were appended. */
  read({ offset, lengthBytes }: BlockPlace): Buffer {
    if (offset + lengthBytes > this.#flushedTo) {
      this.flush();
    }
    const bytes = Buffer.allocUnsafe(lengthBytes);
    for (let done = 0; done < lengthBytes; ) {
      const count = readSync(this.#descriptor, bytes, done, lengthBytes - done, offset + done);
      assert(count > 0, "what was appended can be read again");
      done += count;
    }
    return bytes;
  }

  /** Fills in bytes left out at the beginning; not told to the observer. */
  writeAt(bytes: Buffer, offset: number): void {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, offset + done);
    }
  }

  /** Returns once everything is on the disk. */
  sync(): void {
    this.flush();
    fsyncSync(this.#descriptor);
  }

  /** Does not flush. Harmless when closed already. */
  close(): void {
    if (this.#open) {
      this.#open = false;
      closeSync(this.#descriptor);
    }
  }

  #writeOut(bytes: Buffer): void {
    this.writeAt(bytes, this.#flushedTo);
    this.#observe(bytes);
    this.#flushedTo += bytes.length;
  }
}
