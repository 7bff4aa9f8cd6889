/**
 * What the policies of a cluster let through to a pod, from another pod, from an address, or from a node that stands in
 * for the sender. Engine differences are applied here, on top of the exact semantics.
 */
import type { Guard, MissingInput, NetworkPolicy } from "@sightline/model";
import { unsupportedInput } from "../missing-input.ts";
import type { AddressAlgebra, AddressSet } from "../packet-set/address-set.ts";
import type { Doubtful } from "../rule-list/rule.ts";
import {
  type Admission,
  answerIsolated,
  blockOf,
  coversPort,
  findAdmissions,
  guardOf,
  isolationObstacles,
  notIsolated,
  type PolicyAnswer,
  type PolicyDirection,
  type PolicyEngine,
  type PolicyPod,
  type PolicyQuery,
  rulesOf,
  type Selecting,
  selectingPolicies,
} from "./network-policy.ts";

/** The policies of one cluster with the engine that enforces them. */
export interface PolicyJudge {
  readonly fromPod: (source: PolicyPod, target: PolicyPod, query: PolicyQuery) => PolicyAnswer;
  /** The sender is a node: of the pod's own, or of another, or nobody knows which. */
  readonly fromNode: (node: "own" | "some", target: PolicyPod, query: PolicyQuery) => PolicyAnswer;
  readonly fromAddresses: (
    target: PolicyPod,
    query: PolicyQuery,
  ) => PolicyAnswer & { readonly sets: Doubtful<AddressSet> };
  /** Can the pod open connections to addresses outside the cluster? */
  readonly toAddresses: (source: PolicyPod, query: PolicyQuery) => PolicyAnswer;
  /** Ports of the target at which its policies, or those of senders, change. */
  readonly boundaries: (target: PolicyPod) => readonly number[];
}

/** What a judge is made of. */
export interface PolicyMatter {
  readonly policies: readonly NetworkPolicy[];
  readonly engine: PolicyEngine;
  readonly addresses: AddressAlgebra;
  /** Addresses of the cluster's pods and nodes. */
  readonly own: AddressSet;
}

interface Matter extends PolicyMatter {
  /** Policies that select the pod, or may; the same list whenever it is asked for. */
  readonly selecting: (pod: PolicyPod, direction: PolicyDirection) => readonly Selecting[];
}

function rememberSelecting(policies: readonly NetworkPolicy[]): Matter["selecting"] {
  const byNamespace = Map.groupBy(policies, ({ namespace }) => namespace);
  const known: Readonly<Record<PolicyDirection, WeakMap<PolicyPod, readonly Selecting[]>>> = {
    Ingress: new WeakMap(),
    Egress: new WeakMap(),
  };
  return (pod, direction) => {
    const found = known[direction].get(pod) ?? selectingPolicies(byNamespace.get(pod.namespace) ?? [], pod, direction);
    known[direction].set(pod, found);
    return found;
  };
}

const open = (guard: Guard): PolicyAnswer => ({ answer: "yes", guards: [guard], obstacles: [], missing: [] });

function doubtful(missing: MissingInput): PolicyAnswer {
  return { answer: "maybe", guards: [], obstacles: [], missing: [missing] };
}

/** Applies what the engine makes of an exact answer: void policies, unread ones, an engine nobody knows. */
function underEngine(exact: PolicyAnswer, pod: PolicyPod, { engine }: Matter): PolicyAnswer {
  if (engine.enforcement === "none") {
    return open({ resource: engine.resource, rule: `network policy engine ${engine.name}: policies have no effect` });
  }
  if (exact.answer === "yes") {
    return exact;
  }
  if (pod.hostNetwork) {
    const rule = "policies do not apply to pods of the host network";
    return engine.sparesHostNetwork
      ? open({ resource: pod.resource, rule })
      : doubtful(
          unsupportedInput(
            "whether policies act on a pod of the host network",
            pod.resource,
            "Name the policy engine.",
          ),
        );
  }
  if (engine.enforcement === "unknown") {
    return doubtful(
      unsupportedInput(
        `whether ${engine.name} enforces network policies`,
        engine.resource,
        "Check the network plugin.",
      ),
    );
  }
  return exact.answer === "no" && engine.unreadPolicies !== undefined ? doubtful(engine.unreadPolicies) : exact;
}

