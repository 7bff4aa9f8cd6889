/** A path: hops that join, a flow that fits, guards that let it through, a port somebody listens on. */
import { isPublic } from "./address.ts";
import type { Evidence, Truth } from "./bundle.ts";
import { type Flow, readFlow } from "./flow.ts";
import { checkGuard } from "./guard.ts";
import { type JsonValue, listOf, member, numberOf, textOf, textsOf } from "./json.ts";
import { isInPorts } from "./ports.ts";

/** Longest path followed. */
const hopsMax = 64;

const hopKinds: ReadonlySet<string> = new Set([
  "public-ip",
  "load-balancer",
  "inbound-nat",
  "node-port",
  "service",
  "ingress",
  "network-interface",
  "pod",
  "peering",
  "same-network",
  "site-frontend",
  "private-endpoint",
]);

const forwardingKinds: ReadonlySet<string> = new Set([
  "load-balancer",
  "inbound-nat",
  "node-port",
  "service",
  "ingress",
  "site-frontend",
]);

/** What is wrong with the path in this evidence; nothing is wrong with one that shows what it says. */
export function checkPath(evidence: Evidence, find: (id: string) => Evidence | undefined): readonly string[] {
  const { value } = evidence;
  const path = member(value, "path");
  const hops = listOf(path, "hops");
  if (hops.length === 0 || hops.length > hopsMax) {
    return ["the path has no hops"];
  }
  const problems = [...checkEnds(value, hops), ...hops.flatMap((hop, index) => checkJoint(hop, hops[index + 1]))];
  for (const hop of hops) {
    const flow = readFlow(hop);
    if (!hopKinds.has(textOf(hop, "kind"))) {
      problems.push(`hop kind “${textOf(hop, "kind")}” is not known`);
    }
    for (const guard of listOf(hop, "guards")) {
      const problem = checkGuard(guard, find(textOf(guard, "evidence")), flow);
      problems.push(...(problem === undefined ? [] : [problem]));
    }
  }
  return problems;
}

function checkEnds(value: JsonValue, hops: readonly JsonValue[]): readonly string[] {
  const path = member(value, "path");
  const [first = null] = hops;
  const last = hops.at(-1) ?? null;
  const position = textOf(value, "position");
  const port = numberOf(path, "port") ?? -1;
  const arrived = textOf(last, "to");
  const problems: string[] = [];
  if (textOf(first, "from") !== position) {
    problems.push(`the path does not start at ${position}`);
  }
  if (position === "internet" && !isPublic(readFlow(first).source)) {
    problems.push("the flow does not come from a public address");
  }
  if (!textsOf(value, "arrivals").includes(arrived)) {
    problems.push(`the path ends at ${arrived}, which is not the workload`);
  }
  if (!isInPorts(port, listOf(value, "ports")) || textOf(path, "protocol") !== textOf(value, "protocol")) {
    problems.push(`port ${port} is not one of the ports the statement is about`);
  }
  if (!rewritesDestination(last) && readFlow(last).port !== port) {
    problems.push("the last hop does not carry the port of the path");
  }
  if (textOf(value, "meetsListener") !== meetsListener(value, hops)) {
    problems.push("whether the port meets the container was judged otherwise");
  }
  return problems;
}

function rewritesDestination(hop: JsonValue): boolean {
  return ["dnat", "proxy"].includes(textOf(hop, "transform"));
}

/**
 * Besides what says so: where a Service takes traffic from outside, a node's address takes the sender's place unless
 * externalTrafficPolicy is Local. Source: kubernetes.io, "Using Source IP".
 */
function rewritesSource(hop: JsonValue): boolean {
  return ["snat", "proxy"].includes(textOf(hop, "transform")) || ["service", "node-port"].includes(textOf(hop, "kind"));
}

/** Two hops join when one ends where the next begins, and the flow changes only where one of them rewrites it. */
function checkJoint(hop: JsonValue, next: JsonValue | undefined): readonly string[] {
  if (next === undefined) {
    return [];
  }
  const before = readFlow(hop);
  const after = readFlow(next);
  const problems: string[] = [];
  if (textOf(hop, "to") !== textOf(next, "from")) {
    problems.push(`a hop ends at ${textOf(hop, "to")} and the next begins at ${textOf(next, "from")}`);
  }
  if (!rewritesSource(hop) && !rewritesSource(next) && before.source !== after.source) {
    problems.push("the source of the flow changes where nothing rewrites it");
  }
  if (!rewritesDestination(hop) && !rewritesDestination(next) && !isSameTarget(before, after)) {
    problems.push("the destination of the flow changes where nothing rewrites it");
  }
  return problems;
}

function isSameTarget(before: Flow, after: Flow): boolean {
  return before.destination === after.destination && before.port === after.port && before.protocol === after.protocol;
}

/** Does the port meet this container? Declared, or forwarded to and claimed by no other, or nothing is declared at all. */
function meetsListener(value: JsonValue, hops: readonly JsonValue[]): Truth {
  const own = listOf(value, "declaredPorts");
  const others = listOf(value, "otherPorts");
  const claims = (declared: readonly JsonValue[]): boolean =>
    declared.some(
      (item) =>
        textOf(item, "protocol") === textOf(value, "protocol") &&
        isInPorts(numberOf(item, "port") ?? -1, listOf(value, "ports")),
    );
  if (claims(own) || own.length + others.length === 0) {
    return "T";
  }
  return hops.some((hop) => forwardingKinds.has(textOf(hop, "kind"))) && !claims(others) ? "T" : "U";
}

/** Is there a sign-in on the path? */
export function gateOf(evidence: Evidence): Truth {
  const asked = listOf(member(evidence.value, "path"), "hops").map((hop) => textOf(hop, "authentication"));
  if (asked.includes("required")) {
    return "T";
  }
  return asked.every((word) => word === "none") ? "F" : "U";
}
