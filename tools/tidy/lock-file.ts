/**
 * Whether package-lock.json is whole. A registry that does not serve the packages of other platforms leaves them out of
 * the lock file, and `npm ci` then refuses the file everywhere, although it would never install them.
 */
import type { Breach, Rule } from "./rule.ts";
import type { Tree } from "./tree.ts";

/** An entry of the lock file, as far as it matters here. */
export interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The lock file, version 3. Source: docs.npmjs.com, package-lock.json. */
export interface LockFile {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

/** A dependency that some entry names and no entry holds. */
export interface MissingEntry {
  readonly name: string;
  readonly range: string;
  readonly isOptional: boolean;
  /** Whether only development needs whoever names it. */
  readonly isDev: boolean;
}

/** Where npm looks for `name` from the package at `from`: its own folder first, then outwards. */
function isHeld(lock: LockFile, from: string, name: string): boolean {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf("node_modules/") - 1))) {
    if (lock.packages[`${place === "" ? "" : `${place}/`}node_modules/${name}`] !== undefined) {
      return true;
    }
    if (!place.includes("node_modules/")) {
      return lock.packages[`node_modules/${name}`] !== undefined;
    }
  }
}

/** What `npm ci` would call missing, each name once. Peer dependencies are npm's own affair and not looked at. */
export function findMissingEntries(lock: LockFile): readonly MissingEntry[] {
  const missing = new Map<string, MissingEntry>();
  for (const [place, entry] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries({ ...entry.dependencies, ...entry.optionalDependencies })) {
      if (!isHeld(lock, place, name)) {
        const isOptional = entry.optionalDependencies?.[name] !== undefined;
        missing.set(name, { name, range, isOptional, isDev: entry.dev === true });
      }
    }
  }
  return [...missing.values()];
}

/** The lock file's content. */
export function parseLockFile(text: string): LockFile {
  const parsed: unknown = JSON.parse(text);
  const hasPackages = typeof parsed === "object" && parsed !== null && "packages" in parsed;
  // The file is npm's own work and committed by us; a wrong shape shows up in what is found missing.
  return hasPackages ? (parsed as LockFile) : { packages: {} };
}

function* checkLock(tree: Tree): Iterable<Breach> {
  for (const file of tree.texts.filter((one) => one.path === "package-lock.json")) {
    for (const { name } of findMissingEntries(parseLockFile(file.text))) {
      yield {
        path: file.path,
        line: 1,
        message: `${name} is missing, so npm ci fails: run node tools/complete-lock.ts`,
      };
    }
  }
}

/** The lock file. */
export const lockRules: readonly Rule[] = [
  {
    id: "lock-file",
    promise: "package-lock.json holds everything its entries name, so npm ci takes it.",
    check: checkLock,
  },
];
