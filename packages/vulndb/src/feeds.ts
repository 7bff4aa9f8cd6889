/** Feed files: recognised by how they begin, whatever they are called, and cut into raw documents. */
import { closeSync, createReadStream, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { assertRunning, toLimitError, toReadError } from "./bucket.ts";
import type { ImportLimits } from "./import-limits.ts";
import { LineTooLong, splitLines } from "./lines.ts";
import { parseCsvLine, parseJson } from "./parse-text.ts";
import type { AdvisorySource, Reject, SourceDelivery } from "./source.ts";
import { toVulndbError } from "./vulndb-error.ts";

/** A feed file and the source it belongs to. */
export interface Feed {
  readonly path: string;
  readonly source: AdvisorySource;
  readonly format: FeedFormat;
}

type FeedFormat = Extract<SourceDelivery, { kind: "file" }>["format"];

/** Feeds that were found, and files of a folder that are none. */
export interface FeedListing {
  readonly feeds: readonly Feed[];
  readonly unknown: readonly string[];
}

const headBytes = 4096;

/**
 * The feeds among the files named and the files directly in the folders named. A file named itself must be one:
 * `vulndb.feed-unknown`. Others: `vulndb.source-missing`, `vulndb.source-unreadable`.
 */
export async function findFeeds(paths: readonly string[], sources: readonly AdvisorySource[]): Promise<FeedListing> {
  const feeds: Feed[] = [];
  const unknown: string[] = [];
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      throw toVulndbError({
        code: "vulndb.source-missing",
        subject: path,
        message: `The feed ${path} does not exist.`,
      });
    }
    const files = stats.isDirectory() ? listFiles(path) : [path];
    for (const file of files) {
      const feed = recognise(file, await readHead(file), sources);
      if (feed !== undefined) {
        feeds.push(feed);
      } else if (stats.isDirectory()) {
        unknown.push(file);
      } else {
        const message = `The file ${path} is no feed that is known.`;
        throw toVulndbError({ code: "vulndb.feed-unknown", subject: path, message });
      }
    }
  }
  return { feeds, unknown };
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(folder, entry.name))
    .sort();
}

function recognise(path: string, head: string, sources: readonly AdvisorySource[]): Feed | undefined {
  for (const source of sources) {
    if (source.delivery.kind === "file" && source.delivery.recognises(head)) {
      return { path, source, format: source.delivery.format };
    }
  }
  return undefined;
}

async function readHead(path: string): Promise<string> {
  for await (const chunk of readContent(path, { chunkBytes: headBytes, bytesMax: Number.MAX_SAFE_INTEGER })) {
    return chunk.toString("utf8", 0, headBytes);
  }
  return "";
}

/** The content in pieces, unpacked where it is gzip. */
async function* readContent(
  path: string,
  { chunkBytes, bytesMax }: { readonly chunkBytes: number; readonly bytesMax: number },
): AsyncGenerator<Buffer> {
  let totalBytes = 0;
  try {
    for await (const chunk of openContent(path, chunkBytes)) {
      totalBytes += chunk.length;
      if (totalBytes > bytesMax) {
        throw toLimitError(path, `it has more than ${bytesMax} bytes`);
      }
      yield chunk;
    }
  } catch (error) {
    throw toReadError(path, error);
  }
}

function openContent(path: string, chunkBytes: number): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  if (!isGzip(path)) {
    return file;
  }
  const unpacked = createGunzip({ chunkSize: chunkBytes });
  // Errors of either stream surface where the second is read.
  pipeline(file, unpacked, () => undefined);
  return unpacked;
}

function isGzip(path: string): boolean {
  const descriptor = openSync(path, "r");
  try {
    const magic = Buffer.alloc(2);
    return readSync(descriptor, magic, 0, 2, 0) === 2 && magic[0] === 0x1f && magic[1] === 0x8b;
  } finally {
    closeSync(descriptor);
  }
}

/** Who takes the raw documents of a feed. `place` says where in the file each stands. */
export interface FeedOptions {
  readonly limits: ImportLimits;
  readonly signal?: AbortSignal;
  readonly visit: (raw: unknown, place: string) => void;
  /** A document that is no JSON. */
  readonly reject: (reject: Reject) => void;
  readonly progress: (done: number) => void;
}

const chunkBytes = 256 * 1024;
const batchSize = 4096;

/** Reads a feed. Throws `vulndb.source-unreadable`, `vulndb.limit-exceeded`, `vulndb.cancelled`; and what `visit` throws. */
export async function readFeed(feed: Feed, options: FeedOptions): Promise<void> {
  switch (feed.format) {
    case "json":
      visitJson(await readText(feed.path, options.limits), feed.path, options);
      options.progress(1);
      break;
    case "json-lines":
      await readLines(feed.path, options, (line, place) => visitJson(line, place, options));
      break;
    case "csv":
      await readTable(feed.path, options);
      break;
  }
}

async function readText(path: string, { feedBytesMax: bytesMax }: ImportLimits): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of readContent(path, { chunkBytes, bytesMax })) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function visitJson(text: string, place: string, { visit, reject }: FeedOptions): void {
  const parsed = parseJson(text);
  if (parsed.ok) {
    visit(parsed.value, place);
  } else {
    reject({ id: place, reason: `not JSON: ${parsed.reason}` });
  }
}

async function readTable(path: string, options: FeedOptions): Promise<void> {
  let columns: readonly string[] | undefined;
  await readLines(path, options, (line, place) => {
    const cells = parseCsvLine(line);
    if (columns === undefined) {
      columns = cells.map((name) => name.toLowerCase());
    } else {
      options.visit(Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? ""])), place);
    }
  });
}

async function readLines(
  path: string,
  { limits, signal, progress }: FeedOptions,
  take: (line: string, place: string) => void,
): Promise<void> {
  const content = readContent(path, { chunkBytes, bytesMax: limits.feedBytesMax });
  let number = 0;
  try {
    for await (const line of splitLines(content, limits.lineBytesMax)) {
      number += 1;
      take(line, `${path}:${number}`);
      if (number % batchSize === 0) {
        progress(number);
        assertRunning(signal, path);
      }
    }
  } catch (error) {
    throw error instanceof LineTooLong
      ? toLimitError(path, `a line has more than ${limits.lineBytesMax} bytes`)
      : error;
  }
  progress(number);
}
