/** pax extended headers: `"%d %s=%s\n"` records. Source: POSIX.1-2017 pax, "pax Extended Header". */
import type { TarHeader } from "./tar-header.ts";

/** The records this reader acts on. An empty value withdraws nothing here: like Go's reader we then keep the header's own. */
export interface PaxRecords {
  /** What takes the place of the header's own fields. */
  readonly fields: Partial<Pick<TarHeader, "name" | "linkName" | "sizeBytes" | "uid" | "gid" | "mtimeSeconds">>;
  readonly capabilities?: Buffer;
  /** Present when any `GNU.sparse.*` record is: the real name and the size once expanded, where they are said. */
  readonly sparse?: { readonly name?: string; readonly sizeBytes?: number };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type MutableRecords = Mutable<Omit<PaxRecords, "fields">> & { readonly fields: Mutable<PaxRecords["fields"]> };

/** What a block of records gave, or why it breaks the format. */
export type PaxOutcome =
  | { readonly ok: true; readonly records: PaxRecords }
  | { readonly ok: false; readonly reason: string };

function parseCount(text: string): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

function parseTime(text: string): number | undefined {
  return /^-?\d{1,15}(?:\.\d*)?$/.test(text) ? Math.floor(Number(text)) : undefined;
}

function applySparse(records: MutableRecords, key: string, text: string): string | undefined {
  const sparse = records.sparse ?? {};
  if (key === "GNU.sparse.name") {
    records.sparse = { ...sparse, name: text };
  } else if (key === "GNU.sparse.size" || key === "GNU.sparse.realsize") {
    const sizeBytes = parseCount(text);
    if (sizeBytes === undefined) {
      return `${key} is not a size`;
    }
    records.sparse = { ...sparse, sizeBytes };
  } else {
    records.sparse = sparse;
  }
  return undefined;
}

function applyNumber(records: MutableRecords, key: string, text: string): string | undefined {
  if (key === "mtime") {
    const mtimeSeconds = parseTime(text);
    if (mtimeSeconds !== undefined) {
      records.fields.mtimeSeconds = mtimeSeconds;
    }
    return undefined;
  }
  const value = parseCount(text);
  if (value === undefined) {
    return `pax record ${key} is not a number`;
  }
  if (key === "size") {
    records.fields.sizeBytes = value;
  } else if (key === "uid") {
    records.fields.uid = value;
  } else {
    records.fields.gid = value;
  }
  return undefined;
}

/** Applies one record; answers what is wrong with it. */
function applyRecord(records: MutableRecords, key: string, value: Buffer): string | undefined {
  if (key === "SCHILY.xattr.security.capability") {
    records.capabilities = Buffer.from(value);
    return undefined;
  }
  const text = value.toString("utf8");
  if (key.startsWith("GNU.sparse.")) {
    return applySparse(records, key, text);
  }
  if (text === "") {
    return undefined;
  }
  switch (key) {
    case "path":
      records.fields.name = text;
      return undefined;
    case "linkpath":
      records.fields.linkName = text;
      return undefined;
    case "size":
    case "uid":
    case "gid":
    case "mtime":
      return applyNumber(records, key, text);
    default:
      return undefined;
  }
}

/** Reads the body of an `x` or `g` header. Never throws. */
export function parsePax(body: Buffer): PaxOutcome {
  const records: MutableRecords = { fields: {} };
  let offset = 0;
  while (offset < body.length) {
    const space = body.indexOf(0x20, offset);
    const length = space === -1 || space - offset > 9 ? undefined : parseCount(body.toString("latin1", offset, space));
    if (length === undefined || length <= space - offset + 1 || offset + length > body.length) {
      return { ok: false, reason: "a pax record has no right length" };
    }
    const end = offset + length;
    const equals = body.indexOf(0x3d, space + 1);
    if (body[end - 1] !== 0x0a || equals === -1 || equals >= end) {
      return { ok: false, reason: "a pax record is not of the form key=value" };
    }
    const wrong = applyRecord(records, body.toString("utf8", space + 1, equals), body.subarray(equals + 1, end - 1));
    if (wrong !== undefined) {
      return { ok: false, reason: wrong };
    }
    offset = end;
  }
  return { ok: true, records };
}
