/**
 * What was looked at, how completely, and what was not. Gaps are data: a verdict that needs what a gap hides is
 * unknown, never safe (domain rule: a gap never becomes "not exploitable").
 */
import type { CoverageId, ResourceId } from "./ids.ts";

/** Role or credential under which a list was made. */
export interface CollectorSource {
  readonly collector: string;
  readonly version: number;
  /** `arm`, `resource-graph`, `kubernetes`, `scan`, `template`. */
  readonly api: string;
  readonly apiVersion: string;
  /** Tenant, subscription, resource group or cluster the call was made in. */
  readonly scope: string;
  /** Role known to allow it, `Reader`. */
  readonly role?: string;
  readonly requestId?: string;
}

/**
 * One list of one kind in one scope. `complete` only when every page came and nothing was denied, throttled away
 * or unreadable. A necessary condition of every negative answer over that kind.
 */
export interface Coverage {
  readonly id: CoverageId;
  /** Subscription or cluster ARM id, in lower case. */
  readonly scope: string;
  /** Resource kind (`networkSecurityGroup`, `pod`, `census`). */
  readonly kind: string;
  readonly complete: boolean;
  readonly pages: number;
  readonly count: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly source: CollectorSource;
  readonly gaps: readonly CollectionGap[];
}

/** Why something is not in the snapshot. The kinds differ in what mends them, so they are never folded. */
export type CollectionGap =
  | {
      readonly kind: "denied";
      readonly subject: string;
      readonly status: number;
      readonly code: string;
      readonly missingAction?: string;
      readonly remedy: string;
    }
  | { readonly kind: "throttled"; readonly subject: string; readonly status: number; readonly remedy: string }
  | {
      readonly kind: "failed";
      readonly subject: string;
      readonly status?: number;
      readonly code: string;
      readonly message: string;
      readonly remedy: string;
    }
  | { readonly kind: "unreadable"; readonly subject: string; readonly message: string; readonly remedy: string }
  | { readonly kind: "truncated"; readonly subject: string; readonly limit: string; readonly remedy: string }
  | {
      readonly kind: "not-modelled";
      readonly subject: string;
      readonly resourceType: string;
      readonly count: number;
      readonly remedy: string;
    }
  | { readonly kind: "dangling"; readonly subject: string; readonly from: ResourceId; readonly remedy: string };
