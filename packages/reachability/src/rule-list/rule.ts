/**
 * Ordered allow and deny rules, whoever writes them: network security groups, access restrictions of sites. Each part of
 * a rule is known from two sides: what it surely covers and what it may cover. They differ when something it names is not
 * in the snapshot or not understood.
 */
import type { MissingInput, ResourceId, TransportProtocol } from "@sightline/model";
import type { AddressSet } from "../packet-set/address-set.ts";
import type { PortSet } from "../packet-set/port-set.ts";

/** A thing known from two sides: `sure` is part of the truth, the truth is part of `may`. */
export interface Doubtful<Value> {
  readonly sure: Value;
  readonly may: Value;
}

/** A thing known exactly. */
export function exactly<Value>(value: Value): Doubtful<Value> {
  return { sure: value, may: value };
}

/** What a rule does with what it matches; `unknown` when its access value is none we know. */
export type RuleEffect = "allow" | "deny" | "unknown";

/** One rule. Its place in the list decides; `priority` is for the reader. */
export interface Rule {
  readonly name: string;
  readonly priority?: number;
  /** JSON Pointer into the resource; absent for rules Azure adds without listing them. */
  readonly pointer?: string;
  readonly effect: RuleEffect;
  readonly protocols: Doubtful<ReadonlySet<TransportProtocol>>;
  readonly sources: Doubtful<AddressSet>;
  readonly sourcePorts: Doubtful<PortSet>;
  readonly destinations: Doubtful<AddressSet>;
  readonly ports: Doubtful<PortSet>;
  /** Why `sure` and `may` differ somewhere in this rule. */
  readonly missing: readonly MissingInput[];
}

/** What stands for the names in a rule list, so that a stranger can evaluate it: name to address set. */
export type NameExpansions = ReadonlyMap<string, AddressSet>;

/** Rules in the order they are tried: the first that matches decides; nothing matched means denied. */
export interface RuleList {
  readonly resource: ResourceId;
  readonly rules: readonly Rule[];
  readonly expansions: NameExpansions;
}

/** What is asked of a rule list: the flow without its source address. */
export interface RuleQuery {
  readonly protocol: TransportProtocol;
  /** Any of these addresses. A rule for some of them only is in doubt. */
  readonly destination: AddressSet;
  readonly port: number;
  readonly sourcePort: number;
}

/** Every protocol we know. */
export const transportProtocols: readonly TransportProtocol[] = ["TCP", "UDP", "SCTP", "ICMP"];
