/** From an estate snapshot to exposures with path or cut: the only door of the package. */
export { type ComputedExposures, type ComputeOptions, computeExposures } from "./compute-exposures.ts";
export { type ReachabilityErrorCode, reachabilityErrorCodes } from "./error-codes.data.ts";
export type { CaseCheck, CaseFailure, Compared } from "./lab/check.ts";
export { checkNetpolFile, evaluateNetpolCase } from "./lab/netpol-case.ts";
export { checkNsgLines, evaluateNsgCase, type NsgAnswer } from "./lab/nsg-case.ts";
export { ReachabilityError, type Wire } from "./lab/wire.ts";
