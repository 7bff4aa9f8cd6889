import { describe, expect, it } from "vitest";
import { findUnjudgedPort, requiredPorts } from "./port-space.ts";

const everywhere = [
  { protocol: "TCP", ports: [{ from: 8081, to: 65535 }] },
  { protocol: "UDP", ports: [{ from: 0, to: 65535 }] },
  { protocol: "TCP", ports: [{ from: 1, to: 8080 }] },
] as const;

describe("findUnjudgedPort", () => {
  it("is satisfied by ranges in any order that leave no gap", () => {
    expect(findUnjudgedPort(requiredPorts({ kind: "kubernetes" }), everywhere)).toBeUndefined();
  });

  it("names the first port nobody judged", () => {
    const withHole = [...everywhere.slice(0, 2), { protocol: "TCP", ports: [{ from: 1, to: 8079 }] }] as const;
    expect(findUnjudgedPort(requiredPorts({ kind: "kubernetes" }), withHole)).toEqual({ protocol: "TCP", port: 8080 });
    expect(findUnjudgedPort(requiredPorts({ kind: "virtualMachine" }), [])).toEqual({ protocol: "TCP", port: 1 });
  });

  it("asks of a site only what its front ends carry", () => {
    expect(
      findUnjudgedPort(requiredPorts({ kind: "site" }), [{ protocol: "TCP", ports: [{ from: 443, to: 443 }] }]),
    ).toEqual({ protocol: "TCP", port: 80 });
    const both = [
      { from: 80, to: 80 },
      { from: 443, to: 443 },
    ];
    expect(findUnjudgedPort(requiredPorts({ kind: "site" }), [{ protocol: "TCP", ports: both }])).toBeUndefined();
  });
});
