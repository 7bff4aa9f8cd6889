/**
 * NetworkPolicy v1 for one pod and one source: policies only add; a pod no policy selects is open. Source:
 * kubernetes.io, "Network Policies", and pkg/apis/networking/v1/defaults.go for absent policyTypes.
 */
import { holds } from "./address.ts";
import type { Flow } from "./flow.ts";
import { isObject, type JsonValue, listOf, member, numberOf, textOf, textsOf } from "./json.ts";

/** Do the policies let the flow into the pod? Answers what is wrong, or nothing. */
export function checkNetworkPolicies(value: JsonValue, flow: Flow): string | undefined {
  const pod = member(value, "pod");
  const engine = textOf(value, "engine").toLowerCase();
  // Without an engine policies are void, and they do not apply to pods in the network of their node.
  if (engine === "" || engine === "none" || member(pod, "hostNetwork") === true) {
    return undefined;
  }
  const selecting = listOf(value, "policies").filter(
    (policy) => isIngressPolicy(policy) && selects(member(policy, "podSelector"), member(pod, "labels")),
  );
  if (selecting.length === 0) {
    return undefined;
  }
  const admits = selecting.some((policy) =>
    listOf(policy, "ingress").some((rule) => admitsSource(rule, value, flow) && admitsPort(rule, pod, flow)),
  );
  return admits ? undefined : `no policy that selects the pod lets ${flow.source} to port ${flow.port}`;
}

function isIngressPolicy(policy: JsonValue): boolean {
  const types = textsOf(policy, "policyTypes");
  return types.length === 0 || types.includes("Ingress");
}

function admitsSource(rule: JsonValue, value: JsonValue, flow: Flow): boolean {
  const peers = listOf(rule, "peers");
  return peers.length === 0 || peers.some((peer) => isPeer(peer, value, flow));
}

function isPeer(peer: JsonValue, value: JsonValue, flow: Flow): boolean {
  const block = member(peer, "ipBlock");
  if (isObject(block)) {
    return (
      holds(textOf(block, "cidr"), flow.source) && !textsOf(block, "except").some((own) => holds(own, flow.source))
    );
  }
  const source = member(value, "source");
  const podSelector = member(peer, "podSelector");
  const namespaceSelector = member(peer, "namespaceSelector");
  if (!isObject(source) || (podSelector === undefined && namespaceSelector === undefined)) {
    return false;
  }
  const isNamespace =
    namespaceSelector === undefined
      ? textOf(source, "namespace") === textOf(member(value, "pod"), "namespace")
      : selects(namespaceSelector, member(source, "namespaceLabels"));
  return isNamespace && (podSelector === undefined || selects(podSelector, member(source, "labels")));
}

function admitsPort(rule: JsonValue, pod: JsonValue | undefined, flow: Flow): boolean {
  const ports = listOf(rule, "ports");
  return ports.length === 0 || ports.some((port) => isPort(port, pod, flow));
}

function isPort(port: JsonValue, pod: JsonValue | undefined, flow: Flow): boolean {
  const protocol = textOf(port, "protocol") === "" ? "TCP" : textOf(port, "protocol");
  if (protocol !== flow.protocol) {
    return false;
  }
  const wanted = member(port, "port");
  if (typeof wanted === "number") {
    return wanted <= flow.port && flow.port <= (numberOf(port, "endPort") ?? wanted);
  }
  return typeof wanted !== "string"
    ? true
    : listOf(pod, "ports").some(
        (own) =>
          textOf(own, "name") === wanted &&
          numberOf(own, "containerPort") === flow.port &&
          (textOf(own, "protocol") === "" ? "TCP" : textOf(own, "protocol")) === flow.protocol,
      );
}

/** Label selectors; an empty one selects everything, an unknown operator nothing. */
function selects(selector: JsonValue | undefined, labels: JsonValue | undefined): boolean {
  const wanted = member(selector, "matchLabels");
  const isEqual = Object.entries(isObject(wanted) ? wanted : {}).every(([key, text]) => member(labels, key) === text);
  return isEqual && listOf(selector, "matchExpressions").every((expression) => fulfils(expression, labels));
}

function fulfils(expression: JsonValue, labels: JsonValue | undefined): boolean {
  const label = member(labels, textOf(expression, "key"));
  const values = textsOf(expression, "values");
  const isIn = typeof label === "string" && values.includes(label);
  switch (textOf(expression, "operator")) {
    case "In":
      return isIn;
    case "NotIn":
      return !isIn;
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
    default:
      return false;
  }
}
