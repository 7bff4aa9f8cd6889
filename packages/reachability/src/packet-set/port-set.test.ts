import { describe, expect, it } from "vitest";
import { createPortAlgebra, parsePortRange, toPortRanges, toPortSet } from "./port-set.ts";

describe("port ranges", () => {
  it("are a number, a range or a star, and nothing else", () => {
    expect(["*", "443", "1000-2000"].map(parsePortRange)).toEqual([
      { from: 0, to: 65_535 },
      { from: 443, to: 443 },
      { from: 1000, to: 2000 },
    ]);
    expect(["", "http", "2000-1000", "70000", "1-2-3", "-1"].map(parsePortRange)).toEqual(Array(6).fill(undefined));
  });

  it("unite where they touch", () => {
    const ports = createPortAlgebra();
    const set = toPortSet(ports, [
      { from: 80, to: 89 },
      { from: 90, to: 99 },
      { from: 443, to: 443 },
    ]);
    expect(toPortRanges(set)).toEqual([
      { from: 80, to: 99 },
      { from: 443, to: 443 },
    ]);
  });
});
