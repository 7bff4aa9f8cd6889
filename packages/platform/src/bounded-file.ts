/** Files from outside, read with a bound. */
import { constants, type Stats } from "node:fs";
import { open } from "node:fs/promises";
import { DomainError } from "@sightline/model";
import { platformErrorCodes } from "./error-codes.data.ts";
import { readBounded } from "./limits.ts";

/** Codes of {@link FileError}. */
export type FileErrorCode = Extract<keyof typeof platformErrorCodes, `file.${string}`>;

/** A file that cannot be read as asked. */
export class FileError extends DomainError<FileErrorCode> {}

/**
 * The whole content of a regular file (symbolic links are followed). Throws {@link FileError}: `file.not-found`,
 * `file.not-regular` (a folder, a pipe or a device, which might never end), `file.too-large` (more than `bytesMax`,
 * also when it grows while it is read), `file.unreadable`.
 */
export async function readBoundedFile(path: string, bytesMax: number): Promise<Buffer> {
  const toTooLarge = (): FileError => toFileError("file.too-large", path, `is larger than ${bytesMax} bytes`);
  try {
    // Opening a pipe without a writer would wait for one; O_NONBLOCK makes it return at once and has no effect on files.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    assertRegular(await handle.stat(), path);
    return await readBounded(handle.createReadStream({ autoClose: false, end: bytesMax }), bytesMax, toTooLarge);
  } catch (error) {
    throw error instanceof FileError ? error : toUnreadable(error, path);
  }
}

function assertRegular(stats: Stats, path: string): void {
  if (!stats.isFile()) {
    throw toFileError("file.not-regular", path, "is not a regular file");
  }
}

function toUnreadable(error: unknown, path: string): FileError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return code === "ENOENT" || code === "ENOTDIR"
    ? toFileError("file.not-found", path, "does not exist")
    : toFileError("file.unreadable", path, `cannot be read (${code})`, error);
}

function toFileError(code: FileErrorCode, path: string, what: string, cause?: unknown): FileError {
  return new FileError(
    { code, subject: path, message: `The file ${path} ${what}.`, next: platformErrorCodes[code].next },
    cause === undefined ? {} : { cause },
  );
}
