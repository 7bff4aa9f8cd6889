/** What a verdict rule is. To add one, see docs/how-to/add-a-verdict-rule.md; the ordered list is `rules.ts`. */
import type { DefiniteClass, FactName, Truth } from "@sightline/model";

/**
 * How an attacker makes the flaw happen: by connecting to a listener (`inbound`), by answering a connection the workload
 * opens (`outbound`), by data the workload processes (`data`), by code already running in it (`local`), by hand
 * (`physical`). The attack vector of CVSS does not say it: a parser library scored AV:L is fed by uploads.
 */
export const deliveryModes = ["inbound", "outbound", "data", "local", "physical"] as const;

/** One of {@link deliveryModes}. */
export type DeliveryMode = (typeof deliveryModes)[number];

/** The facts that decide. `listens` is folded into the reach facts; `egressAttacker` never decides. */
export const decidingFacts = [
  "present",
  "sameImage",
  "executable",
  "live",
  "config",
  "inboundOnly",
  "reachInternet",
  "authGate",
  "needsPrivilege",
  "reachTrusted",
  "reachFoothold",
] as const satisfies readonly FactName[];

/** One of {@link decidingFacts}. */
export type DecidingFact = (typeof decidingFacts)[number];

/** A truth for every deciding fact. */
export type CoreFacts = Readonly<Record<DecidingFact, Truth>>;

/** What a rule sees: the facts, and one delivery mode. */
export interface RuleInput {
  readonly facts: CoreFacts;
  readonly mode: DeliveryMode;
}

/**
 * A rule's answer. `T`: its class holds, later rules are not asked. `F`: it does not. `U`: it may, and the facts named
 * in `because` that are unknown stand in the way.
 */
export interface RulePart {
  readonly truth: Truth;
  /** The facts the answer rests on; their evidence is the rule's evidence. */
  readonly because: readonly DecidingFact[];
}

/** One step of the decision. */
export interface VerdictRule {
  readonly id: string;
  /** Position in the decision; unique, ascending in the list. */
  readonly order: number;
  /** What it concludes when it holds. */
  readonly class: DefiniteClass;
  /** Does it speak about this delivery mode at all? */
  applies(mode: DeliveryMode): boolean;
  judge(input: RuleInput): RulePart;
}
