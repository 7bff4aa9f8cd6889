/**
 * Evidence for the guards of a path: the rule list each was decided on, as far as the rule that let the flow through, so
 * that a stranger can evaluate it again.
 */
import {
  armKey,
  type EvidenceId,
  type Guard,
  type Hop,
  type IpSecurityRestriction,
  type Json,
  type NetworkPolicy,
  type NetworkSecurityGroup,
  type Pod,
  type Resource,
  type SecurityRule,
  type Site,
  type VirtualNetwork,
} from "@sightline/model";
import type { EstateIndex } from "../estate-index.ts";
import { type EvidenceBook, toJson } from "../evidence.ts";
import { type IpAddress, isInPrefix, parseIpAddress } from "../ip-address.ts";

/** Files the evidence of one guard on one hop; nothing when the resource is not in the snapshot. */
export function fileGuard(
  estate: EstateIndex,
  book: EvidenceBook,
  { hop, guard }: { hop: Hop; guard: Guard },
): EvidenceId | undefined {
  const resource = estate.resource(guard.resource);
  if (resource === undefined) {
    return undefined;
  }
  const reading = estate.read(guard.resource);
  return book.add({
    kind: "guard",
    subject: guard.resource,
    value: toGuardValue(estate, resource, { hop, guard }),
    observedAt: reading.observedAt,
    validUntil: reading.validUntil,
    source: reading.source,
    coverage: reading.coverage === undefined ? [] : [reading.coverage.id],
  });
}

function toGuardValue(estate: EstateIndex, resource: Resource, { hop, guard }: { hop: Hop; guard: Guard }): Json {
  const list =
    toSecurityRules(estate, resource, { hop, guard }) ??
    toRestrictions(estate, resource, { hop, guard }) ??
    toPolicies(estate, resource, { hop, guard });
  return list ?? toStatement(resource, guard);
}

/** What stands at a guard that is no rule list, or an obstacle: the rule as the snapshot has it. */
export function toStatement(resource: Resource, rule: { readonly rule: string; readonly pointer?: string }): Json {
  return toJson({
    list: "statement",
    resource: resource.id,
    resourceKind: resource.kind,
    rule: rule.rule,
    pointer: rule.pointer,
    content: rule.pointer === undefined ? undefined : resolvePointer(resource, rule.pointer),
  });
}

/** The value a JSON Pointer names, or nothing. Source: RFC 6901. */
function resolvePointer(resource: Resource, pointer: string): unknown {
  let value: unknown = resource;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) {
      return undefined;
    }
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return value;
}

/** Azure's own rules, where the answer left them out. Source: learn.microsoft.com, "Network security groups", default security rules. */
const documentedDefaults: readonly SecurityRule[] = [
  defaultRule("AllowVnetInBound", 65000, ["VirtualNetwork", "VirtualNetwork"]),
  defaultRule("AllowAzureLoadBalancerInBound", 65001, ["AzureLoadBalancer", "*"]),
  defaultRule("DenyAllInBound", 65500, ["*", "*"]),
  defaultRule("AllowVnetOutBound", 65000, ["VirtualNetwork", "VirtualNetwork"]),
  defaultRule("AllowInternetOutBound", 65001, ["*", "Internet"]),
  defaultRule("DenyAllOutBound", 65500, ["*", "*"]),
];

function defaultRule(name: string, priority: number, [source, destination]: readonly [string, string]): SecurityRule {
  return {
    name,
    priority,
    direction: name.endsWith("InBound") ? "Inbound" : "Outbound",
    access: name.startsWith("Deny") ? "Deny" : "Allow",
    protocol: "*",
    sourceAddressPrefixes: [source],
    sourceApplicationSecurityGroups: [],
    sourcePortRanges: ["*"],
    destinationAddressPrefixes: [destination],
    destinationApplicationSecurityGroups: [],
    destinationPortRanges: ["*"],
  };
}

