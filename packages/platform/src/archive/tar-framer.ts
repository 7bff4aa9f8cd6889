/** The lower half of a walk over a tar: from pieces of any size to whole blocks, bodies gathered and bodies passed over. */
import { blockBytes } from "./tar-header.ts";

/** Bytes that fill the last block of a body. */
function paddingOf(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}

/** What the bytes at hand are for. */
type Mode = "block" | "skip" | "collect" | "ended";

/**
 * Gives blocks to `onBlock` until it is told, from there, what the bytes behind the block are. A block is valid only
 * during the call: it may lie in the chunk itself.
 */
export class TarFramer {
  readonly #onBlock: (block: Buffer) => void;
  readonly #partial = Buffer.allocUnsafe(blockBytes);
  #partialBytes = 0;
  #position = 0;
  #mode: Mode = "block";
  /** Bytes of body and padding still to pass over, and how many of them are padding. */
  #skipBytes = 0;
  #paddingBytes = 0;
  #body = Buffer.alloc(0);
  #bodyBytes = 0;
  #onBody: (body: Buffer) => void = () => undefined;

  constructor(onBlock: (block: Buffer) => void) {
    this.#onBlock = onBlock;
  }

  /** Bytes of the archive up to the end of the block at hand. */
  get position(): number {
    return this.#position;
  }

  /** Whether the bytes so far end in the middle of a block or a body. Missing padding does not count. */
  get isInside(): boolean {
    return (
      this.#mode === "collect" ||
      (this.#mode === "skip" && this.#skipBytes > this.#paddingBytes) ||
      (this.#mode === "block" && this.#partialBytes > 0)
    );
  }

  get isEnded(): boolean {
    return this.#mode === "ended";
  }

  push(chunk: Buffer): void {
    const start = this.#position;
    let offset = 0;
    while (offset < chunk.length && this.#mode !== "ended") {
      switch (this.#mode) {
        case "block":
          offset = this.#takeBlock(chunk, offset, start);
          break;
        case "skip":
          offset = this.#skip(chunk, offset);
          break;
        case "collect":
          offset = this.#collect(chunk, offset);
          break;
      }
    }
    this.#position = start + chunk.length;
  }

  /** The next bytes are a body nobody wants. */
  skipBody(sizeBytes: number): void {
    this.#startSkip(sizeBytes, paddingOf(sizeBytes));
  }

  /** The next bytes are a body that is wanted whole. */
  collectBody(sizeBytes: number, onBody: (body: Buffer) => void): void {
    if (sizeBytes === 0) {
      onBody(Buffer.alloc(0));
      return;
    }
    this.#body = Buffer.allocUnsafe(sizeBytes);
    this.#bodyBytes = 0;
    this.#onBody = onBody;
    this.#mode = "collect";
  }

  /** Nothing that follows is looked at. */
  end(): void {
    this.#mode = "ended";
  }

  /** Reads a block in place where it lies whole in the chunk, otherwise puts it together from pieces. */
  #takeBlock(chunk: Buffer, offset: number, chunkStart: number): number {
    const missing = blockBytes - this.#partialBytes;
    const taken = Math.min(missing, chunk.length - offset);
    this.#position = chunkStart + offset + taken;
    if (taken === blockBytes) {
      this.#onBlock(chunk.subarray(offset, offset + blockBytes));
      return offset + blockBytes;
    }
    chunk.copy(this.#partial, this.#partialBytes, offset, offset + taken);
    this.#partialBytes += taken;
    if (taken === missing) {
      this.#partialBytes = 0;
      this.#onBlock(this.#partial);
    }
    return offset + taken;
  }

  #skip(chunk: Buffer, offset: number): number {
    const taken = Math.min(this.#skipBytes, chunk.length - offset);
    this.#skipBytes -= taken;
    if (this.#skipBytes === 0) {
      this.#mode = "block";
    }
    return offset + taken;
  }

  #collect(chunk: Buffer, offset: number): number {
    const taken = Math.min(this.#body.length - this.#bodyBytes, chunk.length - offset);
    chunk.copy(this.#body, this.#bodyBytes, offset, offset + taken);
    this.#bodyBytes += taken;
    if (this.#bodyBytes === this.#body.length) {
      const body = this.#body;
      this.#body = Buffer.alloc(0);
      this.#startSkip(0, paddingOf(body.length));
      this.#onBody(body);
    }
    return offset + taken;
  }

  #startSkip(bodyBytes: number, paddingBytes: number): void {
    this.#skipBytes = bodyBytes + paddingBytes;
    this.#paddingBytes = paddingBytes;
    this.#mode = this.#skipBytes === 0 ? "block" : "skip";
  }
}
