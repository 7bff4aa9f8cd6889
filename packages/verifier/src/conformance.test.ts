/** Cases from elsewhere, read in place; absent data skips them with one line. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isObject, type JsonObject, type JsonValue, listOf, member, numberOf, textOf, textsOf } from "./json.ts";
import { checkNetworkPolicies } from "./network-policies.ts";
import { checkSecurityRules } from "./security-rules.ts";

const root = process.env["SIGHTLINE_CONFORMANCE_DATA"] ?? join(import.meta.dirname, "../../../../shared/data");
const folder = join(root, "reachability");

function readLines(path: string): readonly JsonValue[] {
  const lines = readFileSync(join(folder, path), "utf8").split("\n");
  return lines.flatMap((line) => {
    const value: JsonValue = line.trim() === "" ? null : JSON.parse(line);
    return value === null ? [] : [value];
  });
}

/** Singular and plural of a field, united. */
function both(rule: JsonValue, singular: string, plural: string): readonly string[] {
  const one = textOf(rule, singular);
  return [...(one === "" ? [] : [one]), ...textsOf(rule, plural)];
}

function toRule(wire: JsonValue): JsonObject {
  const rule = member(wire, "properties") ?? null;
  const groups = (field: string): readonly string[] =>
    listOf(rule, field).map((item) => (typeof item === "string" ? item : (textOf(item, "id").split("/").at(-1) ?? "")));
  return {
    name: textOf(wire, "name"),
    priority: numberOf(rule, "priority") ?? 0,
    direction: textOf(rule, "direction"),
    access: textOf(rule, "access"),
    protocol: textOf(rule, "protocol"),
    sourceAddressPrefixes: both(rule, "sourceAddressPrefix", "sourceAddressPrefixes"),
    sourceApplicationSecurityGroups: groups("sourceApplicationSecurityGroups"),
    sourcePortRanges: both(rule, "sourcePortRange", "sourcePortRanges"),
    destinationAddressPrefixes: both(rule, "destinationAddressPrefix", "destinationAddressPrefixes"),
    destinationApplicationSecurityGroups: groups("destinationApplicationSecurityGroups"),
    destinationPortRanges: both(rule, "destinationPortRange", "destinationPortRanges"),
  };
}

const defaults: readonly (readonly [string, number, string, string, string])[] = [
  ["AllowVnetInBound", 65000, "Inbound", "VirtualNetwork", "VirtualNetwork"],
  ["AllowAzureLoadBalancerInBound", 65001, "Inbound", "AzureLoadBalancer", "*"],
  ["DenyAllInBound", 65500, "Inbound", "*", "*"],
  ["AllowVnetOutBound", 65000, "Outbound", "VirtualNetwork", "VirtualNetwork"],
  ["AllowInternetOutBound", 65001, "Outbound", "*", "Internet"],
  ["DenyAllOutBound", 65500, "Outbound", "*", "*"],
];

const defaultRules = defaults.map(
  ([name, priority, direction, source, destination]): JsonObject => ({
    name,
    priority,
    direction,
    access: name.startsWith("Deny") ? "Deny" : "Allow",
    protocol: "*",
    sourceAddressPrefixes: [source],
    sourcePortRanges: ["*"],
    destinationAddressPrefixes: [destination],
    destinationPortRanges: ["*"],
  }),
);

function toExpansions(env: JsonValue | undefined): JsonObject {
  const spread = (key: string): JsonObject => {
    const found = member(env, key);
    return isObject(found) ? found : {};
  };
  const platform = "168.63.129.16/32";
  const own = ["vnetPrefixes", "peeredPrefixes", "onPremPrefixes"].flatMap((key) => textsOf(env, key));
  return {
    ...spread("serviceTags"),
    ...spread("asgMembers"),
    VirtualNetwork: [...own, platform],
    AzureLoadBalancer: [platform],
  };
}

