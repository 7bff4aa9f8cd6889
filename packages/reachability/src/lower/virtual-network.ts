/**
 * Virtual networks and what they are joined to. Sources: learn.microsoft.com/azure/virtual-network
 * (virtual-network-peering-overview, service-tags-overview).
 */
import {
  armKey,
  type MissingInput,
  type Subnet,
  type VirtualNetwork,
  type VirtualNetworkPeering,
} from "@sightline/model";
import { danglingInput, unknownValueInput, unsupportedInput } from "../missing-input.ts";
import type { AddressSet } from "../packet-set/address-set.ts";
import type { Doubtful } from "../rule-list/rule.ts";
import { type TagScope, toAddressSet } from "./address-prefix.ts";
import { findResource, isSameId, type LoweringContext, resourcesOf } from "./estate-index.ts";
import type { UnmodelledType } from "./unmodelled-types.ts";

/** One peering as traffic meets it. */
export interface Peer {
  readonly peering: VirtualNetworkPeering;
  /** Absent when the snapshot does not hold it. */
  readonly remote?: VirtualNetwork;
  /** `connected` needs both sides; `unknown` when a side was not read or says something new. */
  readonly state: "connected" | "closed" | "unknown";
  readonly missing: readonly MissingInput[];
  /** Address space of the remote network. */
  readonly space: Doubtful<AddressSet>;
}

/** Virtual networks seen from each other. */
export interface NetworkView {
  readonly peersOf: (network: VirtualNetwork) => readonly Peer[];
  /** Keys of all networks joined by peerings, however many steps away, this one included. */
  readonly componentOf: (networkKey: string) => ReadonlySet<string>;
  /** Types that may join the network to others and add routes to it. */
  readonly gatewaysOf: (network: VirtualNetwork) => readonly MissingInput[];
  /** The tags of rules that stand before the subnet. */
  readonly tagsOf: (network: VirtualNetwork, subnet: Subnet) => TagScope;
}

function isState(peering: VirtualNetworkPeering, state: string): boolean {
  return peering.peeringState.toLowerCase() === state;
}

function stateOf(peering: VirtualNetworkPeering): Peer["state"] {
  if (isState(peering, "connected")) {
    return "connected";
  }
  return isState(peering, "initiated") || isState(peering, "disconnected") ? "closed" : "unknown";
}

function toPeer(network: VirtualNetwork, peering: VirtualNetworkPeering, context: LoweringContext): Peer {
  const { addresses, estate } = context;
  const remote = findResource(estate, "virtualNetwork", peering.remoteVirtualNetwork);
  const told = toAddressSet(addresses, peering.remoteAddressPrefixes);
  const state = stateOf(peering);
  const unknown = state === "unknown" ? [unknownValueInput("peeringState", peering.peeringState, peering.id)] : [];
  if (remote === undefined) {
    const missing = [danglingInput("virtual network", peering.remoteVirtualNetwork, `peering ${peering.name}`)];
    const may = peering.remoteAddressPrefixes.length === 0 ? addresses.all : told;
    return { peering, state, missing: [...missing, ...unknown], space: { sure: told, may } };
  }
  const space = toAddressSet(addresses, remote.addressPrefixes);
  const back = remote.virtualNetworkPeerings.find((candidate) => isSameId(candidate.remoteVirtualNetwork, network.id));
  const bothStates = [state, back === undefined ? "closed" : stateOf(back)];
  const joined = bothStates.includes("closed") ? "closed" : bothStates.includes("unknown") ? "unknown" : "connected";
  return {
    peering,
    remote,
    state: joined,
    missing: joined === "unknown" ? unknown : [],
    space: {
      sure: told === addresses.none ? space : addresses.intersect(space, told),
      may: addresses.union(space, told),
    },
  };
}

