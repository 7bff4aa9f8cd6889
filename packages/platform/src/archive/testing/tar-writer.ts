/** A tiny tar writer for tests: it can write what real writers write, and what none should. */

/** One entry to write. Text fields longer than their ustar field need `pax` or `gnuName`. */
export interface TarRecord {
  readonly name: string;
  readonly typeFlag?: string;
  readonly body?: Buffer | string;
  /** Size field, where it should not be the body's length. */
  readonly sizeBytes?: number;
  readonly linkName?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtimeSeconds?: number;
  /** `ustar\0` + `00`, `ustar  \0` (GNU) or nothing (v7). */
  readonly format?: "ustar" | "gnu" | "v7";
  readonly prefix?: string;
  /** Records of a pax extended header put before the entry. */
  readonly pax?: Readonly<Record<string, string | Buffer>>;
  /** GNU long name and link name headers put before the entry. */
  readonly gnuName?: string;
  readonly gnuLinkName?: string;
  /** Last touch before the checksum is made. */
  readonly patch?: (header: Buffer) => void;
}

const magics = { ustar: "ustar\x0000", gnu: "ustar  \0", v7: "" };

function writeNumber(header: Buffer, value: number, start: number, length: number): void {
  if (value >= 0 && value < 8 ** (length - 1)) {
    header.write(`${value.toString(8).padStart(length - 1, "0")}\0`, start, "latin1");
    return;
  }
  // GNU base-256, two's complement.
  let rest = BigInt.asUintN(length * 8 - 1, BigInt(value));
  for (let index = start + length - 1; index >= start; index -= 1) {
    header[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  header[start] = (header[start] ?? 0) | 0x80;
}

/** Sets the checksum field to what the block adds up to. */
export function writeChecksum(header: Buffer): void {
  header.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of header) {
    sum += byte;
  }
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
}

function padToBlock(body: Buffer): Buffer {
  return Buffer.concat([body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

/** The body of a pax header: each record starts with its own length. */
export function writePaxRecords(records: Readonly<Record<string, string | Buffer>>): Buffer {
  const parts = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from("\n")]);
    let length = rest.length + 1;
    while (String(length).length + rest.length !== length) {
      length = String(length).length + rest.length;
    }
    return Buffer.concat([Buffer.from(String(length)), rest]);
  });
  return Buffer.concat(parts);
}

function writeExtensions(record: TarRecord): readonly Buffer[] {
  const parts: Buffer[] = [];
  if (record.pax !== undefined) {
    parts.push(writeTarRecord({ name: "PaxHeaders/x", typeFlag: "x", body: writePaxRecords(record.pax) }));
  }
  for (const [typeFlag, text] of [
    ["L", record.gnuName],
    ["K", record.gnuLinkName],
  ] as const) {
    if (text !== undefined) {
      parts.push(writeTarRecord({ name: "././@LongLink", typeFlag, format: "gnu", body: `${text}\0` }));
    }
  }
  return parts;
}

const defaults = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, typeFlag: "0", linkName: "", prefix: "", body: "" };

/** Header block and padded body of one entry, extension headers first. */
export function writeTarRecord(record: TarRecord): Buffer {
  const fields = { ...defaults, format: "ustar" as const, ...record };
  const body = Buffer.from(fields.body);
  const header = Buffer.alloc(512);
  header.write(fields.name, 0, 100);
  writeNumber(header, fields.mode, 100, 8);
  writeNumber(header, fields.uid, 108, 8);
  writeNumber(header, fields.gid, 116, 8);
  writeNumber(header, record.sizeBytes ?? body.length, 124, 12);
  writeNumber(header, fields.mtimeSeconds, 136, 12);
  header.write(fields.typeFlag, 156, 1, "latin1");
  header.write(fields.linkName, 157, 100);
  header.write(magics[fields.format], 257, "latin1");
  header.write(fields.prefix, 345, 155);
  record.patch?.(header);
  writeChecksum(header);
  return Buffer.concat([...writeExtensions(record), header, padToBlock(body)]);
}

/** A whole archive with the two zero blocks that end it. */
export function writeTar(records: readonly TarRecord[]): Buffer {
  return Buffer.concat([...records.map(writeTarRecord), Buffer.alloc(1024)]);
}
