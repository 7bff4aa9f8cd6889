/**
 * Conformance of network policies, in two forms: cases with steps and probes over all pairs of pods (`steps`), and cases
 * with single checks (`checks`), whose source may be a pod, an address (`ip:`) or a node (`node:`).
 */
import { type ContainerPort, type NetworkPolicy, type TransportProtocol, toKubernetesId } from "@sightline/model";
import { toAddressSet } from "../lower/address-prefix.ts";
import type { PolicyEngine, PolicyPod, PolicyQuery } from "../lower/network-policy.ts";
import { createPolicyJudge, type PolicyJudge } from "../lower/policy-judge.ts";
import { parseAddress } from "../packet-set/address.ts";
import { type AddressAlgebra, createAddressAlgebra, hasAddress } from "../packet-set/address-set.ts";
import { type CaseCheck, type Compared, countCases } from "./check.ts";
import { toLabCluster, toNetworkPolicy } from "./policy-wire.ts";
import {
  parseJson,
  readLabels,
  readList,
  readNumber,
  readText,
  readTexts,
  readWire,
  readWires,
  toWire,
  type Wire,
} from "./wire.ts";

/** `allow`, `deny`, or `undetermined` where the engine decides and is not named. */
export type PolicyAccess = "allow" | "deny" | "undetermined";

const protocols: Readonly<Record<string, TransportProtocol>> = { TCP: "TCP", UDP: "UDP", SCTP: "SCTP" };

/** Ports every pod of a probed case has: 80 and 81, all protocols, named after both. */
const probedPorts: readonly ContainerPort[] = [80, 81].flatMap((containerPort) =>
  ["TCP", "UDP", "SCTP"].map((protocol) => ({
    name: `serve-${containerPort}-${protocol.toLowerCase()}`,
    containerPort,
    protocol,
  })),
);

interface Cast {
  readonly pods: ReadonlyMap<string, PolicyPod>;
  readonly nodes: Readonly<Record<string, string>>;
  readonly judge: PolicyJudge;
}

function toPorts(wire: Wire): readonly ContainerPort[] {
  return readWires(wire, "ports").map((port) => ({
    name: readText(port, "name"),
    containerPort: readNumber(port, "port"),
    protocol: readText(port, "protocol"),
  }));
}

function toPod(wire: Wire, namespaces: Wire, addresses: AddressAlgebra): PolicyPod {
  const namespace = readText(wire, "namespace") || readText(wire, "ns");
  const name = readText(wire, "name");
  const node = readText(wire, "node");
  return {
    resource: toKubernetesId({ cluster: toLabCluster(), kind: "pod", namespace, name }),
    namespace,
    labels: readLabels(wire, "labels"),
    namespaceLabels: readLabels(namespaces, namespace),
    addresses: toAddressSet(addresses, [readText(wire, "ip")]),
    ports: wire["ports"] === undefined ? probedPorts : toPorts(wire),
    hostNetwork: wire["hostNetwork"] === true,
    nodes: new Set(node === "" ? [] : [node]),
  };
}

/** The engine a case names; without one the semantics are exact, and pods of the host network are in doubt. */
function toEngine(wire: Wire): PolicyEngine {
  const profile = readWire(readWire(wire, "cluster"), "networkProfile");
  const name = wire["cluster"] === undefined ? "exact" : readText(profile, "networkPolicy") || "none";
  return {
    resource: toLabCluster(),
    name,
    enforcement: name === "none" ? "none" : "exact",
    blocksMatchPods: name !== "cilium",
    sparesHostNetwork: name !== "exact",
  };
}

function toCast(step: Wire, engine: PolicyEngine, policies: readonly NetworkPolicy[]): Cast {
  const addresses = createAddressAlgebra();
  const namespaces = readWire(step, "namespaces");
  const pods = readWires(step, "pods").map((wire) => toPod(wire, namespaces, addresses));
  const own = pods.reduce((set, pod) => addresses.union(set, pod.addresses), addresses.none);
  const names = readWires(step, "pods").map(
    (wire) => `${readText(wire, "namespace") || readText(wire, "ns")}/${readText(wire, "name")}`,
  );
  return {
    pods: new Map(pods.map((pod, index) => [names[index] ?? "", pod] as const)),
    nodes: readLabels(step, "nodes"),
    judge: createPolicyJudge({ policies, engine, addresses, own }),
  };
}

