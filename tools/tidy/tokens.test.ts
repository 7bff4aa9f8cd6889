import { describe, expect, it } from "vitest";
import { parseTokens } from "./tokens.ts";

function words(text: string): string[] {
  return parseTokens(text)
    .filter((token) => token.kind === "word")
    .map((token) => token.text);
}

function kinds(text: string): string[] {
  return parseTokens(text).map((token) => token.kind);
}

describe("parseTokens", () => {
  it("keeps words of comments, strings and regular expressions out of the code", () => {
    expect(words(`a // b\n/* c\nd */ "e \\" f" 'g' = /h"i/u; j`)).toEqual(["a", "j"]);
  });

  it("reads a slash after a value as division and anywhere else as a regular expression", () => {
    expect(kinds("a / b / c")).toEqual(["word", "punctuation", "word", "punctuation", "word"]);
    expect(kinds("x = /b/.test(y)")).toEqual(["word", "punctuation", "regex", ...kinds(".test(y)")]);
    expect(kinds("return /[/]'/")).toEqual(["word", "regex"]);
    expect(words("(a) / b('/')")).toEqual(["a", "b"]);
  });

  it("takes the code inside template substitutions, nested ones too, and leaves the fixed text out", () => {
    expect(words("`no ${yes} no ${{ a: `no ${b}` }.a} no` + after")).toEqual(["yes", "a", "b", "a", "after"]);
    expect(words("`a \\${not} \\` ${c}`; d")).toEqual(["c", "d"]);
  });

  it("counts lines through comments, templates and strings", () => {
    const tokens = parseTokens("/* 1\n2 */ a\n`3\n${b}\n5`; c");
    expect(tokens.filter((token) => token.kind === "word").map((token) => [token.text, token.line])).toEqual([
      ["a", 2],
      ["b", 4],
      ["c", 5],
    ]);
  });

  it("gives strings without their quotes", () => {
    expect(parseTokens(`"node:fs"`)).toEqual([{ kind: "string", text: "node:fs", line: 1 }]);
  });

  it("does not lose the rest of the file to an apostrophe in JSX text", () => {
    expect(words("<p>Don't</p>\nnext")).toContain("next");
  });

  it("ends on unfinished text instead of hanging or throwing", () => {
    for (const text of ["`abc ${", "/* abc", '"abc', "`abc", "a /", "'\\"]) {
      expect(parseTokens(text).length).toBeGreaterThan(0);
    }
  });
});
