/**
 * The folder of an advisory database:
 *
 *     current                          id of the generation in use, one line
 *     generations/<id>/advisories.bin  the file of one generation; the last two are kept
 *     generations/.building-XXXXXX/    an import that is under way, or was killed
 *
 * Whoever opens the database sees the old generation or the new one, never a part: a generation is complete and on
 * the disk before `current` names it, and `current` changes by a rename.
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { toVulndbError } from "./vulndb-error.ts";

const pointerName = "current";
const generationsName = "generations";
const fileName = "advisories.bin";
const temporaryName = "spool.tmp";
const buildingPrefix = ".building-";
/** Time of building in UTC, and the beginning of the content's SHA-256. */
const generationForm = /^\d{8}T\d{6}Z-[0-9a-f]{16}$/;
const pointerBytesMax = 128;
const dayMs = 24 * 60 * 60 * 1000;

/** The id of a generation: sorts by time, and differs when the content does. */
export function toGenerationId(builtAtMs: number, digest: string): string {
  const time = new Date(builtAtMs).toISOString().replace(/[-:]|\.\d+/g, "");
  return `${time}-${digest.slice(0, 16)}`;
}

/**
 * Path of the current generation's file. Throws `vulndb.missing` (no database, or none ever finished),
 * `vulndb.corrupt` (the pointer names no generation), `vulndb.unreadable`.
 */
export function findCurrentGeneration(folder: string): string {
  const id = readCurrent(folder);
  if (id === undefined) {
    const message = `There is no advisory database in ${folder}.`;
    throw toVulndbError({ code: "vulndb.missing", subject: folder, message });
  }
  return join(folder, generationsName, id, fileName);
}

/** Id of the generation in use, or `undefined` when there is none yet. */
export function readCurrent(folder: string): string | undefined {
  const path = join(folder, pointerName);
  const text = readPointer(path);
  if (text === undefined) {
    return undefined;
  }
  const id = text.trim();
  if (!generationForm.test(id)) {
    const message = `The file ${path}, which names the advisory database in use, does not name one.`;
    throw toVulndbError({ code: "vulndb.corrupt", subject: path, message });
  }
  return id;
}

function readPointer(path: string): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    const bytes = Buffer.alloc(pointerBytesMax);
    return bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, pointerBytesMax, 0));
  } catch (cause) {
    if (isAbsent(cause)) {
      return undefined;
    }
    const message = `The file ${path}, which names the advisory database in use, cannot be read.`;
    throw toVulndbError({ code: "vulndb.unreadable", subject: path, message, cause });
  } finally {
    if (descriptor !== undefined) {
      closeSync(descriptor);
    }
  }
}

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR");
}

/** A generation being built in a folder of its own, which nobody else looks into. */
export interface BuildingPlace {
  /** The file to be written. */
  readonly path: string;
  /** A file for use while building; it does not outlive it. */
  readonly temporaryPath: string;
  /** Makes it the current generation; the one before is kept, older ones are removed. Answers the id it replaces. */
  publish(id: string): string | undefined;
  /** Removes what is not published. Harmless after `publish`. */
  discard(): void;
}

/**
 * Makes room for a new generation, and clears away what imports killed more than a day ago left behind. Throws the
 * file system's own errors, as do the functions of the answer.
 */
export function createBuildingPlace(folder: string, nowMs: number): BuildingPlace {
  const generations = join(folder, generationsName);
  mkdirSync(generations, { recursive: true });
  clearAbandoned(generations, nowMs);
  const building = mkdtempSync(join(generations, buildingPrefix));
  // Made for its owner alone; but the data is public, and others may be meant to read it.
  chmodSync(building, 0o755);
  return {
    path: join(building, fileName),
    temporaryPath: join(building, temporaryName),
    publish(id) {
      const previous = readCurrent(folder);
      const target = join(generations, id);
      // The same content built in the same second is already there; then the new copy is not needed.
      if (previous !== id) {
        rmSync(target, { recursive: true, force: true });
        rmSync(join(building, temporaryName), { force: true });
        syncFolder(building);
        renameSync(building, target);
        syncFolder(generations);
        writePointer(folder, id);
      }
      prune(generations, new Set([id, previous ?? id]));
      return previous === id ? undefined : previous;
    },
    discard: () => rmSync(building, { recursive: true, force: true }),
  };
}

function writePointer(folder: string, id: string): void {
  const temporary = join(folder, `.${pointerName}-${id}`);
  const descriptor = openSync(temporary, "w", 0o644);
  try {
    writeSync(descriptor, `${id}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, join(folder, pointerName));
  syncFolder(folder);
}

/** A rename is only lasting once the folder it happened in is on the disk. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Readers that still have an older generation open keep it open; the system frees it when they close it. */
function prune(generations: string, kept: ReadonlySet<string>): void {
  for (const name of readdirSync(generations)) {
    if (generationForm.test(name) && !kept.has(name)) {
      rmSync(join(generations, name), { recursive: true, force: true });
    }
  }
}

function clearAbandoned(generations: string, nowMs: number): void {
  for (const name of readdirSync(generations).filter((one) => one.startsWith(buildingPrefix))) {
    const path = join(generations, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined && nowMs - stats.mtimeMs > dayMs) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}