function toSecurityRules(
  estate: EstateIndex,
  resource: Resource,
  { hop, guard }: { hop: Hop; guard: Guard },
): Json | undefined {
  if (resource.kind !== "networkSecurityGroup") {
    return undefined;
  }
  const defaults = resource.defaultSecurityRules.length > 0 ? resource.defaultSecurityRules : documentedDefaults;
  const all = [...resource.securityRules, ...defaults];
  const rule = all.find(({ name, priority }) => name === guard.rule && priority === (guard.priority ?? priority));
  if (rule === undefined) {
    return undefined;
  }
  const rules = all
    .filter(({ direction, priority }) => direction === rule.direction && priority <= rule.priority)
    .sort((left, right) => left.priority - right.priority);
  return toJson({
    list: "security-rules",
    resource: resource.id,
    rule: rule.name,
    rules,
    expansions: guard.expansions ?? expandNames(estate, resource, { hop, rules }),
  });
}

/** What the names in a rule list stand for, reduced to the prefixes that hold one of the flow's addresses. */
function expandNames(
  estate: EstateIndex,
  group: NetworkSecurityGroup,
  { hop, rules }: { hop: Hop; rules: readonly SecurityRule[] },
): Readonly<Record<string, readonly string[]>> {
  const addresses = [hop.flow.sourceAddress, hop.flow.destinationAddress].flatMap((text) => parseIpAddress(text) ?? []);
  const names = rules
    .flatMap((rule) => [...rule.sourceAddressPrefixes, ...rule.destinationAddressPrefixes])
    .filter(isName);
  const groups = rules.flatMap((rule) => [
    ...rule.sourceApplicationSecurityGroups,
    ...rule.destinationApplicationSecurityGroups,
  ]);
  return Object.fromEntries([
    ...[...new Set(names)].map((name) => [name, holding(prefixesOfTag(estate, group, name), addresses)] as const),
    ...[...new Set(groups)].map((id) => [id, holding(addressesOfGroup(estate, id), addresses)] as const),
  ]);
}

function isName(prefix: string): boolean {
  return (
    prefix !== "*" && prefix.toLowerCase() !== "internet" && parseIpAddress(prefix.split("/")[0] ?? "") === undefined
  );
}

function holding(prefixes: readonly string[], addresses: readonly IpAddress[]): readonly string[] {
  return prefixes.filter((prefix) => addresses.some((address) => isInPrefix(prefix, address)));
}

/** Azure's virtual address of the platform, part of both tags. Source: learn.microsoft.com, "What is IP address 168.63.129.16?" */
const azurePlatform = "168.63.129.16/32";

function prefixesOfTag(estate: EstateIndex, group: NetworkSecurityGroup, tag: string): readonly string[] {
  switch (tag.toLowerCase()) {
    case "virtualnetwork":
      return [azurePlatform, ...networksOf(estate, group).flatMap(addressSpaceOf)];
    case "azureloadbalancer":
      return [azurePlatform];
    default:
      return estate.snapshot.serviceTags?.[tag] ?? [];
  }
}

function networksOf(estate: EstateIndex, group: NetworkSecurityGroup): readonly VirtualNetwork[] {
  const key = armKey(group.id);
  const subnets = new Set<string>();
  for (const resource of estate.resources()) {
    if (resource.kind === "networkInterface" && armKey(resource.networkSecurityGroup ?? "") === key) {
      resource.ipConfigurations.forEach(({ subnet }) => subnets.add(armKey(subnet ?? "")));
    }
  }
  const holds = (network: VirtualNetwork): boolean =>
    network.subnets.some(
      ({ id, networkSecurityGroup }) => armKey(networkSecurityGroup ?? "") === key || subnets.has(armKey(id)),
    );
  return [...estate.resources()].flatMap((resource) =>
    resource.kind === "virtualNetwork" && holds(resource) ? [resource] : [],
  );
}

function addressSpaceOf({ addressPrefixes, virtualNetworkPeerings }: VirtualNetwork): readonly string[] {
  const peered = virtualNetworkPeerings.filter(
    ({ peeringState, allowVirtualNetworkAccess }) => peeringState === "Connected" && allowVirtualNetworkAccess,
  );
  return [...addressPrefixes, ...peered.flatMap(({ remoteAddressPrefixes }) => remoteAddressPrefixes)];
}

function addressesOfGroup(estate: EstateIndex, id: string): readonly string[] {
  return [...estate.resources()].flatMap((resource) =>
    resource.kind === "networkInterface"
      ? resource.ipConfigurations.flatMap(({ applicationSecurityGroups, privateIPAddress }) =>
          applicationSecurityGroups.some((group) => armKey(group) === armKey(id)) ? (privateIPAddress ?? []) : [],
        )
      : [],
  );
}

