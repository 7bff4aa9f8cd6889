/** Arbitrary small clusters: five pods in two namespaces, and policies of every form. */
import type {
  EstateSnapshot,
  LabelSelector,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicyRule,
  Pod,
} from "@sightline/model";
import * as fc from "fast-check";
import { clusterSnapshot, namespace, objectId, pod, podWorkload } from "./cluster.fixture.ts";
import { idOf } from "./estate.fixture.ts";

const containers = (ports: readonly (readonly [string, number, string])[]): Pod["containers"] => [
  {
    name: "main",
    image: "example.azurecr.io/app:1",
    ports: ports.map(([name, containerPort, protocol]) => ({ name, containerPort, protocol })),
    init: false,
    state: "running",
  },
];

/** The pods of every random cluster. */
export const clusterPods: readonly Pod[] = [
  pod("a", "10.244.0.1", { labels: { app: "a", tier: "web" }, containers: containers([["web", 80, "TCP"]]) }),
  pod("b", "10.244.0.2", { labels: { app: "b", tier: "api" }, containers: containers([["web", 8080, "TCP"]]) }),
  pod("c", "10.244.0.3", { labels: { app: "c" }, containers: containers([["dns", 53, "UDP"]]) }),
  pod("d", "10.244.1.1", { ns: "other", labels: { app: "a", tier: "web" }, containers: containers([]) }),
  pod("e", "10.244.1.2", { ns: "other", labels: { app: "b" }, containers: containers([["web", 80, "TCP"]]) }),
];

/** Labels of the two namespaces. */
export const namespaceLabels: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  shop: { "kubernetes.io/metadata.name": "shop" },
  other: { "kubernetes.io/metadata.name": "other", team: "red" },
};

const selector: fc.Arbitrary<LabelSelector> = fc.record({
  matchLabels: fc.constantFrom<Readonly<Record<string, string>>>({}, { app: "a" }, { tier: "web" }),
  matchExpressions: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        [{ key: "app", operator: "In", values: ["a", "b"] }],
        [{ key: "tier", operator: "NotIn", values: ["web"] }],
        [{ key: "tier", operator: "Exists", values: [] }],
        [{ key: "tier", operator: "DoesNotExist", values: [] }],
      ),
    },
  ),
});

const inNamespace: fc.Arbitrary<LabelSelector> = fc.constantFrom(
  { matchLabels: {}, matchExpressions: [] },
  { matchLabels: { team: "red" }, matchExpressions: [] },
);

const peer: fc.Arbitrary<NetworkPolicyPeer> = fc.oneof(
  selector.map((podSelector) => ({ podSelector })),
  inNamespace.map((namespaceSelector) => ({ namespaceSelector })),
  fc.tuple(selector, inNamespace).map(([podSelector, namespaceSelector]) => ({ podSelector, namespaceSelector })),
  fc.constantFrom<NetworkPolicyPeer>(
    { ipBlock: { cidr: "10.244.0.0/24", except: ["10.244.0.2/32"] } },
    { ipBlock: { cidr: "203.0.113.0/24", except: [] } },
  ),
);

const port: fc.Arbitrary<NetworkPolicyPort> = fc.constantFrom<NetworkPolicyPort>(
  {},
  { protocol: "UDP" },
  { port: 80 },
  { protocol: "TCP", port: "web" },
  { protocol: "UDP", port: "dns" },
  { port: "dns" },
  { port: 53, endPort: 80 },
);

const ruleOf: fc.Arbitrary<NetworkPolicyRule> = fc.record({
  peers: fc.array(peer, { maxLength: 2 }),
  ports: fc.array(port, { maxLength: 2 }),
});

/** A rule of a policy. */
export const arbitraryPolicyRule = ruleOf;

const policyOf = (index: number): fc.Arbitrary<NetworkPolicy> =>
  fc
    .record({
      place: fc.constantFrom("shop", "shop", "other"),
      podSelector: selector,
      types: fc.constantFrom<readonly string[] | undefined>(undefined, ["Ingress"], ["Egress"], ["Ingress", "Egress"]),
      ingress: fc.array(ruleOf, { maxLength: 2 }),
      egress: fc.array(ruleOf, { maxLength: 2 }),
    })
    .map(({ place, podSelector, types, ingress, egress }) => ({
      kind: "networkPolicy",
      id: objectId("networkPolicy", place, `p${index}`),
      cluster: idOf.cluster("c"),
      namespace: place,
      name: `p${index}`,
      labels: {},
      annotations: {},
      podSelector,
      ...(types === undefined ? {} : { policyTypes: types }),
      ingress,
      egress,
    }));

/** Up to three policies. */
export const arbitraryPolicies: fc.Arbitrary<readonly NetworkPolicy[]> = fc
  .integer({ min: 0, max: 3 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => policyOf(index))));

/** The cluster with these policies, enforced as the specification says. */
export function clusterOf(policies: readonly NetworkPolicy[]): EstateSnapshot {
  const workloads = clusterPods.map((one) => podWorkload(one.name, [one.name], one.namespace));
  const spaces = [namespace("other", { team: "red" })];
  return clusterSnapshot([...clusterPods, ...spaces, ...policies], workloads, { cluster: { networkPolicy: "calico" } });
}
