/**
 * One layer, read once: the stored bytes are hashed, unpacked, hashed again and walked in the same pass, and nothing
 * of it counts unless both digests are the ones the image names. Sources: OCI image-spec 1.1, layer.md and config.md
 * (`rootfs.diff_ids`: digest of the uncompressed tar); descriptor.md (digest and size must be verified).
 */
import { createHash } from "node:crypto";
import type { Digest, LayerCompression, Problem } from "@sightline/model";
import { type ArchiveError, toArchiveError, toArchiveProblem } from "./archive-error.ts";
import { createDecoder, DecodeFailure, type Decoder, detectCompression, magicBytes } from "./compression.ts";
import type { ArchiveLimits, ArchiveSummary, EntryVisitor } from "./entry.ts";
import { createTarWalk, type TarWalk } from "./tar.ts";

/** What the image says about the layer, and what reading it may cost. */
export interface LayerBlobOptions {
  /** Digest of the stored bytes. */
  readonly digest: Digest;
  /** Digest of the tar inside. */
  readonly diffId: Digest;
  /** Stored bytes as the manifest claims; reading stops when there are more. */
  readonly sizeBytes: number;
  /** What the media type says. The bytes themselves decide; a difference is a problem. */
  readonly compression: LayerCompression;
  readonly limits: ArchiveLimits;
}

/** A layer that was what it claims to be. */
export interface LayerReading extends ArchiveSummary {
  readonly uncompressedBytes: number;
}

/** The state of one reading. */
class LayerReader {
  readonly #options: LayerBlobOptions;
  readonly #storedHash = createHash("sha256");
  /** Absent while, and only if, the stored bytes are the tar itself: one hash serves for both. */
  #tarHash: ReturnType<typeof createHash> | undefined;
  readonly #walk: TarWalk;
  #decoder: Decoder | undefined;
  #head: Buffer | undefined = Buffer.alloc(0);
  #problem: Problem | undefined;
  #storedBytes = 0;
  #tarBytes = 0;

  constructor(options: LayerBlobOptions, visitor: EntryVisitor) {
    this.#options = options;
    this.#walk = createTarWalk({ subject: options.digest, visitor, limits: options.limits });
  }

  async read(stored: AsyncIterable<Uint8Array>): Promise<LayerReading> {
    let failure: DecodeFailure | undefined;
    try {
      for await (const bytes of stored) {
        const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        this.#countStored(chunk);
        if (failure !== undefined) {
          // The rest is only hashed: whether the bytes are the wrong ones or wrongly made decides what went wrong.
          continue;
        }
        const ready = this.#holdBackHead(chunk);
        failure = ready === undefined ? undefined : await this.#feed(ready);
      }
      const head = this.#releaseHead();
      failure ??= head === undefined ? undefined : await this.#feed(head);
      failure ??= await this.#settle(this.#decoder?.finish());
    } finally {
      this.#decoder?.close();
    }
    this.#verifyStored();
    return this.#conclude(failure);
  }

