/**
 * NetworkPolicy v1. Source: kubernetes.io/docs/concepts/services-networking/network-policies and
 * pkg/apis/networking/v1/defaults.go of Kubernetes (what the API server fills in). A pod is isolated in a direction when
 * a policy of its namespace selects it for that direction; policies only add; both ends must allow.
 */
import type {
  ContainerPort,
  Guard,
  MissingInput,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicyRule,
  Obstacle,
  ResourceId,
  TransportProtocol,
} from "@sightline/model";
import { unsupportedInput } from "../missing-input.ts";
import type { AddressAlgebra, AddressSet } from "../packet-set/address-set.ts";
import { toAddressSet } from "./address-prefix.ts";
import { bothMatch, type Labels, matchSelector, type SelectorMatch } from "./label-selector.ts";

/** A pod as policies see it. */
export interface PolicyPod {
  readonly resource: ResourceId;
  readonly namespace: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
  readonly addresses: AddressSet;
  readonly ports: readonly ContainerPort[];
  readonly hostNetwork: boolean;
  /** Names of the nodes it runs on; several when it stands for pods that policies treat alike. */
  readonly nodes: ReadonlySet<string>;
}

/** Who enforces policies, and how its ways differ. */
export interface PolicyEngine {
  /** `none`: policies have no effect. `unknown`: perhaps they have. */
  readonly enforcement: "exact" | "none" | "unknown";
  /** Do `ipBlock` rules match pods and nodes of the cluster? Cilium: never. */
  readonly blocksMatchPods: boolean;
  /** Do policies leave pods of the host network alone? Where it is not known, a policy that selects one is in doubt. */
  readonly sparesHostNetwork: boolean;
  /** Policies of other kinds that were not read and may let more in. */
  readonly unreadPolicies?: MissingInput;
  /** What says so, for evidence. */
  readonly resource: ResourceId;
  readonly name: string;
}

/** What a policy is asked about. */
export interface PolicyQuery {
  readonly protocol: TransportProtocol;
  readonly port: number;
}

/** Answer of the policies of one direction, with its reasons. */
export interface PolicyAnswer {
  readonly answer: SelectorMatch;
  readonly guards: readonly Guard[];
  readonly obstacles: readonly Obstacle[];
  readonly missing: readonly MissingInput[];
}

/** `Ingress` or `Egress`, as `policyTypes` spells them. */
export type PolicyDirection = "Ingress" | "Egress";

