/** Nodes as doors into a cluster: from its own pods, and from the internet where nodes may have public addresses. */
import type { ElementContext, NetworkElement } from "../element.ts";
import type { ClusterView } from "../lower/cluster.ts";
import { internetOrigin } from "../lower/public-entry.ts";
import { unsupportedInput } from "../missing-input.ts";
import { doubtfulGate } from "../model/filter.ts";
import type { Link, Origin } from "../model/network.ts";

function toLink(node: string, cluster: ClusterView, origin: Origin, link: Pick<Link, "entry" | "filters">): Link {
  return {
    key: `${link.entry}:${origin.kind}>${node}`,
    from: { kind: "origin", origin },
    to: node,
    kind: origin.kind === "public" ? "public-ip" : "same-network",
    resource: cluster.id,
    transform: "none",
    authentication: "none",
    carries: ({ port }) => [{ port }],
    boundaries: () => [],
    keepsPorts: true,
    ...link,
  };
}

/** A pod may send to a node, whose translations then hide it from the policies of the target. */
function toPodLink(node: string, cluster: ClusterView, { addresses }: ElementContext): Link {
  const missing = unsupportedInput(
    "whether pods get to other pods through a port of a node",
    cluster.id,
    "Check the egress rules of the senders, and use externalTrafficPolicy: Local.",
  );
  const origin: Origin = { kind: "cluster", positions: ["same-cluster"], sources: addresses.all };
  return toLink(node, cluster, origin, { entry: "node", filters: () => [doubtfulGate(addresses, [missing])] });
}

function toPublicLinks(node: string, cluster: ClusterView, { addresses }: ElementContext): readonly Link[] {
  const { publicDoubt } = cluster.nodes;
  return publicDoubt === undefined
    ? []
    : [
        toLink(node, cluster, internetOrigin(addresses), {
          entry: "public-ip",
          filters: () => [doubtfulGate(addresses, [publicDoubt])],
        }),
      ];
}

/** The nodes of all clusters. */
export const clusterNode: NetworkElement = {
  id: "cluster-node",
  kinds: ["managedCluster"],
  assumptions: ["A taken-over node owns its pods; it is not a position of its own."],
  lower: (context) => ({
    stations: [],
    links: context.clusters.flatMap((cluster) =>
      cluster.nodes.classes.flatMap(({ station }) => [
        toPodLink(station, cluster, context),
        ...toPublicLinks(station, cluster, context),
      ]),
    ),
  }),
};
