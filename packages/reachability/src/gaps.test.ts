import type { CollectionGap, Coverage, EstateSnapshot } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { computeExposures } from "./compute-exposures.ts";
import { findGround } from "./gaps.ts";
import { ask, missingOf, resultOf } from "./testing/answer.fixture.ts";
import { machine, machineWorkload, network, nic, snapshot, subnet, subscriptionId } from "./testing/estate.fixture.ts";

const estate = snapshot(
  [
    network("v", "10.1.0.0/16", [subnet("v", "s", "10.1.0.0/24")]),
    nic("m", { network: "v", subnet: "s", address: "10.1.0.4" }),
    machine("m"),
  ],
  [machineWorkload("m")],
);

function withList(kind: string, change: Partial<Coverage> | "gone"): EstateSnapshot {
  const coverage = estate.coverage.flatMap((one) =>
    one.kind === kind ? (change === "gone" ? [] : [{ ...one, ...change }]) : [one],
  );
  return { ...estate, coverage };
}

const denied: CollectionGap = {
  kind: "denied",
  subject: "publicIPAddresses",
  status: 403,
  code: "AuthorizationFailed",
  missingAction: "Microsoft.Network/publicIPAddresses/read",
  remedy: "Assign Reader.",
};

describe("what a negative answer rests on", () => {
  it("is every list of its kinds, complete", () => {
    expect(resultOf(estate, "internet", 22)).toBe("unreachable");
    for (const kind of findGround(estate, "virtualMachine", {}).coverage.map((id) => id.split("@")[0] ?? "")) {
      expect(resultOf(withList(kind, "gone"), "internet", 22)).toBe("undetermined");
      expect(resultOf(withList(kind, { complete: false }), "internet", 22)).toBe("undetermined");
    }
  });

  it("is not a list of something else", () => {
    expect(resultOf(withList("site", "gone"), "internet", 22)).toBe("unreachable");
  });

  it("says what was denied, with the remedy of the collector", () => {
    const answer = ask(withList("publicIPAddress", { complete: false, gaps: [denied] }), {
      from: "internet",
      port: 22,
    });
    expect(answer.result === "undetermined" && answer.missing).toMatchObject([
      { why: "denied", remedy: "Assign Reader." },
    ]);
  });

  it("is fresh, when the present is told", () => {
    const at = (now: string): string =>
      computeExposures(estate, { now: new Date(now) }).exposures[0]?.sources[0]?.result ?? "";
    expect(at("2026-11-01T12:00:00Z")).toBe("unreachable");
    expect(at("2026-11-02T12:00:00Z")).toBe("undetermined");
    const undated = withList("routeTable", { endedAt: "once" });
    const answer = computeExposures(undated, { now: new Date("2026-11-01T12:00:00Z") }).exposures[0]?.sources[0];
    expect(answer === undefined ? "" : missingOf(answer)).toContain("fresh list of routeTable");
  });

  it("is every subscription of the snapshot, and at least one", () => {
    const second = { ...estate, subscriptionIds: [subscriptionId, "55555555-5555-5555-5555-555555555555"] };
    expect(resultOf(second, "internet", 22)).toBe("undetermined");
    expect(resultOf({ ...estate, subscriptionIds: [] }, "internet", 22)).toBe("undetermined");
  });

  it("agrees with the census", () => {
    const census = [{ scope: "s", type: "Microsoft.Network/publicIPAddresses", count: 1 }];
    const answer = ask({ ...estate, census }, { from: "internet", port: 22 });
    expect(answer.result === "undetermined" && answer.missing).toMatchObject([{ why: "conflict" }]);
  });

  it("includes the interfaces of scale sets where there are scale sets", () => {
    const census = [{ scope: "s", type: "Microsoft.Compute/virtualMachineScaleSets", count: 1 }];
    expect(missingOf(ask({ ...estate, census }, { from: "internet", port: 22 }))).toContain("scaleSetNetworkInterface");
  });

  it("is nothing a positive answer needs", () => {
    expect(resultOf({ ...estate, coverage: [] }, "same-vnet", 22)).toBe("reachable");
  });

  it("does not hide a workload whose interface is not there", () => {
    const lost = { ...estate, resources: estate.resources.filter(({ kind }) => kind !== "networkInterface") };
    expect(missingOf(ask(lost, { from: "same-vnet", port: 22 }))).toContain("network interface");
  });
});
