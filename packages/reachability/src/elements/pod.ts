/**
 * Pods: reached from other pods, from their network when they have addresses of it, and through their node when they use
 * its network or its ports. Policies stand right before a pod, after every translation.
 */
import { armKey, type MissingInput, type Obstacle } from "@sightline/model";
import type { ElementContext, NetworkElement } from "../element.ts";
import { toAddressSet } from "../lower/address-prefix.ts";
import type { ClusterView } from "../lower/cluster.ts";
import type { PolicyAnswer } from "../lower/network-policy.ts";
import type { PodClass } from "../lower/pod-class.ts";
import { danglingInput, unsupportedInput } from "../missing-input.ts";
import { addressGate, doubtfulGate, type Filter, openGate, shutGate } from "../model/filter.ts";
import type { Crossing, Destination, Link, Origin, Station } from "../model/network.ts";
import { type AddressAlgebra, type AddressSet, hasAddress, isEmpty } from "../packet-set/address-set.ts";

function answerGate(answer: PolicyAnswer, addresses: AddressAlgebra): Filter {
  const [missing, ...others] = answer.missing;
  if (answer.answer === "maybe" && missing !== undefined) {
    return doubtfulGate(addresses, [missing, ...others]);
  }
  const [obstacle, ...rest] = answer.obstacles;
  return answer.answer === "yes" || obstacle === undefined
    ? openGate(addresses, answer.guards)
    : shutGate(addresses, [obstacle, ...rest]);
}

/** The policies before a pod, for whoever they see as sender. */
function guardPod(
  target: PodClass,
  crossing: Crossing,
  cluster: ClusterView,
  addresses: AddressAlgebra,
): readonly Filter[] {
  const { view } = crossing;
  const { policyJudge } = cluster;
  switch (view.kind) {
    case "any-pod":
      return [];
    case "node":
      return [answerGate(policyJudge.fromNode("some", target.policyPod, crossing), addresses)];
    case "pod": {
      const source = cluster.podClasses.ofPod(view.pod);
      const missing = danglingInput("pod", view.pod, target.first.id);
      return [
        source === undefined
          ? doubtfulGate(addresses, [missing])
          : answerGate(policyJudge.fromPod(source.policyPod, target.policyPod, crossing), addresses),
      ];
    }
    default: {
      const { sets, ...answer } = policyJudge.fromAddresses(target.policyPod, crossing);
      return [addressGate(addresses, { ...sets, missing: answer.missing }, answer)];
    }
  }
}

function destinationOf(target: PodClass, addresses: AddressAlgebra): Destination {
  const texts = target.pods.flatMap((pod) => pod.podIPs);
  return { addresses: toAddressSet(addresses, texts), text: texts[0] ?? "" };
}

function toStation(target: PodClass, cluster: ClusterView, { addresses }: ElementContext): Station {
  const boundaries = cluster.policyJudge.boundaries(target.policyPod);
  return {
    key: target.station,
    resource: target.first.id,
    destination: destinationOf(target, addresses),
    ...(target.place === undefined && !target.first.hostNetwork ? { entrance: "private" as const } : {}),
    guards: (crossing) => guardPod(target, crossing, cluster, addresses),
    boundaries: () => boundaries,
    sourcePorts: [],
  };
}

function isRunning(one: PodClass): boolean {
  return one.pods.some(({ phase }) => phase !== "Succeeded" && phase !== "Failed");
}

/**
 * Pods that could send. A pod alone in its class cannot be its own neighbour. A pod of the host network is its node:
 * every cluster runs some (kube-proxy), no policy holds them, and a taken-over node owns its pods anyway; it is no position.
 */
function sendersTo(target: PodClass, cluster: ClusterView): readonly PodClass[] {
  return cluster.podClasses.all.filter(
    (one) => isRunning(one) && !one.policyPod.hostNetwork && (one !== target || one.pods.length > 1),
  );
}

interface Sender {
  readonly sender: PodClass;
  readonly answer: PolicyAnswer;
}

