import { describe, expect, it } from "vitest";
import { describeScheme } from "../testing/scheme-contract.ts";
import { pep440 } from "./pep440.ts";

// PEP 440 "Summary of permitted suffixes and relative ordering".
describeScheme(pep440, {
  ladder: [
    "1.0.dev456",
    "1.0a1",
    "1.0a2.dev456",
    "1.0a12.dev456",
    "1.0a12",
    "1.0b1.dev456",
    "1.0b2",
    "1.0b2.post345.dev456",
    "1.0b2.post345",
    "1.0rc1.dev456",
    "1.0rc1",
    "1.0",
    "1.0+abc.5",
    "1.0+abc.7",
    "1.0+5",
    "1.0.post456.dev34",
    "1.0.post456",
    "1.1.dev1",
    "1!0.1",
  ],
  equal: [
    ["1.0-alpha.1", "1a1"],
    ["v1.0.0", "1"],
    ["1.0-1", "1.0.post1"],
  ],
  refused: ["0.1-bulbasaur"],
  irregular: [],
});

describe("a local build of a Python release", () => {
  it("is a rebuild of that release and of no other", () => {
    const read = (text: string) => {
      const version = pep440.parse(text);
      if (version.kind === "invalid") {
        throw new Error(text);
      }
      return version;
    };
    expect(pep440.isRebuildOf(read("2.0.0+cu118"), read("2.0"))).toBe(true);
    expect(pep440.isRebuildOf(read("2.0.0+cu118"), read("2.0.1"))).toBe(false);
    expect(pep440.isRebuildOf(read("2.0.0"), read("2.0.0"))).toBe(false);
    expect(pep440.isRebuildOf(read("2.0.0+a"), read("2.0.0+b"))).toBe(false);
  });
});
