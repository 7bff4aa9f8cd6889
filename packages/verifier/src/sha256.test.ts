import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashText } from "./sha256.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("hashText", () => {
  it("answers the example of FIPS 180-4's companion vectors", () => {
    expect(hex(hashText("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(hex(hashText(""))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  it("agrees with the platform's own at every length around a block", () => {
    for (let length = 0; length < 200; length += 1) {
      const text = "x".repeat(length);
      expect(hex(hashText(text))).toBe(createHash("sha256").update(text).digest("hex"));
    }
  });

  it("agrees with the platform's own on any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
        expect(hex(hashText(text))).toBe(createHash("sha256").update(text, "utf8").digest("hex"));
      }),
    );
  });
});