/** Asks sender after sender until one surely gets through. */
function askSenders(target: PodClass, crossing: Crossing, cluster: ClusterView): readonly Sender[] {
  const asked: Sender[] = [];
  for (const sender of sendersTo(target, cluster)) {
    const answer = cluster.policyJudge.fromPod(sender.policyPod, target.policyPod, crossing);
    asked.push({ sender, answer });
    if (answer.answer === "yes") {
      break;
    }
  }
  return asked;
}

function noSender(cluster: ClusterView): Obstacle {
  return {
    kind: "no-entry",
    entry: "cluster",
    detail: "the cluster has no other running pod",
    coverage: [],
    checked: cluster.pods.length,
  };
}

/** Which pods get through, as the set of their addresses. */
function guardFromPods(target: PodClass, crossing: Crossing, cluster: ClusterView, addresses: AddressAlgebra): Filter {
  const asked = askSenders(target, crossing, cluster);
  const setOf = (senders: readonly Sender[]): AddressSet => {
    const known = senders.reduce((set, { sender }) => addresses.union(set, sender.policyPod.addresses), addresses.none);
    return senders.length > 0 && isEmpty(known) ? addresses.all : known;
  };
  const certain = asked.filter(({ answer }) => answer.answer === "yes");
  const possible = asked.filter(({ answer }) => answer.answer !== "no");
  const obstacles = [...new Set(asked.flatMap(({ answer }) => answer.obstacles))];
  return {
    passes: setOf(certain),
    may: setOf(possible),
    sign: JSON.stringify([asked.length, certain.map(({ answer }) => answer), obstacles]),
    missing: possible.flatMap(({ answer }) => answer.missing),
    explainPass: (source) => {
      const found = certain.find(
        ({ sender }) => source !== undefined && hasAddress(sender.policyPod.addresses, source),
      );
      return (found ?? certain[0])?.answer.guards ?? [];
    },
    explainRemoval: () => (obstacles.length > 0 ? obstacles : [noSender(cluster)]),
  };
}

function toClusterLink(target: PodClass, cluster: ClusterView, { addresses }: ElementContext): Link {
  const origin: Origin = { kind: "cluster", positions: ["same-cluster"], sources: addresses.all };
  return {
    key: `cluster:${cluster.key}>${target.station}`,
    from: { kind: "origin", origin },
    to: target.station,
    kind: "pod",
    entry: "cluster",
    resource: cluster.id,
    transform: "none",
    authentication: "none",
    becomes: { kind: "any-pod" },
    carries: ({ port }) => [{ port }],
    filters: (crossing) => [guardFromPods(target, crossing, cluster, addresses)],
    boundaries: () => [],
    keepsPorts: true,
  };
}

/** The pod's own address in the virtual network, with what stands before it there. */
function toAddressParts(
  target: PodClass,
  { places, addresses }: ElementContext,
): { readonly stations: readonly Station[]; readonly links: readonly Link[] } {
  if (target.place === undefined) {
    return { stations: [], links: [] };
  }
  const place = places.placeOf(target.place);
  const known = destinationOf(target, addresses);
  const destination = isEmpty(known.addresses) ? { addresses: place.subnetAddresses, text: "" } : known;
  const key = `pod-address:${armKey(target.first.id)}`;
  const station: Station = {
    key,
    resource: target.place.holder,
    destination,
    ...(place.network === undefined
      ? { networkDoubt: danglingInput("subnet of the pod", target.first.podIPs[0] ?? "(no address)", target.first.id) }
      : { network: place.network }),
    entrance: "private",
    guards: place.guards,
    boundaries: () => place.boundaries,
    sourcePorts: place.sourcePorts,
  };
  const link: Link = {
    key: `address:${target.station}`,
    from: { kind: "station", key },
    to: target.station,
    kind: "pod",
    entry: "pod-address",
    resource: target.first.id,
    transform: "none",
    authentication: "none",
    carries: ({ port }) => [{ port }],
    filters: () => [],
    boundaries: () => [],
    keepsPorts: true,
  };
  return { stations: [station], links: [link] };
}

