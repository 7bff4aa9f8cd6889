/** A vulnerability in a package of an image. */

import type { EpssScore, FixState, KevEntry, Severity, SeverityLabel } from "./advisory.ts";
import type { Digest, FindingKey } from "./ids.ts";
import type { Package } from "./package.ts";

/** Why the advisory was or was not held to apply; never a bare boolean. */
export type MatchOutcome =
  | { readonly kind: "affected"; readonly reason: string; readonly fix: FixState }
  | { readonly kind: "not-affected"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

/** One advisory's part in a finding. */
export interface MatchEvidence {
  readonly advisory: string;
  /** Ecosystem and name it was looked up under: `Debian:12 openssl`. */
  readonly ecosystem: string;
  readonly packageName: string;
  /** The version that was compared: the source package's where advisories are keyed by it. */
  readonly comparedVersion: string;
  readonly scheme: string;
  /** In words: `1.2.3 is before 1.2.4, the fixed version`. */
  readonly reason: string;
  readonly source: string;
}

/** CVSS base score of one vector, by one calculator. */
export interface CvssScore {
  readonly vector: string;
  readonly version: "2.0" | "3.0" | "3.1" | "4.0";
  readonly baseScore: number;
  readonly source: string;
}

/**
 * One vulnerability (alias set) in one package instance of one image. `status` `unknown` means the match could not
 * be decided (no version, no distribution, unreadable range) and says why; it is never dropped.
 */
export interface Finding {
  readonly key: FindingKey;
  readonly imageDigest?: Digest;
  readonly package: Package;
  /** Display id: CVE before GHSA before ecosystem id before vendor id. */
  readonly vulnerability: string;
  /** All ids of the alias set, sorted. */
  readonly ids: readonly string[];
  readonly summary: string;
  readonly status: "affected" | "unknown";
  readonly reason: string;
  readonly fix: FixState;
  readonly severity: SeverityLabel;
  /** Where the display severity came from. */
  readonly severitySource: string;
  readonly severities: readonly Severity[];
  readonly cvss: readonly CvssScore[];
  readonly kev?: KevEntry;
  readonly epss?: EpssScore;
  readonly evidence: readonly MatchEvidence[];
}

/** A record that warns without reporting a vulnerability: RustSec `unmaintained`, `unsound`, `notice`. Never counted as one. */
export interface AdvisoryWarning {
  readonly purl: string;
  readonly advisory: string;
  /** As the source calls it, `unmaintained`. */
  readonly class: string;
  readonly summary: string;
}

/** Findings of one image with what could not be matched. */
export interface MatchReport {
  readonly findings: readonly Finding[];
  /** Packages that could not be matched at all, by reason. */
  readonly unmatched: readonly { readonly purl: string; readonly reason: string }[];
  /** Absent when there are none. */
  readonly warnings?: readonly AdvisoryWarning[];
  /** Database generation the findings rest on. */
  readonly database: { readonly generation: string; readonly builtAt: string };
}
