/** A Kubernetes cluster: its objects, who enforces its policies, how its pods are addressed. */
import { type ArmId, armKey, type KubernetesResource, type ManagedCluster } from "@sightline/model";
import { unsupportedInput } from "../missing-input.ts";
import type { AddressSet } from "../packet-set/address-set.ts";
import { toAddressSet } from "./address-prefix.ts";
import { type ClusterNodes, collectNodes } from "./cluster-nodes.ts";
import type { ClusterObjects, PodAddressing } from "./cluster-objects.ts";
import { findResource, type LoweringContext, resourcesOf } from "./estate-index.ts";
import type { Places } from "./guarded-place.ts";
import type { PolicyEngine } from "./network-policy.ts";
import { createPodClasses, type PodClasses } from "./pod-class.ts";
import { createPolicyJudge, type PolicyJudge } from "./policy-judge.ts";

/** A cluster as elements see it. */
export interface ClusterView extends ClusterObjects {
  readonly addressing: PodAddressing;
  readonly engine: PolicyEngine;
  readonly nodes: ClusterNodes;
  readonly podClasses: PodClasses;
  readonly policyJudge: PolicyJudge;
}

function addressingOf(cluster: ManagedCluster | undefined): PodAddressing {
  const plugin = cluster?.networkPlugin.toLowerCase();
  const mode = cluster?.networkPluginMode.toLowerCase();
  if (plugin !== "azure") {
    return "unknown";
  }
  return mode === "overlay" ? "overlay" : mode === "" ? "flat" : "unknown";
}

/** Cilium adds up NetworkPolicy and its own policies, so one that was not read may let in what NetworkPolicy keeps out. */
function unreadCiliumPolicies(objects: ClusterObjects, context: LoweringContext): Pick<PolicyEngine, "unreadPolicies"> {
  const lists = context.estate.snapshot.coverage.filter(
    ({ kind, scope }) => kind === "ciliumNetworkPolicy" && armKey(scope) === objects.key,
  );
  if (lists.length > 0 && lists.every(({ complete, count }) => complete && count === 0)) {
    return {};
  }
  return {
    unreadPolicies: unsupportedInput(
      "CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy objects, which may let more in",
      objects.id,
      "Let the connection read customresources of the cluster; until then these policies are unknown.",
    ),
  };
}

function engineOf(objects: ClusterObjects, context: LoweringContext): PolicyEngine {
  const { cluster, id } = objects;
  const name = cluster?.networkPolicy.toLowerCase() ?? "";
  const base = { resource: id, blocksMatchPods: true, sparesHostNetwork: true };
  if (cluster === undefined || cluster.networkPlugin.toLowerCase() === "none") {
    return {
      ...base,
      name: name === "" ? "an unknown engine" : name,
      enforcement: "unknown",
      sparesHostNetwork: false,
    };
  }
  if (name === "cilium" || cluster.networkDataplane.toLowerCase() === "cilium") {
    return {
      ...base,
      name: "cilium",
      enforcement: "exact",
      blocksMatchPods: false,
      ...unreadCiliumPolicies(objects, context),
    };
  }
  if (name === "azure" || name === "calico") {
    return { ...base, name, enforcement: "exact" };
  }
  if (name === "none" || name === "") {
    return { ...base, name: "none", enforcement: "none" };
  }
  return { ...base, name, enforcement: "unknown", sparesHostNetwork: false };
}

function objectsOf(id: ArmId, own: readonly KubernetesResource[], context: LoweringContext): ClusterObjects {
  const pick = <Kind extends KubernetesResource["kind"]>(
    kind: Kind,
  ): readonly Extract<KubernetesResource, { kind: Kind }>[] =>
    own.filter((object): object is Extract<KubernetesResource, { kind: Kind }> => object.kind === kind);
  const cluster = findResource(context.estate, "managedCluster", id);
  return {
    key: armKey(id),
    id: cluster?.id ?? id,
    ...(cluster === undefined ? {} : { cluster }),
    pods: pick("pod"),
    controllers: pick("workloadController"),
    services: pick("service"),
    ingresses: pick("ingress"),
    ingressClasses: pick("ingressClass"),
    policies: pick("networkPolicy"),
    endpointSlices: pick("endpointSlice"),
    namespaceLabels: new Map(pick("namespace").map(({ name, labels }) => [name, labels])),
  };
}

function ownAddresses(objects: ClusterObjects, nodes: ClusterNodes, context: LoweringContext): AddressSet {
  const texts = [...objects.pods.flatMap((pod) => pod.podIPs), ...nodes.byAddress.keys()];
  return toAddressSet(context.addresses, texts);
}

/** All clusters that have objects in the snapshot, or stand in it themselves, in order of id. */
export function collectClusters(context: LoweringContext, places: Places): readonly ClusterView[] {
  const { snapshot } = context.estate;
  const inCluster = (resource: (typeof snapshot.resources)[number]): resource is KubernetesResource =>
    "cluster" in resource;
  const objectsByCluster = Map.groupBy(snapshot.resources.filter(inCluster), (object) => armKey(object.cluster));
  const ids = new Map<string, ArmId>([
    ...[...objectsByCluster].flatMap(([key, [first]]) => (first === undefined ? [] : [[key, first.cluster] as const])),
    ...resourcesOf(snapshot, "managedCluster").map(({ id }) => [armKey(id), id] as const),
  ]);
  return [...ids]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, id]) => {
      const objects = objectsOf(id, objectsByCluster.get(key) ?? [], context);
      const engine = engineOf(objects, context);
      const addressing = addressingOf(objects.cluster);
      const nodes = collectNodes(objects, context, places);
      const matter = { policies: objects.policies, engine, addresses: context.addresses };
      const policyJudge = createPolicyJudge({ ...matter, own: ownAddresses(objects, nodes, context) });
      const podClasses = createPodClasses({ objects, addressing, engine, nodes }, context, places);
      return { ...objects, addressing, engine, nodes, podClasses, policyJudge };
    });
}
