/** The repository as the rules see it: every committed text, read once. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSource, type SourceFile } from "./source.ts";

/** A text file, path relative to the root, with slashes. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

export interface Tree {
  /** Absolute path of the checkout. */
  readonly root: string;
  /** Every file, `testdata` included. */
  readonly paths: ReadonlySet<string>;
  /** Every folder that holds one of them, at any depth. */
  readonly folders: ReadonlySet<string>;
  /** Every file that is text, `testdata` left out: recorded data answers to other rules. */
  readonly texts: readonly TextFile[];
  /** Every TypeScript or JavaScript file among them, taken apart. */
  readonly sources: readonly SourceFile[];
  readonly sourceByPath: ReadonlyMap<string, SourceFile>;
}

const sourceForm = /\.(?:ts|tsx|mts|mjs|js)$/;
const pictureForm = /\.(?:png|jpe?g|gif|ico|woff2?|gz|zst|tgz|tar|zip|db|bin)$/;

/** The part of .gitignore syntax this repository uses: `name/`, `/from/the/root/` and `*.extension`. */
function parseIgnore(text: string): (path: string) => boolean {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const tests = lines.map((line) => {
    const bare = line.replace(/\/$/, "");
    if (bare.startsWith("/")) {
      return (path: string): boolean => `/${path}` === bare;
    }
    return bare.startsWith("*")
      ? (path: string): boolean => path.endsWith(bare.slice(1))
      : (path: string): boolean => path.split("/").at(-1) === bare;
  });
  return (path) => path === ".git" || tests.some((test) => test(path));
}

function* walk(root: string, folder: string, ignored: (path: string) => boolean): Iterable<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (ignored(path)) {
      continue;
    }
    if (entry.isDirectory()) {
      yield* walk(root, path, ignored);
    } else if (entry.isFile()) {
      yield path;
    }
  }
}

function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_part, index) => parts.slice(0, index + 1).join("/"));
}

function readIgnore(root: string): (path: string) => boolean {
  try {
    return parseIgnore(readFileSync(join(root, ".gitignore"), "utf8"));
  } catch {
    return parseIgnore("");
  }
}

/** The file, or nothing when it went away after it was listed: editors and others at work do that. */
function readText(root: string, path: string): readonly TextFile[] {
  try {
    return [{ path, text: readFileSync(join(root, path), "utf8") }];
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return [];
    }
    throw error;
  }
}

/** Reads the checkout at `root`, leaving out what .gitignore names. */
export function readTree(root: string): Tree {
  const paths = [...walk(root, "", readIgnore(root))].sort();
  const texts = paths
    .filter((path) => !pictureForm.test(path) && !path.includes("/testdata/"))
    .flatMap((path) => readText(root, path))
    .filter((file) => !file.text.includes("\u0000"));
  const sources = texts.filter((file) => sourceForm.test(file.path)).map((file) => parseSource(file.path, file.text));
  return {
    root,
    paths: new Set(paths),
    folders: new Set(paths.flatMap(foldersOf)),
    texts,
    sources,
    sourceByPath: new Map(sources.map((source) => [source.path, source])),
  };
}

/** Whether the file is part of the product: code of a room that is neither a test nor support for tests. */
export function isProduct(source: SourceFile): boolean {
  return source.room !== undefined && !source.isTest && !isTestSupport(source.path);
}

/** Whether a file exists for tests only and says so: in a folder `testing`, or called `x.fixture.ts`. */
export function isTestSupport(path: string): boolean {
  return path.includes("/testing/") || path.endsWith(".fixture.ts");
}
