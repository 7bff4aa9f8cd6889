/** The independent check of proof bundles: the only door of the package. */
export type { VerifiableBundle } from "./bundle.ts";
export { type Failure, type FailureCode, failureCodes } from "./failure.ts";
export { type Verification, verify } from "./verify.ts";
