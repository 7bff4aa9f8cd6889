/** Facts, evidence and verdicts. Standards mapped to: OpenVEX 0.2.0, CycloneDX 1.7 VEX, CSAF 2.1, SSVC. */

import type { CollectorSource, Coverage } from "./coverage.ts";
import type { WorkloadId } from "./estate.ts";
import type { AttackerPosition } from "./exposure.ts";
import type { CoverageId, Digest, EvidenceId, FindingKey, ResourceId, VerdictId } from "./ids.ts";

/** Class ids, stable for ever, best first for the attacker. */
export const verdictClasses = [
  "exploitable.internet",
  "exploitable.credentialed",
  "exploitable.trusted",
  "unknown",
  "exploitable.foothold",
  "conditional.indirect",
  "exploitable.local",
  "inert.not_running",
  "inert.not_deployed",
  "not_exploitable.no_path",
  "not_exploitable.not_executable",
  "not_exploitable.config_excluded",
  "not_exploitable.physical",
  "not_exploitable.absent",
] as const;

/** One of {@link verdictClasses}. */
export type VerdictClass = (typeof verdictClasses)[number];

/** A class that says something definite. */
export type DefiniteClass = Exclude<VerdictClass, "unknown">;

/** True, false, or not known. */
export type Truth = "T" | "F" | "U";

/** The facts a verdict is made of. */
export const factNames = [
  "present",
  "live",
  "sameImage",
  "executable",
  "inboundOnly",
  "listens",
  "reachInternet",
  "reachTrusted",
  "reachFoothold",
  "egressAttacker",
  "authGate",
  "needsPrivilege",
  "config",
] as const;

/** One of {@link factNames}. */
export type FactName = (typeof factNames)[number];

/** A statement with its evidence; `U` says why it is not known. */
export type Fact =
  | { readonly name: FactName; readonly truth: "T" | "F"; readonly because: readonly [EvidenceId, ...EvidenceId[]] }
  | {
      readonly name: FactName;
      readonly truth: "U";
      readonly because: readonly EvidenceId[];
      readonly missing: MissingFact;
    };

/** What is missing, why, and the cheapest thing that mends it. */
export interface MissingFact {
  readonly fact: FactName;
  readonly why: "absent" | "denied" | "stale" | "conflict" | "unsupported";
  readonly detail: string;
  readonly remedy: { readonly command: string; readonly role?: string };
}

/** JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One observed thing. `id` is the hash of the rest: a changed byte is a different evidence. */
export interface Evidence {
  readonly id: EvidenceId;
  /** `scan.match`, `workload.liveness`, `exposure.path`, `exposure.cut`, `knowledge.role`, … */
  readonly kind: string;
  readonly subject: ResourceId | Digest | string;
  readonly value: Json;
  readonly observedAt: string;
  readonly validUntil: string;
  readonly source: CollectorSource;
  readonly coverage: readonly CoverageId[];
}

/** A node of the proof tree: which rule made which truth out of what. */
export interface ProofNode {
  readonly rule: string;
  readonly truth: Truth;
  readonly inputs: readonly (ProofNode | EvidenceId)[];
  readonly note: string;
}

/** What a verdict is about. */
export interface VerdictUnit {
  readonly finding: FindingKey;
  readonly vulnerability: string;
  readonly purl: string;
  readonly path: string;
  readonly imageDigest: Digest;
  readonly workload: WorkloadId | "none";
  readonly container: string;
}

/** A piece of the sentence; a piece that names something observed points to its evidence. */
export interface SentencePart {
  readonly text: string;
  readonly evidence?: EvidenceId;
}

/** Truth per attacker position, for the ladder a person sees. */
export interface PositionTruth {
  readonly position: AttackerPosition;
  readonly truth: Truth;
  readonly because: readonly EvidenceId[];
}

/**
 * The judgement on one vulnerability in one workload. `floor` and `ceiling` are the least and the most exploitable class
 * that the unknown facts still allow; equal to the class for definite ones, save that one safe class may stand with
 * another safe one as floor (a library that certainly cannot run and may besides be absent is not exploitable either way).
 */
export interface Verdict {
  readonly id: VerdictId;
  readonly unit: VerdictUnit;
  readonly class: VerdictClass;
  readonly floor: DefiniteClass;
  readonly ceiling: DefiniteClass;
  readonly facts: readonly Fact[];
  readonly positions: readonly PositionTruth[];
  readonly missing: readonly MissingFact[];
  readonly proof: ProofNode;
  /** One to three sentences; every noun of it stands in the evidence. */
  readonly sentence: string;
  /** The same sentence in pieces, so that every noun opens its evidence: the texts joined are `sentence`. */
  readonly wording?: readonly SentencePart[];
  readonly assumptions: readonly string[];
  readonly rulesVersion: string;
  readonly knowledgeVersion: string;
  readonly databaseGeneration: string;
  /**
   * `sha256:` over the canonical JSON (RFC 8785) of this verdict without this field and of every coverage record its
   * evidence cites. Evidence ids are hashes themselves, so any changed byte under the verdict shows here.
   */
  readonly inputsHash: string;
  readonly computedAt: string;
  /** Earliest expiry of the evidence; after it the verdict reads `unknown`. */
  readonly validUntil: string;
}

/** Everything a stranger needs to re-check a verdict: the verdict, its evidence, its coverage. */
export interface ProofBundle {
  readonly format: 1;
  readonly verdict: Verdict;
  readonly evidence: readonly Evidence[];
  readonly coverage: readonly Coverage[];
}
