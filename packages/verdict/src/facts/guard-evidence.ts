/**
 * Evidence for the guards of a path: the rule list each was decided on, as far as the rule that let the flow through, so
 * that a stranger can evaluate it again.
 */
import {
  type EvidenceId,
  type Guard,
  type Hop,
  type IpSecurityRestriction,
  type Json,
  type Pod,
  type Resource,
  type SecurityRule,
  type Site,
  toKubernetesId,
} from "@sightline/model";
import type { EstateIndex, Part } from "../estate-index.ts";
import { type EvidenceBook, toJson } from "../evidence.ts";
import { parseIpAddress } from "../ip-address.ts";
import { expandNames, holding } from "./guard-expansions.ts";

/** Files the evidence of one guard on one hop. What is not in the snapshot is filed as such: it proves nothing. */
export function fileGuard(
  estate: EstateIndex,
  book: EvidenceBook,
  { hop, guard }: { readonly hop: Hop; readonly guard: Guard },
): EvidenceId {
  const part = estate.part(guard.resource);
  const reading = estate.read(part?.owner.id ?? guard.resource);
  return book.add({
    kind: "guard",
    subject: guard.resource,
    value: toGuardValue(estate, part, { hop, guard }),
    observedAt: reading.observedAt,
    validUntil: reading.validUntil,
    source: reading.source,
    coverage: reading.coverage === undefined ? [] : [reading.coverage.id],
  });
}

function toGuardValue(estate: EstateIndex, part: Part | undefined, { hop, guard }: { hop: Hop; guard: Guard }): Json {
  const whole = part !== undefined && part.content === part.owner ? part.owner : undefined;
  const list =
    whole === undefined
      ? undefined
      : (toSecurityRules(estate, whole, { hop, guard }) ??
        toRestrictions(estate, whole, { hop, guard }) ??
        toPolicies(estate, whole, { hop, guard }));
  return list ?? toStatement(part, guard);
}

/** What stands at a guard that is no rule list, or at an obstacle: the rule, or the part, as the snapshot has it. */
export function toStatement(
  part: Part | undefined,
  rule: { readonly resource: string; readonly rule: string; readonly pointer?: string },
): Json {
  const isWhole = part !== undefined && part.content === part.owner;
  const named = rule.pointer === undefined ? undefined : resolvePointer(part?.owner, rule.pointer);
  return toJson({
    list: "statement",
    resource: rule.resource,
    resourceKind: part?.owner.kind ?? "unknown",
    rule: rule.rule,
    pointer: rule.pointer,
    content: named ?? (isWhole ? summariseResource(part.owner) : part?.content),
  });
}

/** Of a whole resource the plain members are enough: lists of rules and labels stand where they are needed. */
function summariseResource(resource: Resource): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(resource).filter(([, member]) => typeof member !== "object"));
}

/** The value a JSON Pointer names, or nothing. Source: RFC 6901. */
function resolvePointer(resource: Resource | undefined, pointer: string): unknown {
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
  if (!isIngressGuard(resource, guard) || pod?.kind !== "pod" || podNamespace(resource) !== pod.namespace) {
    return undefined;
  }
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
    policies: estate
      .policies(pod.cluster, pod.namespace)
      .map(({ name, podSelector, policyTypes, ingress }) => ({ name, podSelector, policyTypes, ingress })),
    source: describeSender(estate, pod, hop),
  });
}

function isIngressGuard(resource: Resource, guard: Guard): boolean {
  return resource.kind === "networkPolicy"
    ? !(guard.pointer ?? "").startsWith("/egress")
    : resource.kind === "pod" && /^no policy selects the pod(?: for Ingress)?$/.test(guard.rule);
}

function podNamespace(resource: Resource): string | undefined {
  return resource.kind === "networkPolicy" || resource.kind === "pod" ? resource.namespace : undefined;
}

/** The pod that sends, when one does: labels of it and of its namespace are what selectors see. */
function describeSender(estate: EstateIndex, target: Pod, hop: Hop): Readonly<Record<string, unknown>> | undefined {
  const from = estate.resource(hop.from);
  const source = from?.kind === "pod" ? from : estate.podAt(target.cluster, hop.flow.sourceAddress);
  if (source === undefined) {
    return undefined;
  }
  const { cluster, namespace, labels } = source;
  const own = estate.resource(toKubernetesId({ cluster, kind: "namespace", namespace: "", name: namespace }));
  return { namespace, labels, namespaceLabels: own?.kind === "namespace" ? own.labels : {} };
}
