/**
 * Conformance of security groups: `{env, subnetNsg, nicNsg, flow, expected: {access}}`, groups in the shape of ARM.
 */
import {
  type ArmId,
  type NetworkSecurityGroup,
  type SecurityRule,
  type TransportProtocol,
  toArmId,
} from "@sightline/model";
import { toAddressSet } from "../lower/address-prefix.ts";
import type { LoweringContext } from "../lower/estate-index.ts";
import { createLoweringContext } from "../lower/lower-estate.ts";
import { type Direction, type GroupScope, lowerSecurityGroup } from "../lower/network-security-group.ts";
import { parseAddress } from "../packet-set/address.ts";
import { hasAddress } from "../packet-set/address-set.ts";
import { decidingRule } from "../rule-list/decide.ts";
import { exactly } from "../rule-list/rule.ts";
import { type CaseCheck, countCases } from "./check.ts";
import { parseWire, readNumber, readText, readTexts, readWire, readWires, type Wire } from "./wire.ts";

/** Answer to a case, with the rule that decides. */
export interface NsgAnswer {
  readonly access: "Allow" | "Deny" | "Undetermined";
  readonly rule?: string;
}

/** A name of a case as an id: what no id may hold is written as percent codes. */
function toId(text: string): ArmId {
  const id = toArmId(`/lab/${encodeURIComponent(text)}`);
  if (id === undefined) {
    throw new TypeError("a conformance case has a name that makes no id");
  }
  return id;
}

/** Singular and plural fields are both read; what is empty counts for nothing. */
function unite(wire: Wire, singular: string, plural: string): readonly string[] {
  return [readText(wire, singular), ...readTexts(wire, plural)].filter((text) => text !== "");
}

function toRule(wire: Wire): SecurityRule {
  const properties = { ...wire, ...readWire(wire, "properties") };
  const groups = (field: string): readonly ArmId[] =>
    readWires(properties, field).map((group) => toId(readText(group, "id")));
  return {
    name: readText(wire, "name"),
    priority: readNumber(properties, "priority"),
    direction: readText(properties, "direction"),
    access: readText(properties, "access"),
    protocol: readText(properties, "protocol"),
    sourceAddressPrefixes: unite(properties, "sourceAddressPrefix", "sourceAddressPrefixes"),
    sourceApplicationSecurityGroups: groups("sourceApplicationSecurityGroups"),
    sourcePortRanges: unite(properties, "sourcePortRange", "sourcePortRanges"),
    destinationAddressPrefixes: unite(properties, "destinationAddressPrefix", "destinationAddressPrefixes"),
    destinationApplicationSecurityGroups: groups("destinationApplicationSecurityGroups"),
    destinationPortRanges: unite(properties, "destinationPortRange", "destinationPortRanges"),
  };
}

function toGroup(wire: Wire): NetworkSecurityGroup {
  const properties = { ...wire, ...readWire(wire, "properties") };
  const name = readText(wire, "name");
  return {
    kind: "networkSecurityGroup",
    id: toId(name),
    name,
    subscriptionId: "",
    location: "",
    securityRules: readWires(properties, "securityRules").map(toRule),
    defaultSecurityRules: readWires(properties, "defaultSecurityRules").map(toRule),
  };
}

function toScope(env: Wire, context: LoweringContext): GroupScope {
  const { addresses } = context;
  const prefixes = ["vnetPrefixes", "peeredPrefixes", "onPremPrefixes"].flatMap((field) => readTexts(env, field));
  const tag = toAddressSet(addresses, [...prefixes, "168.63.129.16/32"]);
  const members = readWire(env, "asgMembers");
  const byKey = new Map(
    Object.keys(members).map(
      (name) => [toId(name).toLowerCase(), toAddressSet(addresses, readTexts(members, name))] as const,
    ),
  );
  return {
    virtualNetwork: exactly(tag),
    internet: exactly(addresses.subtract(addresses.internet, tag)),
    missing: [],
    groupMembers: (group) => exactly(byKey.get(group.toLowerCase()) ?? addresses.none),
  };
}

function toContext(env: Wire): LoweringContext {
  const tags = readWire(env, "serviceTags");
  const serviceTags = Object.fromEntries(Object.keys(tags).map((name) => [name, readTexts(tags, name)]));
  return createLoweringContext({
    format: 1,
    tenantId: "",
    subscriptionIds: [],
    takenAt: "",
    resources: [],
    workloads: [],
    observations: {},
    coverage: [],
    census: [],
    serviceTags,
    problems: [],
  });
}

const protocols: Readonly<Record<string, TransportProtocol>> = { tcp: "TCP", udp: "UDP", icmp: "ICMP", sctp: "SCTP" };

interface Flow {
  readonly direction: Direction;
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly sourcePort: number;
  readonly protocol: TransportProtocol;
}

function toFlow(wire: Wire): Flow {
  const number = (field: string, otherwise: number): number =>
    typeof wire[field] === "number" ? readNumber(wire, field) : otherwise;
  return {
    direction: readText(wire, "direction").toLowerCase() === "outbound" ? "Outbound" : "Inbound",
    source: readText(wire, "src"),
    destination: readText(wire, "dst"),
    port: number("dstPort", 0),
    sourcePort: number("srcPort", 50_000),
    protocol: protocols[readText(wire, "protocol").toLowerCase()] ?? "TCP",
  };
}

function judgeGroup(wire: Wire, flow: Flow, scope: GroupScope, context: LoweringContext): NsgAnswer {
  const { addresses, judge } = context;
  const source = parseAddress(flow.source);
  const list = lowerSecurityGroup(toGroup(wire), flow.direction, scope, context);
  const { protocol, port, sourcePort } = flow;
  const decision = judge.decide(list, {
    protocol,
    port,
    sourcePort,
    destination: toAddressSet(addresses, [flow.destination]),
  });
  if (source === undefined) {
    return { access: "Undetermined" };
  }
  const rule = decidingRule(decision, source, "strict")?.name;
  const named = rule === undefined ? {} : { rule };
  if (hasAddress(decision.sure, source)) {
    return { access: "Allow", ...named };
  }
  return { access: hasAddress(decision.may, source) ? "Undetermined" : "Deny", ...named };
}

/**
 * What the two levels say about the case's flow: inbound the subnet's group and then the interface's, outbound the other
 * way round; the first that denies decides. Throws `reachability.case-invalid` when the case has another form.
 */
export function evaluateNsgCase(wire: Wire): NsgAnswer {
  const env = readWire(wire, "env");
  const context = toContext(env);
  const scope = toScope(env, context);
  const flow = toFlow(readWire(wire, "flow"));
  const levels = flow.direction === "Inbound" ? ["subnetNsg", "nicNsg"] : ["nicNsg", "subnetNsg"];
  const answers = levels
    .filter((level) => wire[level] !== undefined && wire[level] !== null)
    .map((level) => judgeGroup(readWire(wire, level), flow, scope, context));
  const denied = answers.find(({ access }) => access === "Deny");
  const doubted = answers.find(({ access }) => access === "Undetermined");
  return denied ?? doubted ?? answers.at(-1) ?? { access: "Allow" };
}

/** Runs a file of cases, one JSON object a line, and compares the access. */
export function checkNsgLines(text: string): CaseCheck {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return countCases(
    lines.map((line) => {
      const wire = parseWire(line);
      const answer = evaluateNsgCase(wire);
      return { input: line, expected: readText(readWire(wire, "expected"), "access"), actual: answer.access };
    }),
  );
}
