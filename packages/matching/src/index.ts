/** Inventory and advisories to findings, with the standards that describe both ends: the only door of the package. */
export { checkCvssFile } from "./check-cvss.ts";
export { type AdvisoryReading, checkOsvLines } from "./check-osv.ts";
export { checkPurlTests } from "./check-purl.ts";
export { type CvssScores, type CvssVector, formatCvss, parseCvss, scoreCvss } from "./cvss.ts";
export { matchingErrorCodes } from "./error-codes.data.ts";
export type { AdvisoryLookup } from "./judge-group.ts";
export { createFindingKey, type MatchInput, match } from "./match.ts";
export { matchPackage } from "./match-package.ts";
export { createPurl, formatPurl, type Purl, parsePurl } from "./purl.ts";
