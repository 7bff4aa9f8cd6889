/** Reading from outside, bounded: nobody in this project reads a stream or a file without saying how much at most. */
import type { Readable } from "node:stream";

/**
 * All bytes of a stream, up to `bytesMax`. On the first byte too many the stream is destroyed and `toError()` thrown;
 * an error of the stream itself comes through unchanged.
 */
export async function readBounded(stream: Readable, bytesMax: number, toError: () => Error): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = toBuffer(chunk);
    size += bytes.length;
    if (size > bytesMax) {
      // Leaving the loop by a throw destroys the stream.
      throw toError();
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}

function toBuffer(chunk: unknown): Buffer {
  if (chunk instanceof Uint8Array) {
    return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  return Buffer.from(String(chunk), "utf8");
}
