/**
 * Virtual networks as origins: hosts of the same network, of peered networks, and senders behind gateways. Blocking
 * "traffic to the remote network" on a peering only takes the peer out of the tag VirtualNetwork; packets still pass
 * (learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering), so it shuts nothing by itself.
 */
import { armKey, type MissingInput, type VirtualNetwork } from "@sightline/model";
import type { ElementContext, NetworkElement } from "../element.ts";
import { findResource } from "../lower/estate-index.ts";
import { createEgress, type NetworkEgress } from "../lower/network-egress.ts";
import type { Peer } from "../lower/virtual-network.ts";
import { danglingInput } from "../missing-input.ts";
import { doubtfulGate, type Filter, shutGate } from "../model/filter.ts";
import type { Link, Origin, Station } from "../model/network.ts";
import type { AddressSet } from "../packet-set/address-set.ts";

function hostOrigin(sources: AddressSet): Origin {
  return { kind: "network", positions: ["same-vnet"], sources };
}

interface NetworkSource {
  readonly station: Station;
  readonly network: VirtualNetwork;
  readonly egress: NetworkEgress;
  readonly kind: "same-network" | "peering";
  readonly entry: string;
  /** What the peering adds. */
  readonly filters: readonly Filter[];
}

function toHostLink(source: NetworkSource, context: ElementContext): Link {
  const { addresses } = context;
  const { station, network, egress, kind, entry, filters } = source;
  return {
    key: `${kind}:${armKey(network.id)}>${station.key}`,
    from: { kind: "origin", origin: hostOrigin(addresses.subtract(egress.sources, station.destination.addresses)) },
    to: station.key,
    kind,
    entry,
    resource: network.id,
    transform: "none",
    authentication: "none",
    carries: ({ port, destination }) => (destination.addresses === station.destination.addresses ? [{ port }] : []),
    filters: (crossing) => [...filters, egress.filterFor(crossing)],
    boundaries: () => egress.boundaries,
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

function toPeerLinks({ station, network, egressOf }: Around, peer: Peer, context: ElementContext): readonly Link[] {
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
    const source = {
      station,
      network: remote,
      egress: egressOf(remote),
      kind: "peering",
      entry: "peering",
      filters,
    } as const;
    return [toHostLink(source, context)];
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

/** A station with its network, and what leaves networks. */
interface Around {
  readonly station: Station;
  readonly network: VirtualNetwork;
  readonly egressOf: (network: VirtualNetwork) => NetworkEgress;
}

function toNetworkLinks(around: Around, context: ElementContext): readonly Link[] {
  const { station, network, egressOf } = around;
  const own = { station, network, egress: egressOf(network), filters: [] } as const;
  return [
    toHostLink({ ...own, kind: "same-network", entry: "virtual-network" }, context),
    ...context.view.peersOf(network).flatMap((peer) => toPeerLinks(around, peer, context)),
    ...toCorporateLinks(station, network, context),
  ];
}

/** What leaves a network, worked out once for all stations. */
function rememberEgress(context: ElementContext): Around["egressOf"] {
  const made = new Map<VirtualNetwork, NetworkEgress>();
  return (network) => {
    const egress = made.get(network) ?? createEgress(network, context);
    made.set(network, egress);
    return egress;
  };
}

/** Virtual networks and their peerings. */
export const virtualNetwork: NetworkElement = {
  id: "virtual-network",
  kinds: ["virtualNetwork"],
  assumptions: [
    "A holder of the position same-vnet may have any address of any subnet of the network or of a directly peered one.",
    "Peerings are not transitive: networks behind a forwarder are judged only as far as routes name it.",
  ],
  lower: (context) => {
    const egressOf = rememberEgress(context);
    return {
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
        return network === undefined
          ? toLostLinks(station, danglingInput("virtual network", station.network, station.resource), context)
          : toNetworkLinks({ station, network, egressOf }, context);
      },
    };
  },
};
