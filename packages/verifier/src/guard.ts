/** One guard of a hop: does the rule it names let the flow through? */
import { holds, isPrefix } from "./address.ts";
import type { Evidence } from "./bundle.ts";
import type { Flow } from "./flow.ts";
import { type JsonValue, listOf, member, numberOf, textOf, textsOf } from "./json.ts";
import { checkNetworkPolicies } from "./network-policies.ts";
import { checkSecurityRules } from "./security-rules.ts";

/** Answers what is wrong with a guard, or nothing. */
export function checkGuard(guard: JsonValue, evidence: Evidence | undefined, flow: Flow): string | undefined {
  const rule = textOf(guard, "rule");
  if (evidence === undefined || evidence.kind !== "guard") {
    return `guard “${rule}” has no evidence`;
  }
  const { value, subject } = evidence;
  if (subject !== textOf(guard, "resource") || textOf(value, "rule") !== rule) {
    return `the evidence of guard “${rule}” speaks of something else`;
  }
  switch (textOf(value, "list")) {
    case "security-rules":
      return checkSecurityRules(value, flow);
    case "access-restrictions":
      return checkRestrictions(value, flow);
    case "network-policies":
      return checkNetworkPolicies(value, flow);
    case "statement":
      return checkStatement(value, flow);
    default:
      return `guard “${rule}” rests on an unknown kind of list`;
  }
}

/**
 * A guard that is no rule list: what the snapshot says at the place the engine points to. Where that is a rule with an
 * access or with ports, it must not contradict the flow.
 */
function checkStatement(value: JsonValue, flow: Flow): string | undefined {
  const content = member(value, "content");
  const resource = textOf(value, "resource");
  const rule = textOf(value, "rule");
  const ranges = textsOf(value, "content");
  const isList = ranges.length > 0 && ranges.every(isPrefix);
  const checks: readonly (readonly [boolean, string])[] = [
    [
      textOf(value, "resourceKind") === "unknown" || content === undefined,
      `what stands at ${resource} is not in the evidence`,
    ],
    [
      isList && !ranges.some((range) => holds(range, flow.source)),
      `${rule} of ${resource} does not hold ${flow.source}`,
    ],
    [
      /^no network security group/i.test(rule) && member(content, "networkSecurityGroup") !== undefined,
      `${resource} has a network security group`,
    ],
    [/deny|block/i.test(textOf(content, "access") + textOf(content, "action")), `rule ${rule} denies`],
    [!carriesPort(content, flow), `rule ${rule} does not carry port ${flow.port}`],
  ];
  return checks.find(([fails]) => fails)?.[1];
}

/** A load balancing or NAT rule carries its frontend ports to its backend port; anything else has no say. */
function carriesPort(content: JsonValue | undefined, flow: Flow): boolean {
  const first = numberOf(content, "frontendPort");
  if (first === undefined) {
    return true;
  }
  const protocol = textOf(content, "protocol").toUpperCase();
  const last = numberOf(content, "frontendPortRangeEnd") ?? first;
  const isPort =
    first === 0 || (first <= flow.port && flow.port <= last) || numberOf(content, "backendPort") === flow.port;
  return protocol === "ALL" || (isPort && (protocol === "" || protocol === flow.protocol));
}

/**
 * Access restrictions of a site: ascending priority, first match, then the default. Source: learn.microsoft.com, "Set up
 * App Service access restrictions". A header a stranger may write is no obstacle; one that only denies is avoided.
 */
function checkRestrictions(value: JsonValue, flow: Flow): string | undefined {
  const rules = [...listOf(value, "rules")].sort(
    (left, right) => (numberOf(left, "priority") ?? 0) - (numberOf(right, "priority") ?? 0),
  );
  const name = textOf(value, "rule");
  const first = rules.find((rule) => meetsRestriction(rule, value, flow));
  const action = first === undefined ? textOf(value, "defaultAction") : textOf(first, "action");
  const isNamed = first === undefined || textOf(first, "name") === name;
  return isNamed && /^allow$/i.test(action)
    ? undefined
    : `rule ${name} is not the first match that allows ${flow.source}`;
}

function meetsRestriction(rule: JsonValue, value: JsonValue, flow: Flow): boolean {
  const isDeny = !/^allow$/i.test(textOf(rule, "action"));
  if (isDeny && Object.keys(member(rule, "headers") ?? {}).length > 0) {
    return false;
  }
  const address = textOf(rule, "ipAddress");
  if (textOf(rule, "tag").toLowerCase() === "servicetag") {
    return textsOf(member(value, "expansions"), address).some((prefix) => holds(prefix, flow.source));
  }
  return /^any$/i.test(address) || address.split(",").some((prefix) => holds(prefix.trim(), flow.source));
}
