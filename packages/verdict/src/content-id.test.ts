import { describe, expect, it } from "vitest";
import { formatBase32, toContentHash, toContentId } from "./content-id.ts";

describe("formatBase32", () => {
  it("answers the test vectors of RFC 4648 §10, lower case and without padding", () => {
    const vectors = {
      "": "",
      f: "my",
      fo: "mzxq",
      foo: "mzxw6",
      foob: "mzxw6yq",
      fooba: "mzxw6ytb",
      foobar: "mzxw6ytboi",
    };
    for (const [text, expected] of Object.entries(vectors)) {
      expect(formatBase32(new TextEncoder().encode(text))).toBe(expected);
    }
  });
});

describe("toContentId", () => {
  it("has 52 characters after the prefix and does not depend on member order", () => {
    expect(toContentId("ev", { a: 1, b: [true] })).toMatch(/^ev_[a-z2-7]{52}$/);
    expect(toContentId("ev", { a: 1, b: [true] })).toBe(toContentId("ev", { b: [true], a: 1 }));
    expect(toContentId("ev", { a: 1 })).not.toBe(toContentId("ev", { a: 2 }));
  });

  it("hashes the canonical bytes: the empty object is the known SHA-256 of `{}`", () => {
    expect(toContentHash({})).toBe("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  });
});
