/** Advisories, normalised. Source: OSV schema 1.7 (ossf.github.io/osv-schema). */

/** One event of a range's timeline. `0` as introduced means from the start. */
export type RangeEvent =
  | { readonly introduced: string }
  | { readonly fixed: string }
  | { readonly lastAffected: string };

/** Affected versions as a timeline of events, in any order; `versions` sorts them by the ecosystem's scheme. */
export interface AffectedRange {
  readonly events: readonly RangeEvent[];
}

/** One affected package of an advisory. The same package may stand twice in one advisory (module streams, release lines). */
export interface AffectedPackage {
  /** OSV ecosystem as spelled, `Debian:12`. */
  readonly ecosystem: string;
  readonly name: string;
  readonly ranges: readonly AffectedRange[];
  /** Exact versions; affected if listed here OR in a range. */
  readonly versions: readonly string[];
  readonly severity: readonly Severity[];
  /** Distribution's own urgency (`unimportant`, `low`, …), verbatim. */
  readonly urgency?: string;
  /** RustSec informational class; not a confirmed vulnerability. */
  readonly informational?: string;
  /** Binary packages the source package's advisory applies to, where the feed says. */
  readonly binaries?: readonly string[];
}

/** A severity statement of one source, kept as said. */
export type Severity =
  | {
      readonly kind: "cvss";
      readonly version: "2.0" | "3.0" | "3.1" | "4.0";
      readonly vector: string;
      readonly source: string;
    }
  | { readonly kind: "label"; readonly label: SeverityLabel; readonly source: string };

/** Display severity. `negligible` is Debian `unimportant` / Ubuntu `negligible`: shown, not counted in gates. */
export type SeverityLabel = "critical" | "high" | "medium" | "low" | "negligible" | "none" | "unknown";

/** Whether and how it is fixed for one installed package. */
export type FixState =
  | { readonly kind: "fixed"; readonly version: string }
  | { readonly kind: "none" }
  | { readonly kind: "wont-fix"; readonly reason: string }
  | { readonly kind: "unknown" };

/** One vulnerability record of one source. Withdrawn records never become an Advisory. */
export interface Advisory {
  readonly id: string;
  /** Same vulnerability under other ids: symmetric and transitive. */
  readonly aliases: readonly string[];
  /** One-to-many (a notice and its CVEs): enriches, never merges. */
  readonly upstream: readonly string[];
  readonly related: readonly string[];
  readonly summary: string;
  readonly published?: string;
  readonly modified: string;
  readonly severity: readonly Severity[];
  readonly affected: readonly AffectedPackage[];
  readonly references: readonly string[];
  /** Source id of `vulndb`, with its licence recorded there. */
  readonly source: string;
}

/** Known-exploited entry. Source: CISA KEV catalogue schema. */
export interface KevEntry {
  readonly cve: string;
  readonly dateAdded: string;
  readonly dueDate: string;
  readonly ransomware: boolean;
  readonly requiredAction: string;
}

/** EPSS score with its date. Source: first.org/epss. Never turns a verdict. */
export interface EpssScore {
  readonly cve: string;
  readonly probability: number;
  readonly percentile: number;
  readonly scoreDate: string;
}