  #fail(code: ArchiveError["code"], reason: string, cause?: unknown): ArchiveError {
    const { digest } = this.#options;
    return toArchiveError({ code, subject: digest, message: `Layer ${digest}: ${reason}`, cause });
  }

  #countStored(chunk: Buffer): void {
    this.#storedBytes += chunk.length;
    const { sizeBytes } = this.#options;
    if (this.#storedBytes > sizeBytes) {
      throw this.#fail("archive.digest-mismatch", `more bytes came than the ${sizeBytes} the manifest names`);
    }
    this.#storedHash.update(chunk);
  }

  #openDecoder(head: Buffer): void {
    const { compression, digest } = this.#options;
    const found = detectCompression(head);
    if (found === "unsupported") {
      throw this.#fail("archive.unsupported", "it is packed with xz or bzip2, which is not read");
    }
    if (found !== compression) {
      const message = `Layer ${digest}: its media type says ${compression}, its bytes say ${found}`;
      this.#problem = toArchiveProblem("archive.media-type-mismatch", digest, message);
    }
    if (found !== "none") {
      this.#tarHash = createHash("sha256");
      this.#decoder = createDecoder(found, (chunk) => this.#takeTar(chunk));
    }
  }

  /** Keeps the first bytes back until there are enough to tell the packing; from then on gives every chunk through. */
  #holdBackHead(chunk: Buffer): Buffer | undefined {
    if (this.#head === undefined) {
      return chunk;
    }
    this.#head = Buffer.concat([this.#head, chunk]);
    return this.#head.length < magicBytes ? undefined : this.#releaseHead();
  }

  #releaseHead(): Buffer | undefined {
    const head = this.#head;
    this.#head = undefined;
    if (head !== undefined) {
      this.#openDecoder(head);
    }
    return head;
  }

  async #feed(chunk: Buffer): Promise<DecodeFailure | undefined> {
    if (this.#decoder === undefined) {
      this.#takeTar(chunk);
      return undefined;
    }
    return await this.#settle(this.#decoder.write(chunk));
  }

  async #settle(step: Promise<void> | undefined): Promise<DecodeFailure | undefined> {
    try {
      await step;
      return undefined;
    } catch (error) {
      if (error instanceof DecodeFailure) {
        return error;
      }
      throw error;
    }
  }

  #takeTar(chunk: Buffer): void {
    this.#tarBytes += chunk.length;
    const { uncompressedBytesMax, ratioFloorBytes, ratioMax } = this.#options.limits;
    if (this.#tarBytes > uncompressedBytesMax) {
      throw this.#fail("archive.limit-exceeded", `it unpacks to more than ${uncompressedBytesMax} bytes`);
    }
    if (this.#tarBytes > ratioFloorBytes && this.#tarBytes > this.#storedBytes * ratioMax) {
      throw this.#fail("archive.limit-exceeded", `it unpacks to more than ${ratioMax} times its size`);
    }
    this.#tarHash?.update(chunk);
    this.#walk.push(chunk);
  }

  #verifyStored(): void {
    const { sizeBytes, digest } = this.#options;
    if (this.#storedBytes < sizeBytes) {
      throw this.#fail("archive.truncated", `${this.#storedBytes} of ${sizeBytes} bytes came`);
    }
    const storedDigest = `sha256:${this.#storedHash.digest("hex")}`;
    if (storedDigest !== digest) {
      throw this.#fail("archive.digest-mismatch", `its bytes have the digest ${storedDigest}`);
    }
  }

  #conclude(failure: DecodeFailure | undefined): LayerReading {
    if (failure !== undefined) {
      const code = failure.isTruncated ? "archive.truncated" : "archive.corrupt";
      throw this.#fail(code, `it cannot be unpacked (${failure.message})`, failure);
    }
    const { diffId, digest } = this.#options;
    const found = this.#tarHash === undefined ? digest : `sha256:${this.#tarHash.digest("hex")}`;
    if (found !== diffId) {
      throw this.#fail("archive.diff-id-mismatch", `it unpacks to ${found}, the image configuration names ${diffId}`);
    }
    const { entries, problems } = this.#walk.finish();
    const all = this.#problem === undefined ? problems : [this.#problem, ...problems];
    return { entries, problems: all, uncompressedBytes: this.#tarBytes };
  }
}

/**
 * Reads a layer from its stored bytes. The packing is told from the bytes. What the visitor was shown may only be
 * kept when the promise resolves; problems then name what could not be read whole. The source is asked for more only
 * as fast as it is unpacked. Throws what the source and the visitor throw, and {@link ArchiveError}:
 * `archive.digest-mismatch`, `archive.diff-id-mismatch`, `archive.truncated` (fewer bytes than claimed, or a stream
 * that stops early), `archive.corrupt` (right bytes that cannot be unpacked), `archive.limit-exceeded`,
 * `archive.unsupported` (xz, bzip2).
 */
export async function readLayerBlob(
  stored: AsyncIterable<Uint8Array>,
  options: LayerBlobOptions,
  visitor: EntryVisitor,
): Promise<LayerReading> {
  return await new LayerReader(options, visitor).read(stored);
}
