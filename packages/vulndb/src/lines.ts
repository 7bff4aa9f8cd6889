/** Lines out of a stream of bytes, each bounded. */

/** A line longer than allowed; the reader of the file makes its own error of it. */
export class LineTooLong extends Error {}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The lines without their ends, empty ones left out. Throws {@link LineTooLong}, and what the source throws. */
export async function* splitLines(source: AsyncIterable<Buffer>, lineBytesMax: number): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      rest.push(chunk.subarray(start, end));
      const line = toLine(rest, restBytes + end - start, lineBytesMax);
      if (line !== "") {
        yield line;
      }
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    rest.push(chunk.subarray(start));
    restBytes += chunk.length - start;
    if (restBytes > lineBytesMax) {
      throw new LineTooLong();
    }
  }
  const last = toLine(rest, restBytes, lineBytesMax);
  if (last !== "") {
    yield last;
  }
}

function toLine(parts: readonly Buffer[], sizeBytes: number, lineBytesMax: number): string {
  if (sizeBytes > lineBytesMax) {
    throw new LineTooLong();
  }
  const [only] = parts;
  const bytes = only !== undefined && parts.length === 1 ? only : Buffer.concat(parts);
  const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
  return bytes.toString("utf8", 0, end);
}
