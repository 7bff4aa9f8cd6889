/**
 * What stands right before an address of a virtual network: the security group of its subnet, the one of its interface,
 * and the routes its answers take. Both groups must allow; a level without a group lets everything through.
 */
import {
  type ArmId,
  armKey,
  type MissingInput,
  type ResourceId,
  type Subnet,
  type VirtualNetwork,
} from "@sightline/model";
import { danglingInput } from "../missing-input.ts";
import { addressGate, doubtfulGate, type Filter, openGate, ruleGate } from "../model/filter.ts";
import type { Crossing } from "../model/network.ts";
import type { AddressSet } from "../packet-set/address-set.ts";
import { portBoundaries, sourcePortSamples } from "../rule-list/decide.ts";
import type { Doubtful, RuleList } from "../rule-list/rule.ts";
import { toAddressSet } from "./address-prefix.ts";
import { findResource, groupKeysOf, type LoweringContext, networkKeyOfSubnet } from "./estate-index.ts";
import { createSecurityGroupShelf, type Direction, type GroupScope } from "./network-security-group.ts";
import { lowerRoutes, type SubnetRoutes } from "./route-table.ts";
import type { NetworkView } from "./virtual-network.ts";

/** Where an address is. */
export interface PlaceQuery {
  readonly subnet?: ArmId;
  /** The interface, or whatever stands for it in evidence. */
  readonly holder: ResourceId;
  readonly interfaceGroup?: ArmId;
  /** Set when it is not certain that the interface's group, as far as it is known, acts on this address. */
  readonly interfaceDoubt?: MissingInput;
}

/** What stands before an address there. */
export interface GuardedPlace {
  /** Key of the virtual network; absent when the subnet is not known. */
  readonly network?: string;
  readonly subnetAddresses: AddressSet;
  readonly guards: (crossing: Crossing) => readonly Filter[];
  readonly boundaries: readonly number[];
  readonly sourcePorts: readonly number[];
  /** Is there a security group on either level? */
  readonly hasGroup: "yes" | "no" | "unknown";
  /** Which rules' destinations hold an address: addresses of one place with one signature are treated alike. */
  readonly signatureOf: (destination: AddressSet) => string;
}

/** Everything about places of one estate, remembered by place. */
export interface Places {
  readonly placeOf: (query: PlaceQuery) => GuardedPlace;
  readonly routesOf: (network: VirtualNetwork, subnet: Subnet) => SubnetRoutes;
  /** The subnet's or an interface's group as rules; `undefined` when the group is not in the snapshot. */
  readonly rulesOf: (
    group: ArmId,
    direction: Direction,
    subnet: { network: VirtualNetwork; subnet: Subnet },
  ) => RuleList | undefined;
}

type Members = ReadonlyMap<string, Doubtful<AddressSet>>;

/** Members of application security groups by virtual network: a group acts within one network only. */
function collectMembers(context: LoweringContext): Members {
  const { addresses, estate } = context;
  const members = new Map<string, Doubtful<AddressSet>>();
  for (const { ipConfiguration } of estate.interfaceAddresses.values()) {
    const network = ipConfiguration.subnet === undefined ? "" : networkKeyOfSubnet(ipConfiguration.subnet);
    const address = ipConfiguration.privateIPAddress;
    const sure = address === undefined ? addresses.none : toAddressSet(addresses, [address]);
    const place = ipConfiguration.subnet === undefined ? undefined : estate.subnets.get(armKey(ipConfiguration.subnet));
    const anywhere = place === undefined ? addresses.all : toAddressSet(addresses, place.subnet.addressPrefixes);
    const may = sure === addresses.none ? anywhere : sure;
    for (const group of groupKeysOf(ipConfiguration)) {
      const key = `${network}|${group}`;
      const known = members.get(key) ?? { sure: addresses.none, may: addresses.none };
      members.set(key, { sure: addresses.union(known.sure, sure), may: addresses.union(known.may, may) });
    }
  }
  return members;
}

const unknownPlaceBoundaries: readonly number[] = [];

/** A place in a subnet nobody read: anything may stand there. */
function unknownPlace(query: PlaceQuery, context: LoweringContext): GuardedPlace {
  const { addresses } = context;
  const missing = danglingInput("subnet", query.subnet ?? "(none named)", query.holder);
  return {
    subnetAddresses: addresses.all,
    guards: () => [doubtfulGate(addresses, [missing])],
    boundaries: unknownPlaceBoundaries,
    sourcePorts: [],
    hasGroup: "unknown",
    signatureOf: () => "",
  };
}

interface Level {
  readonly holder: ResourceId;
  readonly group?: ArmId;
  readonly rules?: RuleList;
}

/** The filter of one level: its rules, or the fact that there is no group, or that the group was not read. */
function guardLevel(level: Level, crossing: Crossing, context: LoweringContext): Filter {
  const { addresses, judge } = context;
  if (level.group === undefined) {
    return openGate(addresses, [{ resource: level.holder, rule: "no network security group" }]);
  }
  if (level.rules === undefined) {
    return doubtfulGate(addresses, [danglingInput("network security group", level.group, level.holder)]);
  }
  const { protocol, port, sourcePort, destination } = crossing;
  const decision = judge.decide(level.rules, { protocol, port, sourcePort, destination: destination.addresses });
  return ruleGate(decision, addresses);
}

