/**
 * A folder of JSON values by key, for what can always be made again: layer facts, configurations. A damaged, truncated
 * or foreign entry is a miss, never an error and never a wrong value, because every entry carries the digest of its
 * bytes. Several processes may share one folder: an entry appears whole or not at all.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FileError, readBoundedFile } from "./bounded-file.ts";
import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** How a cache is kept. */
export interface BlobCacheOptions {
  readonly folder: string;
  /** Bytes the folder may hold; the entries unused for longest go first. */
  readonly sizeMaxBytes: number;
  /** Larger values are not kept. Default 256 MiB. */
  readonly entryMaxBytes?: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** A cache of JSON values. Check what comes back with a schema: an older version of the product may have written it. */
export interface BlobCache {
  /** The value put under this key, or `undefined`: not there, damaged, or no longer kept. */
  get(key: string): Promise<unknown>;
  /** Keeps a JSON value. A value too large is not kept. Throws on a full disk or a folder that cannot be written. */
  put(key: string, value: unknown): Promise<void>;
}

interface Entry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedMs: number;
}

/** Start of an entry's first line; the digest follows. Bump the number when the frame changes. */
const frame = "sightline-cache 1";
const entryMaxDefault = 256 * 1024 * 1024;
/** A temporary file older than this was left by a process that ended in between. */
const abandonedAfterMs = 3_600_000;
/** After eviction the folder is filled to this share, so that not every `put` evicts. */
const lowWater = 0.9;

/** Opens (and on the first `put` creates) the cache. */
export function createBlobCache(options: BlobCacheOptions): BlobCache {
  const { folder, clock, random } = options;
  const entryMaxBytes = options.entryMaxBytes ?? entryMaxDefault;
  /** Bytes in the folder as last counted plus what was put since; `undefined` until first counted. */
  let heldBytes: number | undefined;

  const get = async (key: string): Promise<unknown> => {
    const path = toPath(folder, key);
    const bytes = await readEntry(path, entryMaxBytes + 200);
    const value = bytes === undefined ? undefined : parseEntry(key, bytes);
    if (value !== undefined) {
      const now = clock.nowMs() / 1000;
      await utimes(path, now, now).catch(() => undefined);
    }
    return value;
  };

  const put = async (key: string, value: unknown): Promise<void> => {
    const entry = formatEntry(key, value);
    if (entry.length > Math.min(entryMaxBytes, options.sizeMaxBytes)) {
      return;
    }
    const path = toPath(folder, key);
    await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${random.nextUuid()}.tmp`;
    try {
      // Not synced: a crash can only leave an entry whose digest does not fit, which is a miss.
      await writeFile(temporary, entry, { mode: 0o600 });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    heldBytes = heldBytes === undefined ? undefined : heldBytes + entry.length;
    if (heldBytes === undefined || heldBytes > options.sizeMaxBytes) {
      heldBytes = await evict(folder, options.sizeMaxBytes, clock.nowMs());
    }
  };

  return { get, put };
}

function toHash(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function toPath(folder: string, key: string): string {
  const name = toHash(key);
  return join(folder, name.slice(0, 2), `${name.slice(2)}.json`);
}

function formatEntry(key: string, value: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(value) ?? "null", "utf8");
  return Buffer.concat([Buffer.from(formatHead(key, body), "utf8"), body]);
}

/** The digest covers the key as well: an entry that was moved to another name is a miss, too. */
function formatHead(key: string, body: Buffer): string {
  return `${frame} ${toHash(Buffer.concat([Buffer.from(`${key}\0`, "utf8"), body]))}\n`;
}

async function readEntry(path: string, bytesMax: number): Promise<Buffer | undefined> {
  try {
    return await readBoundedFile(path, bytesMax);
  } catch (error) {
    if (error instanceof FileError) {
      // Whatever keeps an entry from being read, the value can be made again.
      return undefined;
    }
    throw error;
  }
}

function parseEntry(key: string, bytes: Buffer): unknown {
  const end = bytes.indexOf(0x0a);
  const body = bytes.subarray(end + 1);
  if (end < 0 || bytes.toString("latin1", 0, end + 1) !== formatHead(key, body)) {
    return undefined;
  }
  const value: unknown = JSON.parse(body.toString("utf8"));
  return value;
}

/** Deletes the entries unused for longest until the folder fits, and temporary files nobody finishes. Answers the bytes left. */
async function evict(folder: string, sizeMaxBytes: number, nowMs: number): Promise<number> {
  const entries = await listEntries(folder);
  const isAbandoned = (entry: Entry): boolean => entry.path.endsWith(".tmp") && nowMs - entry.usedMs > abandonedAfterMs;
  const kept = entries.filter((entry) => !isAbandoned(entry)).toSorted((a, b) => a.usedMs - b.usedMs);
  await Promise.all(entries.filter(isAbandoned).map((entry) => rm(entry.path, { force: true })));
  let held = kept.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  if (held <= sizeMaxBytes) {
    return held;
  }
  for (const entry of kept) {
    if (held <= sizeMaxBytes * lowWater) {
      break;
    }
    await rm(entry.path, { force: true });
    held -= entry.sizeBytes;
  }
  return held;
}

async function listEntries(folder: string): Promise<Entry[]> {
  const names = await readdir(folder, { recursive: true });
  const entries: Entry[] = [];
  for (const name of names) {
    if (!/\.(?:json|tmp)$/.test(name)) {
      continue;
    }
    const path = join(folder, name);
    // Another process may have evicted it meanwhile.
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile() === true) {
      entries.push({ path, sizeBytes: stats.size, usedMs: stats.mtimeMs });
    }
  }
  return entries;
}
