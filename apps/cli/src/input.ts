/** Files named on the command line: read within bounds, each failure with its own code. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readBoundedFile } from "@sightline/platform";
import { toCliError } from "./cli-error.ts";

/** Largest file the command line reads into memory. */
export const inputBytesMax = 512 * 1024 * 1024;

/** The text of a file. Throws the platform's file errors. */
export async function readText(path: string): Promise<string> {
  return (await readBoundedFile(path, inputBytesMax)).toString("utf8");
}

/** The JSON in a file; `cli.input-invalid` when it is none. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw toCliError("cli.input-invalid", path, `${path} is not JSON.`, cause);
  }
}

/** Files below a folder, sorted; the file itself when `path` is one. Links are not followed. */
export async function listFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw toCliError("cli.input-missing", path, `${path} cannot be read.`, cause);
  });
  if (!found.isDirectory()) {
    return [path];
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
