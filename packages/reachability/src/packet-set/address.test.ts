import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAddress, parseAddress, parsePrefix } from "./address.ts";
import { createAddressAlgebra, formatAddressSet, hasAddress, isWide, prefixHolding } from "./address-set.ts";

describe("addresses", () => {
  it("are read in their usual forms, and refused in forms that readers disagree about", () => {
    expect(parseAddress("10.1.0.4")).toEqual({ family: 4, value: 0x0a_01_00_04 });
    expect(parseAddress("::1")).toEqual({ family: 6, value: 1n });
    expect(parseAddress("::ffff:10.0.0.1")).toEqual({ family: 6, value: 0xffff_0a00_0001n });
    for (const text of ["", "10.1.0", "10.1.0.256", "010.1.0.4", "1::2::3", "1:2:3:4:5:6:7", "g::1", "10.1.0.4 "]) {
      expect(parseAddress(text)).toBeUndefined();
    }
  });

  it("are printed as they are read", () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        const address = parseAddress(text);
        expect(address === undefined ? "" : formatAddress(address)).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
        expect(parseAddress(formatAddress({ family: 6, value }))).toEqual({ family: 6, value });
      }),
    );
    expect(formatAddress({ family: 6, value: 0x2001_0db8n << 96n })).toBe("2001:db8::");
  });

  it("stand for their block with a prefix, host bits or not", () => {
    expect(parsePrefix("10.0.0.5/24")).toEqual(parsePrefix("10.0.0.0/24"));
    expect(parsePrefix("0.0.0.0/0")).toEqual({ family: 4, from: 0, to: 2 ** 32 });
    expect(parsePrefix("10.0.0.0/33")).toBeUndefined();
    expect(parsePrefix("10.0.0.0/24/3")).toBeUndefined();
  });
});

describe("address sets", () => {
  const addresses = createAddressAlgebra();
  const setOf = (...prefixes: readonly string[]) =>
    addresses.fromBlocks(prefixes.map(parsePrefix).filter((block) => block !== undefined));

  it("leave private, shared, loopback and platform addresses out of the internet, and keep public ones", () => {
    const inside = [
      "10.0.0.1",
      "100.64.0.1",
      "172.31.0.1",
      "192.168.0.1",
      "127.0.0.1",
      "168.63.129.16",
      "fd00::1",
      "fe80::1",
    ];
    const outside = ["8.8.8.8", "100.128.0.1", "172.32.0.1", "168.63.129.17", "203.0.113.9", "2603:1020::1"];
    const isInternet = (text: string): boolean => {
      const address = parseAddress(text);
      return address !== undefined && hasAddress(addresses.internet, address);
    };
    expect(inside.filter(isInternet)).toEqual([]);
    expect(outside.filter(isInternet)).toEqual(outside);
  });

  it("are printed as the fewest prefixes", () => {
    expect(formatAddressSet(setOf("10.0.0.0/25", "10.0.0.128/25", "10.0.1.0/24"), 9)).toEqual(["10.0.0.0/23"]);
    expect(formatAddressSet(setOf("10.0.0.1", "10.0.0.3"), 1)).toEqual(["10.0.0.1", "…"]);
    expect(formatAddressSet(addresses.all, 9)).toEqual(["0.0.0.0/0", "::/0"]);
  });

  it("name the largest prefix that holds an address", () => {
    const address = parseAddress("10.0.0.130");
    const set = setOf("10.0.0.0/24", "10.0.2.0/24");
    expect(address === undefined ? "" : prefixHolding(set, address)).toBe("10.0.0.0/24");
    const other = parseAddress("10.0.1.1");
    expect(other === undefined ? "" : prefixHolding(set, other)).toBeUndefined();
  });

  it("are wide from a /12 on", () => {
    expect([isWide(setOf("20.0.0.0/12")), isWide(setOf("20.0.0.0/13")), isWide(setOf("2000::/28"))]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