function toAccess(answer: "yes" | "no" | "maybe"): PolicyAccess {
  return answer === "yes" ? "allow" : answer === "no" ? "deny" : "undetermined";
}

function fromAddress(text: string, target: PolicyPod, query: PolicyQuery, { judge }: Cast): PolicyAccess {
  const address = parseAddress(text);
  const { sets } = judge.fromAddresses(target, query);
  if (address === undefined) {
    return "undetermined";
  }
  return hasAddress(sets.sure, address) ? "allow" : hasAddress(sets.may, address) ? "undetermined" : "deny";
}

function judgeCheck(source: string, target: PolicyPod, query: PolicyQuery, cast: Cast): PolicyAccess {
  if (source.startsWith("ip:")) {
    return fromAddress(source.slice(3), target, query, cast);
  }
  if (source.startsWith("node:")) {
    const node = source.slice(5);
    return target.nodes.has(node)
      ? toAccess(cast.judge.fromNode("own", target, query).answer)
      : fromAddress(cast.nodes[node] ?? "", target, query, cast);
  }
  const pod = cast.pods.get(source);
  return pod === undefined ? "undetermined" : toAccess(cast.judge.fromPod(pod, target, query).answer);
}

function evaluateChecks(wire: Wire): readonly Compared[] {
  const cast = toCast(wire, toEngine(wire), readWires(wire, "policies").map(toNetworkPolicy));
  return readWires(wire, "checks").map((check) => {
    const [source, destination] = [readText(check, "src"), readText(check, "dst")];
    const query = { protocol: protocols[readText(check, "protocol")] ?? "TCP", port: readNumber(check, "port") };
    const target = cast.pods.get(destination);
    const actual = target === undefined ? "undetermined" : judgeCheck(source, target, query, cast);
    const input = `${readText(wire, "id")} ${source} > ${destination} ${query.protocol}/${query.port}`;
    return { input, expected: readText(check, "expected"), actual };
  });
}

/** A port by number or by the name it has on the pod. */
function resolvePort(text: string, protocol: TransportProtocol, pod: PolicyPod): number | undefined {
  return /^\d+$/.test(text)
    ? Number(text)
    : pod.ports.find((port) => port.name === text && port.protocol === protocol)?.containerPort;
}

function evaluateProbe(name: string, probe: Wire, cast: Cast): readonly Compared[] {
  const denied = new Set(readTexts(probe, "denied"));
  const protocol = protocols[readText(probe, "protocol")] ?? "TCP";
  const portText = readText(probe, "port");
  return [...cast.pods].flatMap(([from, source]) =>
    [...cast.pods].map(([to, target]): Compared => {
      const port = resolvePort(portText, protocol, target);
      const answer = port === undefined ? "no" : cast.judge.fromPod(source, target, { protocol, port }).answer;
      const pair = `${from}>${to}`;
      const expected = denied.has(pair) ? "deny" : "allow";
      return { input: `${name} ${pair} ${protocol}/${portText}`, expected, actual: toAccess(answer) };
    }),
  );
}

function evaluateSteps(wire: Wire): readonly Compared[] {
  const name = JSON.stringify(wire["id"] ?? "");
  return readWires(wire, "steps").flatMap((step, index) => {
    const cast = toCast(step, toEngine(wire), readWires(step, "policies").map(toNetworkPolicy));
    return readWires(step, "probes").flatMap((probe) => evaluateProbe(`${name}.${index}`, probe, cast));
  });
}

/**
 * Every comparison a case asks for: what the suite expects and what our policies say. Throws `reachability.case-invalid`
 * when the case has neither form.
 */
export function evaluateNetpolCase(wire: Wire): readonly Compared[] {
  return wire["steps"] === undefined ? evaluateChecks(wire) : evaluateSteps(wire);
}

/** Runs a file: a JSON array of cases, or one case a line. */
export function checkNetpolFile(text: string): CaseCheck {
  const trimmed = text.trim();
  const cases = trimmed.startsWith("[")
    ? readList({ cases: parseJson(trimmed) }, "cases")
    : trimmed
        .split(/\r?\n/)
        .filter((line) => line.trim() !== "")
        .map(parseJson);
  return countCases(cases.flatMap((one) => evaluateNetpolCase(toWire(one, "(case)"))));
}
