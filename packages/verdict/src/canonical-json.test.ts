import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCanonicalJson } from "./canonical-json.ts";

describe("formatCanonicalJson", () => {
  it("sorts members by UTF-16 code units, as RFC 8785 §3.2.3 shows", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    expect(Object.values(JSON.parse(formatCanonicalJson(value)))).toHaveLength(7);
    const order = [...formatCanonicalJson(value).matchAll(/:"([^"]+)"/g)].map((match) => match[1]);
    expect(order).toEqual([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  it("writes literals as RFC 8785 §3.2.2 shows", () => {
    expect(formatCanonicalJson({ numbers: [4.5, 2e-3, 1e-27, 0.1], literals: [null, true, false] })).toBe(
      '{"literals":[null,true,false],"numbers":[4.5,0.002,1e-27,0.1]}',
    );
    expect(formatCanonicalJson(-0)).toBe("0");
    expect(formatCanonicalJson('\u20ac$\u000f\nA\'B"\\\\"/')).toBe('"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"');
  });

  it("refuses what has no single form", () => {
    expect(() => formatCanonicalJson(Number.NaN)).toThrow(RangeError);
    expect(() => formatCanonicalJson(2 ** 53)).toThrow(RangeError);
    expect(() => formatCanonicalJson("\ud800")).toThrow(RangeError);
    let deep: readonly unknown[] = [];
    for (let level = 0; level < 40; level += 1) {
      deep = [deep];
    }
    expect(() => formatCanonicalJson(deep as never)).toThrow(RangeError);
  });

  it("does not depend on the order of members and reads back as the same value", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(formatCanonicalJson(reversed)).toBe(formatCanonicalJson(value));
        expect(JSON.parse(formatCanonicalJson(value))).toEqual({ ...value });
      }),
    );
  });
});
