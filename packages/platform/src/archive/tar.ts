/**
 * A streaming walk over a tar: headers are read, bodies are skipped without being copied, wanted bodies are gathered
 * up to a bound. Reads ustar, pax, GNU and v7 archives the way Go's archive/tar does, because container runtimes
 * unpack layers with it: what a runtime would see is what the visitor sees.
 */
import { type ArchiveError, createProblemCollector, toArchiveError, toArchiveProblem } from "./archive-error.ts";
import type { ArchiveEntry, ArchiveEntryKind, ArchiveLimits, ArchiveSummary, EntryVisitor } from "./entry.ts";
import { toEntryPath } from "./entry-path.ts";
import { type PaxRecords, parsePax } from "./pax.ts";
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

/** What extension headers said about the entry that follows them. */
interface Extension {
  readonly pax: PaxRecords;
  /** GNU long names, which win over pax. */
  readonly gnu: Partial<Pick<TarHeader, "name" | "linkName">>;
}

const noExtension: Extension = { pax: { fields: {} }, gnu: {} };
const headerOnlyFlags = "123456";

function toKind(typeFlag: string, name: string): ArchiveEntryKind {
  switch (typeFlag) {
    case "0":
    case "\0":
      // Before POSIX a directory was a file whose name ends in a slash.
      return name.endsWith("/") ? "directory" : "file";
    case "7":
    case "S":
      return "file";
    case "1":
      return "hardlink";
    case "2":
      return "symlink";
    case "5":
      return "directory";
    default:
      return "other";
  }
}

function parseGnuText(body: Buffer): string {
  const nul = body.indexOf(0);
  return body.toString("utf8", 0, nul === -1 ? body.length : nul);
}

function paddingOf(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}

/** A header with its extensions applied, its names not yet checked. */
interface MergedHeader extends TarHeader {
  readonly isSparse: boolean;
  /** Size once expanded; the stored size for all but sparse files. */
  readonly expandedBytes: number;
  readonly capabilities?: Buffer;
}

function applyExtension(header: TarHeader, { pax, gnu }: Extension): MergedHeader {
  const merged = { ...header, ...pax.fields, ...gnu };
  const { sparse = header.sparse, capabilities } = pax;
  return {
    ...merged,
    ...(pax.sparse?.name === undefined ? {} : { name: pax.sparse.name }),
    ...(capabilities === undefined ? {} : { capabilities }),
    isSparse: sparse !== undefined,
    expandedBytes: sparse?.sizeBytes ?? merged.sizeBytes,
  };
}

/** The header as it stands: what nearly every entry is. */
function keepHeader(header: TarHeader): MergedHeader {
  return {
    ...header,
    isSparse: header.sparse !== undefined,
    expandedBytes: header.sparse?.sizeBytes ?? header.sizeBytes,
  };
}

class Walker implements TarWalk {
  readonly #subject: string;
  readonly #visitor: EntryVisitor;
  readonly #limits: ArchiveLimits;
  readonly #problems;
  readonly #partial = Buffer.allocUnsafe(blockBytes);
  #partialBytes = 0;
  #isAfterZeroBlock = false;
  #mode: Mode = "header";
  #extension: Extension = noExtension;
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
    let offset = 0;
    while (offset < chunk.length && this.#mode !== "ended") {
      switch (this.#mode) {
        case "header":
        case "sparse-map":
          offset = this.#takeBlock(chunk, offset);
          break;
        case "skip":
          offset = this.#skip(chunk, offset);
          break;
        case "collect":
          offset = this.#collect(chunk, offset);
          break;
      }
    }
  }

  finish(): ArchiveSummary {
    const isCut =
      this.#mode === "collect" ||
      this.#mode === "sparse-map" ||
      (this.#mode === "skip" && this.#skipBytes > this.#paddingBytes) ||
      (this.#mode === "header" && (this.#partialBytes > 0 || this.#extension !== noExtension));
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
  #takeBlock(chunk: Buffer, offset: number): number {
    if (this.#partialBytes === 0 && chunk.length - offset >= blockBytes) {
      this.#handleBlock(chunk.subarray(offset, offset + blockBytes));
      return offset + blockBytes;
    }
    const taken = Math.min(blockBytes - this.#partialBytes, chunk.length - offset);
    chunk.copy(this.#partial, this.#partialBytes, offset, offset + taken);
    this.#partialBytes += taken;
    if (this.#partialBytes === blockBytes) {
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

  #extendGnu(names: Extension["gnu"]): void {
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
    const isPlain = this.#extension === noExtension;
    const header = isPlain ? keepHeader(written) : applyExtension(written, this.#extension);
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
    const bodyBytes = headerOnlyFlags.includes(header.typeFlag) ? 0 : header.sizeBytes;
    const entry = this.#toEntry(header);
    const isWanted = entry !== undefined && this.#isWanted(entry, header.isSparse);
    this.#current = entry?.path ?? "";
    if (entry !== undefined && isWanted) {
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

  /** The entry as the visitor sees it, or `undefined` (and a problem) when its names cannot be trusted. */
  #toEntry(header: MergedHeader): ArchiveEntry | undefined {
    const kind = toKind(header.typeFlag, header.name);
    const path = this.#toSafePath(header.name);
    const linkTarget = kind === "hardlink" ? this.#toSafePath(header.linkName) : header.linkName;
    if (path === undefined || linkTarget === undefined) {
      return undefined;
    }
    return {
      path,
      kind,
      sizeBytes: kind === "file" ? header.expandedBytes : 0,
      mode: header.mode,
      uid: header.uid,
      gid: header.gid,
      mtimeSeconds: header.mtimeSeconds,
      ...(kind === "hardlink" || kind === "symlink" ? { linkTarget } : {}),
      ...(header.capabilities === undefined ? {} : { capabilities: header.capabilities }),
    };
  }

  #toSafePath(name: string): string | undefined {
    const path = name.length <= this.#limits.pathBytesMax ? toEntryPath(name) : undefined;
    if (path === undefined) {
      const shown = JSON.stringify(name.slice(0, 200));
      this.#addProblem("archive.unsafe-path", this.#subject, `an entry named ${shown} was left out`);
    }
    return path;
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
