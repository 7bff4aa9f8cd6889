/**
 * Network security groups as rule lists. Sources: learn.microsoft.com/azure/virtual-network
 * (network-security-groups-overview, network-security-group-how-it-works, application-security-groups).
 */
import {
  type ArmId,
  armKey,
  type MissingInput,
  type NetworkSecurityGroup,
  type SecurityRule,
  type TransportProtocol,
} from "@sightline/model";
import { unknownValueInput, unsupportedInput } from "../missing-input.ts";
import type { AddressSet } from "../packet-set/address-set.ts";
import { type PortAlgebra, type PortSet, parsePortRange, toPortSet } from "../packet-set/port-set.ts";
import {
  type Doubtful,
  exactly,
  type Rule,
  type RuleEffect,
  type RuleList,
  transportProtocols,
} from "../rule-list/rule.ts";
import { type ResolvedPrefix, resolvePrefixes, type TagScope } from "./address-prefix.ts";
import type { LoweringContext } from "./estate-index.ts";

/** Which way traffic goes, seen from the machine. */
export type Direction = "Inbound" | "Outbound";

/** Where a group stands: its tags, and the members of application security groups in its virtual network. */
export interface GroupScope extends TagScope {
  readonly groupMembers: (group: ArmId) => Doubtful<AddressSet>;
}

const everything = {
  protocol: "*",
  sourceApplicationSecurityGroups: [],
  sourcePortRanges: ["*"],
  destinationApplicationSecurityGroups: [],
  destinationPortRanges: ["*"],
} as const;

const defaultRule = (
  name: string,
  direction: Direction,
  [priority, access, source, destination]: readonly [number, string, string, string],
): SecurityRule => ({
  ...everything,
  name,
  priority,
  direction,
  access,
  sourceAddressPrefixes: [source],
  destinationAddressPrefixes: [destination],
});

/** The rules every group ends with, where an answer leaves them out. They cannot be removed. */
const documentedDefaults: readonly SecurityRule[] = [
  defaultRule("AllowVnetInBound", "Inbound", [65_000, "Allow", "VirtualNetwork", "VirtualNetwork"]),
  defaultRule("AllowAzureLoadBalancerInBound", "Inbound", [65_001, "Allow", "AzureLoadBalancer", "*"]),
  defaultRule("DenyAllInBound", "Inbound", [65_500, "Deny", "*", "*"]),
  defaultRule("AllowVnetOutBound", "Outbound", [65_000, "Allow", "VirtualNetwork", "VirtualNetwork"]),
  defaultRule("AllowInternetOutBound", "Outbound", [65_001, "Allow", "*", "Internet"]),
  defaultRule("DenyAllOutBound", "Outbound", [65_500, "Deny", "*", "*"]),
];

interface Part<Value> extends Doubtful<Value> {
  readonly missing: readonly MissingInput[];
}

function lowerProtocol(rule: SecurityRule, subject: string): Part<ReadonlySet<TransportProtocol>> {
  const only = (...protocols: readonly TransportProtocol[]): Part<ReadonlySet<TransportProtocol>> => ({
    ...exactly(new Set(protocols)),
    missing: [],
  });
  switch (rule.protocol.toLowerCase()) {
    case "*":
    case "any":
      return only(...transportProtocols);
    case "tcp":
      return only("TCP");
    case "udp":
      return only("UDP");
    case "icmp":
    case "icmpv6":
      return only("ICMP");
    case "esp":
    case "ah":
      return only();
    default:
      return {
        sure: new Set(),
        may: new Set(transportProtocols),
        missing: [unknownValueInput(`protocol of rule ${rule.name}`, rule.protocol, subject)],
      };
  }
}

function lowerPorts(texts: readonly string[], ports: PortAlgebra, rule: SecurityRule, subject: string): Part<PortSet> {
  const ranges = texts.map(parsePortRange);
  const known = toPortSet(
    ports,
    ranges.filter((range) => range !== undefined),
  );
  if (texts.length > 0 && ranges.every((range) => range !== undefined)) {
    return { ...exactly(known), missing: [] };
  }
  const what = `the ports ${JSON.stringify(texts)} of rule ${rule.name}`;
  return { sure: known, may: ports.all, missing: [unsupportedInput(what, subject, "Correct the rule.")] };
}

interface Peers {
  readonly prefixes: readonly string[];
  readonly groups: readonly ArmId[];
}

function lowerPeers(
  peers: Peers,
  scope: GroupScope,
  rule: SecurityRule,
  [subject, context]: readonly [string, LoweringContext],
): ResolvedPrefix {
  const { addresses } = context;
  if (peers.prefixes.length === 0 && peers.groups.length === 0) {
    const missing = unsupportedInput(`the empty address list of rule ${rule.name}`, subject, "Correct the rule.");
    return { sure: addresses.none, may: addresses.all, missing: [missing] };
  }
  const prefixes = resolvePrefixes(peers.prefixes, scope, subject, context);
  const members = peers.groups.map(scope.groupMembers);
  const unplaced = members.some((member) => member.sure !== member.may)
    ? [unsupportedInput(`an address without a value in a group of rule ${rule.name}`, subject, "Collect again.")]
    : [];
  return {
    sure: members.reduce((set, member) => addresses.union(set, member.sure), prefixes.sure),
    may: members.reduce((set, member) => addresses.union(set, member.may), prefixes.may),
    missing: [...prefixes.missing, ...unplaced],
  };
}

