/** Verdicts: the only door of the package. */

export { type VerdictErrorCode, verdictErrorCodes } from "./error-codes.data.ts";
export { applyExpiry } from "./expiry.ts";
export { defaultValidities, type Validities } from "./freshness.ts";
export { type JudgeInput, type JudgeOptions, type JudgeResult, judge } from "./judge.ts";
export { knowledgeVersion } from "./knowledge/knowledge.ts";
export { toProofBundle } from "./proof.ts";
export { rulesVersion } from "./rules.ts";
export { summarise, type VerdictSummary } from "./summary.ts";
export { VerdictError } from "./verdict-error.ts";
