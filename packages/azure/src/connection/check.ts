/** What one rung of the connection test shows. */
import type { Clock, HttpClient } from "@sightline/platform";
import type { AzureCloud } from "../cloud.ts";
import type { AppIdentity } from "../identity.ts";
import type { ConnectionCode } from "./diagnosis.data.ts";

/** Rungs, lowest first. */
export const connectionRungs = ["ids", "tenant", "token", "subscription", "resources", "roles"] as const;

/** One of {@link connectionRungs}. */
export type ConnectionRung = (typeof connectionRungs)[number];

/** A failed or doubtful rung: what it is and the `az` command that mends it, ready to paste. */
export interface ConnectionFinding {
  readonly code: ConnectionCode;
  readonly cause: string;
  readonly command: string;
  /** Azure's own code, verbatim, where Azure said something. */
  readonly azureCode?: string;
  /** Correlation id for Azure's support. */
  readonly requestId?: string;
}

/** What a rung showed. `amber`: it works, and somebody should look. */
export type ConnectionOutcome =
  | { readonly state: "passed"; readonly detail: string }
  | ({ readonly state: "amber" | "failed" } & ConnectionFinding)
  /** A lower rung did not pass, so this one was not tried. */
  | { readonly state: "skipped"; readonly after: ConnectionRung };

/** One line of the checklist. */
export type ConnectionCheck = ConnectionOutcome & {
  readonly rung: ConnectionRung;
  /** Tenant or subscription it is about. */
  readonly subject: string;
  readonly durationMs: number;
};

/** What is tested. */
export interface ConnectionTest {
  readonly tenantId: string;
  readonly subscriptionIds: readonly string[];
  readonly identity: AppIdentity;
  readonly cloud: AzureCloud;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}