/** The same filter when it is not certain that it acts on this address: it keeps nobody out for sure. */
function inDoubt(filter: Filter, doubt: MissingInput | undefined, context: LoweringContext): Filter {
  const { addresses } = context;
  return doubt === undefined
    ? filter
    : {
        ...filter,
        may: addresses.all,
        sign: `in doubt ${filter.sign}`,
        missing: [...filter.missing, doubt],
        explainRemoval: () => [],
      };
}

/** Answers leave by the subnet's routes: sources whose answers go elsewhere are in doubt. */
function guardAnswers(routes: SubnetRoutes, context: LoweringContext): Filter {
  const { addresses } = context;
  return addressGate(
    addresses,
    { sure: routes.direct, may: addresses.all, missing: routes.missing },
    { guards: [], obstacles: [] },
  );
}

/** Which rules' destinations hold an address: equal signs mean equal decisions. */
export function signDestination(lists: readonly RuleList[], destination: AddressSet, context: LoweringContext): string {
  const { addresses } = context;
  return lists
    .flatMap((list) =>
      list.rules.map(({ destinations }) =>
        addresses.includes(destinations.sure, destination)
          ? "2"
          : addresses.intersect(destinations.may, destination) === addresses.none
            ? "0"
            : "1",
      ),
    )
    .join("");
}

/** Makes a thing when it is first asked for, and then the same again. */
function remember<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The routes of subnets, each worked out once. */
function rememberRoutes(context: LoweringContext, view: NetworkView): Places["routesOf"] {
  const routes = new Map<string, SubnetRoutes>();
  return (network, subnet) => {
    const key = armKey(subnet.id);
    const known = routes.get(key);
    if (known !== undefined) {
      return known;
    }
    const peers = view.peersOf(network).filter((peer) => peer.state !== "closed");
    const remote = peers.flatMap(({ peering, remote: read }) => [
      ...peering.remoteAddressPrefixes,
      ...(read?.addressPrefixes ?? []),
    ]);
    const spaces = [...new Set([...network.addressPrefixes, ...remote])];
    const made = lowerRoutes(subnet, spaces, context);
    routes.set(key, made);
    return made;
  };
}

/** The places of an estate. */
export function createPlaces(context: LoweringContext, view: NetworkView): Places {
  const { addresses, estate } = context;
  const shelf = createSecurityGroupShelf(context);
  const members = collectMembers(context);
  const scopes = new Map<string, GroupScope>();
  const scopeOf = (network: VirtualNetwork, subnet: Subnet): GroupScope => {
    const key = armKey(subnet.id);
    const networkKey = armKey(network.id);
    const none = { sure: addresses.none, may: addresses.none };
    const scope = scopes.get(key) ?? {
      ...view.tagsOf(network, subnet),
      groupMembers: (group: ArmId): Doubtful<AddressSet> => members.get(`${networkKey}|${armKey(group)}`) ?? none,
    };
    scopes.set(key, scope);
    return scope;
  };
  const rulesOf: Places["rulesOf"] = (group, direction, { network, subnet }) => {
    const found = findResource(estate, "networkSecurityGroup", group);
    const place = { key: armKey(subnet.id), scope: scopeOf(network, subnet) };
    return found === undefined ? undefined : shelf(found, direction, place);
  };
  const routesOf = rememberRoutes(context, view);
  const levelOf = (
    holder: ResourceId,
    group: ArmId | undefined,
    place: { network: VirtualNetwork; subnet: Subnet },
  ): Level => {
    const rules = group === undefined ? undefined : rulesOf(group, "Inbound", place);
    return { holder, ...(group === undefined ? {} : { group }), ...(rules === undefined ? {} : { rules }) };
  };
  const makePlace = (query: PlaceQuery): GuardedPlace => {
    const found = query.subnet === undefined ? undefined : estate.subnets.get(armKey(query.subnet));
    if (found === undefined) {
      return unknownPlace(query, context);
    }
    const { virtualNetwork: network, subnet } = found;
    const outer = levelOf(subnet.id, subnet.networkSecurityGroup, { network, subnet });
    const inner = levelOf(query.holder, query.interfaceGroup, { network, subnet });
    const lists = [outer.rules, inner.rules].filter((list) => list !== undefined);
    const answers = remember(() => guardAnswers(routesOf(network, subnet), context));
    const grouped = subnet.networkSecurityGroup !== undefined || query.interfaceGroup !== undefined;
    return {
      network: armKey(network.id),
      subnetAddresses: toAddressSet(addresses, subnet.addressPrefixes),
      guards: (crossing) => [
        guardLevel(outer, crossing, context),
        inDoubt(guardLevel(inner, crossing, context), query.interfaceDoubt, context),
        answers(),
      ],
      boundaries: [...new Set(lists.flatMap(portBoundaries))],
      sourcePorts: [...new Set(lists.flatMap(sourcePortSamples))],
      hasGroup: grouped ? "yes" : query.interfaceDoubt === undefined ? "no" : "unknown",
      signatureOf: (destination) => signDestination(lists, destination, context),
    };
  };
  const made = new Map<string, GuardedPlace>();
  const placeOf = (query: PlaceQuery): GuardedPlace => {
    const key = JSON.stringify([query.subnet, query.holder, query.interfaceGroup, query.interfaceDoubt]);
    const place = made.get(key) ?? makePlace(query);
    made.set(key, place);
    return place;
  };
  return { placeOf, routesOf, rulesOf };
}
