/** Writes small zip archives for tests, independent of the reader: also the odd ones no packing tool makes. */
import { crc32, deflateRawSync } from "node:zlib";

/** One entry to be packed; anything left out is what an honest packer writes. */
export interface ZipPart {
  readonly name: string;
  readonly content: Buffer | string;
  readonly method?: number;
  readonly flags?: number;
  /** Lies about the content, in both headers. */
  readonly claim?: { readonly sizeBytes?: number; readonly crc32?: number };
  /** Sizes and offset written as zip64 extra fields. */
  readonly zip64?: boolean;
  /** Name in the entry's own header, where it differs from the directory's. */
  readonly localName?: string;
  /** Extra field bytes of the entry's own header. */
  readonly localExtraBytes?: number;
}

/** How the archive as a whole is packed. */
export interface ZipShape {
  readonly comment?: string;
  /** Bytes put in front without correcting any offset, as a launcher script is. */
  readonly prefix?: Buffer;
  readonly zip64?: boolean;
  readonly diskNumber?: number;
  /** Number of entries announced, where it differs from the number listed. */
  readonly count?: number;
}

const uint16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const uint64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

interface PackedPart {
  readonly local: Buffer;
  readonly central: (offset: number) => Buffer;
}

function packPart(part: ZipPart): PackedPart {
  const content = Buffer.from(part.content);
  const method = part.method ?? 8;
  const body = method === 8 ? deflateRawSync(content) : content;
  const sizeBytes = part.claim?.sizeBytes ?? content.length;
  const shared = (wide: boolean): Buffer =>
    Buffer.concat([
      uint16(20),
      uint16(part.flags ?? 0x800),
      uint16(method),
      uint32(0),
      uint32(part.claim?.crc32 ?? crc32(content)),
      uint32(wide ? 0xffffffff : body.length),
      uint32(wide ? 0xffffffff : sizeBytes),
    ]);
  const localName = Buffer.from(part.localName ?? part.name);
  const localExtra = Buffer.alloc(part.localExtraBytes ?? 0);
  const local = Buffer.concat([
    uint32(0x04034b50),
    shared(false),
    uint16(localName.length),
    uint16(localExtra.length),
    localName,
    localExtra,
    body,
  ]);
  const name = Buffer.from(part.name);
  const wide = part.zip64 === true;
  const central = (offset: number): Buffer => {
    const extra = wide
      ? Buffer.concat([uint16(1), uint16(24), uint64(sizeBytes), uint64(body.length), uint64(offset)])
      : Buffer.alloc(0);
    return Buffer.concat([
      uint32(0x02014b50),
      uint16(45),
      shared(wide),
      uint16(name.length),
      uint16(extra.length),
      // Comment length, disk number, attributes.
      Buffer.alloc(10),
      uint32(wide ? 0xffffffff : offset),
      name,
      extra,
    ]);
  };
  return { local, central };
}

/** The archive's bytes. */
export function packZip(parts: readonly ZipPart[], shape: ZipShape = {}): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const packed = packPart(part);
    directory.push(packed.central(offset));
    bodies.push(packed.local);
    offset += packed.local.length;
  }
  const directoryBytes = Buffer.concat(directory);
  const count = shape.count ?? parts.length;
  const zip64End = Buffer.concat([
    uint32(0x06064b50),
    uint64(44),
    uint16(45),
    uint16(45),
    uint32(0),
    uint32(0),
    uint64(count),
    uint64(count),
    uint64(directoryBytes.length),
    uint64(offset),
    uint32(0x07064b50),
    uint32(0),
    uint64(offset + directoryBytes.length),
    uint32(1),
  ]);
  const wide = shape.zip64 === true;
  const comment = Buffer.from(shape.comment ?? "");
  const end = Buffer.concat([
    uint32(0x06054b50),
    uint16(shape.diskNumber ?? 0),
    uint16(0),
    uint16(wide ? 0xffff : count),
    uint16(wide ? 0xffff : count),
    uint32(wide ? 0xffffffff : directoryBytes.length),
    uint32(wide ? 0xffffffff : offset),
    uint16(comment.length),
    comment,
  ]);
  const tail = wide ? [zip64End, end] : [end];
  return Buffer.concat([shape.prefix ?? Buffer.alloc(0), ...bodies, directoryBytes, ...tail]);
}
