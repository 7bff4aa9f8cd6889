/** From facts to a class: asks the rules in order, for every delivery mode that is still possible. */
import { type DefiniteClass, type VerdictClass, verdictClasses } from "@sightline/model";
import { type CoreFacts, type DecidingFact, type DeliveryMode, decidingFacts, type RulePart } from "./rule.ts";
import { verdictRules } from "./rules.ts";

/** One rule's answer for one delivery mode. */
export interface RuleStep extends RulePart {
  readonly rule: string;
  readonly class: DefiniteClass;
}

/** The steps taken for one delivery mode; the last one holds. */
export interface ModeTrace {
  readonly mode: DeliveryMode;
  readonly steps: readonly RuleStep[];
}

/** What the facts amount to. */
export interface Decision {
  readonly class: VerdictClass;
  readonly floor: DefiniteClass;
  readonly ceiling: DefiniteClass;
  /** Every class the unknown facts still allow, most exploitable first. */
  readonly possible: readonly DefiniteClass[];
  readonly traces: readonly ModeTrace[];
  /** The unknown facts that stand in the way of a definite class, in the order of the decision; empty when it is definite. */
  readonly undecided: readonly DecidingFact[];
}

const rankOf = new Map<VerdictClass, number>(verdictClasses.map((id, index) => [id, index]));

/** Position of a class from the most exploitable (0) to the least; `unknown` stands above what needs a foothold. */
export function toRank(id: VerdictClass): number {
  return rankOf.get(id) ?? verdictClasses.length;
}

/** Nobody exploits it there: not exploitable, or inert. */
export function isSafeClass(id: VerdictClass): boolean {
  return id.startsWith("not_exploitable.") || id.startsWith("inert.");
}

/**
 * Judges the facts. Definite when every completion of the unknown facts leads to the same class, or when all of them
 * lead to safe classes (then the class is the one that certainly holds); otherwise `unknown` with its range.
 * Several modes mean that it is not known which of them delivers the flaw.
 */
export function decide(facts: CoreFacts, modes: readonly [DeliveryMode, ...DeliveryMode[]]): Decision {
  const traces = modes.map((mode) => ({ mode, steps: traceMode(facts, mode) }));
  const possible = sortClasses(
    traces.flatMap(({ steps }) => steps.filter((step) => step.truth !== "F").map((step) => step.class)),
  );
  const certain = sortClasses(traces.flatMap(({ steps }) => steps.slice(-1).map((step) => step.class)));
  const [ceiling] = possible;
  const floor = possible.at(-1);
  const [holding] = certain;
  if (ceiling === undefined || floor === undefined || holding === undefined) {
    throw new TypeError("the rule table has no last rule for a delivery mode");
  }
  const definite = possible.length === 1 || possible.every(isSafeClass);
  return {
    class: definite ? holding : "unknown",
    floor,
    ceiling,
    possible,
    traces,
    undecided: definite ? [] : undecidedFacts(facts, traces, modes.length > 1),
  };
}

function traceMode(facts: CoreFacts, mode: DeliveryMode): readonly RuleStep[] {
  const steps: RuleStep[] = [];
  for (const rule of verdictRules) {
    if (!rule.applies(mode)) {
      continue;
    }
    const part = rule.judge({ facts, mode });
    steps.push({ rule: rule.id, class: rule.class, ...part });
    if (part.truth === "T") {
      break;
    }
  }
  return steps;
}

function sortClasses(classes: readonly DefiniteClass[]): readonly DefiniteClass[] {
  return [...new Set(classes)].sort((left, right) => toRank(left) - toRank(right));
}

function undecidedFacts(
  facts: CoreFacts,
  traces: readonly ModeTrace[],
  severalModes: boolean,
): readonly DecidingFact[] {
  const asked = new Set(
    traces.flatMap(({ steps }) => steps.filter((step) => step.truth === "U").flatMap((step) => step.because)),
  );
  const standsInTheWay = (fact: DecidingFact): boolean => asked.has(fact) && facts[fact] === "U";
  // Several modes: how the flaw is delivered is itself not known, whatever is known of inbound alone.
  return decidingFacts.filter((fact) => standsInTheWay(fact) || (severalModes && fact === "inboundOnly"));
}
