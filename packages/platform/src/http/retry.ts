/** When to ask again and how long to wait: pure decisions, the client does the waiting. */
import type { Random } from "../random.ts";

/** Bounds on asking again. */
export interface RetryPolicy {
  /** Requests sent at most for one call, the first included. */
  readonly attemptsMax: number;
  /** Wait before the second attempt when the server names none; doubles from there. */
  readonly firstDelayMs: number;
  readonly delayMaxMs: number;
  /** A server that asks for a longer wait is not waited for: its answer is handed to the caller. */
  readonly retryAfterMaxMs: number;
}

/** Five attempts, at most two minutes of waiting between two of them. */
export const defaultRetryPolicy: RetryPolicy = {
  attemptsMax: 5,
  firstDelayMs: 400,
  delayMaxMs: 20_000,
  retryAfterMaxMs: 120_000,
};

/** Statuses that say "later", not "no". Source: RFC 9110 §15, RFC 6585 §4 (429). 501 and 505 never get better. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status === 500 || status === 502 || status === 503 || status === 504;
}

/**
 * `Retry-After` in milliseconds from now: delay-seconds or an HTTP-date (RFC 9110 §10.2.3). A date in the past is 0.
 * `undefined` when absent or neither form.
 */
export function parseRetryAfter(value: string | null, nowMs: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) {
    return Number(text) * 1000;
  }
  // Date.parse accepts far more than HTTP-dates ("2", "-1"): ask for the day name that every HTTP-date starts with.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text) || text.length > 40) {
    return undefined;
  }
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

/**
 * Wait before attempt `attempt + 1` when the server names none: doubles from `firstDelayMs` up to `delayMaxMs`; the
 * upper half is left to chance so that many clients do not come back at the same moment.
 */
export function toBackoffMs(attempt: number, policy: RetryPolicy, random: Random): number {
  const full = Math.min(policy.delayMaxMs, policy.firstDelayMs * 2 ** (attempt - 1));
  return Math.round(full / 2 + (full / 2) * random.nextFraction());
}
