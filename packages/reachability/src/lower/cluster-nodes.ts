/**
 * The nodes of a cluster. The built-in reader role of AKS cannot list nodes, so they are found from the other side: the
 * network interfaces of the node resource group, and the addresses that pods say their nodes have.
 */
import { type ArmId, armKey, type ManagedCluster, type MissingInput, type Pod } from "@sightline/model";
import { unsupportedInput } from "../missing-input.ts";
import { parseAddress } from "../packet-set/address.ts";
import { hasAddress } from "../packet-set/address-set.ts";
import { toAddressSet } from "./address-prefix.ts";
import {
  groupKeysOf,
  type InterfaceAddress,
  type LoweringContext,
  networkKeyOfSubnet,
  type SubnetPlace,
} from "./estate-index.ts";
import type { PlaceQuery, Places } from "./guarded-place.ts";
import { interfaceStationKey, placeOfInterface } from "./interface-place.ts";

/** Nodes that everything before them treats alike; `station` is the one that stands for them. */
export interface NodeClass {
  readonly station: string;
  readonly addresses: readonly string[];
  /** The interface of the one that stands for them; absent when it is not in the snapshot. */
  readonly held?: InterfaceAddress;
  readonly doubt?: MissingInput;
}

/** A node of which only the address is known. */
export interface LooseNode {
  readonly station: string;
  readonly address: string;
  readonly place: PlaceQuery;
}

/** The nodes of one cluster. */
export interface ClusterNodes {
  readonly classes: readonly NodeClass[];
  readonly byAddress: ReadonlyMap<string, NodeClass>;
  /** Nodes without a network interface in the snapshot; an element makes their stations. */
  readonly loose: readonly LooseNode[];
  /** Stations of the interfaces of all nodes. */
  readonly stations: ReadonlySet<string>;
  /** Set when nodes may have public addresses that were not read. */
  readonly publicDoubt?: MissingInput;
}

interface ClusterPart {
  readonly key: string;
  readonly id: ArmId;
  readonly cluster?: ManagedCluster;
  readonly pods: readonly Pod[];
}

function isInNodeGroup(part: ClusterPart, { networkInterface }: InterfaceAddress): boolean {
  const group = part.cluster?.nodeResourceGroup.toLowerCase() ?? "";
  return group !== "" && armKey(networkInterface.id).includes(`/resourcegroups/${group}/`);
}

/** Subnets of the node pools, and of networks in the node resource group. */
function nodeSubnets(part: ClusterPart, context: LoweringContext): readonly SubnetPlace[] {
  const named = new Set(
    part.cluster?.agentPools.flatMap((pool) => (pool.vnetSubnetId === undefined ? [] : [armKey(pool.vnetSubnetId)])),
  );
  const group = part.cluster?.nodeResourceGroup.toLowerCase() ?? "";
  const isOwn = (key: string): boolean => group !== "" && key.includes(`/resourcegroups/${group}/`);
  return [...context.estate.subnets].filter(([key]) => named.has(key) || isOwn(key)).map(([, place]) => place);
}

/** The interfaces' addresses that are nodes: in the node resource group, or at an address that pods name. */
function findInterfaces(part: ClusterPart, context: LoweringContext): readonly InterfaceAddress[] {
  const told = new Set(part.pods.map((pod) => pod.hostIP));
  const networks = new Set(nodeSubnets(part, context).map((place) => armKey(place.virtualNetwork.id)));
  return [...context.estate.interfaceAddresses.values()].filter((found) => {
    const { ipConfiguration } = found;
    if (isInNodeGroup(part, found)) {
      return ipConfiguration.primary || told.has(ipConfiguration.privateIPAddress);
    }
    const named = ipConfiguration.privateIPAddress !== undefined && told.has(ipConfiguration.privateIPAddress);
    const { subnet } = ipConfiguration;
    return named && subnet !== undefined && networks.has(networkKeyOfSubnet(subnet));
  });
}

