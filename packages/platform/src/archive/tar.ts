/**
 * A streaming walk over a tar: headers are read, bodies are skipped without being copied, wanted bodies are gathered
 * up to a bound. Reads ustar, pax, GNU and v7 archives the way Go's archive/tar does, because container runtimes
 * unpack layers with it: what a runtime would see is what the visitor sees.
 */
import { type ArchiveError, createProblemCollector, toArchiveError, toArchiveProblem } from "./archive-error.ts";
import type { ArchiveEntry, ArchiveLimits, ArchiveSummary, EntryVisitor } from "./entry.ts";
import { parsePax } from "./pax.ts";
import { bodyBytesOf, mergeHeader, noExtension, type TarExtension, toArchiveEntry } from "./tar-entry.ts";
import { blockBytes, parseHeaderBlock, type TarHeader } from "./tar-header.ts";

/** A walk that is fed the archive in pieces of any size. */
export interface TarWalk {
  /** Takes the next bytes; ignored once the archive has ended. Throws only what the visitor throws. The bytes are not kept. */
  push(chunk: Buffer): void;
  /** To be called once, after the last byte: tells what was found and what could not be read. */
  finish(): ArchiveSummary;
}

/** What to read, into what, and what to call the archive where no entry is to blame. */
export interface TarWalkOptions {
  readonly subject: string;
  readonly visitor: EntryVisitor;
  readonly limits: ArchiveLimits;
}

/** What the bytes after the current header are for. `padding` may be missing at the very end of an archive. */
type Mode = "header" | "skip" | "collect" | "sparse-map" | "ended";

function paddingOf(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}

function parseGnuText(body: Buffer): string {
  const nul = body.indexOf(0);
  return body.toString("utf8", 0, nul === -1 ? body.length : nul);
}

class Walker implements TarWalk {
  readonly #subject: string;
  readonly #visitor: EntryVisitor;
  readonly #limits: ArchiveLimits;
  readonly #problems;
  readonly #partial = Buffer.allocUnsafe(blockBytes);
  #partialBytes = 0;
  #isAfterZeroBlock = false;
  /** Bytes of the archive up to and including the block at hand. */
  #position = 0;
  #mode: Mode = "header";
  #extension: TarExtension = noExtension;
  #entries = 0;
  /** Bytes of body and padding still to pass over, and how many of them are padding. */
  #skipBytes = 0;
  #paddingBytes = 0;
  #body = Buffer.alloc(0);
  #bodyBytes = 0;
  #onBody: (body: Buffer) => void = () => undefined;
  /** Path of the entry being passed over or gathered. */
  #current = "";

  constructor(options: TarWalkOptions) {
    this.#subject = options.subject;
    this.#visitor = options.visitor;
    this.#limits = options.limits;
    this.#problems = createProblemCollector(options.limits.problemsMax);
  }

