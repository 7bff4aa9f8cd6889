import { describe, expect, it } from "vitest";
import { LineTooLong, splitLines } from "./lines.ts";
import { parseCsvLine, parseJson } from "./parse-text.ts";

describe("parseJson", () => {
  it("reads past a byte order mark and says what is wrong with what is no JSON", () => {
    expect(parseJson('\uFEFF{"a":1}')).toEqual({ ok: true, value: { a: 1 } });
    expect(parseJson('{"a":')).toMatchObject({ ok: false, reason: expect.stringContaining("JSON") });
  });
});

describe("parseCsvLine", () => {
  it.each([
    ["a,b,,c", ["a", "b", "", "c"]],
    ['"a,b",c', ["a,b", "c"]],
    ['"say ""no""",', ['say "no"', ""]],
    ["", [""]],
  ])("cuts %s", (line, cells) => {
    expect(parseCsvLine(line)).toEqual(cells);
  });
});

async function gather(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const gathered: string[] = [];
  for await (const line of lines) {
    gathered.push(line);
  }
  return gathered;
}

describe("splitLines", () => {
  async function split(pieces: readonly string[], lineBytesMax = 100): Promise<readonly string[]> {
    async function* source(): AsyncGenerator<Buffer> {
      yield* pieces.map((piece) => Buffer.from(piece));
    }
    return gather(splitLines(source(), lineBytesMax));
  }

  it("joins what the pieces cut apart, characters too", async () => {
    const bytes = Buffer.from("één\r\ntwee\n\nlast");
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      async function* source(): AsyncGenerator<Buffer> {
        yield bytes.subarray(0, cut);
        yield bytes.subarray(cut);
      }
      expect(await gather(splitLines(source(), 100))).toEqual(["één", "twee", "last"]);
    }
  });

  it("refuses a line that is too long, ended or not", async () => {
    await expect(split(["short\n", "x".repeat(101), "\n"])).rejects.toThrow(LineTooLong);
    await expect(split(["x".repeat(60), "x".repeat(60)])).rejects.toThrow(LineTooLong);
    await expect(split(["x".repeat(100), "\n"])).resolves.toEqual(["x".repeat(100)]);
  });
});
