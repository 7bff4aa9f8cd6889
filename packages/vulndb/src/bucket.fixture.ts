/** Small buckets for tests: folders, zips and tarballs written here, independent of the readers. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import type { Clock } from "@sightline/platform";
import { afterEach } from "vitest";

/** A record as a feed has it: anything. */
export type RawRecord = Readonly<Record<string, unknown>>;

/** File name to content, by ecosystem folder. A text is taken as it is, a record as JSON. */
export type RawBucket = Readonly<Record<string, Readonly<Record<string, RawRecord | string>>>>;

/** A well-formed record about one package, with whatever is given changed. */
export function toRecord(id: string, changes: RawRecord = {}): RawRecord {
  return {
    schema_version: "1.7.0",
    id,
    modified: "2026-01-02T03:04:05Z",
    affected: [toAffected("npm", "left-pad")],
    ...changes,
  };
}

/** One element of `affected`. */
export function toAffected(ecosystem: string, name: string, changes: RawRecord = {}): RawRecord {
  return {
    package: { ecosystem, name },
    ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "1.2.3" }] }],
    ...changes,
  };
}

/** A bucket of well-formed records, each in a file of its name. */
export function toBucket(records: Readonly<Record<string, readonly RawRecord[]>>): RawBucket {
  return Object.fromEntries(
    Object.entries(records).map(([ecosystem, members]) => [
      ecosystem,
      Object.fromEntries(members.map((record) => [`${String(record["id"])}.json`, record])),
    ]),
  );
}

function toBytes(content: RawRecord | string): Buffer {
  return Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
}

/** `<Ecosystem>/<ID>.json` */
export function writeUnpacked(folder: string, bucket: RawBucket): void {
  for (const [ecosystem, files] of Object.entries(bucket)) {
    mkdirSync(join(folder, ecosystem), { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, ecosystem, name), toBytes(content));
    }
  }
}

/** `<Ecosystem>/all.zip` */
export function writeZipped(folder: string, bucket: RawBucket): void {
  for (const [ecosystem, files] of Object.entries(bucket)) {
    mkdirSync(join(folder, ecosystem), { recursive: true });
    const entries = Object.entries(files).map(([name, content]) => ({ name, content: toBytes(content) }));
    writeFileSync(join(folder, ecosystem, "all.zip"), packZip(entries));
  }
}

/** One .tar.gz of `<top>/<Ecosystem>/<ID>.json`. */
export function writeTarball(path: string, bucket: RawBucket): void {
  const parts: Buffer[] = [];
  for (const [ecosystem, files] of Object.entries(bucket)) {
    for (const [name, content] of Object.entries(files)) {
      const bytes = toBytes(content);
      parts.push(toTarHeader(`bucket/${ecosystem}/${name}`, bytes.length), bytes);
      parts.push(Buffer.alloc((512 - (bytes.length % 512)) % 512));
    }
  }
  writeFileSync(path, gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)])));
}

function packZip(entries: readonly { readonly name: string; readonly content: Buffer }[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    const body = deflateRawSync(content);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(body.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), shared, Buffer.from(name), body]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    centrals.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000"), shared, place, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from("PK\u0005\u0006"), end]);
}

function toTarHeader(name: string, sizeBytes: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${sizeBytes.toString(8).padStart(11, "0")}\0`, 124);
  header.write("14000000000\0", 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\0", 257);
  header.write("00", 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

const builtAtMs = Date.UTC(2026, 10, 21, 20, 54, 0);

/** A clock that is put to a time; every reading of the file system's times is far from it. */
export function createStillClock(nowMs: number = builtAtMs): Clock & { advance(ms: number): void } {
  let ms = nowMs;
  return {
    nowMs: () => ms,
    elapsedMs: () => ms,
    sleep: () => Promise.resolve(),
    advance(step) {
      ms += step;
    },
  };
}

/** New empty folders, removed after each test. */
export function createFolders(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), "sightline-vulndb-"));
    made.push(folder);
    return folder;
  };
}

/** Everything in the folder of a database: path to size, so that a test can tell whether anything changed. */
export function listTree(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path.slice(folder.length + 1)} ${crc32(readFileSync(path))}`)
    .sort();
}
