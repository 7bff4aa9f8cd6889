/** How long what was observed may be relied on. */
import type { CollectorSource } from "@sightline/model";
import { VerdictError } from "./verdict-error.ts";

/** Validities in milliseconds, one per kind of observation. */
export interface Validities {
  /** Whether a workload runs: containers come and go. */
  readonly livenessMs: number;
  /** Kubernetes objects. */
  readonly kubernetesMs: number;
  /** Azure resources: networks, filters, sites. */
  readonly azureMs: number;
  /** Advisory database, counted from when it was last found current. */
  readonly databaseMs: number;
}

const hourMs = 3_600_000;

/** Defaults of the verdict taxonomy (docs/adr): liveness 2 h, Kubernetes 6 h, Azure 24 h, database 24 h. */
export const defaultValidities: Validities = {
  livenessMs: 2 * hourMs,
  kubernetesMs: 6 * hourMs,
  azureMs: 24 * hourMs,
  databaseMs: 24 * hourMs,
};

/** Nothing observed in an estate is relied on for longer than this, whatever a workspace sets; the verifier knows it too. */
export const validityMaxMs = 7 * 24 * hourMs;

/** End of what never goes stale: a digest names the same bytes for ever, and knowledge is pinned by its version. */
export const endOfTime = "9999-12-31T23:59:59.999Z";

/** The instant as milliseconds. Throws `verdict.invalid-time` when the text is none. */
export function parseInstant(text: string, subject: string): number {
  const time = Date.parse(text);
  if (!Number.isFinite(time)) {
    throw new VerdictError("verdict.invalid-time", subject, `“${text}” is not an instant (${subject}).`);
  }
  return time;
}

/** Milliseconds as an ISO 8601 instant in UTC. */
export function formatInstant(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** The defaults with the caller's wishes; throws `verdict.invalid-time` when one is not between 0 and seven days. */
export function toValidities(wishes: Partial<Validities> | undefined): Validities {
  const validities = { ...defaultValidities, ...wishes };
  for (const [name, valueMs] of Object.entries(validities)) {
    if (!(valueMs >= 0 && valueMs <= validityMaxMs)) {
      throw new VerdictError("verdict.invalid-time", name, `${name} must lie between 0 and ${validityMaxMs} ms.`);
    }
  }
  return validities;
}

/** How long a list read through an API may be relied on. */
export function validityOf(source: CollectorSource, validities: Validities): number {
  return source.api === "kubernetes" ? validities.kubernetesMs : validities.azureMs;
}
