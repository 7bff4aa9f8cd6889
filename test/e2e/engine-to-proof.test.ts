/**
 * From snapshot to checked proof with the real engine in between: what `reachability` says, `verdict` writes down and
 * `verifier` accepts, over estates nobody tuned by hand.
 */
import type { Digest, EstateSnapshot, NetworkPolicy, Verdict } from "@sightline/model";
import { computeExposures } from "@sightline/reachability";
import { judge, toProofBundle } from "@sightline/verdict";
import { verify } from "@sightline/verifier";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  arbitraryDoubtfulEstate,
  arbitraryEstate,
} from "../../packages/reachability/src/testing/random-estate.fixture.ts";
import { now } from "../../packages/verdict/src/testing/shop-estate.ts";
import {
  inventories,
  packages,
  toFinding,
  toInventory,
  vectors,
} from "../../packages/verdict/src/testing/shop-findings.ts";
import { cluster, images, kubernetesId } from "../../packages/verdict/src/testing/shop-resources.ts";
import { createShopCluster, service } from "./shop-cluster.ts";

const digests: readonly Digest[] = Object.values(images);

/** Judges one finding of a pure listener in every image and checks every proof; answers the verdicts. */
function judgeAndCheck(snapshot: EstateSnapshot, at: string): readonly Verdict[] {
  const { exposures } = computeExposures(snapshot);
  const result = judge({
    findings: digests.map((digest) => toFinding(digest, { package: packages.express, vector: vectors.network })),
    inventories: snapshot.workloads.length > 3 ? inventories : digests.map((digest) => toInventory(digest, "lab/any")),
    snapshot,
    exposures,
    database: { generation: "db-1", checkedAt: at },
    now: at,
  });
  const rejected = result.verdicts.flatMap((verdict) => {
    const bundle = toProofBundle(verdict, { evidence: result.evidence, coverage: snapshot.coverage });
    const checked = verify(bundle, { now: at });
    return checked.ok ? [] : [{ class: verdict.class, container: verdict.unit.container, failures: checked.failures }];
  });
  expect(rejected).toEqual([]);
  return result.verdicts;
}

function classesOf(verdicts: readonly Verdict[]): Readonly<Record<string, string>> {
  return Object.fromEntries(verdicts.map(({ unit, class: id }) => [unit.container, id]));
}

describe("the shop, as the engine sees it", () => {
  it("is judged as its maker meant it, and every proof holds", () => {
    expect(classesOf(judgeAndCheck(createShopCluster([], "none"), now))).toEqual({
      web: "exploitable.internet",
      main: "exploitable.credentialed",
      orders: "exploitable.foothold",
      ledger: "exploitable.foothold",
      batch: "inert.not_running",
      "": "inert.not_deployed",
    });
  });

  it("loses its way in when the Service does, and says why", () => {
    const verdicts = judgeAndCheck(createShopCluster([], "none", [service("web", {})]), now);
    expect(classesOf(verdicts)["web"]).toBe("exploitable.foothold");
    expect(verdicts.find(({ unit }) => unit.container === "web")?.sentence).toMatch(
      /^Not exploitable from the internet: no .* leads to web in AKS prod-weu \(\d+ objects? checked at 09:12 UTC\)\. It stays reachable from /,
    );
  });

  it("believes policies only where something enforces them", () => {
    const shut = policy("shut", { podSelector: { matchLabels: {}, matchExpressions: [] }, ingress: [] });
    const open = classesOf(judgeAndCheck(createShopCluster([shut], "none"), now));
    const enforced = classesOf(judgeAndCheck(createShopCluster([shut], "cilium"), now));
    expect(open).toMatchObject({ web: "exploitable.internet", ledger: "exploitable.foothold" });
    expect(enforced["web"]).not.toBe("exploitable.internet");
  });
});

function policy(name: string, rest: Pick<NetworkPolicy, "podSelector"> & Partial<NetworkPolicy>): NetworkPolicy {
  return {
    kind: "networkPolicy",
    id: kubernetesId("networkPolicy", name),
    cluster,
    namespace: "shop",
    name,
    labels: {},
    annotations: {},
    policyTypes: ["Ingress"],
    ...rest,
  };
}

const everything = { matchLabels: {}, matchExpressions: [] };
const arbitrarySelector = fc.constantFrom(
  everything,
  ...["web", "orders", "ledger"].map((app) => ({ matchLabels: { app }, matchExpressions: [] })),
  { matchLabels: {}, matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] },
);
const arbitraryPeer = fc.oneof(
  arbitrarySelector.map((podSelector) => ({ podSelector })),
  fc.constant({ namespaceSelector: everything }),
  fc
    .constantFrom("0.0.0.0/0", "10.40.0.0/16", "10.40.1.0/28")
    .map((cidr) => ({ ipBlock: { cidr, except: ["10.40.1.20/32"] } })),
);
const arbitraryPort = fc.constantFrom({ port: 3000 }, { port: 7001, endPort: 8443 }, { protocol: "UDP" }, {});
const arbitraryPolicies = fc.array(
  fc.record({
    podSelector: arbitrarySelector,
    policyTypes: fc.constantFrom(["Ingress"], ["Ingress", "Egress"]),
    ingress: fc.array(
      fc.record({ peers: fc.array(arbitraryPeer, { maxLength: 2 }), ports: fc.array(arbitraryPort, { maxLength: 2 }) }),
      { maxLength: 2 },
    ),
  }),
  { maxLength: 3 },
);

describe("estates nobody tuned", () => {
  it("gets every verdict of random network policies past the verifier", { timeout: 120_000 }, () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(arbitraryPolicies, fc.constantFrom("none", "azure", "calico", "cilium"), (plans, engine) => {
        const policies = plans.map((plan, index) => policy(`p${index}`, plan));
        for (const { class: id } of judgeAndCheck(createShopCluster(policies, engine), now)) {
          seen.set(id, (seen.get(id) ?? 0) + 1);
        }
      }),
      { numRuns: 60, seed: 20_261_121 },
    );
    expect([...seen.keys()]).toEqual(expect.arrayContaining(["exploitable.internet", "exploitable.foothold"]));
    console.log(`verifier accepts: ${JSON.stringify(Object.fromEntries(seen))}`);
  });

  it("gets every verdict of random machines and security groups past the verifier", { timeout: 120_000 }, () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(fc.oneof(arbitraryEstate, arbitraryDoubtfulEstate), (estate) => {
        const workloads = estate.workloads.map((workload, index) => ({
          ...workload,
          containers: digests.slice(index, index + 1).map((digest) => ({
            name: `c${index}`,
            image: { kind: "digest" as const, name: "lab/any", digest },
            declaredPorts: [{ port: 80, protocol: "TCP" as const }],
          })),
        }));
        for (const { class: id } of judgeAndCheck({ ...estate, workloads }, estate.takenAt)) {
          seen.set(id, (seen.get(id) ?? 0) + 1);
        }
      }),
      { numRuns: 60, seed: 20_261_121 },
    );
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining(["exploitable.internet", "exploitable.foothold", "unknown"]),
    );
    console.log(`verifier accepts: ${JSON.stringify(Object.fromEntries(seen))}`);
  });
});
