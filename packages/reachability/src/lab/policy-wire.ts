/** NetworkPolicy objects and pods as conformance cases write them. */
import {
  type ArmId,
  type LabelSelector,
  type NetworkPolicy,
  type NetworkPolicyPeer,
  type NetworkPolicyPort,
  type NetworkPolicyRule,
  toArmId,
  toKubernetesId,
} from "@sightline/model";
import { readLabels, readNumber, readText, readTexts, readWire, readWires, type Wire } from "./wire.ts";

/** The cluster all cases run in. */
export function toLabCluster(): ArmId {
  const id = toArmId("/lab");
  if (id === undefined) {
    throw new TypeError("the cluster of conformance cases has no id");
  }
  return id;
}

function toSelector(wire: Wire): LabelSelector {
  return {
    matchLabels: readLabels(wire, "matchLabels"),
    matchExpressions: readWires(wire, "matchExpressions").map((requirement) => ({
      key: readText(requirement, "key"),
      operator: readText(requirement, "operator"),
      values: readTexts(requirement, "values"),
    })),
  };
}

const has = (wire: Wire, field: string): boolean => wire[field] !== undefined && wire[field] !== null;

function toPeer(wire: Wire): NetworkPolicyPeer {
  const block = readWire(wire, "ipBlock");
  return {
    ...(has(wire, "podSelector") ? { podSelector: toSelector(readWire(wire, "podSelector")) } : {}),
    ...(has(wire, "namespaceSelector") ? { namespaceSelector: toSelector(readWire(wire, "namespaceSelector")) } : {}),
    ...(has(wire, "ipBlock") ? { ipBlock: { cidr: readText(block, "cidr"), except: readTexts(block, "except") } } : {}),
  };
}

function toPort(wire: Wire): NetworkPolicyPort {
  const { port } = wire;
  return {
    ...(has(wire, "protocol") ? { protocol: readText(wire, "protocol") } : {}),
    ...(typeof port === "number" || typeof port === "string" ? { port } : {}),
    ...(has(wire, "endPort") ? { endPort: readNumber(wire, "endPort") } : {}),
  };
}

function toRules(spec: Wire, direction: string, peers: string): readonly NetworkPolicyRule[] {
  return readWires(spec, direction).map((rule) => ({
    peers: readWires(rule, peers).map(toPeer),
    ports: readWires(rule, "ports").map(toPort),
  }));
}

/** A policy as `kubectl get -o json` prints it. */
export function toNetworkPolicy(wire: Wire): NetworkPolicy {
  const metadata = readWire(wire, "metadata");
  const spec = readWire(wire, "spec");
  const [namespace, name] = [readText(metadata, "namespace") || "default", readText(metadata, "name")];
  const cluster = toLabCluster();
  return {
    kind: "networkPolicy",
    id: toKubernetesId({ cluster, kind: "networkPolicy", namespace, name }),
    cluster,
    namespace,
    name,
    labels: {},
    annotations: {},
    podSelector: toSelector(readWire(spec, "podSelector")),
    ...(has(spec, "policyTypes") ? { policyTypes: readTexts(spec, "policyTypes") } : {}),
    ...(has(spec, "ingress") ? { ingress: toRules(spec, "ingress", "from") } : {}),
    ...(has(spec, "egress") ? { egress: toRules(spec, "egress", "to") } : {}),
  };
}