function classKey(found: InterfaceAddress, context: LoweringContext, places: Places): string {
  const { networkInterface, ipConfiguration } = found;
  const place = places.placeOf(placeOfInterface(found));
  const own = toAddressSet(context.addresses, [ipConfiguration.privateIPAddress ?? ""]);
  return JSON.stringify([
    armKey(ipConfiguration.subnet ?? ""),
    armKey(networkInterface.networkSecurityGroup ?? ""),
    ipConfiguration.publicIPAddress === undefined ? "" : armKey(ipConfiguration.publicIPAddress),
    context.estate.poolsOf(found),
    ipConfiguration.loadBalancerInboundNatRules.map(armKey).sort(),
    groupKeysOf(ipConfiguration),
    place.signatureOf(own),
  ]);
}

function toLooseNode(part: ClusterPart, address: string, context: LoweringContext): LooseNode {
  const parsed = parseAddress(address);
  const subnet = nodeSubnets(part, context).find(
    (place) =>
      parsed !== undefined && hasAddress(toAddressSet(context.addresses, place.subnet.addressPrefixes), parsed),
  );
  const doubt = unsupportedInput(
    `the network interface of node ${address}`,
    part.id,
    "Give the connection Reader on the node resource group, then collect again.",
  );
  const place = { holder: part.id, interfaceDoubt: doubt };
  return {
    station: `node:${part.key}/${address}`,
    address,
    place: subnet === undefined ? place : { ...place, subnet: subnet.subnet.id },
  };
}

function publicDoubtOf(
  part: ClusterPart,
  found: readonly InterfaceAddress[],
  loose: readonly LooseNode[],
): Pick<ClusterNodes, "publicDoubt"> {
  const wanted = part.cluster?.agentPools.filter((pool) => pool.enableNodePublicIP) ?? [];
  const seen = found.some(({ ipConfiguration }) => ipConfiguration.publicIPAddress !== undefined);
  const [pool] = wanted;
  if (pool === undefined || (seen && loose.length === 0)) {
    return {};
  }
  const what = `the public addresses of the nodes of pool ${pool.name}`;
  return { publicDoubt: unsupportedInput(what, part.id, "Collect the instances of the pool's scale set.") };
}

/** Finds the nodes of a cluster and puts those into one class that everything treats alike. */
export function collectNodes(part: ClusterPart, context: LoweringContext, places: Places): ClusterNodes {
  const found = findInterfaces(part, context);
  const groups = Map.groupBy(found, (one) => classKey(one, context, places));
  const known = [...groups.values()].flatMap(([first, ...others]): readonly NodeClass[] => {
    const all = first === undefined ? [] : [first, ...others];
    const addresses = all.flatMap(({ ipConfiguration }) => ipConfiguration.privateIPAddress ?? []);
    return first === undefined
      ? []
      : [{ station: interfaceStationKey(first.ipConfiguration.id), addresses, held: first }];
  });
  const placed = new Set(known.flatMap(({ addresses }) => addresses));
  const told = new Set(part.pods.flatMap((pod) => (pod.hostIP === undefined || pod.hostIP === "" ? [] : [pod.hostIP])));
  const loose = [...told.difference(placed)].sort().map((address) => toLooseNode(part, address, context));
  const looseClasses = loose.map(({ station, address, place }): NodeClass => {
    const { interfaceDoubt } = place;
    return { station, addresses: [address], ...(interfaceDoubt === undefined ? {} : { doubt: interfaceDoubt }) };
  });
  const classes = [...known, ...looseClasses];
  return {
    classes,
    byAddress: new Map(classes.flatMap((one) => one.addresses.map((address) => [address, one] as const))),
    loose,
    stations: new Set([
      ...found.map(({ ipConfiguration }) => interfaceStationKey(ipConfiguration.id)),
      ...loose.map(({ station }) => station),
    ]),
    ...publicDoubtOf(part, found, loose),
  };
}
