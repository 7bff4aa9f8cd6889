/** From a tar header and the extension headers before it to the entry a visitor sees. */
import type { ArchiveEntry, ArchiveEntryKind } from "./entry.ts";
import { toEntryPath } from "./entry-path.ts";
import type { PaxRecords } from "./pax.ts";
import type { TarHeader } from "./tar-header.ts";

/** What extension headers said about the entry that follows them. */
export interface TarExtension {
  readonly pax: PaxRecords;
  /** GNU long names, which win over pax. */
  readonly gnu: Partial<Pick<TarHeader, "name" | "linkName">>;
}

/** No extension header came before the entry: what nearly every entry has. */
export const noExtension: TarExtension = { pax: { fields: {} }, gnu: {} };
const headerOnlyFlags = "123456";

function toKind(typeFlag: string, name: string): ArchiveEntryKind {
  switch (typeFlag) {
    case "0":
    case "\0":
      // Before POSIX a directory was a file whose name ends in a slash.
      return name.endsWith("/") ? "directory" : "file";
    case "7":
    case "S":
      return "file";
    case "1":
      return "hardlink";
    case "2":
      return "symlink";
    case "5":
      return "directory";
    default:
      return "other";
  }
}

/** A header with its extensions applied, its names not yet checked. */
export interface MergedHeader extends TarHeader {
  readonly isSparse: boolean;
  /** Size once expanded; the stored size for all but sparse files. */
  readonly expandedBytes: number;
  readonly capabilities?: Buffer;
}

/** Applies what extension headers said. */
export function mergeHeader(header: TarHeader, extension: TarExtension): MergedHeader {
  if (extension === noExtension) {
    const expandedBytes = header.sparse?.sizeBytes ?? header.sizeBytes;
    return { ...header, isSparse: header.sparse !== undefined, expandedBytes };
  }
  const { pax, gnu } = extension;
  const merged = { ...header, ...pax.fields, ...gnu };
  const { sparse = header.sparse, capabilities } = pax;
  return {
    ...merged,
    ...(pax.sparse?.name === undefined ? {} : { name: pax.sparse.name }),
    ...(capabilities === undefined ? {} : { capabilities }),
    isSparse: sparse !== undefined,
    expandedBytes: sparse?.sizeBytes ?? merged.sizeBytes,
  };
}

/** Bytes of body that follow the header: none for links, devices, directories and pipes, whatever their size field says. */
export function bodyBytesOf(header: MergedHeader): number {
  return headerOnlyFlags.includes(header.typeFlag) ? 0 : header.sizeBytes;
}

/** An entry whose name, or whose link's target, cannot be placed inside the archive. */
export interface UnsafeEntry {
  readonly unsafeName: string;
}

function toSafePath(name: string, pathBytesMax: number): string | undefined {
  return name.length <= pathBytesMax ? toEntryPath(name) : undefined;
}

/** The entry as a visitor sees it, its names normalised; `contentOffset` is where its body starts. */
export function toArchiveEntry(
  header: MergedHeader,
  contentOffset: number,
  pathBytesMax: number,
): ArchiveEntry | UnsafeEntry {
  const kind = toKind(header.typeFlag, header.name);
  const path = toSafePath(header.name, pathBytesMax);
  if (path === undefined) {
    return { unsafeName: header.name };
  }
  const linkTarget = kind === "hardlink" ? toSafePath(header.linkName, pathBytesMax) : header.linkName;
  if (linkTarget === undefined) {
    return { unsafeName: header.linkName };
  }
  return {
    path,
    kind,
    sizeBytes: kind === "file" ? header.expandedBytes : 0,
    mode: header.mode,
    uid: header.uid,
    gid: header.gid,
    mtimeSeconds: header.mtimeSeconds,
    contentOffset,
    ...(kind === "hardlink" || kind === "symlink" ? { linkTarget } : {}),
    ...(header.capabilities === undefined ? {} : { capabilities: header.capabilities }),
  };
}
