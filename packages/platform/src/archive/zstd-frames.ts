/**
 * Where zstd frames end. Node's decoder stops at the end of a frame and drops what follows it in the same chunk, but
 * goes on when a chunk ends exactly there; so pieces are cut at frame ends. Layers with many frames are common
 * (zstd:chunked, pzstd). Source: RFC 8878 §3.1.1 (frames and blocks), §3.1.2 (skippable frames).
 */

/** Cuts a stream into pieces none of which goes past the end of a frame. */
export interface FrameCutter {
  /** The chunk in order, in one or more pieces; they share its memory. Damaged input is passed on for the decoder to refuse. */
  cut(chunk: Buffer): readonly Buffer[];
}

type Stage = "magic" | "skippable" | "descriptor" | "block" | "beyond";

const stageBytes: Readonly<Record<Stage, number>> = { magic: 4, skippable: 4, descriptor: 1, block: 3, beyond: 0 };
const frameMagic = 0xfd2fb528;
const dictionaryIdBytes = [0, 1, 2, 4];
const contentSizeBytes = [0, 2, 4, 8];

/** Bytes between the frame header descriptor and the first block. */
function restOfHeaderBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const contentSize = sizeFlag === 0 && isSingleSegment ? 1 : (contentSizeBytes[sizeFlag] ?? 0);
  return (isSingleSegment ? 0 : 1) + (dictionaryIdBytes[descriptor & 3] ?? 0) + contentSize;
}

class Cutter implements FrameCutter {
  #stage: Stage = "magic";
  readonly #header = Buffer.alloc(4);
  #headerBytes = 0;
  /** Bytes to pass over before the next stage begins. */
  #skipBytes = 0;
  #hasChecksum = false;
  /** The bytes being passed over are the last of their frame. */
  #isLast = false;

  cut(chunk: Buffer): readonly Buffer[] {
    const pieces: Buffer[] = [];
    let start = 0;
    let offset = 0;
    while (offset < chunk.length && this.#stage !== "beyond") {
      offset = this.#skipBytes > 0 ? this.#pass(chunk, offset) : this.#gather(chunk, offset);
      if (this.#isLast && this.#skipBytes === 0) {
        this.#isLast = false;
        pieces.push(chunk.subarray(start, offset));
        start = offset;
      }
    }
    if (start < chunk.length) {
      pieces.push(chunk.subarray(start));
    }
    return pieces;
  }

  #pass(chunk: Buffer, offset: number): number {
    const taken = Math.min(this.#skipBytes, chunk.length - offset);
    this.#skipBytes -= taken;
    return offset + taken;
  }

  #gather(chunk: Buffer, offset: number): number {
    const wantedBytes = stageBytes[this.#stage];
    const taken = Math.min(wantedBytes - this.#headerBytes, chunk.length - offset);
    chunk.copy(this.#header, this.#headerBytes, offset, offset + taken);
    this.#headerBytes += taken;
    if (this.#headerBytes === wantedBytes) {
      this.#headerBytes = 0;
      this.#advance();
    }
    return offset + taken;
  }

  #endFrame(restBytes: number): void {
    this.#stage = "magic";
    this.#skipBytes = restBytes;
    this.#isLast = true;
  }

  #advance(): void {
    switch (this.#stage) {
      case "magic": {
        const magic = this.#header.readUInt32LE(0);
        const afterSkippable = magic >>> 4 === 0x184d2a5 ? "skippable" : "beyond";
        this.#stage = magic === frameMagic ? "descriptor" : afterSkippable;
        break;
      }
      case "skippable":
        this.#endFrame(this.#header.readUInt32LE(0));
        break;
      case "descriptor": {
        const descriptor = this.#header.readUInt8(0);
        this.#hasChecksum = (descriptor & 4) !== 0;
        this.#skipBytes = restOfHeaderBytes(descriptor);
        this.#stage = "block";
        break;
      }
      case "block": {
        const blockHeader = this.#header.readUIntLE(0, 3);
        const isRunLength = ((blockHeader >> 1) & 3) === 1;
        const contentBytes = isRunLength ? 1 : blockHeader >> 3;
        if ((blockHeader & 1) === 1) {
          this.#endFrame(contentBytes + (this.#hasChecksum ? 4 : 0));
        } else {
          this.#skipBytes = contentBytes;
        }
        break;
      }
      case "beyond":
        break;
    }
  }
}

/** A cutter for one stream, from its first byte. */
export function createFrameCutter(): FrameCutter {
  return new Cutter();
}
