/** The proof tree has the shape of a decision, and its leaves are the facts of the verdict. */
import type { Bundle, Fact, ProofNode } from "./bundle.ts";
import { classOfRule, type Range } from "./decision.ts";
import { textOf, textsOf } from "./json.ts";

/** What a proof says besides its truth values. */
export interface ReadProof {
  /** Modes it decides for. */
  readonly modes: readonly string[];
  /** Facts it asked for, by name. */
  readonly asked: ReadonlySet<string>;
  readonly problems: readonly string[];
}

/** Reads the tree and checks its form. */
export function readProof(bundle: Bundle): ReadProof {
  const { verdict } = bundle;
  const { proof } = verdict;
  const facts = new Map(verdict.facts.map((fact) => [fact.name, fact]));
  const modes = proof.nodes.map(({ rule }) => rule.replace(/^delivery\./, ""));
  const leaves = proof.nodes.flatMap((mode) => mode.nodes.flatMap((step) => step.nodes));
  const truth = verdict.class === "unknown" ? "U" : "T";
  const isRoot = proof.rule === "verdict" && proof.note === verdict.class && proof.truth === truth;
  return {
    modes,
    asked: new Set(leaves.map((leaf) => leaf.rule.replace(/^fact\./, ""))),
    problems: [
      ...(isRoot ? [] : ["the root does not say what the verdict says"]),
      ...proof.nodes.flatMap((node) => [...checkMode(node, facts), ...checkDelivery(bundle, node, modes)]),
    ],
  };
}

/** The modes must be those a statement about this very flaw in this very package names. */
function checkDelivery({ verdict, evidence }: Bundle, node: ProofNode, modes: readonly string[]): readonly string[] {
  const [id = ""] = node.evidence;
  const known = evidence.get(id);
  const value = known?.kind === "knowledge.delivery" && node.evidence.length === 1 ? known.value : null;
  const { purl, vulnerability } = verdict.unit;
  const isMine = textOf(value, "purl") === purl && textOf(value, "vulnerability") === vulnerability;
  if (!isMine || textsOf(value, "modes").join() !== modes.join()) {
    return [`the modes of ${node.rule} rest on no statement about this flaw`];
  }
  const vectors = textsOf(value, "vectors");
  const isByHand = modes.length > 1 || (vectors.length > 0 && vectors.every((vector) => /\bAV:P\b/.test(vector)));
  return modes.includes("physical") && !isByHand ? ["not every vector says that somebody must be at the machine"] : [];
}

function checkMode(node: ProofNode, facts: ReadonlyMap<string, Fact>): readonly string[] {
  const problems: string[] = [];
  if (!/^delivery\.(?:inbound|outbound|data|local|physical)$/.test(node.rule)) {
    problems.push(`${node.rule} is no delivery`);
  }
  node.nodes.forEach((step, index) => {
    const isLast = index === node.nodes.length - 1;
    if (classOfRule.get(step.rule) !== step.note || (step.truth === "T") !== isLast || step.evidence.length > 0) {
      problems.push(`step ${step.rule} is not a step of the decision`);
    }
    problems.push(...step.nodes.flatMap((leaf) => checkLeaf(leaf, facts)));
  });
  return node.nodes.length === 0 ? [...problems, "nothing was decided"] : problems;
}

function checkLeaf(leaf: ProofNode, facts: ReadonlyMap<string, Fact>): readonly string[] {
  const fact = facts.get(leaf.rule.replace(/^fact\./, ""));
  const isFact =
    fact !== undefined &&
    leaf.rule === `fact.${fact.name}` &&
    leaf.truth === fact.truth &&
    leaf.nodes.length === 0 &&
    leaf.evidence.join() === fact.because.join();
  return isFact ? [] : [`${leaf.rule} is not a fact of the verdict`];
}

/** Do the steps that hold or may hold name exactly the classes that trying everything finds? */
export function namesEveryClass({ verdict }: Bundle, { possible }: Range): boolean {
  const named = new Set(
    verdict.proof.nodes.flatMap((mode) => mode.nodes.filter(({ truth }) => truth !== "F").map(({ note }) => note)),
  );
  return named.size === possible.length && possible.every((id) => named.has(id));
}
