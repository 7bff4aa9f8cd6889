/**
 * Pods that everything treats alike share one answer: same namespace, labels and named ports, the same node class where
 * the node matters, the same membership in address blocks where addresses matter.
 */
import { type ArmId, armKey, type ContainerPort, type Pod, type WorkloadController } from "@sightline/model";
import { unsupportedInput } from "../missing-input.ts";
import { parseAddress } from "../packet-set/address.ts";
import { type AddressSet, hasAddress } from "../packet-set/address-set.ts";
import { toAddressSet } from "./address-prefix.ts";
import type { ClusterNodes, NodeClass } from "./cluster-nodes.ts";
import type { ClusterObjects, PodAddressing } from "./cluster-objects.ts";
import type { LoweringContext, SubnetPlace } from "./estate-index.ts";
import type { PlaceQuery, Places } from "./guarded-place.ts";
import { blockOf, type PolicyEngine, type PolicyPod } from "./network-policy.ts";

/** Pods with one behaviour. */
export interface PodClass {
  readonly station: string;
  readonly pods: readonly Pod[];
  readonly first: Pod;
  readonly policyPod: PolicyPod;
  readonly ports: readonly ContainerPort[];
  /** Node class of its pods, when it matters and is known. */
  readonly node?: NodeClass;
  /** Place of its pods' own addresses, when pods have addresses of the virtual network. */
  readonly place?: PlaceQuery;
}

/** The pod classes of one cluster. */
export interface PodClasses {
  readonly all: readonly PodClass[];
  readonly ofPod: (podKey: string) => PodClass | undefined;
  /** Classes of pods that controllers of workloads would make and have not made. */
  readonly imagined: readonly PodClass[];
}

interface ClusterMatter {
  readonly objects: ClusterObjects;
  readonly addressing: PodAddressing;
  readonly engine: PolicyEngine;
  readonly nodes: ClusterNodes;
}

function portsOf(pod: Pod): readonly ContainerPort[] {
  return pod.containers.flatMap((container) => container.ports);
}

interface PodSubnet {
  readonly place: SubnetPlace;
  readonly prefixes: AddressSet;
  /** Is it for pods only? Then it is not certain that the group of the node's interface acts on it. */
  readonly dedicated: boolean;
}

/** The group on the node's interface, with the doubt whether it acts on pods' addresses. */
function placeInterface(
  pod: Pod,
  isDedicated: boolean,
  { objects, nodes }: ClusterMatter,
): Pick<PlaceQuery, "holder" | "interfaceGroup" | "interfaceDoubt"> {
  const node = nodes.byAddress.get(pod.hostIP ?? "");
  const holder = node?.held?.networkInterface;
  const doubt = unsupportedInput(
    "whether the security group of the node's interface acts on addresses of pods",
    objects.id,
    "Check the group on the node's interface by hand.",
  );
  if (holder === undefined) {
    return { holder: pod.id, interfaceDoubt: node?.doubt ?? doubt };
  }
  const group = holder.networkSecurityGroup;
  if (group === undefined) {
    return { holder: holder.id };
  }
  return { holder: holder.id, interfaceGroup: group, ...(isDedicated ? { interfaceDoubt: doubt } : {}) };
}

/** Where a pod's own address is, in a cluster whose pods have addresses of the virtual network. */
function placePod(pod: Pod, matter: ClusterMatter, subnets: readonly PodSubnet[]): PlaceQuery | undefined {
  if (matter.addressing !== "flat" || pod.hostNetwork) {
    return undefined;
  }
  const address = parseAddress(pod.podIPs[0] ?? "");
  const found = subnets.find(({ prefixes }) => address !== undefined && hasAddress(prefixes, address));
  const held = placeInterface(pod, found?.dedicated !== false, matter);
  return found === undefined ? held : { ...held, subnet: found.place.subnet.id };
}

/** Subnets in which pods of the cluster may have addresses. */
function podSubnets({ objects, nodes }: ClusterMatter, context: LoweringContext): readonly PodSubnet[] {
  const pools = objects.cluster?.agentPools ?? [];
  const keysOf = (ids: readonly (ArmId | undefined)[]): ReadonlySet<string> =>
    new Set(ids.filter((id) => id !== undefined).map(armKey));
  const dedicated = keysOf(pools.map((pool) => pool.podSubnetId));
  const held = nodes.classes.map((node) => node.held?.ipConfiguration.subnet);
  const shared = keysOf([
    ...pools.map((pool) => pool.vnetSubnetId),
    ...held,
    ...nodes.loose.map(({ place }) => place.subnet),
  ]);
  return [...context.estate.subnets].flatMap(([key, place]) => {
    const prefixes = toAddressSet(context.addresses, place.subnet.addressPrefixes);
    return dedicated.has(key) || shared.has(key) ? [{ place, prefixes, dedicated: dedicated.has(key) }] : [];
  });
}

