/** Cases from elsewhere, read in place; tests say so in one line where they are not there. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { z } from "zod";

const root = resolve(import.meta.dirname, "../../../..");
const folder = resolve(root, process.env["SIGHTLINE_CONFORMANCE_DATA"] ?? "../shared/data", "pkgdb");

/** Whether the folder of package databases is there; prints one line when it is not. */
export function hasPackageDatabases(): boolean {
  const isThere = existsSync(folder);
  if (!isThere) {
    process.stdout.write("conformance: no pkgdb folder in SIGHTLINE_CONFORMANCE_DATA, cases skipped\n");
  }
  return isThere;
}

/** Bytes of one case. */
export function readCase(...path: readonly string[]): Buffer {
  return readFileSync(join(folder, ...path));
}

/** The expectation beside the cases. */
export function readExpected<Schema extends z.ZodType>(schema: Schema, ...path: readonly string[]): z.infer<Schema> {
  return schema.parse(JSON.parse(readCase(...path).toString("utf8")));
}
