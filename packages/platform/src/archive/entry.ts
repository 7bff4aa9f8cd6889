/**
 * What an archive holds, entry by entry, and what a reader of archives needs to know to stay bounded. The same
 * three types serve a layer's tar, a folder walked on disk and any other tree of files.
 */
import type { Problem } from "@sightline/model";

/** Kind of a file-system object. `other` is a device, a FIFO or a type this reader does not know; it has no content. */
export type ArchiveEntryKind = "file" | "directory" | "symlink" | "hardlink" | "other";

/** One object of an archive. Sources: POSIX.1-2017 pax (ustar, pax interchange); GNU tar manual, "Basic Tar Format". */
export interface ArchiveEntry {
  /** Normalised: no leading `/` or `./`, no empty, `.` or `..` segment, no trailing `/`. The root itself is the empty text. */
  readonly path: string;
  readonly kind: ArchiveEntryKind;
  /** Bytes of content; 0 for everything but files. For a sparse file the size it has once expanded. */
  readonly sizeBytes: number;
  /** Permission bits with setuid (0o4000), setgid (0o2000) and sticky (0o1000). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  /** Symlinks: the target as written. Hard links: the normalised path of the entry it repeats. */
  readonly linkTarget?: string;
  /** Value of the `security.capability` extended attribute (`struct vfs_cap_data`, little-endian), where the archive has one. */
  readonly capabilities?: Buffer;
  /** Where the content of a file starts in the (unpacked) tar, in bytes; absent in trees that are not tars. */
  readonly contentOffset?: number;
}

/**
 * Who looks at the entries. `wish` is asked once for every entry, in archive order; for a file it answered `read`,
 * `content` is called with the whole content before the next `wish`. Other kinds have no content: their answer is
 * ignored. A file that could not be handed over whole gets no `content` call; it is named in the reader's problems
 * with the entry's path as subject. `bytes` belongs to the visitor from then on.
 */
export interface EntryVisitor {
  wish(entry: ArchiveEntry): "skip" | "read";
  content(entry: ArchiveEntry, bytes: Buffer): void;
}

/** What a walk over a whole tree came to. */
export interface ArchiveSummary {
  readonly entries: number;
  /** What could not be read whole, each with the entry's path (or the archive's name) as subject. */
  readonly problems: readonly Problem[];
}

/** Bounds on what an archive may make a reader do. An exceeded total ends the walk; an exceeded per-file bound skips the file. */
export interface ArchiveLimits {
  readonly entriesMax: number;
  /** Bytes of the archive once uncompressed. */
  readonly uncompressedBytesMax: number;
  /** Uncompressed bytes for each stored byte. Only looked at above {@link ratioFloorBytes}. */
  readonly ratioMax: number;
  /** Uncompressed bytes below which any ratio is harmless. */
  readonly ratioFloorBytes: number;
  /** Bytes of one file that is read into memory. */
  readonly fileBytesMax: number;
  /** Bytes of one extension header (pax record block, GNU long name). */
  readonly headerBytesMax: number;
  readonly pathBytesMax: number;
  /** Problems kept; further ones are only counted in the last. */
  readonly problemsMax: number;
}

const mebibyte = 1024 * 1024;

/** Bounds that fit every image seen so far and keep one walk under some 200 MB of memory. */
export const defaultArchiveLimits: ArchiveLimits = {
  entriesMax: 2_000_000,
  uncompressedBytesMax: 64 * 1024 * mebibyte,
  ratioMax: 200,
  ratioFloorBytes: 64 * mebibyte,
  fileBytesMax: 64 * mebibyte,
  headerBytesMax: mebibyte,
  pathBytesMax: 4096,
  problemsMax: 200,
};