function judgeEnd(
  ends: { readonly pod: PolicyPod; readonly peer: PolicyPod; readonly direction: PolicyDirection },
  query: PolicyQuery,
  matter: Matter,
): PolicyAnswer {
  const selecting = matter.selecting(ends.pod, ends.direction);
  const exact =
    selecting.length === 0
      ? open(notIsolated(ends.pod.resource, ends.direction))
      : answerIsolated(selecting, findAdmissions(ends, selecting, query, matter), ends.direction);
  return underEngine(exact, ends.pod, matter);
}

function bothEnds(left: PolicyAnswer, right: PolicyAnswer): PolicyAnswer {
  const answers = [left.answer, right.answer];
  return {
    answer: answers.includes("no") ? "no" : answers.includes("maybe") ? "maybe" : "yes",
    guards: [...left.guards, ...right.guards],
    obstacles: [...left.obstacles, ...right.obstacles],
    missing: [...left.missing, ...right.missing],
  };
}

/** Rules of selecting policies that speak of the port, with whom they admit. */
function openToAll(
  selecting: readonly Selecting[],
  query: PolicyQuery,
  ends: { pod: PolicyPod; direction: PolicyDirection },
): readonly Admission[] {
  const listener = ends.direction === "Ingress" ? ends.pod : undefined;
  return selecting.flatMap(({ policy }) =>
    rulesOf(policy, ends.direction).flatMap((rule, index): readonly Admission[] =>
      rule.peers.length === 0 && coversPort(rule, query, listener) ? [{ policy, index, match: "yes" }] : [],
    ),
  );
}

function judgeNode(node: "own" | "some", target: PolicyPod, query: PolicyQuery, matter: Matter): PolicyAnswer {
  const selecting = matter.selecting(target, "Ingress");
  const { resource } = target;
  if (selecting.length === 0 || matter.engine.enforcement === "none") {
    return underEngine(open(notIsolated(resource, "Ingress")), target, matter);
  }
  const [admission] = openToAll(selecting, query, { pod: target, direction: "Ingress" });
  if (admission !== undefined && selecting.some(({ match }) => match === "yes")) {
    return underEngine(open(guardOf(admission, "Ingress")), target, matter);
  }
  if (node === "own") {
    return open({ resource, rule: "traffic from the pod's own node is always allowed" });
  }
  const missing = unsupportedInput(
    "which address the policies see: the node that passes the traffic on stands in for the sender",
    target.resource,
    "Use externalTrafficPolicy: Local, so that policies see the sender.",
  );
  return underEngine(doubtful(missing), target, matter);
}

/** Addresses one selecting policy admits on the port. */
function admittedBlocks({ policy }: Selecting, target: PolicyPod, query: PolicyQuery, matter: Matter): AddressSet {
  const { addresses, engine, own } = matter;
  const rules = rulesOf(policy, "Ingress").filter((rule) => coversPort(rule, query, target));
  const admitted = rules.map((rule) => {
    const blocks = rule.peers.map((peer) => blockOf(peer, addresses) ?? addresses.none);
    const union = blocks.reduce((set, block) => addresses.union(set, block), addresses.none);
    const outside = engine.blocksMatchPods ? union : addresses.subtract(union, own);
    return rule.peers.length === 0 ? addresses.all : outside;
  });
  return admitted.reduce((set, block) => addresses.union(set, block), addresses.none);
}

