/**
 * One 512-byte tar header. Sources: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar
 * Format"; star(5). Where writers differ we read as Go's archive/tar does, because that is what unpacks layers.
 */

/** Bytes of a header, and the unit bodies are padded to. */
export const blockBytes = 512;

/** A header as written, before extension headers are applied. */
export interface TarHeader {
  readonly name: string;
  readonly linkName: string;
  readonly typeFlag: string;
  readonly sizeBytes: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  /** Old GNU sparse file (`S`): its size once expanded, and whether further map blocks follow the header. */
  readonly sparse?: { readonly sizeBytes: number; readonly isExtended: boolean };
}

/** A header, the zero block that ends an archive, or what is wrong with the block. */
export type HeaderBlock =
  | { readonly kind: "header"; readonly header: TarHeader }
  | { readonly kind: "zero" }
  | { readonly kind: "bad"; readonly reason: string };

const zeroBlock: HeaderBlock = { kind: "zero" };

function bad(reason: string): HeaderBlock {
  return { kind: "bad", reason };
}

function isZero(block: Buffer): boolean {
  for (const byte of block) {
    if (byte !== 0) {
      return false;
    }
  }
  return true;
}

/** Sum of the block's bytes, the checksum's own field counted as blanks. The walk's hottest loop: kept free of branches. */
function sumUnsigned(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let index = 0; index < blockBytes; index += 1) {
    sum += block[index] ?? 0;
  }
  for (let index = 148; index < 156; index += 1) {
    sum -= block[index] ?? 0;
  }
  return sum;
}

/** How many bytes a tar with signed chars counted 256 lower. */
function countHighBytes(block: Buffer): number {
  let high = 0;
  for (let index = 0; index < blockBytes; index += 1) {
    high += index >= 148 && index < 156 ? 0 : (block[index] ?? 0) >> 7;
  }
  return high;
}

/** Whether the stored checksum is the sum of the block's bytes, unsigned as specified or signed as old tars wrote it. */
function hasRightChecksum(block: Buffer): boolean {
  const stored = parseNumber(block, 148, 8);
  const sum = sumUnsigned(block);
  return stored === sum || stored === sum - 256 * countHighBytes(block);
}

function parseText(block: Buffer, start: number, length: number): string {
  const end = start + length;
  const nul = block.indexOf(0, start);
  return block.toString("utf8", start, nul === -1 || nul > end ? end : nul);
}

/** GNU base-256: big-endian two's complement, the marker bit of the first byte taken out. */
function parseBase256(block: Buffer, start: number, length: number): number | undefined {
  const first = block[start] ?? 0;
  const isNegative = (first & 0x40) !== 0;
  const magnitudeFirst = isNegative ? first | 0x80 : first & 0x7f;
  let value = BigInt.asIntN(8, BigInt(magnitudeFirst));
  for (let index = start + 1; index < start + length; index += 1) {
    value = (value << 8n) | BigInt(block[index] ?? 0);
  }
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Octal digits among leading and trailing blanks and NULs, or base-256; `undefined` when it is neither. */
function parseNumber(block: Buffer, start: number, length: number): number | undefined {
  if (((block[start] ?? 0) & 0x80) !== 0) {
    return parseBase256(block, start, length);
  }
  let index = start;
  let end = start + length;
  while (index < end && (block[index] === 0x20 || block[index] === 0)) {
    index += 1;
  }
  while (end > index && (block[end - 1] === 0x20 || block[end - 1] === 0)) {
    end -= 1;
  }
  let value = 0;
  for (; index < end; index += 1) {
    const digit = (block[index] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) {
      // A NUL ends the number: what some writers leave behind it is not theirs to mean.
      return block[index] === 0 ? value : undefined;
    }
    value = value * 8 + digit;
  }
  return value;
}

/** The name with its prefix; GNU and pre-POSIX headers use that room for other things. */
function parseName(block: Buffer): string {
  const name = parseText(block, 0, 100);
  if (block.toString("latin1", 257, 263) !== "ustar\0") {
    return name;
  }
  const isStar = block.toString("latin1", 508, 512) === "tar\0";
  const prefix = parseText(block, 345, isStar ? 131 : 155);
  return prefix === "" ? name : `${prefix}/${name}`;
}

function parseSparse(block: Buffer, typeFlag: string): TarHeader["sparse"] | "bad" {
  if (typeFlag !== "S") {
    return undefined;
  }
  const sizeBytes = parseNumber(block, 483, 12);
  return sizeBytes === undefined || sizeBytes < 0 ? "bad" : { sizeBytes, isExtended: block[482] !== 0 };
}

/** Reads one block of exactly {@link blockBytes} bytes. Never throws. */
export function parseHeaderBlock(block: Buffer): HeaderBlock {
  if (block[0] === 0 && isZero(block)) {
    return zeroBlock;
  }
  if (!hasRightChecksum(block)) {
    return bad("the header's checksum is wrong");
  }
  const sizeBytes = parseNumber(block, 124, 12);
  const mode = parseNumber(block, 100, 8);
  const uid = parseNumber(block, 108, 8);
  const gid = parseNumber(block, 116, 8);
  const mtimeSeconds = parseNumber(block, 136, 12);
  if (sizeBytes === undefined || sizeBytes < 0) {
    return bad("the header's size field is not a size");
  }
  if (mode === undefined || uid === undefined || gid === undefined || mtimeSeconds === undefined) {
    return bad("a numeric field of the header is not a number");
  }
  const typeFlag = String.fromCharCode(block[156] ?? 0);
  const sparse = parseSparse(block, typeFlag);
  if (sparse === "bad") {
    return bad("the sparse file's size is not a size");
  }
  const linkName = parseText(block, 157, 100);
  const fixed = { name: parseName(block), linkName, typeFlag, sizeBytes, mode: mode & 0o7777, uid, gid, mtimeSeconds };
  return { kind: "header", header: sparse === undefined ? fixed : { ...fixed, sparse } };
}
