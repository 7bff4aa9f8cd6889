/**
 * Documents laid out as the OSV bucket is: `<Ecosystem>/all.zip`, or `<Ecosystem>/<ID>.json` in a folder or in a
 * .tar.gz of one; also a single archive, `all.zip`. Source: google.github.io/osv.dev/data, "Data dumps".
 */
import { createReadStream, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream";
import { setImmediate as letOthersRun } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import type { Result } from "@sightline/model";
import { defaultArchiveLimits, FileError, openZip, openZipFile, readBoundedFile, walkTar } from "@sightline/platform";
import type { ImportLimits } from "./import-limits.ts";
import { isOperatingFailure, toVulndbError, VulndbError } from "./vulndb-error.ts";

/** One document of the bucket. */
export interface BucketDocument {
  /** Name of the folder it stands in. */
  readonly ecosystem: string;
  /** Its own name, `DSA-5724-1.json`. */
  readonly name: string;
  /** Its bytes, or why they could not be had. */
  readonly content: Result<Buffer>;
}

/** How far the reading of one archive or folder is; `total` is known for zip archives and folders. */
export interface BucketProgress {
  readonly subject: string;
  readonly done: number;
  readonly total?: number;
}

/** Who takes the documents, and within which bounds they are read. */
export interface BucketOptions {
  readonly limits: ImportLimits;
  readonly signal?: AbortSignal;
  readonly visit: (document: BucketDocument) => void;
  /** Told at the beginning and the end of every archive or folder, and about every few hundred documents. */
  readonly progress: (progress: BucketProgress) => void;
}

/** Documents between two looks at the signal: some milliseconds of work. */
const batchSize = 256;

/**
 * Reads all documents, in the order of their names where the source has none of its own. A document that cannot be
 * read is handed over as a problem. Throws {@link VulndbError}: `vulndb.source-missing`, `vulndb.source-unreadable`
 * (a whole file is damaged), `vulndb.limit-exceeded`, `vulndb.cancelled`; and whatever `visit` throws.
 */
export async function readBucket(from: string, options: BucketOptions): Promise<void> {
  const reader = new BucketReader(from, options);
  const stats = statSync(from, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw toMissing(from, "does not exist");
  }
  if (stats.isDirectory()) {
    await reader.readFolder();
  } else {
    await (from.endsWith(".zip") ? reader.readArchive() : reader.readTarball());
  }
  if (reader.documents === 0) {
    throw toMissing(from, "holds no advisories laid out as the OSV bucket");
  }
}

class BucketReader {
  documents = 0;
  readonly #from: string;
  readonly #options: BucketOptions;

  constructor(from: string, options: BucketOptions) {
    this.#from = from;
    this.#options = options;
  }

  /** A folder of ecosystems, or one whole archive, `all.zip`, when there are none. */
  async readFolder(): Promise<void> {
    const entries = listEntries(this.#from);
    const ecosystems = entries.filter((entry) => entry.kind === "folder").map((entry) => entry.name);
    for (const ecosystem of ecosystems) {
      await this.#readEcosystem(ecosystem);
    }
    if (this.documents === 0 && entries.some((entry) => entry.name === archiveName)) {
      await this.#readZip(join(this.#from, archiveName), basename(this.#from));
    }
  }

  /** One archive, of an ecosystem or of all. */
  async readArchive(): Promise<void> {
    await this.#readZip(this.#from, basename(this.#from));
  }

  /** A folder of ecosystems packed as .tar.gz, whatever folder it was packed in. */
  async readTarball(): Promise<void> {
    const { limits, progress } = this.#options;
    const stream = createGunzip({ chunkSize: 256 * 1024 });
    // Errors of either stream surface in the walk, which reads the second.
    pipeline(createReadStream(this.#from), stream, () => undefined);
    const visitor = {
      wish: ({ path, kind }: { path: string; kind: string }): "read" | "skip" =>
        kind === "file" && tarredDocument.test(path) ? "read" : "skip",
      content: ({ path }: { path: string }, bytes: Buffer): void => {
        const [, ecosystem = "", name = ""] = tarredDocument.exec(path) ?? [];
        this.#take({ ecosystem, name, content: { ok: true, value: bytes } });
        if (this.documents % batchSize === 0) {
          progress({ subject: this.#from, done: this.documents });
          assertRunning(this.#options.signal, this.#from);
        }
      },
    };
    const summary = await this.#reading(this.#from, () =>
      walkTar(stream, {
        subject: this.#from,
        visitor,
        limits: {
          ...defaultArchiveLimits,
          entriesMax: limits.documentsMax,
          fileBytesMax: limits.documentBytesMax,
          uncompressedBytesMax: limits.archiveBytesMax,
        },
      }),
    );
    for (const problem of summary.problems) {
      const [, ecosystem, name] = tarredDocument.exec(problem.subject) ?? [];
      if (ecosystem === undefined || name === undefined) {
        throw toUnreadable(this.#from, problem.message);
      }
      this.#take({ ecosystem, name, content: { ok: false, problem } });
    }
    progress({ subject: this.#from, done: this.documents });
  }

  async #readEcosystem(ecosystem: string): Promise<void> {
    const folder = join(this.#from, ecosystem);
    const names = listEntries(folder)
      .filter((entry) => entry.kind === "file")
      .map((entry) => entry.name);
    if (names.includes(archiveName)) {
      await this.#readZip(join(folder, archiveName), ecosystem);
      return;
    }
    const documents = names.filter((name) => name.endsWith(".json"));
    await this.#inBatches(folder, documents, documents.length, async (name) => {
      const content = await this.#readFile(join(folder, name));
      this.#take({ ecosystem, name, content });
    });
  }

  async #readZip(path: string, ecosystem: string): Promise<void> {
    const { limits } = this.#options;
    using source = await this.#reading(path, () => openZipFile(path));
    const archive = await this.#reading(path, () =>
      openZip(source, {
        name: path,
        limits: {
          entriesMax: limits.documentsMax,
          entryBytesMax: limits.documentBytesMax,
          totalBytesMax: limits.archiveBytesMax,
        },
      }),
    );
    if (!archive.ok) {
      const { code, message } = archive.problem;
      throw code === "archive.zip-limit-exceeded" ? toLimitError(path, message) : toUnreadable(path, message);
    }
    await this.#inBatches(path, archive.value.entries, archive.value.entryCount, (entry) => {
      if (entry.name.endsWith(".json")) {
        this.#take({ ecosystem, name: basename(entry.name), content: archive.value.read(entry) });
      }
    });
  }

  async #inBatches<Item>(
    subject: string,
    items: Iterable<Item>,
    total: number,
    read: (item: Item) => void | Promise<void>,
  ): Promise<void> {
    const { progress, signal } = this.#options;
    let done = 0;
    for (const item of items) {
      if (done % batchSize === 0) {
        progress({ subject, done, total });
        await letOthersRun();
        assertRunning(signal, subject);
      }
      await this.#reading(subject, () => read(item));
      done += 1;
    }
    progress({ subject, done, total });
  }

  async #readFile(path: string): Promise<Result<Buffer>> {
    try {
      return { ok: true, value: await readBoundedFile(path, this.#options.limits.documentBytesMax) };
    } catch (error) {
      if (error instanceof FileError) {
        return { ok: false, problem: error.toProblem() };
      }
      throw error;
    }
  }

  #take(document: BucketDocument): void {
    this.documents += 1;
    const { limits, visit } = this.#options;
    if (this.documents > limits.documentsMax) {
      throw toLimitError(this.#from, `it holds more than ${limits.documentsMax} documents`);
    }
    visit(document);
  }

  /** Failures of the source carry its name; the visitor's pass as they are. */
  async #reading<T>(path: string, read: () => T | Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw toReadError(path, error);
    }
  }
}

const archiveName = "all.zip";
/** The last two parts of a path; whoever packed the folder may have packed folders above it. */
const tarredDocument = /(?:^|\/)([^/]+)\/([^/]+\.json)$/;

interface FolderEntry {
  readonly name: string;
  readonly kind: "folder" | "file" | "other";
}

/** Links are followed: a mirror may hold folders that lie elsewhere. */
function listEntries(folder: string): readonly FolderEntry[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .map((entry) => {
        const followed = entry.isSymbolicLink() ? statSync(join(folder, entry.name), { throwIfNoEntry: false }) : entry;
        const kind = followed?.isDirectory() ? "folder" : followed?.isFile() ? "file" : "other";
        return { name: entry.name, kind } as const;
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw toReadError(folder, error);
  }
}

/** Throws `vulndb.cancelled` once the signal says so. */
export function assertRunning(signal: AbortSignal | undefined, subject: string): void {
  if (signal?.aborted === true) {
    const message = `The import of ${subject} was cancelled.`;
    throw toVulndbError({ code: "vulndb.cancelled", subject, message, cause: signal.reason });
  }
}

function toMissing(path: string, what: string): VulndbError {
  const message = `${path} ${what}.`;
  return toVulndbError({ code: "vulndb.source-missing", subject: path, message });
}

/** The file as a whole cannot be used. */
export function toUnreadable(path: string, reason: string, cause?: unknown): VulndbError {
  const message = `${path} cannot be imported: ${reason}.`;
  return toVulndbError({ code: "vulndb.source-unreadable", subject: path, message, cause });
}

/** What a failed read is thrown on as: named after the file, unless it says what it is already. */
export function toReadError(path: string, error: unknown): unknown {
  const isOurs = error instanceof VulndbError || !isOperatingFailure(error);
  return isOurs ? error : toUnreadable(path, "it cannot be read", error);
}

/** The file is larger than allowed. */
export function toLimitError(path: string, reason: string): VulndbError {
  const message = `${path} exceeds a limit: ${reason}.`;
  return toVulndbError({ code: "vulndb.limit-exceeded", subject: path, message });
}
