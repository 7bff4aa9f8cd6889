/** A root file system as a folder on disk, shown to a visitor like a layer's tar. */
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statfsSync,
  statSync,
} from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { Problem } from "@sightline/model";
import type { ArchiveEntry, ArchiveLimits, ArchiveSummary, EntryVisitor } from "@sightline/platform";
import { toRegistryError, toRegistryProblem } from "../registry-error.ts";

/** How a folder is walked. */
export interface RootfsWalkOptions {
  readonly limits: ArchiveLimits;
  readonly signal?: AbortSignal;
}

/**
 * File systems that the kernel makes up: nothing in them is installed software, and reading them may never end.
 * Source: Linux, include/uapi/linux/magic.h (proc, sysfs, cgroup, cgroup2, devpts, debugfs, tracefs, securityfs, bpf, mqueue).
 */
const kernelFileSystems: ReadonlySet<number> = new Set([
  0x9fa0, 0x62656572, 0x27e0eb, 0x63677270, 0x1cd1, 0x64626720, 0x74726163, 0x73636673, 0xcafe4a11, 0x19800202,
]);

interface Walk {
  readonly root: Buffer;
  readonly visitor: EntryVisitor;
  readonly limits: ArchiveLimits;
  readonly problems: Problem[];
  /** Problems past the bound, counted only. */
  unlisted: number;
  entries: number;
}

const slash = Buffer.from("/");

/**
 * Walks the folder, parents before children, names in byte order. Symbolic links are shown, never followed; nothing
 * outside the folder is read; file systems of the kernel are passed over. Meant for a worker thread: it works through one
 * folder at a time without waiting. Throws `registry.rootfs-invalid`, what the visitor throws, and the signal's reason.
 * Problems (code `registry.rootfs-unreadable`, `archive.file-too-large`, `archive.limit-exceeded`, `archive.unsafe-path`)
 * name what was not seen: with any of them the folder was not read whole.
 */
export async function walkRootfs(
  folder: string,
  visitor: EntryVisitor,
  options: RootfsWalkOptions,
): Promise<ArchiveSummary> {
  const root = toRoot(folder);
  const { dev } = lstatSync(root);
  const walk: Walk = {
    root: Buffer.from(root),
    visitor,
    limits: options.limits,
    problems: [],
    unlisted: 0,
    entries: 0,
  };
  /** Folders still to be read, the next one last. */
  const pending: { readonly path: Buffer; readonly device: number }[] = [{ path: Buffer.alloc(0), device: dev }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    options.signal?.throwIfAborted();
    const found = visitFolder(walk, next.path, next.device);
    if (found === undefined) {
      break;
    }
    pending.push(...found.toReversed());
    await setImmediate();
  }
  return { entries: walk.entries, problems: toProblems(walk) };
}

/** The folder itself may be named by a link: it is what the user chose. */
function toRoot(folder: string): string {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) {
    const reason = stats === undefined ? "it does not exist" : "it is no folder";
    throw toRegistryError({ code: "registry.rootfs-invalid", subject: folder, reason });
  }
  return realpathSync(folder);
}

function toProblems(walk: Walk): readonly Problem[] {
  const last = walk.problems.at(-1);
  if (last === undefined || walk.unlisted === 0) {
    return walk.problems;
  }
  const message = `${last.message} (${walk.unlisted} further problems are not listed)`;
  return [...walk.problems.slice(0, -1), { ...last, message }];
}

function addProblem(walk: Walk, problem: Problem): void {
  if (walk.problems.length < walk.limits.problemsMax) {
    walk.problems.push(problem);
  } else {
    walk.unlisted += 1;
  }
}

function addUnreadable(walk: Walk, path: Buffer, error: unknown): void {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  const subject = path.toString("utf8");
  addProblem(walk, toRegistryProblem({ code: "registry.rootfs-unreadable", subject, reason: `not read (${code})` }));
}

function addArchiveProblem(walk: Walk, code: `archive.${string}`, path: Buffer, reason: string): void {
  const next = "Check what is named; if it is legitimate, raise the limits of the scan.";
  addProblem(walk, { code, subject: path.toString("utf8"), message: `${path.toString("utf8")}: ${reason}.`, next });
}

function toAbsolute(walk: Walk, path: Buffer): Buffer {
  return path.length === 0 ? walk.root : Buffer.concat([walk.root, slash, path]);
}

