/** Advisories: import, build, open, query. The only door of the package. */
export { type AdvisoryDatabase, openDatabase } from "./database.ts";
export { vulndbErrorCodes } from "./error-codes.data.ts";
export {
  type ImportOptions,
  type ImportProgress,
  type ImportReport,
  importAdvisories,
} from "./import.ts";
export type { ImportLimits } from "./import-limits.ts";
export { toPackageKey } from "./package-key.ts";
export { type RecordReading, readOsvRecord } from "./read-record.ts";
export type { SsvcDecision } from "./source.ts";
export type { DatabaseStatus } from "./status.ts";
export { VulndbError } from "./vulndb-error.ts";
