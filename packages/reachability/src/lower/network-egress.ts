/**
 * What leaves a virtual network towards an address: each host is judged by the outbound rules and the routes of its own
 * subnet. Destinations that no outbound rule tells apart share one filter.
 */
import { armKey, type Obstacle, type Subnet, type VirtualNetwork } from "@sightline/model";
import { danglingInput } from "../missing-input.ts";
import { doubtfulGate, type Filter, openGate, ruleGate, shutGate } from "../model/filter.ts";
import type { Crossing } from "../model/network.ts";
import { type AddressSet, hasAddress } from "../packet-set/address-set.ts";
import { countAtOrBelow } from "../packet-set/interval-set.ts";
import { portBoundaries, sourcePortSamples } from "../rule-list/decide.ts";
import type { RuleList } from "../rule-list/rule.ts";
import { toAddressSet } from "./address-prefix.ts";
import type { LoweringContext } from "./estate-index.ts";
import { type Places, signDestination } from "./guarded-place.ts";
import type { RouteStep } from "./route-table.ts";

/** A network as a place to send from. */
export interface NetworkEgress {
  /** Addresses of all subnets. */
  readonly sources: AddressSet;
  /** First ports of ranges in which what leaves the network is treated alike. */
  readonly boundaries: readonly number[];
  readonly filterFor: (crossing: Crossing) => Filter;
}

interface EgressContext extends LoweringContext {
  readonly places: Places;
}

/** Subnets that treat what leaves them alike. */
interface Gate {
  readonly sources: AddressSet;
  readonly network: VirtualNetwork;
  readonly subnet: Subnet;
  /** Outbound rules; absent without a group, or when the group was not read. */
  readonly rules?: RuleList;
}

function toGates(network: VirtualNetwork, { addresses, places }: EgressContext): readonly Gate[] {
  const groups = Map.groupBy(network.subnets, ({ id, networkSecurityGroup, routeTable }) =>
    networkSecurityGroup === undefined && routeTable === undefined ? "" : armKey(id),
  );
  return [...groups.values()].flatMap(([subnet, ...others]): readonly Gate[] => {
    if (subnet === undefined) {
      return [];
    }
    const sources = toAddressSet(
      addresses,
      [subnet, ...others].flatMap(({ addressPrefixes }) => addressPrefixes),
    );
    const group = subnet.networkSecurityGroup;
    const rules = group === undefined ? undefined : places.rulesOf(group, "Outbound", { network, subnet });
    return [{ sources, network, subnet, ...(rules === undefined ? {} : { rules }) }];
  });
}

function guardRoute(
  steps: readonly RouteStep[],
  destination: AddressSet,
  { addresses }: EgressContext,
): readonly Filter[] {
  const taken = steps.filter((step) => addresses.intersect(step.destinations, destination) !== addresses.none);
  const obstacles = taken.flatMap((step) => step.obstacle ?? []);
  const [first, ...rest] = obstacles;
  if (first !== undefined && obstacles.length === taken.length) {
    return [shutGate(addresses, [first, ...rest])];
  }
  const [doubt, ...doubts] = taken.filter(({ kind }) => kind !== "direct").flatMap(({ missing }) => missing);
  return doubt === undefined ? [] : [doubtfulGate(addresses, [doubt, ...doubts])];
}

/** What stands between the hosts of one gate and the outside of their subnet. */
function guardGate(gate: Gate, crossing: Crossing, context: EgressContext): readonly Filter[] {
  const { addresses, judge, places } = context;
  const { network, subnet, rules } = gate;
  const { protocol, port, sourcePort, destination } = crossing;
  const route = guardRoute(places.routesOf(network, subnet).steps, destination.addresses, context);
  const group = subnet.networkSecurityGroup;
  if (group === undefined) {
    return [openGate(addresses, [{ resource: subnet.id, rule: "no network security group" }]), ...route];
  }
  if (rules === undefined) {
    return [doubtfulGate(addresses, [danglingInput("network security group", group, subnet.name)]), ...route];
  }
  const decision = judge.decide(rules, { protocol, port, sourcePort, destination: destination.addresses });
  return [ruleGate(decision, addresses), ...route];
}

/** All gates as one filter: each source is judged by its own. */
function joinGates(
  parts: readonly { readonly gate: Gate; readonly filters: readonly Filter[] }[],
  context: EgressContext,
): Filter {
  const { addresses } = context;
  const within = (side: "passes" | "may"): AddressSet =>
    parts.reduce((union, { gate, filters }) => {
      const passed = filters.reduce((set, filter) => addresses.intersect(set, filter[side]), gate.sources);
      return addresses.union(union, passed);
    }, addresses.none);
  return {
    passes: within("passes"),
    may: within("may"),
    sign: parts.map(({ gate, filters }) => `${gate.subnet.id} ${filters.map(({ sign }) => sign).join()}`).join(),
    missing: parts.flatMap(({ filters }) => filters.flatMap(({ missing }) => missing)),
    explainPass: (source, destination) => {
      const part = parts.find(({ gate }) => source !== undefined && hasAddress(gate.sources, source));
      return part?.filters.flatMap((filter) => filter.explainPass(source, destination)) ?? [];
    },
    explainRemoval: (removed) =>
      parts.flatMap(({ gate, filters }) =>
        filters.flatMap((filter): readonly Obstacle[] =>
          filter.explainRemoval(addresses.subtract(addresses.intersect(gate.sources, removed), filter.may)),
        ),
      ),
  };
}

/** The egress of a network. */
export function createEgress(network: VirtualNetwork, context: EgressContext): NetworkEgress {
  const { addresses, places } = context;
  const gates = toGates(network, context);
  const lists = gates.flatMap(({ rules }) => rules ?? []);
  const rising = (values: readonly number[]): readonly number[] =>
    [...new Set(values)].sort((left, right) => left - right);
  const boundaries = rising(lists.flatMap(portBoundaries));
  const sourceBoundaries = rising(lists.flatMap(sourcePortSamples));
  const routed = gates.filter(({ subnet }) => subnet.routeTable !== undefined);
  const signs = new Map<number, string>();
  const signOf = (destination: AddressSet): string => {
    const known = signs.get(destination.id);
    if (known !== undefined) {
      return known;
    }
    const routes = routed.map(({ subnet }) =>
      guardRoute(places.routesOf(network, subnet).steps, destination, context).map(({ sign }) => sign),
    );
    const sign = `${signDestination(lists, destination, context)} ${routes.join("\n")}`;
    signs.set(destination.id, sign);
    return sign;
  };
  const filters = new Map<string, Filter>();
  const idBySign = new Map<string, number>();
  const shorten = (filter: Filter): Filter => {
    const id = idBySign.get(filter.sign) ?? idBySign.size;
    idBySign.set(filter.sign, id);
    return { ...filter, sign: `egress ${network.id} ${id}` };
  };
  return {
    sources: gates.reduce((set, { sources }) => addresses.union(set, sources), addresses.none),
    boundaries,
    filterFor: (crossing) => {
      const { protocol, port, sourcePort, destination } = crossing;
      const cell = `${protocol} ${countAtOrBelow(boundaries, port)}/${countAtOrBelow(sourceBoundaries, sourcePort)}`;
      const key = `${cell} ${signOf(destination.addresses)}`;
      const known = filters.get(key);
      if (known !== undefined) {
        return known;
      }
      const parts = gates.map((gate) => ({ gate, filters: guardGate(gate, crossing, context) }));
      const made = shorten(joinGates(parts, context));
      filters.set(key, made);
      return made;
    },
  };
}
