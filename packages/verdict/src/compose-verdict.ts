/** From the facts of one unit to its verdict: class, range, proof, sentence, validity, seal. */
import {
  type Coverage,
  type Fact,
  type FactName,
  type Finding,
  type MissingFact,
  toVerdictId,
  type Verdict,
  type VerdictUnit,
  type Workload,
} from "@sightline/model";
import { toContentId } from "./content-id.ts";
import { sortFacts, toCoreFacts } from "./core-facts.ts";
import { type ComponentFacts, type DatabaseState, missingDelivery } from "./facts/component-facts.ts";
import type { FactContext } from "./facts/fact.ts";
import type { ReachFacts } from "./facts/reach-facts.ts";
import { formatInstant } from "./freshness.ts";
import { knowledgeVersion } from "./knowledge/knowledge.ts";
import type { ProofBuilder } from "./proof.ts";
import { sortMissing } from "./remedies.ts";
import { type Decision, decide } from "./rule-core.ts";
import { rulesVersion } from "./rules.ts";
import { formatSentence } from "./wording.ts";

/** What composing needs of a run. */
export interface ComposeContext extends FactContext {
  readonly database: DatabaseState;
  readonly proofs: ProofBuilder;
}

/** Everything known about one unit. */
export interface UnitFacts {
  readonly unit: VerdictUnit;
  readonly finding: Finding;
  readonly component: ComponentFacts;
  /** Facts about the workload; those about the component come with it. */
  readonly facts: readonly Fact[];
  readonly workload: Workload | undefined;
  readonly reach: ReachFacts | undefined;
  /** All that is missing for a fact, where it is more than the fact itself says. */
  readonly gaps: ReadonlyMap<FactName, readonly MissingFact[]>;
  readonly assumptions: readonly string[];
  /** Lists under the evidence, sorted by id. */
  readonly coverage: readonly Coverage[];
}

/** Decides one unit and writes the verdict down. */
export function composeVerdict(context: ComposeContext, known: UnitFacts): Verdict {
  const { unit, component, reach } = known;
  const facts = sortFacts([...component.facts, ...known.facts]);
  const decision = decide(toCoreFacts(facts), component.delivery.modes);
  const missing = sortMissing(decision.undecided.flatMap((name) => missingFor(known, facts, name)));
  const wording = formatSentence({
    decision,
    finding: known.finding,
    entry: component.entry,
    flawNote: component.flawNote,
    modes: component.delivery.modes,
    evidence: {
      ...component.evidence,
      image: firstEvidence(facts, "sameImage"),
      live: firstEvidence(facts, "live"),
      vectors: firstEvidence(facts, "needsPrivilege"),
    },
    workload: known.workload,
    reach: reach && { ...reach, authGate: facts.find(({ name }) => name === "authGate")?.truth ?? "U" },
    missing,
    look: context.book.get,
  });
  const verdict: Omit<Verdict, "inputsHash"> = {
    id: toVerdictId(toContentId("vd", unit)),
    unit,
    class: decision.class,
    floor: decision.floor,
    ceiling: decision.ceiling,
    facts,
    positions: reach?.positions ?? [],
    missing,
    proof: context.proofs.build(decision, facts, component.evidence.delivery),
    sentence: wording.map(({ text }) => text).join(""),
    wording,
    assumptions: listAssumptions(known, decision),
    rulesVersion,
    knowledgeVersion,
    databaseGeneration: context.database.generation,
    computedAt: formatInstant(context.nowMs),
    validUntil: validityEnd(context, facts, decision),
  };
  return { ...verdict, inputsHash: context.proofs.seal(verdict, known.coverage) };
}

function firstEvidence(facts: readonly Fact[], wanted: FactName): Fact["because"][number] | undefined {
  return facts.find(({ name }) => name === wanted)?.because[0];
}

/** A fact nobody stated hangs on another that is missing already (no sign-in without a way in) and adds nothing. */
function missingFor(
  { gaps, finding, component }: UnitFacts,
  facts: readonly Fact[],
  wanted: FactName,
): readonly MissingFact[] {
  const listed = gaps.get(wanted) ?? [];
  const fact = facts.find(({ name }) => name === wanted);
  if (listed.length > 0) {
    return listed;
  }
  if (fact?.truth === "U") {
    return [fact.missing];
  }
  return wanted === "inboundOnly" ? [missingDelivery(finding, component.delivery, component.entry)] : [];
}

/** The facts the decision asked for: only their evidence can end it. */
function consultedFacts(facts: readonly Fact[], { traces }: Decision): readonly Fact[] {
  const asked = new Set<FactName>(traces.flatMap(({ steps }) => steps.flatMap((step) => step.because)));
  return facts.filter(({ name }) => asked.has(name));
}

/** The first moment at which a piece of evidence under the decision expires; nothing known ends at once. */
function validityEnd({ book, nowMs }: ComposeContext, facts: readonly Fact[], decision: Decision): string {
  const ends = consultedFacts(facts, decision)
    .filter(({ truth }) => truth !== "U")
    .flatMap(({ because }) => because.flatMap((id) => book.get(id)?.validUntil ?? []));
  return ends.reduce((first, end) => (end < first ? end : first), ends[0] ?? formatInstant(nowMs));
}

const classAssumptions: Readonly<Partial<Record<Decision["class"], string>>> = {
  "conditional.indirect": "Outbound connections and data from elsewhere are taken to be possible.",
  "exploitable.local": "Somebody may come to run code in the workload by another way.",
  "inert.not_running": "Nobody starts it by hand, by automation, or by an activator that is not known.",
};

function listAssumptions({ assumptions, reach, facts, component }: UnitFacts, decision: Decision): readonly string[] {
  const forClass = classAssumptions[decision.class];
  const usesReach = decision.traces.some(({ steps }) => steps.some(({ because }) => because.includes("reachInternet")));
  const hasFirewall = [...(reach?.paths.values() ?? [])].some(({ path }) =>
    path.hops.some(({ waf }) => waf === "prevention"),
  );
  const configKnown = [...facts, ...component.facts].some(({ name, truth }) => name === "config" && truth !== "U");
  return [
    ...assumptions,
    ...(forClass === undefined ? [] : [forClass]),
    ...(configKnown ? [] : ["Conditions the advisory names beyond package and version are taken to be met."]),
    ...(usesReach ? (reach?.assumptions ?? []) : []),
    ...(usesReach && hasFirewall
      ? ["A web application firewall in prevention mode stands on the way; it is not counted as protection."]
      : []),
  ];
}