/** For each group a case says something about: the rules that let the flow through as first match, and the one expected. */
function compareCase(
  wire: JsonValue,
): readonly { readonly admitting: readonly string[]; readonly expected: readonly string[] }[] {
  const flow = member(wire, "flow");
  const read = {
    source: textOf(flow, "src"),
    destination: textOf(flow, "dst"),
    port: numberOf(flow, "dstPort") ?? 0,
    protocol: textOf(flow, "protocol").toUpperCase(),
    sourcePort: numberOf(flow, "srcPort"),
  };
  return listOf(member(wire, "expected"), "trace").map((step) => {
    const group = member(wire, textOf(step, "at") === "nic" ? "nicNsg" : "subnetNsg");
    const rules = [...listOf(group, "securityRules").map(toRule), ...defaultRules].filter(
      (rule) => textOf(rule, "direction") === textOf(flow, "direction"),
    );
    const admits = (rule: JsonValue): boolean =>
      checkSecurityRules({ rule: textOf(rule, "name"), rules, expansions: toExpansions(member(wire, "env")) }, read) ===
      undefined;
    return {
      admitting: rules.filter(admits).map((rule) => textOf(rule, "name")),
      expected: textOf(step, "access") === "Allow" ? [textOf(step, "rule")] : [],
    };
  });
}

function toPeer(wire: JsonValue): JsonObject {
  const selector = (field: string): JsonObject => {
    const found = member(wire, field);
    return isObject(found) ? { [field]: found } : {};
  };
  return { ...selector("podSelector"), ...selector("namespaceSelector"), ...selector("ipBlock") };
}

function toPolicy(wire: JsonValue): JsonObject {
  const spec = member(wire, "spec");
  return {
    podSelector: member(spec, "podSelector") ?? {},
    policyTypes: textsOf(spec, "policyTypes"),
    ingress: listOf(spec, "ingress").map((rule) => ({
      peers: listOf(rule, "from").map(toPeer),
      ports: listOf(rule, "ports"),
    })),
  };
}

const podPorts: readonly JsonObject[] = [80, 81].flatMap((containerPort) =>
  ["TCP", "UDP", "SCTP"].map((protocol) => ({
    name: `serve-${containerPort}-${protocol.toLowerCase()}`,
    containerPort,
    protocol,
  })),
);

/** Pairs of one probe on which the check and the case disagree. */
function compareProbe(
  step: JsonValue,
  probe: JsonValue,
): { readonly pairs: number; readonly wrong: readonly string[] } {
  const pods = listOf(step, "pods");
  const namespaces = member(step, "namespaces");
  const denied = new Set(textsOf(probe, "deniedByIngress"));
  const nameOf = (pod: JsonValue): string => `${textOf(pod, "namespace")}/${textOf(pod, "name")}`;
  const pairs = pods.flatMap((source) => pods.map((target) => ({ source, target })));
  const wrong = pairs.flatMap(({ source, target }) => {
    const namespace = textOf(target, "namespace");
    const port = Number(/\d+/.exec(textOf(probe, "port"))?.[0]);
    const value: JsonObject = {
      engine: "calico",
      pod: { namespace, labels: member(target, "labels") ?? {}, ports: podPorts },
      policies: listOf(step, "policies")
        .filter((policy) => textOf(member(policy, "metadata"), "namespace") === namespace)
        .map(toPolicy),
      source: {
        namespace: textOf(source, "namespace"),
        labels: member(source, "labels") ?? {},
        namespaceLabels: member(namespaces, textOf(source, "namespace")) ?? {},
      },
    };
    const flow = {
      source: textOf(source, "ip"),
      destination: textOf(target, "ip"),
      port,
      protocol: textOf(probe, "protocol"),
      sourcePort: undefined,
    };
    const pair = `${nameOf(source)}>${nameOf(target)}`;
    const isDenied = checkNetworkPolicies(value, flow) !== undefined;
    return isDenied === denied.has(pair) ? [] : [`${pair} ${textOf(probe, "port")}/${textOf(probe, "protocol")}`];
  });
  return { pairs: pairs.length, wrong };
}

describe.skipIf(!existsSync(folder))("the verifier's own evaluators, on cases from elsewhere", () => {
  it("find the rule every security group case names, as first match, and no other", () => {
    const compared = readLines("azure/nsg-oracle/nsg-golden.jsonl").flatMap(compareCase);
    expect(compared.filter(({ admitting, expected }) => admitting.join() !== expected.join())).toEqual([]);
    expect(compared.length).toBeGreaterThan(35);
  });

  it("agree on the ingress side of every pair of the generated network policy cases", () => {
    const probes = readLines("k8s/cyclonus/cases.jsonl").flatMap((wire) =>
      listOf(wire, "steps").flatMap((step) => listOf(step, "probes").map((probe) => compareProbe(step, probe))),
    );
    expect(probes.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(probes.reduce((sum, { pairs }) => sum + pairs, 0)).toBeGreaterThan(40_000);
  });
});
