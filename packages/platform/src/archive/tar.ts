/**
 * A streaming walk over a tar: headers are read, bodies are skipped without being copied, wanted bodies are gathered
 * up to a bound. Reads ustar, pax, GNU and v7 archives the way Go's archive/tar does, because container runtimes
 * unpack layers with it: what a runtime would see is what the visitor sees.
 */
import { type ArchiveError, createProblemCollector, toArchiveError, toArchiveProblem } from "./archive-error.ts";
import type { ArchiveEntry, ArchiveLimits, ArchiveSummary, EntryVisitor } from "./entry.ts";
import { parsePax } from "./pax.ts";
import { bodyBytesOf, mergeHeader, noExtension, type TarExtension, toArchiveEntry } from "./tar-entry.ts";
import { TarFramer } from "./tar-framer.ts";
import { parseHeaderBlock, type TarHeader } from "./tar-header.ts";

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

function parseGnuText(body: Buffer): string {
  const nul = body.indexOf(0);
  return body.toString("utf8", 0, nul === -1 ? body.length : nul);
}

class Walker implements TarWalk {
  readonly #subject: string;
  readonly #visitor: EntryVisitor;
  readonly #limits: ArchiveLimits;
  readonly #problems;
  readonly #framer = new TarFramer((block) => this.#handleBlock(block));
  #isAfterZeroBlock = false;
  #extension: TarExtension = noExtension;
  #entries = 0;
  /** Body of an old sparse file whose map goes on in further blocks. */
  #mappedBytes: number | undefined;
  /** Path of the entry at hand. */
  #current = "";

  constructor(options: TarWalkOptions) {
    this.#subject = options.subject;
    this.#visitor = options.visitor;
    this.#limits = options.limits;
    this.#problems = createProblemCollector(options.limits.problemsMax);
  }

  push(chunk: Buffer): void {
    this.#framer.push(chunk);
  }

  finish(): ArchiveSummary {
    const isWaiting = this.#extension !== noExtension || this.#mappedBytes !== undefined;
    if (!this.#framer.isEnded && (this.#framer.isInside || isWaiting)) {
      this.#stop("archive.truncated", "the archive ends in the middle of an entry");
    }
    this.#framer.end();
    return { entries: this.#entries, problems: this.#problems.toProblems() };
  }

  #stop(code: ArchiveError["code"], reason: string): void {
    const subject = this.#current === "" ? this.#subject : this.#current;
    const place = this.#current === "" ? `${this.#subject}, entry ${this.#entries}` : this.#subject;
    this.#problems.add(toArchiveProblem(code, subject, `${place}: ${reason}; nothing after it was read`));
    this.#framer.end();
  }

  #addProblem(code: ArchiveError["code"], path: string, reason: string): void {
    this.#problems.add(toArchiveProblem(code, path, `${this.#subject}: ${reason}`));
  }

  #handleBlock(block: Buffer): void {
    if (this.#mappedBytes !== undefined) {
      this.#passSparseMap(block, this.#mappedBytes);
      return;
    }
    this.#current = "";
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

  /** Old GNU sparse map, continued: byte 504 says whether yet another block follows. */
  #passSparseMap(block: Buffer, bodyBytes: number): void {
    if (block[504] === 0) {
      this.#mappedBytes = undefined;
      this.#framer.skipBody(bodyBytes);
    }
  }

  /** Two zero blocks end an archive; what follows them exists for no runtime. */
  #handleZeroBlock(): void {
    if (this.#extension !== noExtension) {
      this.#stop("archive.corrupt", "the archive ends between an extension header and its entry");
    } else if (this.#isAfterZeroBlock) {
      this.#framer.end();
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
    this.#framer.collectBody(header.sizeBytes, onBody);
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
    const entry = toArchiveEntry(header, this.#framer.position, this.#limits.pathBytesMax);
    const isSafe = !("unsafeName" in entry);
    if (!isSafe) {
      const shown = JSON.stringify(entry.unsafeName.slice(0, 200));
      this.#addProblem("archive.unsafe-path", this.#subject, `an entry that names ${shown} was left out`);
    }
    const isWanted = isSafe && this.#isWanted(entry, header.isSparse);
    this.#current = isSafe ? entry.path : "";
    if (isWanted) {
      this.#framer.collectBody(bodyBytes, (body) => this.#visitor.content(entry, body));
      return;
    }
    if (header.sparse?.isExtended === true) {
      this.#mappedBytes = bodyBytes;
    } else {
      this.#framer.skipBody(bodyBytes);
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
