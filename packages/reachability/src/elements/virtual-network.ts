/**
 * Virtual networks as origins: hosts of the same network, of peered networks, and senders behind gateways. Blocking
 * "traffic to the remote network" on a peering only takes the peer out of the tag VirtualNetwork; packets still pass
 * (learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering), so it shuts nothing by itself.
 */
import { armKey, type MissingInput, type Obstacle, type Subnet, type VirtualNetwork } from "@sightline/model";
import type { ElementContext, NetworkElement } from "../element.ts";
import { toAddressSet } from "../lower/address-prefix.ts";
import { findResource } from "../lower/estate-index.ts";
import type { RouteStep } from "../lower/route-table.ts";
import type { Peer } from "../lower/virtual-network.ts";
import { danglingInput } from "../missing-input.ts";
import { doubtfulGate, type Filter, openGate, ruleGate, shutGate } from "../model/filter.ts";
import type { Crossing, Link, Origin, Station } from "../model/network.ts";
import { type AddressSet, firstAddress, hasAddress } from "../packet-set/address-set.ts";
import { portBoundaries } from "../rule-list/decide.ts";

/** Subnets of one network that treat what leaves them alike. */
interface Egress {
  readonly sources: AddressSet;
  readonly network: VirtualNetwork;
  readonly subnet: Subnet;
}

function groupSubnets(network: VirtualNetwork, context: ElementContext): readonly Egress[] {
  const { addresses } = context;
  const groups = Map.groupBy(network.subnets, ({ id, networkSecurityGroup, routeTable }) =>
    networkSecurityGroup === undefined && routeTable === undefined ? "" : armKey(id),
  );
  return [...groups.values()].flatMap(([subnet, ...others]) => {
    const prefixes = [subnet, ...others].flatMap((one) => one?.addressPrefixes ?? []);
    return subnet === undefined ? [] : [{ sources: toAddressSet(addresses, prefixes), network, subnet }];
  });
}

function guardRoute(steps: readonly RouteStep[], destination: AddressSet, context: ElementContext): readonly Filter[] {
  const { addresses } = context;
  const taken = steps.filter((step) => addresses.intersect(step.destinations, destination) !== addresses.none);
  const obstacles = taken.flatMap((step) => step.obstacle ?? []);
  const [first, ...rest] = obstacles;
  if (first !== undefined && obstacles.length === taken.length) {
    return [shutGate(addresses, [first, ...rest])];
  }
  const [doubt, ...doubts] = taken.filter(({ kind }) => kind !== "direct").flatMap(({ missing }) => missing);
  return doubt === undefined ? [] : [doubtfulGate(addresses, [doubt, ...doubts])];
}

/** What stands between a subnet's hosts and the outside of the subnet. */
function guardEgress(egress: Egress, crossing: Crossing, context: ElementContext): readonly Filter[] {
  const { addresses, judge, places } = context;
  const { network, subnet } = egress;
  const { protocol, port, sourcePort, destination } = crossing;
  const route = guardRoute(places.routesOf(network, subnet).steps, destination.addresses, context);
  if (subnet.networkSecurityGroup === undefined) {
    return [openGate(addresses, [{ resource: subnet.id, rule: "no network security group" }]), ...route];
  }
  const list = places.rulesOf(subnet.networkSecurityGroup, "Outbound", { network, subnet });
  if (list === undefined) {
    const missing = danglingInput("network security group", subnet.networkSecurityGroup, subnet.name);
    return [doubtfulGate(addresses, [missing]), ...route];
  }
  const decision = judge.decide(list, { protocol, port, sourcePort, destination: destination.addresses });
  return [ruleGate(decision, addresses, firstAddress(destination.addresses)), ...route];
}

/** All subnets' egress as one filter: each source is judged by its own subnet. */
function joinEgress(
  parts: readonly { readonly egress: Egress; readonly filters: readonly Filter[] }[],
  context: ElementContext,
): Filter {
  const { addresses } = context;
  const within = (side: "passes" | "may"): AddressSet =>
    parts.reduce((union, { egress, filters }) => {
      const passed = filters.reduce((set, filter) => addresses.intersect(set, filter[side]), egress.sources);
      return addresses.union(union, passed);
    }, addresses.none);
  return {
    passes: within("passes"),
    may: within("may"),
    missing: parts.flatMap(({ filters }) => filters.flatMap(({ missing }) => missing)),
    explainPass: (source) => {
      const part = parts.find(({ egress }) => source !== undefined && hasAddress(egress.sources, source));
      return part?.filters.flatMap((filter) => filter.explainPass(source)) ?? [];
    },
    explainRemoval: (removed) =>
      parts.flatMap(({ egress, filters }) =>
        filters.flatMap((filter): readonly Obstacle[] =>
          filter.explainRemoval(addresses.subtract(addresses.intersect(egress.sources, removed), filter.may)),
        ),
      ),
  };
}

function hostOrigin(sources: AddressSet): Origin {
  return { kind: "network", positions: ["same-vnet"], sources };
}

interface NetworkSource {
  readonly station: Station;
  readonly network: VirtualNetwork;
  readonly kind: "same-network" | "peering";
  readonly entry: string;
  /** What the peering adds. */
  readonly filters: readonly Filter[];
}

