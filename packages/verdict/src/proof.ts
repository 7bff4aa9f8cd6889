/** The proof: the decision as a tree down to evidence, and the bundle a stranger re-checks. */
import type {
  Coverage,
  CoverageId,
  Evidence,
  EvidenceId,
  Fact,
  FactName,
  ProofBundle,
  ProofNode,
  Verdict,
} from "@sightline/model";
import type { SharedTexts } from "./canonical-json.ts";
import { toContentHash } from "./content-id.ts";
import { sortIds } from "./evidence.ts";
import { listAt, memberAt, textAt } from "./json-member.ts";
import type { Decision, RuleStep } from "./rule-core.ts";
import { VerdictError } from "./verdict-error.ts";

/** Builds proof trees and seals verdicts; facts that many verdicts share become one node, and are written once. */
export interface ProofBuilder {
  readonly build: (decision: Decision, facts: readonly Fact[], delivery: EvidenceId) => ProofNode;
  readonly seal: (verdict: Omit<Verdict, "inputsHash">, coverage: readonly Coverage[]) => string;
}

/** A builder for one run. */
export function createProofBuilder(): ProofBuilder {
  const nodes = new WeakMap<Fact, ProofNode>();
  const steps = new WeakMap<Fact, Map<string, ProofNode>>();
  const shared: SharedTexts = new WeakMap();
  const sealed = new WeakMap<readonly Coverage[], readonly string[]>();
  const toFactNode = (fact: Fact): ProofNode => {
    const known = nodes.get(fact);
    if (known !== undefined) {
      return known;
    }
    const note = fact.truth === "U" ? fact.missing.detail : "";
    const node: ProofNode = { rule: `fact.${fact.name}`, truth: fact.truth, inputs: fact.because, note };
    nodes.set(fact, node);
    shared.set(fact, "");
    shared.set(node, "");
    return node;
  };
  const toNode = ({ rule, truth, class: id }: RuleStep, facts: readonly Fact[]): ProofNode => {
    return { rule, truth, inputs: facts.map(toFactNode), note: id };
  };
  const rememberStep = (fact: Fact, step: RuleStep): ProofNode => {
    const known = steps.get(fact) ?? new Map<string, ProofNode>();
    const node = known.get(step.rule) ?? toNode(step, [fact]);
    steps.set(fact, known.set(step.rule, node));
    shared.set(node, shared.get(node) ?? "");
    return node;
  };
  return {
    seal(verdict, coverage) {
      const hashes = sealed.get(coverage) ?? coverage.map((record) => toContentHash(record));
      sealed.set(coverage, hashes);
      for (const part of [verdict.positions, hashes]) {
        if (!shared.has(part)) {
          shared.set(part, "");
        }
      }
      return toContentHash({ verdict, coverage: hashes }, shared);
    },
    build(decision, facts, delivery) {
      const byName = new Map<FactName, Fact>(facts.map((fact) => [fact.name, fact]));
      const toStepNode = (step: RuleStep): ProofNode => {
        const read = step.because.flatMap((name) => byName.get(name) ?? []);
        const [only] = read;
        return read.length === 1 && only !== undefined ? rememberStep(only, step) : toNode(step, read);
      };
      return {
        rule: "verdict",
        truth: decision.class === "unknown" ? "U" : "T",
        inputs: decision.traces.map(({ mode, steps }) => ({
          rule: `delivery.${mode}`,
          truth: decision.traces.length === 1 ? "T" : "U",
          inputs: [delivery, ...steps.map(toStepNode)],
          note: "",
        })),
        note: decision.class,
      };
    },
  };
}

/** Every evidence id a verdict names: in facts, positions, proof and sentence. */
export function listNamedEvidence(
  verdict: Pick<Verdict, "facts" | "positions" | "proof" | "wording">,
): readonly EvidenceId[] {
  const ids = new Set<EvidenceId>();
  const visit = (node: ProofNode): void => {
    for (const input of node.inputs) {
      if (typeof input === "string") {
        ids.add(input);
      } else {
        visit(input);
      }
    }
  };
  visit(verdict.proof);
  for (const { because } of [...verdict.facts, ...verdict.positions]) {
    because.forEach((id) => ids.add(id));
  }
  for (const { evidence } of verdict.wording ?? []) {
    if (evidence !== undefined) {
      ids.add(evidence);
    }
  }
  return sortIds(ids);
}

/** Evidence that one piece of evidence rests on: the rule lists of the guards of a path. */
export function listGuardEvidence({ kind, value }: Evidence): readonly string[] {
  if (kind !== "exposure.path") {
    return [];
  }
  return listAt(memberAt(value, "path") ?? null, "hops")
    .flatMap((hop) => listAt(hop, "guards"))
    .map((guard) => textAt(guard, "evidence"))
    .filter((id) => id !== "");
}

/** Where evidence and coverage of a verdict are looked up. */
export interface ProofSource {
  readonly evidence: (id: string) => Evidence | undefined;
  readonly coverage: (id: string) => Coverage | undefined;
}

/** What a verdict rests on, whole. Throws `verdict.evidence-missing` when a piece cannot be found. */
export function collectProof(
  source: ProofSource,
  verdict: Pick<Verdict, "id" | "facts" | "positions" | "proof" | "wording">,
): { readonly evidence: readonly Evidence[]; readonly coverage: readonly Coverage[] } {
  const evidence = new Map<string, Evidence>();
  const pending: string[] = [...listNamedEvidence(verdict)];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (!evidence.has(id)) {
      const piece = source.evidence(id) ?? failMissing(verdict.id, id);
      evidence.set(id, piece);
      pending.push(...listGuardEvidence(piece));
    }
  }
  const pieces = [...evidence.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  const cited: readonly CoverageId[] = sortIds(pieces.flatMap((piece) => piece.coverage));
  return { evidence: pieces, coverage: cited.map((id) => source.coverage(id) ?? failMissing(verdict.id, id)) };
}

function failMissing(verdict: string, id: string): never {
  throw new VerdictError(
    "verdict.evidence-missing",
    verdict,
    `The proof of ${verdict} cites ${id}, which was not handed over.`,
  );
}

/**
 * Everything a stranger needs to re-check the verdict, and nothing else: the evidence it cites, the rule lists behind its
 * paths, the coverage its negatives rest on. Throws `verdict.evidence-missing` when a cited piece was not handed over.
 */
export function toProofBundle(
  verdict: Verdict,
  from: { readonly evidence: readonly Evidence[]; readonly coverage: readonly Coverage[] },
): ProofBundle {
  const evidence = new Map<string, Evidence>(from.evidence.map((piece) => [piece.id, piece]));
  const coverage = new Map<string, Coverage>(from.coverage.map((record) => [record.id, record]));
  const source = { evidence: (id: string) => evidence.get(id), coverage: (id: string) => coverage.get(id) };
  return { format: 1, verdict, ...collectProof(source, verdict) };
}
