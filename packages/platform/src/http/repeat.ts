/** Asking again: at most a few times, only where it is harmless, and never before the moment the server named. */
import { type Outcome, sendOnce } from "./exchange.ts";
import { assertReadOnly, azureHosts } from "./guard.ts";
import { isRetryableError, toHttpError } from "./http-error.ts";
import { isCredentialHeader, isLoopback } from "./redirect.ts";
import type { Hop, Machinery } from "./request.ts";
import type { HttpResponse } from "./response.ts";
import { isRetryableStatus, parseRetryAfter, toBackoffMs } from "./retry.ts";

/** Checks a hop against everything that may keep it from being sent at all. */
function assertSendable(machinery: Machinery, hop: Hop): void {
  const { request, url } = hop;
  assertReadOnly(
    {
      method: request.method,
      url,
      towards: request.towards,
      headerNames: hop.headers.map(([name]) => name),
      hasBody: request.body !== undefined,
    },
    machinery.options.guard ?? azureHosts,
  );
  const sendsCredential = hop.headers.some(([name]) => isCredentialHeader(name)) || request.method === "POST";
  if (url.protocol === "http:" && sendsCredential && !isLoopback(url.hostname)) {
    throw toHttpError("http.credentials-refused", url, "credentials are not sent over plain http");
  }
}

/** The answer at one address, asked for again while that may help. Throws the last {@link HttpError}. */
export async function sendRepeating(machinery: Machinery, hop: Hop): Promise<HttpResponse> {
  assertSendable(machinery, hop);
  for (let attempt = 1; ; attempt += 1) {
    await waitForPause(machinery, hop);
    const outcome = await sendOnce(machinery, hop, attempt);
    const wait = toWait(machinery, hop, outcome, attempt);
    if (wait === undefined) {
      if ("error" in outcome) {
        throw outcome.error;
      }
      return outcome.response;
    }
    if ("response" in outcome) {
      outcome.response.discard();
    }
    if (wait.isAsked) {
      pause(machinery, hop, wait.delayMs);
    } else {
      await sleep(machinery, hop, wait.delayMs);
    }
  }
}

interface Wait {
  readonly delayMs: number;
  /** The server named the delay. */
  readonly isAsked: boolean;
}

/** How long to wait before the next attempt; `undefined`: this outcome stands. */
function toWait(machinery: Machinery, hop: Hop, outcome: Outcome, attempt: number): Wait | undefined {
  const { retry, options } = machinery;
  const isRetryable = "error" in outcome ? isRetryableError(outcome.error) : isRetryableStatus(outcome.response.status);
  if (attempt >= (hop.request.attemptsMax ?? retry.attemptsMax) || !isRetryable) {
    return undefined;
  }
  const askedMs =
    "error" in outcome
      ? undefined
      : parseRetryAfter(outcome.response.headers.get("retry-after"), options.clock.nowMs());
  if (askedMs === undefined) {
    return { delayMs: toBackoffMs(attempt, retry, options.random), isAsked: false };
  }
  return askedMs > retry.retryAfterMaxMs ? undefined : { delayMs: askedMs, isAsked: true };
}

function toThrottleKey(hop: Hop): string {
  return hop.request.throttleKey ?? hop.url.origin;
}

/** Some services start the wait anew for whoever asks too early, so a wait holds for everyone with the same key. */
function pause(machinery: Machinery, hop: Hop, delayMs: number): void {
  const key = toThrottleKey(hop);
  const untilMs = machinery.options.clock.elapsedMs() + delayMs;
  machinery.pauses.set(key, Math.max(untilMs, machinery.pauses.get(key) ?? 0));
}

async function waitForPause(machinery: Machinery, hop: Hop): Promise<void> {
  const key = toThrottleKey(hop);
  const untilMs = machinery.pauses.get(key);
  if (untilMs === undefined) {
    return;
  }
  const leftMs = untilMs - machinery.options.clock.elapsedMs();
  if (leftMs > 0) {
    await sleep(machinery, hop, leftMs);
  }
  if (machinery.pauses.get(key) === untilMs) {
    machinery.pauses.delete(key);
  }
}

async function sleep(machinery: Machinery, hop: Hop, ms: number): Promise<void> {
  try {
    await machinery.options.clock.sleep(ms, hop.request.signal);
  } catch (error) {
    throw toHttpError("http.cancelled", hop.url, "cancelled while waiting to ask again", { cause: error });
  }
}