function judgeAddresses(
  target: PolicyPod,
  query: PolicyQuery,
  matter: Matter,
): ReturnType<PolicyJudge["fromAddresses"]> {
  const { addresses } = matter;
  const selecting = matter.selecting(target, "Ingress");
  const { resource } = target;
  if (selecting.length === 0) {
    const answer = underEngine(open(notIsolated(resource, "Ingress")), target, matter);
    return { ...answer, sets: { sure: addresses.all, may: addresses.all } };
  }
  const admitted = (matches: readonly Selecting[]): AddressSet =>
    matches.reduce((set, one) => addresses.union(set, admittedBlocks(one, target, query, matter)), addresses.none);
  const certain = selecting.filter(({ match }) => match === "yes");
  const sure = admitted(certain);
  const may = certain.length === 0 ? addresses.all : admitted(selecting);
  const obstacles = isolationObstacles(selecting);
  const guards = selecting.map(
    ({ policy }): Guard => ({ resource: policy.id, rule: policy.name, pointer: "/ingress" }),
  );
  const shut = underEngine({ answer: "no", guards: [], obstacles, missing: [] }, target, matter);
  const all = { sure: addresses.all, may: addresses.all };
  if (shut.answer !== "no") {
    const sets = shut.answer === "yes" ? all : { sure, may: addresses.all };
    return { ...shut, guards: shut.answer === "yes" ? shut.guards : guards, sets };
  }
  return { answer: sure === may ? "yes" : "maybe", guards, obstacles, missing: [], sets: { sure, may } };
}

function judgeEgress(source: PolicyPod, query: PolicyQuery, matter: Matter): PolicyAnswer {
  const selecting = matter.selecting(source, "Egress");
  const { resource } = source;
  const [admission] = openToAll(selecting, query, { pod: source, direction: "Egress" });
  if (selecting.length === 0 || admission !== undefined) {
    const guard = admission === undefined ? notIsolated(resource, "Egress") : guardOf(admission, "Egress");
    return underEngine(open(guard), source, matter);
  }
  const missing = unsupportedInput(
    "which addresses the sender's policies admit",
    source.resource,
    "Check its egress rules.",
  );
  return underEngine(doubtful(missing), source, matter);
}

function fromHostPod(source: PolicyPod, target: PolicyPod, query: PolicyQuery, matter: Matter): PolicyAnswer {
  const shared = !source.nodes.isDisjointFrom(target.nodes);
  return judgeNode(shared ? "own" : "some", target, query, matter);
}

/** First ports of the ranges that rules for the pod, or for those who send to it, speak of; names resolved on the pod. */
function rulePorts(target: PolicyPod, { policies, selecting }: Matter): readonly number[] {
  const items = [
    ...selecting(target, "Ingress").flatMap(({ policy }) => rulesOf(policy, "Ingress")),
    ...policies.flatMap((policy) => rulesOf(policy, "Egress")),
  ].flatMap((rule) => rule.ports);
  return items.flatMap(({ port, endPort }) => {
    if (typeof port === "number") {
      return [port, (endPort ?? port) + 1];
    }
    const named = target.ports.filter((candidate) => candidate.name !== undefined && candidate.name === port);
    return named.flatMap(({ containerPort }) => [containerPort, containerPort + 1]);
  });
}

/** A judge over the policies of one cluster; `own` are the addresses of its pods and nodes. */
export function createPolicyJudge(policies: PolicyMatter): PolicyJudge {
  const matter: Matter = { ...policies, selecting: rememberSelecting(policies.policies) };
  return {
    fromPod: (source, target, query) => {
      const egress = source.hostNetwork
        ? open({ resource: source.resource, rule: "policies do not apply to pods of the host network" })
        : judgeEnd({ pod: source, peer: target, direction: "Egress" }, query, matter);
      const ingress = source.hostNetwork
        ? fromHostPod(source, target, query, matter)
        : judgeEnd({ pod: target, peer: source, direction: "Ingress" }, query, matter);
      return bothEnds(egress, ingress);
    },
    fromNode: (node, target, query) => judgeNode(node, target, query, matter),
    fromAddresses: (target, query) => judgeAddresses(target, query, matter),
    toAddresses: (source, query) => judgeEgress(source, query, matter),
    boundaries: (target) => [...new Set(rulePorts(target, matter))],
  };
}
