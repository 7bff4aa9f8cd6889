import { describe, expect, it } from "vitest";
import { holds, isPrefix, isPublic } from "./address.ts";

describe("holds", () => {
  it("compares within one family, bare addresses too", () => {
    expect(holds("10.0.0.0/8", "10.9.8.7")).toBe(true);
    expect(holds("10.0.0.0/8", "11.0.0.0")).toBe(false);
    expect(holds("10.1.2.3", "10.1.2.3")).toBe(true);
    expect(holds("0.0.0.0/0", "203.0.113.9")).toBe(true);
    expect(holds("2001:db8::/32", "2001:db8::1")).toBe(true);
    expect(holds("::/0", "203.0.113.9")).toBe(false);
  });

  it("holds nothing when either side is no address", () => {
    for (const prefix of [
      "",
      "Internet",
      "10.0.0.0/33",
      "10.0.0.0/-1",
      "10.0.0.0/8/8",
      "10.0.0",
      "300.0.0.0/8",
      "1::2::3/8",
      ":::/0",
    ]) {
      expect(holds(prefix, "10.0.0.1")).toBe(false);
    }
    expect(holds("0.0.0.0/0", "nobody")).toBe(false);
    expect(isPrefix("VirtualNetwork")).toBe(false);
  });
});

describe("isPublic", () => {
  it("is what strangers can have", () => {
    for (const address of ["203.0.113.9", "8.8.8.8", "20.61.14.87", "2001:db8::10", "168.63.129.16"]) {
      expect(isPublic(address)).toBe(true);
    }
    for (const address of [
      "10.0.0.1",
      "172.31.255.1",
      "192.168.1.1",
      "100.64.0.1",
      "169.254.1.1",
      "127.0.0.1",
      "224.0.0.1",
      "fd00::1",
      "fe80::1",
      "::1",
      "x",
    ]) {
      expect(isPublic(address)).toBe(false);
    }
  });
});
