/**
 * The layout of a keyed file: blocks of bytes found by key or by position, written once, read by position, never
 * loaded. All numbers are little-endian.
 *
 *     header page  4,096 bytes: magic, format version, checksum of both; then JSON with the places and SHA-256 of
 *                  the sections, with its length and checksum in front
 *     blocks       one after another: checksum of the rest; in a keyed block the length of the key and the key; content
 *     index        pages of 4,096 bytes, the entries sorted by the 64-bit hash of their key: checksum of the rest,
 *                  number of entries, then for each hash, offset (48 bits) and length of its block
 *     summary      JSON of the room that wrote the file
 *
 * A key's page follows from its hash alone, so a lookup is one read of a page and one of a block. Every page and
 * every block is checked against its own CRC-32 when it is read; the SHA-256 of whole sections are for `verify`.
 */
import { crc32 } from "node:zlib";
import { z } from "zod";

/** Eight bytes at the start of the file. */
export const magic = Buffer.from("SLVULNDB", "latin1");
/** Raised whenever the layout, or what the blocks mean, changes. */
export const formatVersion = 1;

export const pageBytes = 4096;
export const pageHeadBytes = 6;
export const entryBytes = 18;
export const entriesPerPage = Math.floor((pageBytes - pageHeadBytes) / entryBytes);
/** Checksum in front of every block. */
export const blockHeadBytes = 4;
export const keyBytesMax = 0xffff;
/** Offsets have 48 bits. */
export const fileBytesMax = 2 ** 48;

/** Where a block stands, its checksum included. */
export interface BlockPlace {
  readonly offset: number;
  readonly lengthBytes: number;
}

const sectionSchema = z.object({
  offset: z.int().nonnegative(),
  lengthBytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const headerSchema = z.object({
  fileBytes: z.int().nonnegative(),
  pageCount: z.int().positive(),
  entryCount: z.int().nonnegative(),
  blocks: sectionSchema,
  index: sectionSchema,
  summary: sectionSchema,
});

/** Where the sections are. */
export type KeyedFileHeader = Readonly<z.output<typeof headerSchema>>;
export type KeyedFileSection = KeyedFileHeader["blocks"];

/** What the first page of a file turned out to be. */
export type HeaderReading =
  | { readonly kind: "header"; readonly header: KeyedFileHeader }
  | { readonly kind: "other-format"; readonly formatVersion: number }
  | { readonly kind: "damaged"; readonly reason: string };

const versionOffset = magic.length;
const versionCrcOffset = versionOffset + 4;
const jsonLengthOffset = versionCrcOffset + 4;
const jsonCrcOffset = jsonLengthOffset + 4;
const jsonOffset = jsonCrcOffset + 4;

/** The first page of a file. Tests pass another version to make a file from the future. */
export function toHeaderPage(header: KeyedFileHeader, version: number = formatVersion): Buffer {
  const page = Buffer.alloc(pageBytes);
  magic.copy(page);
  page.writeUInt32LE(version, versionOffset);
  page.writeUInt32LE(crc32(page.subarray(0, versionCrcOffset)), versionCrcOffset);
  const json = Buffer.from(JSON.stringify(header));
  page.writeUInt32LE(json.length, jsonLengthOffset);
  page.writeUInt32LE(crc32(json), jsonCrcOffset);
  json.copy(page, jsonOffset);
  return page;
}

/**
 * Reads a first page. The version and its checksum keep their place in every format to come, so that a file of
 * another format is told apart from a damaged one.
 */
export function parseHeaderPage(page: Buffer): HeaderReading {
  if (page.length < pageBytes || !page.subarray(0, magic.length).equals(magic)) {
    return { kind: "damaged", reason: "it does not begin as an advisory database does" };
  }
  if (crc32(page.subarray(0, versionCrcOffset)) !== page.readUInt32LE(versionCrcOffset)) {
    return { kind: "damaged", reason: "its version field is altered" };
  }
  const version = page.readUInt32LE(versionOffset);
  if (version !== formatVersion) {
    return { kind: "other-format", formatVersion: version };
  }
  const json = page.subarray(jsonOffset, jsonOffset + page.readUInt32LE(jsonLengthOffset));
  if (crc32(json) !== page.readUInt32LE(jsonCrcOffset)) {
    return { kind: "damaged", reason: "its header is altered" };
  }
  const header = headerSchema.safeParse(JSON.parse(json.toString("utf8")));
  return header.success
    ? { kind: "header", header: header.data }
    : { kind: "damaged", reason: "its header is incomplete" };
}

/** Two independent 32-bit hashes of a key; the high one also chooses the page. */
export interface KeyHash {
  readonly high: number;
  readonly low: number;
}

/** FNV-1a over the UTF-16 units, finished with MurmurHash3's mixer so that all bits depend on all units. Both are public domain. */
function hash32(key: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The hash of a key. */
export function hashKey(key: string): KeyHash {
  return { high: hash32(key, 0x811c9dc5), low: hash32(key, 0x9747b28c) };
}

/** The page a key with this high hash stands in. */
export function toPageNumber(high: number, pageCount: number): number {
  return Math.floor((high / 2 ** 32) * pageCount);
}

/** A keyed block without its checksum: where the content begins. */
export function contentStart(block: Buffer): number {
  return 2 + block.readUInt16LE(0);
}

/** A keyed block without its checksum: the key. */
export function readKey(block: Buffer): string {
  return block.toString("utf8", 2, contentStart(block));
}