function toHostLink(source: NetworkSource, context: ElementContext): Link {
  const { addresses, places } = context;
  const { station, network, kind, entry, filters } = source;
  const subnets = groupSubnets(network, context);
  const all = subnets.reduce((set, { sources }) => addresses.union(set, sources), addresses.none);
  const lists = subnets.flatMap(({ subnet }) =>
    subnet.networkSecurityGroup === undefined
      ? []
      : (places.rulesOf(subnet.networkSecurityGroup, "Outbound", { network, subnet }) ?? []),
  );
  return {
    key: `${kind}:${armKey(network.id)}>${station.key}`,
    from: { kind: "origin", origin: hostOrigin(addresses.subtract(all, station.destination.addresses)) },
    to: station.key,
    kind,
    entry,
    resource: network.id,
    transform: "none",
    authentication: "none",
    carries: ({ port, destination }) => (destination.addresses === station.destination.addresses ? [{ port }] : []),
    filters: (crossing) => {
      const parts = subnets.map((egress) => ({ egress, filters: guardEgress(egress, crossing, context) }));
      return [...filters, joinEgress(parts, context)];
    },
    boundaries: () => lists.flatMap(portBoundaries),
    keepsPorts: true,
  };
}

/** Senders of whom only the addresses are known, or not even these. */
function toDoubtfulLink(
  station: Station,
  source: { readonly name: string; readonly entry: string; readonly origin: Origin },
  missing: readonly [MissingInput, ...MissingInput[]],
  context: ElementContext,
): Link {
  return {
    key: `${source.entry}:${source.name}>${station.key}`,
    from: { kind: "origin", origin: source.origin },
    to: station.key,
    kind: source.entry === "peering" ? "peering" : "same-network",
    entry: source.entry,
    resource: station.resource,
    transform: "none",
    authentication: "none",
    carries: ({ port, destination }) => (destination.addresses === station.destination.addresses ? [{ port }] : []),
    filters: () => [doubtfulGate(context.addresses, missing)],
    boundaries: () => [],
    keepsPorts: true,
  };
}

/** A peer nobody read: its hosts may send, and so may whatever in it passes traffic on. */
function toUnreadPeerLinks(
  station: Station,
  peer: Peer,
  missing: readonly [MissingInput, ...MissingInput[]],
  context: ElementContext,
): readonly Link[] {
  const name = armKey(peer.peering.id);
  const sources = peer.space.may;
  const outside: Origin = {
    kind: "unmodelled",
    positions: ["internet", "internet-allowlisted", "peer-tenant", "corp"],
    sources,
  };
  return [
    toDoubtfulLink(station, { name, entry: "peering", origin: hostOrigin(sources) }, missing, context),
    toDoubtfulLink(station, { name: `beyond ${name}`, entry: "peering", origin: outside }, missing, context),
  ];
}

function toPeerLinks(station: Station, network: VirtualNetwork, peer: Peer, context: ElementContext): readonly Link[] {
  const { addresses } = context;
  const { peering, remote, state } = peer;
  const detail = `peering ${peering.name} is ${peering.peeringState}, or has no connected counterpart`;
  const shut = shutGate(addresses, [
    { kind: "no-rule", resource: peering.id, detail, removes: "every host of the peered network" },
  ]);
  const [missing, ...others] = peer.missing;
  const doubts: readonly Filter[] = missing === undefined ? [] : [doubtfulGate(addresses, [missing, ...others])];
  if (remote !== undefined) {
    const filters = state === "closed" ? [shut] : doubts;
    return [toHostLink({ station, network: remote, kind: "peering", entry: "peering", filters }, context)];
  }
  if (state === "closed" || missing === undefined) {
    const origin = hostOrigin(peer.space.may);
    const link = toDoubtfulLink(
      station,
      { name: armKey(peering.id), entry: "peering", origin },
      [danglingInput("network", peering.remoteVirtualNetwork, network.name)],
      context,
    );
    return [{ ...link, filters: () => [shut] }];
  }
  return toUnreadPeerLinks(station, peer, [missing, ...others], context);
}

function toCorporateLinks(station: Station, network: VirtualNetwork, context: ElementContext): readonly Link[] {
  const [missing, ...others] = context.view.gatewaysOf(network);
  const origin: Origin = { kind: "corporate", positions: ["corp"], sources: context.addresses.all };
  return missing === undefined
    ? []
    : [toDoubtfulLink(station, { name: "corporate", entry: "gateway", origin }, [missing, ...others], context)];
}

/** A station of which nobody knows the network: anyone may be beside it. */
function toLostLinks(station: Station, doubt: MissingInput, context: ElementContext): readonly Link[] {
  const { all } = context.addresses;
  const origins: readonly Origin[] = [
    hostOrigin(all),
    { kind: "corporate", positions: ["corp"], sources: all },
    { kind: "unmodelled", positions: ["internet", "internet-allowlisted", "peer-tenant", "corp"], sources: all },
  ];
  return origins.map((origin) =>
    toDoubtfulLink(station, { name: origin.kind, entry: "virtual-network", origin }, [doubt], context),
  );
}

/** Virtual networks and their peerings. */
export const virtualNetwork: NetworkElement = {
  id: "virtual-network",
  kinds: ["virtualNetwork"],
  assumptions: [
    "A holder of the position same-vnet may have any address of any subnet of the network or of a directly peered one.",
    "Peerings are not transitive: networks behind a forwarder are judged only as far as routes name it.",
  ],
  lower: (context) => ({
    stations: [],
    links: [],
    linksInto: (station) => {
      if (station.networkDoubt !== undefined) {
        return toLostLinks(station, station.networkDoubt, context);
      }
      if (station.network === undefined) {
        return [];
      }
      const network = findResource(context.estate, "virtualNetwork", station.network);
      if (network === undefined) {
        return toLostLinks(station, danglingInput("virtual network", station.network, station.resource), context);
      }
      return [
        toHostLink({ station, network, kind: "same-network", entry: "virtual-network", filters: [] }, context),
        ...context.view.peersOf(network).flatMap((peer) => toPeerLinks(station, network, peer, context)),
        ...toCorporateLinks(station, network, context),
      ];
    },
  }),
};