/** Types a policy has once the API server has filled them in: Egress by default only if it has an egress rule. */
export function policyTypesOf(policy: NetworkPolicy): readonly string[] {
  if (policy.policyTypes !== undefined && policy.policyTypes.length > 0) {
    return policy.policyTypes;
  }
  return (policy.egress?.length ?? 0) > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

/** A policy that selects, or may select, the pod. */
export interface Selecting {
  readonly policy: NetworkPolicy;
  readonly match: SelectorMatch;
}

/** Policies of the direction that select the pod, or may. */
export function selectingPolicies(
  policies: readonly NetworkPolicy[],
  pod: PolicyPod,
  direction: PolicyDirection,
): readonly Selecting[] {
  return policies
    .filter((policy) => policy.namespace === pod.namespace && policyTypesOf(policy).includes(direction))
    .map((policy) => ({ policy, match: matchSelector(policy.podSelector, pod.labels) }))
    .filter(({ match }) => match !== "no");
}

/** A policy's rules of one direction. */
export function rulesOf(policy: NetworkPolicy, direction: PolicyDirection): readonly NetworkPolicyRule[] {
  return (direction === "Ingress" ? policy.ingress : policy.egress) ?? [];
}

function matchPort(item: NetworkPolicyPort, query: PolicyQuery, listener: PolicyPod | undefined): boolean {
  if ((item.protocol ?? "TCP") !== query.protocol) {
    return false;
  }
  if (item.port === undefined) {
    return true;
  }
  if (typeof item.port === "number") {
    return item.port <= query.port && query.port <= (item.endPort ?? item.port);
  }
  const named = listener?.ports.filter((port) => port.name === item.port && port.protocol === query.protocol) ?? [];
  return named.some((port) => port.containerPort === query.port);
}

/** Does the rule speak of this port? Names are looked up on the pod that listens. */
export function coversPort(rule: NetworkPolicyRule, query: PolicyQuery, listener: PolicyPod | undefined): boolean {
  return rule.ports.length === 0 || rule.ports.some((item) => matchPort(item, query, listener));
}

/** The addresses of an `ipBlock`; `undefined` for other peers. */
export function blockOf(peer: NetworkPolicyPeer, addresses: AddressAlgebra): AddressSet | undefined {
  const { ipBlock } = peer;
  return ipBlock === undefined
    ? undefined
    : addresses.subtract(toAddressSet(addresses, [ipBlock.cidr]), toAddressSet(addresses, ipBlock.except));
}

interface PeerContext {
  readonly policy: NetworkPolicy;
  readonly engine: PolicyEngine;
  readonly addresses: AddressAlgebra;
}

function matchPeer(peer: NetworkPolicyPeer, pod: PolicyPod, context: PeerContext): SelectorMatch {
  const block = blockOf(peer, context.addresses);
  if (block !== undefined) {
    return matchBlock(block, pod, context);
  }
  const { podSelector, namespaceSelector } = peer;
  if (podSelector === undefined && namespaceSelector === undefined) {
    return "maybe";
  }
  const inNamespace: SelectorMatch =
    namespaceSelector === undefined
      ? pod.namespace === context.policy.namespace
        ? "yes"
        : "no"
      : matchSelector(namespaceSelector, pod.namespaceLabels);
  const byLabels = podSelector === undefined ? "yes" : matchSelector(podSelector, pod.labels);
  const match = bothMatch(inNamespace, byLabels);
  return pod.hostNetwork && match === "yes" ? "maybe" : match;
}

function matchBlock(block: AddressSet, pod: PolicyPod, { engine, addresses }: PeerContext): SelectorMatch {
  if (!engine.blocksMatchPods || pod.addresses === addresses.none) {
    return pod.addresses === addresses.none && engine.blocksMatchPods ? "maybe" : "no";
  }
  if (addresses.includes(block, pod.addresses)) {
    return "yes";
  }
  return addresses.intersect(block, pod.addresses) === addresses.none ? "no" : "maybe";
}

/** Does the rule admit the pod at the other end? */
function matchPeers(rule: NetworkPolicyRule, pod: PolicyPod, context: PeerContext): SelectorMatch {
  if (rule.peers.length === 0) {
    return "yes";
  }
  const matches = rule.peers.map((peer) => matchPeer(peer, pod, context));
  return matches.includes("yes") ? "yes" : matches.includes("maybe") ? "maybe" : "no";
}

/** A rule that admits, or may admit. */
export interface Admission {
  readonly policy: NetworkPolicy;
  readonly index: number;
  readonly match: SelectorMatch;
}

/** Guards for the rule that admits. */
export function guardOf({ policy, index }: Admission, direction: PolicyDirection): Guard {
  const list = direction === "Ingress" ? "ingress" : "egress";
  return { resource: policy.id, rule: policy.name, pointer: `/${list}/${index}` };
}

/** Nobody isolates the pod. */
export function notIsolated(pod: ResourceId, direction: PolicyDirection): Guard {
  return { resource: pod, rule: `no policy selects the pod for ${direction}` };
}

const obstaclesOf = new WeakMap<readonly Selecting[], readonly Obstacle[]>();

/** What each selecting policy removes when none of its rules admits; the same objects for the same list. */
export function isolationObstacles(selecting: readonly Selecting[]): readonly Obstacle[] {
  const known = obstaclesOf.get(selecting);
  if (known !== undefined) {
    return known;
  }
  const made = selecting.map(({ policy }) => ({
    kind: "no-rule" as const,
    resource: policy.id,
    detail: "selects the pod and has no rule for this source and port",
    removes: "sources it does not name",
  }));
  obstaclesOf.set(selecting, made);
  return made;
}

/** A selector the engine cannot read, as a missing input. */
export function doubtfulSelector(policy: NetworkPolicy): MissingInput {
  return unsupportedInput(
    `whom the selectors of network policy ${policy.namespace}/${policy.name} match`,
    policy.id,
    "Check the operators of its selectors.",
  );
}

/** Turns admissions into an answer; `selecting` must not be empty. */
export function answerIsolated(
  selecting: readonly Selecting[],
  admissions: readonly Admission[],
  direction: PolicyDirection,
): PolicyAnswer {
  const sure = admissions.find(({ policy, match }) => {
    const selects = selecting.find((candidate) => candidate.policy === policy)?.match;
    return match === "yes" && selects === "yes";
  });
  if (sure !== undefined) {
    return { answer: "yes", guards: [guardOf(sure, direction)], obstacles: [], missing: [] };
  }
  const [doubted] = [
    ...admissions.map(({ policy }) => policy),
    ...(selecting.every(({ match }) => match === "maybe") ? selecting.map(({ policy }) => policy) : []),
  ];
  if (doubted !== undefined) {
    return { answer: "maybe", guards: [], obstacles: [], missing: [doubtfulSelector(doubted)] };
  }
  return { answer: "no", guards: [], obstacles: isolationObstacles(selecting), missing: [] };
}

/** Rules of the selecting policies of one end that admit, or may admit, the pod at the other end. */
export function findAdmissions(
  ends: { readonly pod: PolicyPod; readonly peer: PolicyPod; readonly direction: PolicyDirection },
  selecting: readonly Selecting[],
  query: PolicyQuery,
  context: { readonly engine: PolicyEngine; readonly addresses: AddressAlgebra },
): readonly Admission[] {
  const { pod, peer, direction } = ends;
  const listener = direction === "Ingress" ? pod : peer;
  return selecting.flatMap(({ policy }) =>
    rulesOf(policy, direction).flatMap((rule, index): readonly Admission[] => {
      const match = coversPort(rule, query, listener) ? matchPeers(rule, peer, { policy, ...context }) : "no";
      return match === "no" ? [] : [{ policy, index, match }];
    }),
  );
}
