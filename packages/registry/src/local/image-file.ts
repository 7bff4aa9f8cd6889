/** Reading parts of local files with the codes of this package. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { FileError, readBoundedFile } from "@sightline/platform";
import { type RegistryErrorCode, toRegistryError } from "../registry-error.ts";

/** A stretch of a file. */
export interface FilePart {
  readonly path: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The whole file; what keeps it from being read becomes an error with this code. */
export async function readWholeFile(path: string, bytesMax: number, code: RegistryErrorCode): Promise<Buffer> {
  try {
    return await readBoundedFile(path, bytesMax);
  } catch (error) {
    throw error instanceof FileError
      ? toRegistryError({ code, subject: path, reason: toReason(error) }, { cause: error })
      : error;
  }
}

function toReason(error: FileError): string {
  switch (error.code) {
    case "file.not-found":
      return "it does not exist";
    case "file.not-regular":
      return "it is no regular file";
    case "file.too-large":
      return "it is larger than expected of its kind";
    case "file.unreadable":
      return "it cannot be read";
  }
}

/** A stretch of a file in memory. The caller has bounded `sizeBytes`. */
export async function readFilePart(part: FilePart): Promise<Buffer> {
  await using handle = await open(part.path, "r");
  const bytes = Buffer.alloc(part.sizeBytes);
  const { bytesRead } = await handle.read(bytes, 0, part.sizeBytes, part.offset);
  return bytes.subarray(0, bytesRead);
}

/** A stretch of a file as a stream, in pieces large enough to keep the unpacker busy. */
export function streamFilePart(part: FilePart, signal?: AbortSignal): Readable {
  return createReadStream(part.path, {
    start: part.offset,
    // `end` is inclusive: an empty stretch cannot be asked for, so a zero size reads one byte of nothing below.
    end: part.offset + part.sizeBytes - 1,
    highWaterMark: 256 * 1024,
    ...(signal === undefined ? {} : { signal }),
  });
}
