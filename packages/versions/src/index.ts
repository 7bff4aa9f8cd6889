/** Version schemes of the ecosystems and the one evaluation of affected ranges: the only door of the package. */
export { checkConstraintLines, checkVersionLines, parseSchemeName } from "./check-lines.ts";
export {
  type CaseOutcome,
  type ConformanceCheck,
  checkJsonLines,
  checkLines,
  collectOutcomes,
} from "./conformance.ts";
export { type AffectedEnd, matchVersions, type RangeOutcome } from "./range.ts";
export type { InvalidVersion, Version, VersionScheme } from "./scheme.ts";
export { schemeFor, toSchemeId } from "./schemes.ts";
