/** What a layer puts on disk, path by path, before it becomes a tar. Parents of every entry are made on the way. */
import { createHash } from "node:crypto";
import { dirname, posix } from "node:path";
import type { RecipeFile } from "./recipe.ts";
import type { TarEntry } from "./write-tar.ts";

/** Entries by absolute path; `removed` and `opaque` become whiteouts. */
export interface LayerContent {
  readonly entries: Map<string, TarEntry>;
  readonly modifiedSeconds: number;
}

export function createLayerContent(modifiedSeconds: number): LayerContent {
  return { entries: new Map(), modifiedSeconds };
}

type Content = TarEntry["content"];

function putEntry(layer: LayerContent, path: string, content: Content, more: { mode: number; user: number }): void {
  const parent = dirname(path);
  if (parent !== "/" && !layer.entries.has(parent)) {
    putEntry(layer, parent, { kind: "directory" }, { mode: 0o755, user: 0 });
  }
  layer.entries.set(path, {
    path: path.slice(1),
    mode: more.mode,
    user: more.user,
    modifiedSeconds: layer.modifiedSeconds,
    content,
  });
}

/** Writes a text file owned by root. */
export function putText(layer: LayerContent, path: string, text: string, mode = 0o644): void {
  putEntry(layer, path, { kind: "file", bytes: Buffer.from(text) }, { mode, user: 0 });
}

/** Bytes that look like a binary's, the same for the same seed and size: the output of SHAKE256 (FIPS 202). */
export function generateBytes(seed: string, sizeBytes: number): Buffer {
  return sizeBytes === 0
    ? Buffer.alloc(0)
    : createHash("shake256", { outputLength: sizeBytes }).update(`${seed}:${sizeBytes}`).digest();
}

function toContent(file: RecipeFile): Content {
  if (file.symlink !== undefined) {
    return { kind: "symlink", target: file.symlink };
  }
  if (file.hardlink !== undefined) {
    return { kind: "hardlink", target: file.hardlink.slice(1) };
  }
  return {
    kind: "file",
    bytes: file.sizeBytes === undefined ? Buffer.from(file.content ?? "") : generateBytes(file.path, file.sizeBytes),
  };
}

/** Writes a file of the recipe. */
export function putFile(layer: LayerContent, file: RecipeFile): void {
  putEntry(layer, file.path, toContent(file), { mode: Number.parseInt(file.mode, 8), user: file.user });
}

/** Marks a path of lower layers as removed. Source: OCI image spec, "Whiteouts". */
export function putWhiteout(layer: LayerContent, path: string): void {
  putText(layer, posix.join(dirname(path), `.wh.${posix.basename(path)}`), "");
}

/** Hides everything lower layers have in a folder. Source: OCI image spec, "Opaque Whiteout". */
export function putOpaqueWhiteout(layer: LayerContent, path: string): void {
  putText(layer, posix.join(path, ".wh..wh..opq"), "");
}

/** Entries with every folder before what is in it. */
export function listEntries(layer: LayerContent): TarEntry[] {
  return [...layer.entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