/** Where it is not known how pods get their addresses, hosts of the network may or may not reach them directly. */
function toDoubtfulAddressLinks(
  target: PodClass,
  cluster: ClusterView,
  { addresses }: ElementContext,
): readonly Link[] {
  if (cluster.addressing !== "unknown" || target.first.hostNetwork) {
    return [];
  }
  const plugin = cluster.cluster?.networkPlugin ?? "";
  const missing: MissingInput =
    cluster.cluster === undefined
      ? danglingInput("cluster", cluster.id, target.first.id)
      : unsupportedInput(
          `how the network plugin ${JSON.stringify(plugin)} routes pod addresses`,
          cluster.id,
          "Check it by hand.",
        );
  const origins: readonly Origin[] = [
    { kind: "network", positions: ["same-vnet"], sources: addresses.all },
    { kind: "corporate", positions: ["corp"], sources: addresses.all },
  ];
  return origins.map((origin) => ({
    key: `address:${origin.kind}>${target.station}`,
    from: { kind: "origin", origin },
    to: target.station,
    kind: "same-network",
    entry: "pod-address",
    resource: target.first.id,
    transform: "none",
    authentication: "none",
    carries: ({ port }) => [{ port }],
    filters: () => [doubtfulGate(addresses, [missing])],
    boundaries: () => [],
    keepsPorts: true,
  }));
}

/** Through the node: every port with the host's network, single ports with a host port. */
function toNodeLinks(target: PodClass, cluster: ClusterView): readonly Link[] {
  const nodes = target.node === undefined ? cluster.nodes.classes : [target.node];
  const mapped = target.ports.filter(({ hostPort }) => hostPort !== undefined);
  if (!target.first.hostNetwork && mapped.length === 0) {
    return [];
  }
  const wholeHost = target.first.hostNetwork;
  return nodes.map(
    (node): Link => ({
      key: `node:${node.station}>${target.station}`,
      from: { kind: "station", key: node.station },
      to: target.station,
      kind: "pod",
      entry: wholeHost ? "host-network" : "host-port",
      resource: target.first.id,
      transform: wholeHost ? "none" : "dnat",
      authentication: "none",
      carries: (traffic) => {
        const ports = mapped
          .filter(({ containerPort, protocol }) => containerPort === traffic.port && protocol === traffic.protocol)
          .flatMap(({ hostPort }) => hostPort ?? []);
        return (wholeHost ? [traffic.port] : ports).map((port) => ({ port }));
      },
      filters: () => [],
      boundaries: () => (wholeHost ? [] : mapped.flatMap(({ containerPort }) => [containerPort, containerPort + 1])),
      keepsPorts: wholeHost,
    }),
  );
}

/** Pods of all clusters, one station for each class. */
export const pod: NetworkElement = {
  id: "pod",
  kinds: ["pod", "namespace", "networkPolicy", "managedCluster"],
  assumptions: [
    "The position same-cluster is code in an ordinary pod: a pod of the host network counts as its node, which is past every network policy.",
    "Security groups do not stand between pods of one cluster.",
    "Policies other than NetworkPolicy v1 may close what is shown as reachable; they are not read.",
  ],
  lower: (context) => {
    const parts = context.clusters.flatMap((cluster) =>
      [...cluster.podClasses.all, ...cluster.podClasses.imagined].map((target) => ({ cluster, target })),
    );
    const addressed = parts.map(({ target }) => toAddressParts(target, context));
    return {
      stations: [
        ...parts.map(({ cluster, target }) => toStation(target, cluster, context)),
        ...addressed.flatMap(({ stations }) => stations),
      ],
      links: [
        ...addressed.flatMap(({ links }) => links),
        ...parts.flatMap(({ cluster, target }) => [
          toClusterLink(target, cluster, context),
          ...toDoubtfulAddressLinks(target, cluster, context),
          ...toNodeLinks(target, cluster),
        ]),
      ],
    };
  },
};
