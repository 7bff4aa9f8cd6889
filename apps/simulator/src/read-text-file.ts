import { type FileHandle, open } from "node:fs/promises";
import { SimulatorError } from "./simulator-error.ts";

const fileBytesMax = 8 * 2 ** 20;

/** Fills a buffer from the start of a file; answers what there was. */
async function readStart(file: FileHandle, buffer: Buffer): Promise<Buffer> {
  let filled = 0;
  for (let bytesRead = -1; bytesRead !== 0 && filled < buffer.length; filled += bytesRead) {
    ({ bytesRead } = await file.read(buffer, filled, buffer.length - filled, filled));
  }
  return buffer.subarray(0, filled);
}

/** Reads a text file of at most 8 MiB. Errors: `simulator.file-unreadable`. */
export async function readTextFile(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const bytes = await readStart(file, Buffer.alloc(fileBytesMax + 1));
      if (bytes.length > fileBytesMax) {
        throw new SimulatorError("simulator.file-unreadable", `${path} is larger than ${fileBytesMax} bytes`);
      }
      return bytes.toString("utf8");
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof SimulatorError) {
      throw cause;
    }
    throw new SimulatorError("simulator.file-unreadable", `Cannot read ${path}`, { cause });
  }
}