function lowerAccess(rule: SecurityRule, subject: string): readonly [RuleEffect, readonly MissingInput[]] {
  switch (rule.access.toLowerCase()) {
    case "allow":
      return ["allow", []];
    case "deny":
      return ["deny", []];
    default:
      return ["unknown", [unknownValueInput(`access of rule ${rule.name}`, rule.access, subject)]];
  }
}

interface PlacedRule {
  readonly rule: SecurityRule;
  /** Absent for defaults the answer left out. */
  readonly pointer?: string;
}

function lowerRule(placed: PlacedRule, scope: GroupScope, group: NetworkSecurityGroup, context: LoweringContext): Rule {
  const { rule, pointer } = placed;
  const subject = group.id;
  const [effect, accessMissing] = lowerAccess(rule, subject);
  const protocols = lowerProtocol(rule, subject);
  const source = { prefixes: rule.sourceAddressPrefixes, groups: rule.sourceApplicationSecurityGroups };
  const destination = { prefixes: rule.destinationAddressPrefixes, groups: rule.destinationApplicationSecurityGroups };
  const sources = lowerPeers(source, scope, rule, [subject, context]);
  const destinations = lowerPeers(destination, scope, rule, [subject, context]);
  const sourcePorts = lowerPorts(rule.sourcePortRanges, context.ports, rule, subject);
  const ports = lowerPorts(rule.destinationPortRanges, context.ports, rule, subject);
  const misdirected =
    isDirection(rule, "Inbound") || isDirection(rule, "Outbound")
      ? []
      : [unknownValueInput(`direction of rule ${rule.name}`, rule.direction, subject)];
  const parts = [protocols, sources, destinations, sourcePorts, ports];
  return {
    name: rule.name,
    priority: rule.priority,
    ...(pointer === undefined ? {} : { pointer }),
    effect,
    protocols: misdirected.length === 0 ? protocols : { sure: new Set(), may: protocols.may },
    sources,
    sourcePorts,
    destinations,
    ports,
    missing: [...accessMissing, ...misdirected, ...parts.flatMap((part) => part.missing)],
  };
}

function isDirection(rule: SecurityRule, direction: Direction): boolean {
  return rule.direction.toLowerCase() === direction.toLowerCase();
}

/** Is the rule one of this direction, or of one nobody knows? */
function concerns(rule: SecurityRule, direction: Direction): boolean {
  return isDirection(rule, direction) || !isDirection(rule, direction === "Inbound" ? "Outbound" : "Inbound");
}

function placeRules(group: NetworkSecurityGroup, direction: Direction): readonly PlacedRule[] {
  const own = group.securityRules.map((rule, index) => ({ rule, pointer: `/securityRules/${index}` }));
  const listed = group.defaultSecurityRules.map((rule, index) => ({ rule, pointer: `/defaultSecurityRules/${index}` }));
  const defaults = listed.length > 0 ? listed : documentedDefaults.map((rule) => ({ rule }));
  return [...own, ...defaults]
    .filter(({ rule }) => concerns(rule, direction))
    .sort((left, right) => left.rule.priority - right.rule.priority);
}

/** Names of the list that a stranger needs resolved: tags and groups, each with what it surely stands for. */
function expandNames(
  rules: readonly PlacedRule[],
  scope: GroupScope,
  group: NetworkSecurityGroup,
  context: LoweringContext,
): ReadonlyMap<string, AddressSet> {
  const prefixes = rules.flatMap(({ rule }) => [...rule.sourceAddressPrefixes, ...rule.destinationAddressPrefixes]);
  const tags = prefixes.filter((prefix) => /^[A-Za-z]/.test(prefix) && !/^any$/i.test(prefix) && !prefix.includes(":"));
  const groups = rules.flatMap(({ rule }) => [
    ...rule.sourceApplicationSecurityGroups,
    ...rule.destinationApplicationSecurityGroups,
  ]);
  return new Map<string, AddressSet>([
    ...tags.map((tag) => [tag, resolvePrefixes([tag], scope, group.id, context).sure] as const),
    ...groups.map((id) => [id, scope.groupMembers(id).sure] as const),
  ]);
}

/** The group's rules of one direction, as they stand before a machine in `scope`. */
export function lowerSecurityGroup(
  group: NetworkSecurityGroup,
  direction: Direction,
  scope: GroupScope,
  context: LoweringContext,
): RuleList {
  const placed = placeRules(group, direction);
  return {
    resource: group.id,
    rules: placed.map((rule) => lowerRule(rule, scope, group, context)),
    expansions: expandNames(placed, scope, group, context),
  };
}

/** Remembers lists by group, direction and place, so that equal ones are compiled once. */
export function createSecurityGroupShelf(
  context: LoweringContext,
): (
  group: NetworkSecurityGroup,
  direction: Direction,
  place: { readonly key: string; readonly scope: GroupScope },
) => RuleList {
  const lists = new Map<string, RuleList>();
  return (group, direction, place) => {
    const key = `${armKey(group.id)}|${direction}|${place.key}`;
    const known = lists.get(key);
    if (known !== undefined) {
      return known;
    }
    const made = lowerSecurityGroup(group, direction, place.scope, context);
    lists.set(key, made);
    return made;
  };
}
