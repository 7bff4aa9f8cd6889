/**
 * How a layer is packed, told from its first bytes as runtimes do, and decoders that hand out large chunks. Sources:
 * RFC 1952 §2.3.1 (gzip), RFC 8878 §3.1.1 (zstd), xz file format 1.2 §2.1.1.1, bzip2.
 */

import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from "node:zlib";
import type { LayerCompression } from "@sightline/model";
import { createFrameCutter } from "./zstd-frames.ts";

/** Bytes that must be there to tell; fewer are taken as plain. */
export const magicBytes = 6;

/**
 * Chunks of 16 KiB, the default, cost 1.7 times the CPU. The high-water mark must leave room for a few chunks: the
 * stream then starts on the next one before this one is taken, and unpacking goes on beside hashing (10 % of wall time).
 */
const streamOptions = { chunkSize: 256 * 1024, highWaterMark: 1024 * 1024 };

/** The packing the first bytes show; `none` when they show nothing known, `unsupported` for a packing runtimes may read and we do not. */
export function detectCompression(head: Buffer): LayerCompression | "unsupported" {
  if (head.length >= 3 && head[0] === 0x1f && head[1] === 0x8b && head[2] === 0x08) {
    return "gzip";
  }
  if (head.length >= 4) {
    const magic = head.readUInt32LE(0);
    if (magic === 0xfd2fb528 || magic >>> 4 === 0x184d2a5) {
      return "zstd";
    }
  }
  const isXz = head.subarray(0, 6).equals(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]));
  const isBzip2 = head.toString("latin1", 0, 3) === "BZh";
  return isXz || isBzip2 ? "unsupported" : "none";
}

/** Turns packed bytes into plain ones, which go to the sink it was made with. */
export interface Decoder {
  /** Resolves when the next chunk may come. Rejects with a {@link DecodeFailure}, or with what the sink threw. */
  write(chunk: Buffer): Promise<void>;
  /** Resolves when everything has gone to the sink. Rejects like `write`. */
  finish(): Promise<void>;
  /** Frees the decoder; to be called whatever happened. */
  close(): void;
}

/** The packed bytes are damaged, or end too early. The caller knows the archive and makes its own error of it. */
export class DecodeFailure extends Error {
  readonly isTruncated: boolean;

  constructor(isTruncated: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : "the packed bytes are damaged", { cause });
    this.name = "DecodeFailure";
    this.isTruncated = isTruncated;
  }
}

function toDecodeFailure(error: unknown): DecodeFailure {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return new DecodeFailure(code === "Z_BUF_ERROR", error);
}

/**
 * Gives the chunk's memory back at once. Left to the collector, it makes V8 run a full collection for every 30 MB
 * unpacked, which is a tenth of the time. Only a chunk that fills an output buffer to its end may go: zlib writes on in
 * the others.
 */
function freeChunk({ buffer, byteOffset, byteLength }: Buffer): void {
  const isOutputBuffer = buffer instanceof ArrayBuffer && buffer.byteLength === streamOptions.chunkSize;
  if (isOutputBuffer && byteOffset + byteLength === streamOptions.chunkSize) {
    buffer.transfer(0);
  }
}

/** Drives a stream of zlib's without pipes: bytes past the end of the packed data are dropped, as gunzip does with padding. */
class ZlibDecoder implements Decoder {
  readonly #stream: Gunzip | ZstdDecompress;
  readonly #cut: (chunk: Buffer) => readonly Buffer[];
  readonly #sink: (chunk: Buffer) => void;
  #held: Buffer[] = [];
  #failure: Error | undefined;
  #isEnded = false;
  #wake: () => void = () => undefined;

  constructor(
    stream: Gunzip | ZstdDecompress,
    cut: (chunk: Buffer) => readonly Buffer[],
    sink: (chunk: Buffer) => void,
  ) {
    this.#stream = stream;
    this.#cut = cut;
    this.#sink = sink;
    stream.on("data", (chunk: Buffer) => this.#hold(chunk));
    stream.on("error", (error) => this.#fail(toDecodeFailure(error)));
    stream.on("drain", () => this.#wake());
    stream.on("end", () => {
      this.#pour();
      this.#isEnded = true;
      this.#wake();
    });
  }

  async write(chunk: Buffer): Promise<void> {
    for (const piece of this.#cut(chunk)) {
      this.#check();
      if (!this.#isEnded && !this.#stream.write(piece)) {
        await this.#untilWoken();
      }
    }
    this.#check();
  }

  async finish(): Promise<void> {
    this.#check();
    this.#stream.end();
    while (!this.#isEnded) {
      await this.#untilWoken();
      this.#check();
    }
  }

  close(): void {
    this.#stream.destroy();
  }

  /**
   * Lets the stream hand its next piece of work to zlib's thread first: the sink then runs beside it, not before it.
   * At most the chunks of one turn are held.
   */
  #hold(chunk: Buffer): void {
    this.#held.push(chunk);
    if (this.#held.length === 1) {
      queueMicrotask(() => this.#pour());
    }
  }

  #pour(): void {
    const chunks = this.#held;
    this.#held = [];
    try {
      for (const chunk of this.#failure === undefined ? chunks : []) {
        this.#sink(chunk);
        freeChunk(chunk);
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error("the sink failed", { cause: error }));
      this.#stream.destroy();
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  #check(): void {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  async #untilWoken(): Promise<void> {
    if (this.#failure === undefined && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A decoder for the packing; `sink` gets the plain bytes in order and must not keep them. */
export function createDecoder(compression: "gzip" | "zstd", sink: (chunk: Buffer) => void): Decoder {
  if (compression === "gzip") {
    return new ZlibDecoder(createGunzip(streamOptions), (chunk) => [chunk], sink);
  }
  const cutter = createFrameCutter();
  return new ZlibDecoder(createZstdDecompress(streamOptions), (chunk) => cutter.cut(chunk), sink);
}