/** `VirtualNetwork` of a subnet: own space, reachable peers, the platform address; in doubt by routes and gateways. */
function toVirtualNetworkTag(
  { network, subnet }: { readonly network: VirtualNetwork; readonly subnet: Subnet },
  peers: readonly Peer[],
  hasGateway: boolean,
  { addresses, estate }: LoweringContext,
): Doubtful<AddressSet> {
  const own = toAddressSet(addresses, [...network.addressPrefixes, "168.63.129.16/32"]);
  const joined = peers.filter((peer) => peer.state !== "closed" && peer.peering.allowVirtualNetworkAccess);
  const sure = joined
    .filter((peer) => peer.state === "connected")
    .reduce((set, peer) => addresses.union(set, peer.space.sure), own);
  const withPeers = joined.reduce((set, peer) => addresses.union(set, peer.space.may), sure);
  const table = subnet.routeTable === undefined ? undefined : findResource(estate, "routeTable", subnet.routeTable);
  const tableUnread = subnet.routeTable !== undefined && table === undefined;
  if (hasGateway || tableUnread) {
    return { sure, may: addresses.all };
  }
  const routed = toAddressSet(addresses, table?.routes.map((route) => route.addressPrefix) ?? []);
  return { sure, may: addresses.union(withPeers, routed) };
}

function joinComponents(networks: readonly VirtualNetwork[]): (key: string) => ReadonlySet<string> {
  const component = new Map<string, Set<string>>();
  const componentFor = (key: string): Set<string> => {
    const known = component.get(key) ?? new Set([key]);
    component.set(key, known);
    return known;
  };
  for (const network of networks) {
    for (const peering of network.virtualNetworkPeerings) {
      const [left, right] = [componentFor(armKey(network.id)), componentFor(armKey(peering.remoteVirtualNetwork))];
      const merged = new Set([...left, ...right]);
      for (const key of merged) {
        component.set(key, merged);
      }
    }
  }
  return componentFor;
}

/** Is a resource of the type in one of these networks, as far as that is known? */
export function isTypeIn(type: UnmodelledType, networks: ReadonlySet<string>): boolean {
  return type.networks === "everywhere" || !type.networks.isDisjointFrom(networks);
}

/** Remembers what is asked, so every answer is the same object. */
function remembering<Input, Output>(
  keyOf: (input: Input) => string,
  make: (input: Input) => Output,
): (input: Input) => Output {
  const made = new Map<string, Output>();
  return (input) => {
    const key = keyOf(input);
    const known = made.get(key);
    if (known !== undefined) {
      return known;
    }
    const output = make(input);
    made.set(key, output);
    return output;
  };
}

/** The view over all virtual networks of the snapshot. */
export function createNetworkView(context: LoweringContext, types: readonly UnmodelledType[]): NetworkView {
  const { addresses, estate } = context;
  const componentOf = joinComponents(resourcesOf(estate.snapshot, "virtualNetwork"));
  const peersOf = remembering(
    (network: VirtualNetwork) => armKey(network.id),
    (network): readonly Peer[] => network.virtualNetworkPeerings.map((peering) => toPeer(network, peering, context)),
  );
  const gatewaysOf = remembering(
    (network: VirtualNetwork) => armKey(network.id),
    (network): readonly MissingInput[] => {
      const near = componentOf(armKey(network.id));
      const gateways = types.filter((type) => type.effect === "gateway" && isTypeIn(type, near));
      const remote = peersOf(network).filter(
        ({ peering, remote: read }) => read === undefined || peering.useRemoteGateways,
      );
      const viaPeer = remote.filter((peer) => peer.state !== "closed");
      return [
        ...gateways.map((type) => type.missing),
        ...viaPeer.map(({ peering }) =>
          danglingInput("gateway of", peering.remoteVirtualNetwork, `peering ${peering.name}`),
        ),
      ];
    },
  );
  const tags = new Map<string, TagScope>();
  return {
    peersOf,
    componentOf,
    gatewaysOf,
    tagsOf: (network, subnet) => {
      const key = armKey(subnet.id);
      const known = tags.get(key);
      if (known !== undefined) {
        return known;
      }
      const peers = peersOf(network);
      const virtualNetwork = toVirtualNetworkTag({ network, subnet }, peers, gatewaysOf(network).length > 0, context);
      const internet = { sure: addresses.subtract(addresses.internet, virtualNetwork.sure), may: addresses.internet };
      const missing = unsupportedInput(
        `which addresses the tag VirtualNetwork stands for at subnet ${subnet.name}: its routes or a gateway may widen it`,
        subnet.id,
        "Name the addresses in the rule instead of the tag.",
      );
      const made = { virtualNetwork, internet, missing: [missing] };
      tags.set(key, made);
      return made;
    },
  };
}
