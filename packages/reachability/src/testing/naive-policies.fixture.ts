/** A naive reading of NetworkPolicy v1, pair by pair; nothing shared with the engine. */
import type { LabelSelector, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyRule, Pod } from "@sightline/model";
import { namespaceLabels } from "./random-cluster.fixture.ts";

type Labels = Readonly<Record<string, string>>;

function selects({ matchLabels, matchExpressions }: LabelSelector, labels: Labels): boolean {
  const labelled = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return (
    labelled &&
    matchExpressions.every(({ key, operator, values }) => {
      const value = labels[key];
      const within = value !== undefined && values.includes(value);
      return { In: within, NotIn: !within, Exists: value !== undefined, DoesNotExist: value === undefined }[operator];
    })
  );
}

const octets = (text: string): number => text.split(".").reduce((value, part) => value * 256 + Number(part), 0);

function isIn(address: string, cidr: string): boolean {
  const [start = "", length = "32"] = cidr.split("/");
  const size = 2 ** (32 - Number(length));
  return Math.floor(octets(address) / size) === Math.floor(octets(start) / size);
}

function admits(peer: NetworkPolicyPeer, pod: Pod, policy: NetworkPolicy): boolean {
  const { ipBlock, podSelector, namespaceSelector } = peer;
  const address = pod.podIPs[0] ?? "";
  if (ipBlock !== undefined) {
    return isIn(address, ipBlock.cidr) && !ipBlock.except.some((cidr) => isIn(address, cidr));
  }
  const place =
    namespaceSelector === undefined
      ? pod.namespace === policy.namespace
      : selects(namespaceSelector, namespaceLabels[pod.namespace] ?? {});
  return place && (podSelector === undefined || selects(podSelector, pod.labels));
}

function speaksOf(rule: NetworkPolicyRule, listener: Pod, port: number, protocol: string): boolean {
  return (
    rule.ports.length === 0 ||
    rule.ports.some((item) => {
      if ((item.protocol ?? "TCP") !== protocol) {
        return false;
      }
      if (typeof item.port === "string") {
        return listener.containers.some((container) =>
          container.ports.some(
            (one) => one.name === item.port && one.protocol === protocol && one.containerPort === port,
          ),
        );
      }
      return item.port === undefined || (item.port <= port && port <= (item.endPort ?? item.port));
    })
  );
}

const typesOf = ({ policyTypes, egress }: NetworkPolicy): readonly string[] =>
  policyTypes ?? ((egress?.length ?? 0) > 0 ? ["Ingress", "Egress"] : ["Ingress"]);

interface Connection {
  readonly from: Pod;
  readonly to: Pod;
  readonly port: number;
  readonly protocol: string;
}

/** Do the policies let the connection through at both ends? */
export function connects(policies: readonly NetworkPolicy[], { from, to, port, protocol }: Connection): boolean {
  const ends = [
    { own: from, other: from === to ? from : to, type: "Egress", rules: (one: NetworkPolicy) => one.egress ?? [] },
    { own: to, other: from, type: "Ingress", rules: (one: NetworkPolicy) => one.ingress ?? [] },
  ];
  return ends.every(({ own, other, type, rules }) => {
    const isolating = policies.filter(
      (one) => one.namespace === own.namespace && typesOf(one).includes(type) && selects(one.podSelector, own.labels),
    );
    const admitting = isolating.some((policy) =>
      rules(policy).some(
        (rule) =>
          speaksOf(rule, to, port, protocol) &&
          (rule.peers.length === 0 || rule.peers.some((peer) => admits(peer, other, policy))),
      ),
    );
    return isolating.length === 0 || admitting;
  });
}
