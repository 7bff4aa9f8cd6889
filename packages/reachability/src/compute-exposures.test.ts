import type { EstateSnapshot, Exposure, Resource, SecurityRule, SourceExposure } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { computeExposures } from "./compute-exposures.ts";
import {
  group,
  idOf,
  machine,
  machineWorkload,
  network,
  nic,
  publicIp,
  rule,
  snapshot,
  subnet,
} from "./testing/estate.fixture.ts";

function answer(estate: EstateSnapshot, position: string, port: number, protocol = "TCP"): SourceExposure {
  const { exposures } = computeExposures(estate);
  const found = exposures.find(
    (exposure: Exposure) =>
      exposure.protocol === protocol && exposure.ports.some(({ from, to }) => from <= port && port <= to),
  );
  const source = found?.sources.find((candidate) => candidate.position === position);
  if (source === undefined) {
    throw new Error(`no answer for ${position} ${protocol}/${port}`);
  }
  return source;
}

function oneMachine(rules: readonly SecurityRule[], extra: readonly Resource[] = []): EstateSnapshot {
  return snapshot(
    [
      network("v", "10.1.0.0/16", [subnet("v", "s", "10.1.0.0/24", { networkSecurityGroup: idOf.group("g") })]),
      group("g", rules),
      publicIp("p", "20.1.2.3"),
      nic("m", { network: "v", subnet: "s", address: "10.1.0.4" }, { publicIPAddress: idOf.publicIp("p") }),
      machine("m"),
      ...extra,
    ],
    [machineWorkload("m")],
  );
}

describe("a machine with a public address", () => {
  it("is reachable from the internet on the port a rule opens", () => {
    const estate = oneMachine([rule("web", 100, "Allow", { destinationPortRanges: ["443"] })]);
    expect(answer(estate, "internet", 443).result).toBe("reachable");
    expect(answer(estate, "internet", 22).result).toBe("unreachable");
  });
});