/** Shows what a folder holds; answers the folders in it, `undefined` when a bound ends the walk. */
function visitFolder(
  walk: Walk,
  folder: Buffer,
  device: number,
): { readonly path: Buffer; readonly device: number }[] | undefined {
  const folders: { path: Buffer; device: number }[] = [];
  for (const name of readNames(walk, folder)) {
    const path = folder.length === 0 ? name : Buffer.concat([folder, slash, name]);
    walk.entries += 1;
    if (walk.entries > walk.limits.entriesMax) {
      addArchiveProblem(walk, "archive.limit-exceeded", path, `more than ${walk.limits.entriesMax} entries`);
      return undefined;
    }
    const stats = visitEntry(walk, path);
    if (stats?.isDirectory() === true && !isKernelFileSystem(walk, path, stats, device)) {
      folders.push({ path, device: stats.dev });
    }
  }
  return folders;
}

function readNames(walk: Walk, folder: Buffer): readonly Buffer[] {
  try {
    const entries: Dirent<Buffer>[] = readdirSync(toAbsolute(walk, folder), {
      encoding: "buffer",
      withFileTypes: true,
    });
    return entries.map((entry) => entry.name).toSorted((a, b) => a.compare(b));
  } catch (error) {
    addUnreadable(walk, folder, error);
    return [];
  }
}

function isKernelFileSystem(walk: Walk, path: Buffer, stats: Stats, parentDevice: number): boolean {
  return stats.dev !== parentDevice && kernelFileSystems.has(statfsSync(toAbsolute(walk, path)).type);
}

function visitEntry(walk: Walk, path: Buffer): Stats | undefined {
  if (path.length > walk.limits.pathBytesMax) {
    addArchiveProblem(walk, "archive.unsafe-path", path.subarray(0, 200), "its path is longer than allowed");
    return undefined;
  }
  try {
    const stats = lstatSync(toAbsolute(walk, path));
    const entry = toEntry(walk, path, stats);
    const wish = walk.visitor.wish(entry);
    if (wish === "read" && entry.kind === "file") {
      visitContent(walk, path, entry, stats);
    }
    return stats;
  } catch (error) {
    if (isSystemError(error)) {
      addUnreadable(walk, path, error);
      return undefined;
    }
    throw error;
  }
}

/** Told from what the visitor throws, which is not ours to swallow. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

function toEntry(walk: Walk, path: Buffer, stats: Stats): ArchiveEntry {
  const kind = toKind(stats);
  return {
    path: path.toString("utf8"),
    kind,
    sizeBytes: kind === "file" ? stats.size : 0,
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    mtimeSeconds: Math.floor(stats.mtimeMs / 1000),
    ...(kind === "symlink" ? { linkTarget: readlinkSync(toAbsolute(walk, path)) } : {}),
  };
}

function toKind(stats: Stats): ArchiveEntry["kind"] {
  if (stats.isFile()) {
    return "file";
  }
  if (stats.isDirectory()) {
    return "directory";
  }
  return stats.isSymbolicLink() ? "symlink" : "other";
}

function visitContent(walk: Walk, path: Buffer, entry: ArchiveEntry, seen: Stats): void {
  if (entry.sizeBytes > walk.limits.fileBytesMax) {
    const reason = `it has ${entry.sizeBytes} bytes, more than ${walk.limits.fileBytesMax}`;
    addArchiveProblem(walk, "archive.file-too-large", path, reason);
    return;
  }
  const bytes = readSame(toAbsolute(walk, path), seen);
  if (bytes === undefined) {
    const subject = entry.path;
    const reason = "it changed while it was read";
    addProblem(walk, toRegistryProblem({ code: "registry.rootfs-unreadable", subject, reason }));
    return;
  }
  walk.visitor.content(entry, bytes);
}

/** The content of the very file that was looked at: not of a link put in its place, not of a pipe that never ends. */
function readSame(path: Buffer, seen: Stats): Buffer | undefined {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile() || stats.ino !== seen.ino || stats.dev !== seen.dev) {
      return undefined;
    }
    const bytes = Buffer.alloc(seen.size);
    let length = 0;
    for (let read = 1; read > 0 && length < bytes.length; length += read) {
      read = readSync(handle, bytes, length, bytes.length - length, length);
    }
    return length === bytes.length ? bytes : undefined;
  } finally {
    closeSync(handle);
  }
}