function toRestrictions(
  estate: EstateIndex,
  resource: Resource,
  { hop, guard }: { hop: Hop; guard: Guard },
): Json | undefined {
  if (resource.kind !== "site" || resource.web === undefined) {
    return undefined;
  }
  const { rules, defaultAction } = restrictionsOf(resource, guard);
  const position = rules.findIndex(
    ({ name, priority }) => name === guard.rule && priority === (guard.priority ?? priority),
  );
  const isDefault = position === -1;
  if (isDefault && !/default|no access restriction|no rule/i.test(guard.rule)) {
    return undefined;
  }
  const address = parseIpAddress(hop.flow.sourceAddress);
  const tags = rules
    .filter(({ tag }) => tag.toLowerCase() === "servicetag")
    .flatMap(({ ipAddress }) => ipAddress ?? []);
  return toJson({
    list: "access-restrictions",
    resource: resource.id,
    rule: guard.rule,
    rules: isDefault ? rules : rules.slice(0, position + 1),
    defaultAction,
    expansions:
      guard.expansions ??
      Object.fromEntries(
        tags.map((tag) => [
          tag,
          holding(estate.snapshot.serviceTags?.[tag] ?? [], address === undefined ? [] : [address]),
        ]),
      ),
  });
}

/** Ascending priority, ties in the order Azure lists them; with rules and no stated default the rest is denied. */
function restrictionsOf(
  site: Site,
  guard: Guard,
): { readonly rules: readonly IpSecurityRestriction[]; readonly defaultAction: string } {
  const isScm = guard.pointer?.includes("scmIpSecurityRestrictions") ?? false;
  const listed = (isScm ? site.web?.scmIpSecurityRestrictions : site.web?.ipSecurityRestrictions) ?? [];
  const stated =
    (isScm ? site.web?.scmIpSecurityRestrictionsDefaultAction : site.web?.ipSecurityRestrictionsDefaultAction) ?? "";
  const implied = listed.length === 0 ? "Allow" : "Deny";
  return {
    rules: listed.toSorted((left, right) => left.priority - right.priority),
    defaultAction: stated === "" ? implied : stated,
  };
}

/** Network policies only add, so all of the namespace are needed to tell which isolate the pod. Egress guards stay statements. */
function toPolicies(
  estate: EstateIndex,
  resource: Resource,
  { hop, guard }: { hop: Hop; guard: Guard },
): Json | undefined {
  const pod = estate.resource(hop.to);
  const isPolicyGuard = resource.kind === "networkPolicy" || (resource.kind === "pod" && /polic/i.test(guard.rule));
  if (
    !isPolicyGuard ||
    pod?.kind !== "pod" ||
    resource.namespace !== pod.namespace ||
    /egress/i.test(guard.rule + (guard.pointer ?? ""))
  ) {
    return undefined;
  }
  const all = [...estate.resources()];
  const isPolicy = (other: Resource): other is NetworkPolicy =>
    other.kind === "networkPolicy" &&
    other.namespace === pod.namespace &&
    armKey(other.cluster) === armKey(pod.cluster);
  const source = all.find(
    (other): other is Pod =>
      other.kind === "pod" && (other.id === hop.from || other.podIPs.includes(hop.flow.sourceAddress)),
  );
  const namespace = all.find((other) => other.kind === "namespace" && other.name === source?.namespace);
  const cluster = estate.resource(pod.cluster);
  return toJson({
    list: "network-policies",
    resource: resource.id,
    rule: guard.rule,
    engine: cluster?.kind === "managedCluster" ? cluster.networkPolicy : "",
    pod: {
      namespace: pod.namespace,
      labels: pod.labels,
      hostNetwork: pod.hostNetwork,
      ports: pod.containers.flatMap(({ ports }) => ports),
    },
    policies: all.filter(isPolicy).map(({ name, podSelector, policyTypes, ingress, egress }) => ({
      name,
      podSelector,
      policyTypes,
      ingress,
      hasEgress: egress !== undefined && egress.length > 0,
    })),
    source:
      source === undefined
        ? undefined
        : {
            namespace: source.namespace,
            labels: source.labels,
            namespaceLabels: namespace?.kind === "namespace" ? namespace.labels : {},
          },
  });
}