  push(chunk: Buffer): void {
    const start = this.#position;
    let offset = 0;
    while (offset < chunk.length && this.#mode !== "ended") {
      switch (this.#mode) {
        case "header":
        case "sparse-map":
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

  finish(): ArchiveSummary {
    const isCut =
      this.#mode === "collect" ||
      this.#mode === "sparse-map" ||
      (this.#mode === "skip" && this.#skipBytes > this.#paddingBytes) ||
      (this.#mode === "header" && this.#partialBytes > 0) ||
      (this.#mode !== "ended" && this.#extension !== noExtension);
    if (isCut) {
      this.#stop("archive.truncated", "the archive ends in the middle of an entry");
    }
    this.#mode = "ended";
    return { entries: this.#entries, problems: this.#problems.toProblems() };
  }

  #stop(code: ArchiveError["code"], reason: string): void {
    const subject = this.#current === "" ? this.#subject : this.#current;
    const place = this.#current === "" ? `${this.#subject}, entry ${this.#entries}` : this.#subject;
    this.#problems.add(toArchiveProblem(code, subject, `${place}: ${reason}; nothing after it was read`));
    this.#mode = "ended";
  }

  #addProblem(code: ArchiveError["code"], path: string, reason: string): void {
    this.#problems.add(toArchiveProblem(code, path, `${this.#subject}: ${reason}`));
  }

  /** Reads a block in place where it lies whole in the chunk, otherwise puts it together from pieces. */
  #takeBlock(chunk: Buffer, offset: number, chunkStart: number): number {
    const missing = blockBytes - this.#partialBytes;
    const taken = Math.min(missing, chunk.length - offset);
    this.#position = chunkStart + offset + taken;
    if (taken === blockBytes) {
      this.#handleBlock(chunk.subarray(offset, offset + blockBytes));
      return offset + blockBytes;
    }
    chunk.copy(this.#partial, this.#partialBytes, offset, offset + taken);
    this.#partialBytes += taken;
    if (taken === missing) {
      this.#partialBytes = 0;
      this.#handleBlock(this.#partial);
    }
    return offset + taken;
  }

  #skip(chunk: Buffer, offset: number): number {
    const taken = Math.min(this.#skipBytes, chunk.length - offset);
    this.#skipBytes -= taken;
    if (this.#skipBytes === 0) {
      this.#mode = "header";
      this.#current = "";
    }
    return offset + taken;
  }

  #collect(chunk: Buffer, offset: number): number {
    const taken = Math.min(this.#body.length - this.#bodyBytes, chunk.length - offset);
    chunk.copy(this.#body, this.#bodyBytes, offset, offset + taken);
    this.#bodyBytes += taken;
    if (this.#bodyBytes === this.#body.length) {
      const body = this.#body;
      this.#startSkip(0, paddingOf(body.length));
      this.#body = Buffer.alloc(0);
      this.#onBody(body);
    }
    return offset + taken;
  }

  #startSkip(bodyBytes: number, paddingBytes: number): void {
    this.#skipBytes = bodyBytes + paddingBytes;
    this.#paddingBytes = paddingBytes;
    this.#mode = this.#skipBytes === 0 ? "header" : "skip";
    if (this.#mode === "header") {
      this.#current = "";
    }
  }

  #startCollect(sizeBytes: number, onBody: (body: Buffer) => void): void {
    if (sizeBytes === 0) {
      this.#startSkip(0, 0);
      onBody(Buffer.alloc(0));
      return;
    }
    this.#body = Buffer.allocUnsafe(sizeBytes);
    this.#bodyBytes = 0;
    this.#onBody = onBody;
    this.#mode = "collect";
  }

  #handleBlock(block: Buffer): void {
    if (this.#mode === "sparse-map") {
      // Old GNU sparse map, continued: its last block says so in byte 504.
      this.#mode = block[504] === 0 ? "skip" : "sparse-map";
      if (this.#mode === "skip") {
        this.#startSkip(this.#skipBytes - this.#paddingBytes, this.#paddingBytes);
      }
      return;
    }
    const outcome = parseHeaderBlock(block);
    if (outcome.kind === "bad") {
      this.#stop("archive.corrupt", outcome.reason);
    } else if (outcome.kind === "header" && this.#isAfterZeroBlock) {
      this.#stop("archive.corrupt", "entries follow a lone zero block, which runtimes refuse");
    } else if (outcome.kind === "header") {
      this.#handleHeader(outcome.header);
    } else {
      this.#handleZeroBlock();
    }
  }

  /** Two zero blocks end an archive; what follows them exists for no runtime. */
  #handleZeroBlock(): void {
    if (this.#extension !== noExtension) {
      this.#stop("archive.corrupt", "the archive ends between an extension header and its entry");
    } else if (this.#isAfterZeroBlock) {
      this.#mode = "ended";
    } else {
      this.#isAfterZeroBlock = true;
    }
  }

  #handleHeader(header: TarHeader): void {
    if (header.sizeBytes > this.#limits.uncompressedBytesMax) {
      this.#stop("archive.limit-exceeded", `an entry claims ${header.sizeBytes} bytes`);
      return;
    }
    switch (header.typeFlag) {
      case "x":
        this.#readExtension(header, (body) => this.#applyPax(body));
        break;
      case "g":
        this.#readExtension(header, (body) => this.#checkGlobalPax(body));
        break;
      case "L":
        this.#readExtension(header, (body) => {
          this.#extendGnu({ name: parseGnuText(body) });
        });
        break;
      case "K":
        this.#readExtension(header, (body) => {
          this.#extendGnu({ linkName: parseGnuText(body) });
        });
        break;
      default:
        this.#handleEntry(header);
    }
  }

  #readExtension(header: TarHeader, onBody: (body: Buffer) => void): void {
    if (header.sizeBytes > this.#limits.headerBytesMax) {
      this.#stop("archive.limit-exceeded", `an extension header claims ${header.sizeBytes} bytes`);
      return;
    }
    this.#startCollect(header.sizeBytes, onBody);
  }

  #extendGnu(names: TarExtension["gnu"]): void {
    this.#extension = { ...this.#extension, gnu: { ...this.#extension.gnu, ...names } };
  }

  #applyPax(body: Buffer): void {
    const outcome = parsePax(body);
    if (outcome.ok) {
      this.#extension = { ...this.#extension, pax: outcome.records };
    } else {
      this.#stop("archive.corrupt", outcome.reason);
    }
  }

  /**
   * Global records are not applied: Go's reader does not either, so they change nothing in a container. Records that
   * would move or resize entries for other readers are named, because two readers would see two archives.
   */
  #checkGlobalPax(body: Buffer): void {
    const outcome = parsePax(body);
    if (!outcome.ok) {
      this.#stop("archive.corrupt", outcome.reason);
      return;
    }
    const { fields, sparse } = outcome.records;
    if ("name" in fields || "linkName" in fields || "sizeBytes" in fields || sparse !== undefined) {
      this.#addProblem(
        "archive.unsupported",
        this.#subject,
        "a global pax header sets a name or a size for all entries; runtimes ignore it, and so does this reading",
      );
    }
  }

  #handleEntry(written: TarHeader): void {
    const header = mergeHeader(written, this.#extension);
    this.#extension = noExtension;
    this.#entries += 1;
    if (this.#entries > this.#limits.entriesMax) {
      this.#stop("archive.limit-exceeded", `the archive has more than ${this.#limits.entriesMax} entries`);
      return;
    }
    if (header.sizeBytes > this.#limits.uncompressedBytesMax) {
      this.#stop("archive.limit-exceeded", `an entry claims ${header.sizeBytes} bytes`);
      return;
    }
    const bodyBytes = bodyBytesOf(header);
    const entry = toArchiveEntry(header, this.#position, this.#limits.pathBytesMax);
    const isSafe = !("unsafeName" in entry);
    if (!isSafe) {
      const shown = JSON.stringify(entry.unsafeName.slice(0, 200));
      this.#addProblem("archive.unsafe-path", this.#subject, `an entry that names ${shown} was left out`);
    }
    const isWanted = isSafe && this.#isWanted(entry, header.isSparse);
    this.#current = isSafe ? entry.path : "";
    if (isWanted) {
      this.#startCollect(bodyBytes, (body) => this.#visitor.content(entry, body));
      return;
    }
    this.#startSkip(bodyBytes, paddingOf(bodyBytes));
    if (header.sparse?.isExtended === true) {
      this.#mode = "sparse-map";
    }
  }

  /** Asks the visitor, and keeps what it wishes for within what can be handed over. */
  #isWanted(entry: ArchiveEntry, isSparse: boolean): boolean {
    if (this.#visitor.wish(entry) === "skip" || entry.kind !== "file") {
      return false;
    }
    if (isSparse) {
      this.#addProblem("archive.unsupported", entry.path, "a sparse file was asked for and cannot be expanded");
      return false;
    }
    if (entry.sizeBytes > this.#limits.fileBytesMax) {
      const { fileBytesMax } = this.#limits;
      this.#addProblem(
        "archive.file-too-large",
        entry.path,
        `the file has ${entry.sizeBytes} bytes, the limit for one file is ${fileBytesMax}`,
      );
      return false;
    }
    return true;
  }
}

/** Starts a walk. Problems of single entries are kept; damage to the archive itself ends the walk and is kept too. */
export function createTarWalk(options: TarWalkOptions): TarWalk {
  return new Walker(options);
}

/** Walks a tar that is not packed (a saved image, a test). Throws what the source or the visitor throws. */
export async function walkTar(source: AsyncIterable<Uint8Array>, options: TarWalkOptions): Promise<ArchiveSummary> {
  const walk = createTarWalk(options);
  let totalBytes = 0;
  for await (const chunk of source) {
    totalBytes += chunk.byteLength;
    if (totalBytes > options.limits.uncompressedBytesMax) {
      throw toArchiveError({
        code: "archive.limit-exceeded",
        subject: options.subject,
        message: `${options.subject} has more than ${options.limits.uncompressedBytesMax} bytes`,
      });
    }
    walk.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  return walk.finish();
}
