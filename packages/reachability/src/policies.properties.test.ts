/** Clusters with arbitrary policies beside a naive reading of the policies. */
import type { EstateSnapshot, NetworkPolicy } from "@sightline/model";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeExposures } from "./compute-exposures.ts";
import { objectId } from "./testing/cluster.fixture.ts";
import { idOf } from "./testing/estate.fixture.ts";
import { connects } from "./testing/naive-policies.fixture.ts";
import { arbitraryPolicies, arbitraryPolicyRule, clusterOf, clusterPods } from "./testing/random-cluster.fixture.ts";

const samplePorts = [1, 52, 53, 79, 80, 81, 8080];
const protocols = ["TCP", "UDP", "SCTP"] as const;

/** Results for the position same-cluster. */
function resultsOf(estate: EstateSnapshot): ReadonlyMap<string, string> {
  const results = new Map<string, string>();
  for (const { workload, protocol, ports, sources } of computeExposures(estate).exposures) {
    const result = sources.find(({ position }) => position === "same-cluster")?.result ?? "none";
    for (const port of samplePorts.filter((one) => ports.some(({ from, to }) => from <= one && one <= to))) {
      results.set(`${workload} ${protocol}/${port}`, result);
    }
  }
  return results;
}

describe("policies of a cluster", () => {
  it("let exactly those pods in that a naive reading lets in", () => {
    fc.assert(
      fc.property(arbitraryPolicies, (policies) => {
        const results = resultsOf(clusterOf(policies));
        const wrong = clusterPods.flatMap((to) =>
          protocols.flatMap((protocol) =>
            samplePorts.flatMap((port) => {
              const others = clusterPods.filter((from) => from !== to);
              const open = others.some((from) => connects(policies, { from, to, port, protocol }));
              const result = results.get(`${objectId("deployment", to.namespace, to.name)} ${protocol}/${port}`);
              return result === (open ? "reachable" : "unreachable")
                ? []
                : [{ to: to.name, protocol, port, result, open }];
            }),
          ),
        );
        expect(wrong).toEqual([]);
      }),
      { numRuns: 120 },
    );
  }, 60_000);

  it("let nobody out by another rule, and nobody more in by another policy for pods that had none", () => {
    fc.assert(
      fc.property(arbitraryPolicies, arbitraryPolicyRule, (policies, added) => {
        const before = resultsOf(clusterOf(policies));
        const [first, ...others] = policies;
        if (first !== undefined) {
          const widened: NetworkPolicy = {
            ...first,
            policyTypes: first.policyTypes ?? ["Ingress"],
            ingress: [...(first.ingress ?? []), added],
          };
          const base = resultsOf(clusterOf([{ ...first, policyTypes: widened.policyTypes ?? [] }, ...others]));
          const after = resultsOf(clusterOf([widened, ...others]));
          expect([...base].filter(([key, result]) => result === "reachable" && after.get(key) !== "reachable")).toEqual(
            [],
          );
        }
        const selecting: NetworkPolicy = {
          kind: "networkPolicy",
          id: objectId("networkPolicy", "other", "fresh"),
          cluster: idOf.cluster("c"),
          namespace: "other",
          name: "fresh",
          labels: {},
          annotations: {},
          podSelector: { matchLabels: {}, matchExpressions: [] },
          policyTypes: ["Ingress"],
          ingress: [added],
        };
        const free = policies.filter(({ namespace }) => namespace !== "other");
        const [loose, held] = [resultsOf(clusterOf(free)), resultsOf(clusterOf([...free, selecting]))];
        expect([...held].filter(([key, result]) => result === "reachable" && loose.get(key) !== "reachable")).toEqual(
          [],
        );
        expect(before.size).toBe(clusterPods.length * protocols.length * samplePorts.length);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
