import { describe, expect, it } from "vitest";
import { createLeastRecentMap } from "./least-recent.ts";

describe("a least recent map", () => {
  it("forgets what was used least recently", () => {
    const map = createLeastRecentMap<string, number>(2);
    map.set("a", 1);
    map.set("b", 2);
    expect(map.get("a")).toBe(1);
    map.set("c", 3);
    expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([1, undefined, 3]);
  });

  it("weighs values, also those it replaces, and keeps nothing heavier than itself", () => {
    const map = createLeastRecentMap<string, string>(10, (value) => value.length);
    map.set("a", "12345");
    map.set("a", "1234");
    map.set("b", "123456");
    expect([map.get("a"), map.get("b")]).toEqual(["1234", "123456"]);
    map.set("c", "1");
    expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([undefined, "123456", "1"]);
    map.set("d", "12345678901");
    expect([map.get("b"), map.get("c"), map.get("d")]).toEqual([undefined, undefined, undefined]);
    map.set("e", "1234567890");
    expect(map.get("e")).toBe("1234567890");
  });
});
