/** What must hold between an estate and the same estate changed in one way. */
import type { EstateSnapshot, NetworkSecurityGroup, Resource, SecurityRule } from "@sightline/model";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeExposures } from "./compute-exposures.ts";
import { rule } from "./testing/estate.fixture.ts";
import { arbitraryDoubtfulEstate, arbitraryEstate, samplePorts } from "./testing/random-estate.fixture.ts";

/** Results by workload, protocol, port and position, for the sample ports. */
function resultsOf(estate: EstateSnapshot): ReadonlyMap<string, string> {
  const results = new Map<string, string>();
  for (const { workload, protocol, ports, sources } of computeExposures(estate).exposures) {
    const covered = samplePorts.filter((port) => ports.some(({ from, to }) => from <= port && port <= to));
    for (const port of covered) {
      for (const { position, result } of sources) {
        results.set(`${workload} ${protocol}/${port} ${position}`, result);
      }
    }
  }
  return results;
}

const rank: Readonly<Record<string, number>> = { unreachable: 0, undetermined: 1, reachable: 2 };

/** Where `after` says more than `before`. */
function grown(before: EstateSnapshot, after: EstateSnapshot): readonly string[] {
  const [old, now] = [resultsOf(before), resultsOf(after)];
  return [...now].flatMap(([key, result]) => {
    const was = old.get(key) ?? "unreachable";
    return (rank[result] ?? 0) > (rank[was] ?? 0) ? [`${key}: ${was} -> ${result}`] : [];
  });
}

function mapGroups(
  estate: EstateSnapshot,
  change: (group: NetworkSecurityGroup) => NetworkSecurityGroup,
): EstateSnapshot {
  return {
    ...estate,
    resources: estate.resources.map((one): Resource => (one.kind === "networkSecurityGroup" ? change(one) : one)),
  };
}

function mapRules(estate: EstateSnapshot, change: (rule: SecurityRule) => SecurityRule): EstateSnapshot {
  return mapGroups(estate, (group) => ({ ...group, securityRules: group.securityRules.map(change) }));
}

const numRuns = 25;
const anyEstate = fc.oneof(arbitraryEstate, arbitraryDoubtfulEstate);

describe("one change to an estate", () => {
  it("that adds a denying rule lets nobody more in", () => {
    const denying = fc.record({
      priority: fc.integer({ min: 90, max: 250 }),
      direction: fc.constantFrom("Inbound", "Outbound"),
      source: fc.constantFrom("*", "Internet", "VirtualNetwork", "10.1.0.0/24", "203.0.113.0/24"),
      ports: fc.constantFrom("*", "22", "80", "1000-2000"),
      group: fc.constantFrom("g0", "g1", "g2"),
    });
    fc.assert(
      fc.property(anyEstate, denying, (estate, { priority, direction, source, ports, group: name }) => {
        const added = rule("added", priority, "Deny", {
          direction,
          protocol: "*",
          sourceAddressPrefixes: [source],
          destinationPortRanges: [ports],
        });
        const denied = mapGroups(estate, (group) =>
          group.name === name ? { ...group, securityRules: [added, ...group.securityRules] } : group,
        );
        expect(grown(estate, denied)).toEqual([]);
      }),
      { numRuns },
    );
  }, 60_000);

  it("that removes a peering lets nobody more in", () => {
    fc.assert(
      fc.property(anyEstate, fc.constantFrom("a", "b"), (estate, name) => {
        const apart = {
          ...estate,
          resources: estate.resources.map((one) =>
            one.kind === "virtualNetwork" && one.name === name ? { ...one, virtualNetworkPeerings: [] } : one,
          ),
        };
        expect(grown(estate, apart)).toEqual([]);
      }),
      { numRuns },
    );
  }, 60_000);

  it("that only puts resources in another order changes no byte", () => {
    fc.assert(
      fc.property(anyEstate, (estate) => {
        const turned = { ...estate, resources: [...estate.resources].reverse() };
        expect(JSON.stringify(computeExposures(turned))).toBe(JSON.stringify(computeExposures(estate)));
      }),
      { numRuns },
    );
  }, 60_000);

  it("that only writes rules in another order, or in another case, changes no answer", () => {
    fc.assert(
      fc.property(anyEstate, (estate) => {
        const turned = mapGroups(estate, (group) => ({ ...group, securityRules: [...group.securityRules].reverse() }));
        const shouted = mapRules(turned, (one) => ({
          ...one,
          protocol: one.protocol.toUpperCase(),
          access: one.access.toUpperCase(),
          direction: one.direction.toLowerCase(),
        }));
        expect(resultsOf(shouted)).toEqual(resultsOf(estate));
      }),
      { numRuns },
    );
  }, 60_000);

  it("that splits prefixes and port ranges changes no answer", () => {
    const halves: Readonly<Record<string, readonly string[]>> = {
      "10.1.0.0/24": ["10.1.0.0/25", "10.1.0.128/25"],
      "203.0.113.0/24": ["203.0.113.128/25", "203.0.113.0/25"],
      "0.0.0.0/0": ["0.0.0.0/1", "128.0.0.0/1"],
    };
    fc.assert(
      fc.property(anyEstate, (estate) => {
        const split = mapRules(estate, (one) => ({
          ...one,
          sourceAddressPrefixes: one.sourceAddressPrefixes.flatMap((prefix) => halves[prefix] ?? [prefix]),
          destinationPortRanges: one.destinationPortRanges.flatMap((range) =>
            range === "1000-2000" ? ["1500-2000", "1000-1499"] : [range],
          ),
        }));
        expect(resultsOf(split)).toEqual(resultsOf(estate));
      }),
      { numRuns },
    );
  }, 60_000);

  it("that takes a list away moves answers to undetermined only, and no reachable one", () => {
    fc.assert(
      fc.property(arbitraryEstate, fc.integer({ min: 0, max: 6 }), (estate, index) => {
        const lost = estate.coverage[index];
        const fewer = { ...estate, coverage: estate.coverage.filter((one) => one !== lost) };
        const broken = {
          ...estate,
          coverage: estate.coverage.map((one) => (one === lost ? { ...one, complete: false } : one)),
        };
        for (const after of [fewer, broken]) {
          const [old, now] = [resultsOf(estate), resultsOf(after)];
          const wrong = [...now].filter(([key, result]) =>
            old.get(key) === "reachable" ? result !== "reachable" : result !== "undetermined",
          );
          expect(wrong).toEqual([]);
        }
      }),
      { numRuns },
    );
  }, 60_000);

  it("that takes a resource away never turns an answer into a negative one, unless the resource was a way in itself", () => {
    const guards = new Set(["networkSecurityGroup", "routeTable"]);
    fc.assert(
      fc.property(anyEstate, fc.nat(), (estate, pick) => {
        const candidates = estate.resources.filter(({ kind }) => guards.has(kind));
        const lost = candidates[pick % Math.max(candidates.length, 1)];
        const after = { ...estate, resources: estate.resources.filter((one) => one !== lost) };
        const [old, now] = [resultsOf(estate), resultsOf(after)];
        const wrong = [...now].filter(([key, result]) => result === "unreachable" && old.get(key) !== "unreachable");
        expect(wrong).toEqual([]);
      }),
      { numRuns },
    );
  }, 60_000);
});
