/**
 * From where a workload can be reached, with the path or the cut. Three-valued: what was not read or is not modelled
 * makes the answer undetermined and is named.
 */

import type { WorkloadId } from "./estate.ts";
import type { ResourceId } from "./ids.ts";

/** What the attacker holds at the start. Source: Sightline's verdict taxonomy, docs/adr. */
export const attackerPositions = [
  "internet",
  "internet-allowlisted",
  "corp",
  "peer-tenant",
  "same-vnet",
  "same-cluster",
  "neighbour",
  "authenticated",
] as const;

/** One of {@link attackerPositions}. */
export type AttackerPosition = (typeof attackerPositions)[number];

/** Inclusive port range. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** What rides on IP, as far as the engine tells it apart. */
export type TransportProtocol = "TCP" | "UDP" | "SCTP" | "ICMP";

/** The flow that shows a path open: concrete, so that anyone can check it rule by rule. */
export interface WitnessFlow {
  readonly sourceAddress: string;
  readonly destinationAddress: string;
  readonly destinationPort: number;
  /** Only where a rule on the way asks for one: the flow must then be sent from this port. */
  readonly sourcePort?: number;
  readonly protocol: TransportProtocol;
}

/** Why a hop lets the flow through: a rule, or the fact that nothing stands there. */
export interface Guard {
  readonly resource: ResourceId;
  /** Rule name, or `no network security group`, `no policy selects the pod`. */
  readonly rule: string;
  readonly priority?: number;
  /** JSON Pointer into the resource in the snapshot, where the rule stands. */
  readonly pointer?: string;
  /**
   * What service tags and application security groups of this rule list stood for, as far as the witness flow needs it:
   * of each name the CIDRs that hold one of the flow's addresses (an empty list: the name holds neither). With it the
   * independent verifier re-evaluates the list by first match. Absent: the verdict room derives what the snapshot tells.
   */
  readonly expansions?: Readonly<Record<string, readonly string[]>>;
}

/** One step of a path. */
export interface Hop {
  readonly from: ResourceId | AttackerPosition;
  readonly to: ResourceId;
  readonly kind:
    | "public-ip"
    | "load-balancer"
    | "inbound-nat"
    | "node-port"
    | "service"
    | "ingress"
    | "network-interface"
    | "pod"
    | "peering"
    | "same-network"
    | "site-frontend"
    | "private-endpoint";
  readonly flow: WitnessFlow;
  /** Does this hop rewrite the destination (DNAT), the source (SNAT), both (proxy) or nothing? */
  readonly transform: "none" | "dnat" | "snat" | "proxy";
  readonly guards: readonly Guard[];
  readonly authentication: "none" | "required" | "unknown";
  readonly waf: "off" | "detection" | "prevention" | "unknown";
}

/** Ordered from the attacker to the workload. */
export interface Path {
  readonly hops: readonly [Hop, ...Hop[]];
  readonly port: number;
  readonly protocol: TransportProtocol;
}

/** One thing in the way of one candidate path. */
export type Obstacle =
  | {
      readonly kind: "rule";
      readonly resource: ResourceId;
      readonly rule: string;
      readonly priority?: number;
      readonly pointer?: string;
      readonly removes: string;
    }
  | { readonly kind: "no-rule"; readonly resource: ResourceId; readonly detail: string; readonly removes: string }
  | {
      readonly kind: "no-entry";
      readonly entry: string;
      readonly detail: string;
      readonly coverage: readonly string[];
      readonly checked: number;
    }
  | { readonly kind: "stopped"; readonly resource: ResourceId; readonly detail: string };

/** One way in that was examined and found shut, with every obstacle on it. */
export interface CandidateEntry {
  /** `public-ip`, `load-balancer`, `ingress`, `node-port`, `host-port`, `peering`, `site-frontend`, … */
  readonly entry: string;
  readonly resource?: ResourceId;
  readonly obstacles: readonly [Obstacle, ...Obstacle[]];
}

/** Why nothing gets in: every candidate entry with what shuts it, and the coverage that makes the list whole. */
export interface Cut {
  readonly entries: readonly CandidateEntry[];
  /** Ids of the coverage records the negative rests on; all complete. */
  readonly coverage: readonly string[];
}

/** A fact the answer needs and does not have. */
export interface MissingInput {
  readonly what: string;
  readonly why: "absent" | "denied" | "stale" | "conflict" | "unsupported";
  readonly subject: string;
  readonly remedy: string;
}

/** The answer for one attacker position. */
export type SourceExposure =
  | {
      readonly position: AttackerPosition;
      readonly result: "reachable";
      readonly sources: readonly string[];
      readonly paths: readonly [Path, ...Path[]];
      readonly missing: readonly MissingInput[];
    }
  | { readonly position: AttackerPosition; readonly result: "unreachable"; readonly cut: Cut }
  | {
      readonly position: AttackerPosition;
      readonly result: "undetermined";
      readonly missing: readonly [MissingInput, ...MissingInput[]];
      readonly cut: Cut;
    };

/** For one workload: a set of ports that behave alike, and the answer for every position. */
export interface Exposure {
  readonly workload: WorkloadId;
  readonly protocol: TransportProtocol;
  readonly ports: readonly PortRange[];
  readonly sources: readonly SourceExposure[];
  /** What the model takes for granted here, in words. */
  readonly assumptions: readonly string[];
}
