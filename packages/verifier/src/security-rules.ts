/**
 * First match over the rules of a network security group, the way Azure states it: ascending priority, the first rule
 * that matches decides. Source: learn.microsoft.com, "Network security groups", security rules.
 */
import { holds, isPrefix, isPublic } from "./address.ts";
import type { Flow } from "./flow.ts";
import { type JsonValue, listOf, member, numberOf, textOf, textsOf } from "./json.ts";

/** Does the named rule let the flow through, as the first that matches? Answers what is wrong, or nothing. */
export function checkSecurityRules(value: JsonValue, flow: Flow): string | undefined {
  const rules = [...listOf(value, "rules")].sort(
    (left, right) => (numberOf(left, "priority") ?? 0) - (numberOf(right, "priority") ?? 0),
  );
  const name = textOf(value, "rule");
  // The attacker chooses the source port; where the flow names none, a port any client may use has to do.
  const sourcePort = flow.sourcePort ?? 50_000;
  const first = rules.find((rule) => matches(rule, { flow, sourcePort, expansions: member(value, "expansions") }));
  const admitted = first !== undefined && textOf(first, "name") === name && /^allow$/i.test(textOf(first, "access"));
  return admitted ? undefined : `rule ${name} is not the first match that allows ${flow.destination}:${flow.port}`;
}

interface Question {
  readonly flow: Flow;
  readonly sourcePort: number;
  readonly expansions: JsonValue | undefined;
}

function matches(rule: JsonValue, { flow, sourcePort, expansions }: Question): boolean {
  const protocol = textOf(rule, "protocol").toUpperCase();
  return (
    (protocol === "*" || protocol === "ANY" || protocol === flow.protocol) &&
    textsOf(rule, "destinationPortRanges").some((range) => isInRange(range, flow.port)) &&
    textsOf(rule, "sourcePortRanges").some((range) => isInRange(range, sourcePort)) &&
    isMember(rule, "source", { address: flow.source, expansions }) &&
    isMember(rule, "destination", { address: flow.destination, expansions })
  );
}

function isMember(
  rule: JsonValue,
  side: "source" | "destination",
  { address, expansions }: { readonly address: string; readonly expansions: JsonValue | undefined },
): boolean {
  const prefixes = textsOf(rule, `${side}AddressPrefixes`);
  const groups = textsOf(rule, `${side}ApplicationSecurityGroups`);
  return (
    prefixes.some((prefix) => fits(prefix, address, expansions)) ||
    groups.some((group) => expand(expansions, group).some((prefix) => holds(prefix, address)))
  );
}

/** `Internet` is every public address that no virtual network claims; other names are what the evidence says they are. */
function fits(prefix: string, address: string, expansions: JsonValue | undefined): boolean {
  if (prefix === "*" || /^any$/i.test(prefix)) {
    return true;
  }
  if (/^internet$/i.test(prefix)) {
    return isPublic(address) && !expand(expansions, "VirtualNetwork").some((own) => holds(own, address));
  }
  return isPrefix(prefix) ? holds(prefix, address) : expand(expansions, prefix).some((own) => holds(own, address));
}

function expand(expansions: JsonValue | undefined, name: string): readonly string[] {
  return textsOf(expansions, name);
}

function isInRange(range: string, port: number): boolean {
  if (range === "*" || /^any$/i.test(range)) {
    return true;
  }
  const [from, to] = borders(range);
  return from <= port && port <= to;
}

function borders(range: string): readonly [number, number] {
  const [from = "", to] = range.split("-");
  return [Number(from), Number(to ?? from)];
}
