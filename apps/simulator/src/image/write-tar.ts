/**
 * A tar writer for layers: ustar headers, and pax records where a name is too long. The same entries always give the
 * same bytes. Source: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Header Block".
 */

const blockBytes = 512;

/** One entry; `path` without a leading slash. Times in whole seconds since 1970. */
export interface TarEntry {
  readonly path: string;
  readonly mode: number;
  readonly user: number;
  readonly modifiedSeconds: number;
  readonly content:
    | { readonly kind: "file"; readonly bytes: Buffer }
    | { readonly kind: "directory" }
    | { readonly kind: "symlink"; readonly target: string }
    | { readonly kind: "hardlink"; readonly target: string };
}

const typeFlags = { file: "0", hardlink: "1", symlink: "2", directory: "5" } as const;

interface Header {
  readonly name: string;
  readonly mode: number;
  readonly user: number;
  readonly sizeBytes: number;
  readonly modifiedSeconds: number;
  readonly typeFlag: string;
  readonly linkName: string;
}

function toOctal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, "0")}\0`;
}

function writeHeader(header: Header): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(header.name.slice(0, 100), 0, "utf8");
  block.write(toOctal(header.mode, 7), 100);
  block.write(toOctal(header.user, 7), 108);
  block.write(toOctal(header.user, 7), 116);
  block.write(toOctal(header.sizeBytes, 11), 124);
  block.write(toOctal(header.modifiedSeconds, 11), 136);
  block.write(" ".repeat(8), 148);
  block.write(header.typeFlag, 156);
  block.write(header.linkName.slice(0, 100), 157, "utf8");
  block.write("ustar\x0000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function toPadded(bytes: Buffer): Buffer[] {
  const rest = bytes.length % blockBytes;
  return rest === 0 ? [bytes] : [bytes, Buffer.alloc(blockBytes - rest)];
}

/** A pax record carries its own length, which counts its own digits. */
function toPaxRecord(key: string, value: string): string {
  const body = ` ${key}=${value}\n`;
  const bodyBytes = Buffer.byteLength(body);
  let length = bodyBytes + String(bodyBytes).length;
  length = bodyBytes + String(length).length;
  return `${length}${body}`;
}

function isLong(text: string): boolean {
  return Buffer.byteLength(text) > 100 || !/^[\x20-\x7e]*$/.test(text);
}

function writeEntry(entry: TarEntry): Buffer[] {
  const { content } = entry;
  const bytes = content.kind === "file" ? content.bytes : Buffer.alloc(0);
  const name = content.kind === "directory" ? `${entry.path}/` : entry.path;
  const linkName = content.kind === "symlink" || content.kind === "hardlink" ? content.target : "";
  const records =
    (isLong(name) ? toPaxRecord("path", name) : "") + (isLong(linkName) ? toPaxRecord("linkpath", linkName) : "");
  const header = {
    name,
    mode: entry.mode,
    user: entry.user,
    sizeBytes: bytes.length,
    modifiedSeconds: entry.modifiedSeconds,
    typeFlag: typeFlags[content.kind],
    linkName,
  };
  const blocks = [writeHeader(header), ...toPadded(bytes)];
  if (records === "") {
    return blocks;
  }
  const pax = Buffer.from(records);
  const paxHeader = { ...header, name: "PaxHeaders/entry", sizeBytes: pax.length, typeFlag: "x", linkName: "" };
  return [writeHeader(paxHeader), ...toPadded(pax), ...blocks];
}

/** The archive: entries in the order given, then two empty blocks. */
export function writeTar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(writeEntry), Buffer.alloc(2 * blockBytes)]);
}
