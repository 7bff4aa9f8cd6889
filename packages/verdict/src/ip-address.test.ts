import { describe, expect, it } from "vitest";
import { type IpAddress, isInPrefix, parseIpAddress } from "./ip-address.ts";

const at = (text: string): IpAddress => parseIpAddress(text) ?? { bits: 32, value: -1n };

describe("isInPrefix", () => {
  it("compares within one family", () => {
    expect(isInPrefix("10.0.0.0/8", at("10.255.0.1"))).toBe(true);
    expect(isInPrefix("10.0.0.0/8", at("11.0.0.1"))).toBe(false);
    expect(isInPrefix("10.1.2.3", at("10.1.2.3"))).toBe(true);
    expect(isInPrefix("0.0.0.0/0", at("203.0.113.9"))).toBe(true);
    expect(isInPrefix("2001:db8::/32", at("2001:db8:0:1::5"))).toBe(true);
    expect(isInPrefix("::/0", at("203.0.113.9"))).toBe(false);
  });

  it("holds nothing when it is no prefix", () => {
    for (const text of [
      "",
      "VirtualNetwork",
      "10.0.0.0/33",
      "10.0.0.0/x",
      "10.0.0/8",
      "1:2:3::4::5/8",
      "256.0.0.0/8",
    ]) {
      expect(isInPrefix(text, at("10.0.0.1"))).toBe(false);
    }
  });
});