function blocksOf({ objects, engine }: ClusterMatter, context: LoweringContext): readonly AddressSet[] {
  if (!engine.blocksMatchPods) {
    return [];
  }
  const rules = objects.policies.flatMap((policy) => [...(policy.ingress ?? []), ...(policy.egress ?? [])]);
  const blocks = rules.flatMap((rule) => rule.peers.map((peer) => blockOf(peer, context.addresses)));
  return [...new Set(blocks.filter((block) => block !== undefined))];
}

function sortedEntries(labels: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1));
}

interface Sorted {
  readonly key: string;
  readonly pod: Pod;
  readonly place?: PlaceQuery;
}

function toPolicyPod(pods: readonly [Pod, ...Pod[]], objects: ClusterObjects, context: LoweringContext): PolicyPod {
  const [first] = pods;
  return {
    resource: first.id,
    namespace: first.namespace,
    labels: first.labels,
    namespaceLabels: objects.namespaceLabels.get(first.namespace) ?? { "kubernetes.io/metadata.name": first.namespace },
    addresses: toAddressSet(
      context.addresses,
      pods.flatMap((pod) => pod.podIPs),
    ),
    ports: portsOf(first),
    hostNetwork: first.hostNetwork,
    nodes: new Set(pods.flatMap((pod) => pod.nodeName ?? [])),
  };
}

function toClass(members: readonly [Sorted, ...Sorted[]], matter: ClusterMatter, context: LoweringContext): PodClass {
  const [first, ...others] = members;
  const pods: readonly [Pod, ...Pod[]] = [first.pod, ...others.map(({ pod }) => pod)];
  const node = matter.nodes.byAddress.get(first.pod.hostIP ?? "");
  return {
    station: `pod:${first.pod.id}`,
    pods,
    first: first.pod,
    policyPod: toPolicyPod(pods, matter.objects, context),
    ports: portsOf(first.pod),
    ...(node === undefined ? {} : { node }),
    ...(first.place === undefined ? {} : { place: first.place }),
  };
}

/** A pod as the controller would make it: no address, no node. */
function imaginePod(controller: WorkloadController): Pod {
  return {
    kind: "pod",
    id: controller.id,
    cluster: controller.cluster,
    namespace: controller.namespace,
    name: controller.name,
    labels: controller.podLabels,
    annotations: {},
    phase: "Pending",
    podIPs: [],
    hostNetwork: controller.hostNetwork,
    containers: controller.containers,
    owners: [],
  };
}

/** Controllers that are workloads and have no pod in the snapshot. */
function idleControllers(objects: ClusterObjects, context: LoweringContext): readonly WorkloadController[] {
  const pods = new Set(objects.pods.map(({ id }) => armKey(id)));
  const idle = context.estate.snapshot.workloads.filter(
    ({ members }) => !members.some((member) => pods.has(armKey(member))),
  );
  const keys = new Set(idle.map(({ id }) => armKey(id)));
  return objects.controllers.filter(({ id }) => keys.has(armKey(id)));
}

function createSorter(matter: ClusterMatter, context: LoweringContext, places: Places): (pod: Pod) => Sorted {
  const blocks = blocksOf(matter, context);
  const subnets = podSubnets(matter, context);
  return (pod) => {
    const place = placePod(pod, matter, subnets);
    const needsNode = pod.hostNetwork || portsOf(pod).some((port) => port.hostPort !== undefined);
    const own = toAddressSet(context.addresses, pod.podIPs);
    const address = parseAddress(pod.podIPs[0] ?? "");
    const placing = place && [
      place.subnet,
      place.interfaceGroup,
      place.interfaceDoubt,
      places.placeOf(place).signatureOf(own),
    ];
    const key = JSON.stringify([
      pod.namespace,
      sortedEntries(pod.labels),
      portsOf(pod).map((port) => [port.name ?? "", port.containerPort, port.protocol, port.hostPort ?? 0]),
      pod.hostNetwork,
      needsNode ? (matter.nodes.byAddress.get(pod.hostIP ?? "")?.station ?? "?") : "",
      placing ?? "",
      blocks.map((block) => (address !== undefined && hasAddress(block, address) ? 1 : 0)).join(""),
    ]);
    return place === undefined ? { key, pod } : { key, pod, place };
  };
}

/** Sorts the pods of a cluster into classes; the first pod by id stands for its class. */
export function createPodClasses(matter: ClusterMatter, context: LoweringContext, places: Places): PodClasses {
  const { objects } = matter;
  const sort = createSorter(matter, context, places);
  const sorted = [...objects.pods].sort((left, right) => (left.id < right.id ? -1 : 1)).map(sort);
  const all = [...Map.groupBy(sorted, ({ key }) => key).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [toClass([first, ...others], matter, context)],
  );
  const idle = idleControllers(objects, context);
  const imagined = idle.map((controller) => toClass([sort(imaginePod(controller))], matter, context));
  const byKey = new Map([...all, ...imagined].flatMap((one) => one.pods.map((pod) => [armKey(pod.id), one] as const)));
  return { all, imagined, ofPod: (key) => byKey.get(key) };
}
