/** Version schemes of the ecosystems and the one evaluation of affected ranges: the only door of the package. */
export {
  checkConstraintLines,
  checkVersionLines,
  type LineCheck,
  type LineFailure,
  parseSchemeName,
} from "./check-lines.ts";
export { type AffectedEnd, type AffectedVersions, matchRange, matchVersions, type RangeOutcome } from "./range.ts";
export type { InvalidVersion, Version, VersionScheme } from "./scheme.ts";
export { schemeFor, toSchemeId, versionSchemes } from "./schemes.ts";
