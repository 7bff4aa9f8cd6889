/** What a check can find. */

/** Codes of failures; stable, one for each kind of thing that does not hold. */
export const failureCodes = [
  "bundle.malformed",
  "bundle.version",
  "bundle.repeated",
  "evidence.missing",
  "evidence.unused",
  "evidence.hash",
  "evidence.kind",
  "evidence.validity",
  "evidence.expired",
  "coverage.missing",
  "coverage.unused",
  "verdict.id",
  "verdict.seal",
  "verdict.time",
  "verdict.class",
  "verdict.range",
  "verdict.missing",
  "fact.repeated",
  "fact.unproven",
  "proof.shape",
  "position.unproven",
  "sentence.parts",
] as const;

/** One of {@link failureCodes}. */
export type FailureCode = (typeof failureCodes)[number];

/** One thing that does not hold. */
export interface Failure {
  readonly code: FailureCode;
  /** What, in words; for people, never for programs. */
  readonly detail: string;
}
