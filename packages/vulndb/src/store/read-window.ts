/** Many small reads at rising positions, made of few large ones. */
import type { BlockPlace } from "./keyed-file-format.ts";

/** Fills the buffer from a position of the file; answers how many bytes there were. */
export type ReadInto = (buffer: Buffer, position: number) => number;

const windowBytes = 1024 * 1024;

/** A window that moves forward over a file. What it answers is overwritten by the next read. */
export class ReadWindow {
  readonly #readInto: ReadInto;
  readonly #window = Buffer.allocUnsafe(windowBytes);
  #start = 0;
  #filled = 0;

  constructor(readInto: ReadInto) {
    this.#readInto = readInto;
  }

  /** The bytes at the place; fewer when the file ends before. */
  read({ offset, lengthBytes }: BlockPlace): Buffer {
    if (lengthBytes > windowBytes) {
      const large = Buffer.allocUnsafe(lengthBytes);
      return large.subarray(0, this.#readInto(large, offset));
    }
    if (offset < this.#start || offset + lengthBytes > this.#start + this.#filled) {
      this.#start = offset;
      this.#filled = this.#readInto(this.#window, offset);
    }
    const from = offset - this.#start;
    return this.#window.subarray(from, Math.min(from + lengthBytes, this.#filled));
  }

  /** All of a section, in pieces. */
  *readThrough({ offset, lengthBytes }: BlockPlace): Iterable<Buffer> {
    const end = offset + lengthBytes;
    for (let at = offset; at < end; at += windowBytes) {
      yield this.read({ offset: at, lengthBytes: Math.min(windowBytes, end - at) });
    }
  }
}
