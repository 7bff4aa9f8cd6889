/** One request on the wire and its line in the journal. */
import { Secret } from "../secret.ts";
import { fromNetworkError, type HttpError, toHttpError } from "./http-error.ts";
import { redactUrl } from "./journal.ts";
import { isRedirect } from "./redirect.ts";
import type { Hop, Machinery } from "./request.ts";
import { createBufferedResponse, createResponse, type HttpResponse, type ResponseHead } from "./response.ts";

/** How one request ended. */
export type Outcome = { readonly response: HttpResponse } | { readonly error: HttpError };

const defaultTimeoutMs = 30_000;
const bodyIdleTimeoutMs = 60_000;
const bodyWholeTimeoutMs = 300_000;

/** Sends one request; never throws. */
export async function sendOnce(machinery: Machinery, hop: Hop, attempt: number): Promise<Outcome> {
  const startedMs = machinery.options.clock.elapsedMs();
  let outcome: Outcome;
  try {
    outcome = { response: await exchange(machinery, hop, attempt) };
  } catch (error) {
    const isCancelled = hop.request.signal?.aborted === true;
    outcome = {
      error: isCancelled
        ? toHttpError("http.cancelled", hop.url, "cancelled", { cause: error })
        : fromNetworkError(error, hop.url, "request"),
    };
  }
  report(machinery, hop, { attempt, startedMs, outcome });
  return outcome;
}

async function exchange(machinery: Machinery, hop: Hop, attempt: number): Promise<HttpResponse> {
  const { request, url, headers } = hop;
  const answer = await machinery.dispatcher.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: request.method,
    headers: Object.fromEntries(
      headers.map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
    ),
    body: request.body ?? null,
    signal: request.signal ?? null,
    headersTimeout: request.timeoutMs ?? defaultTimeoutMs,
    bodyTimeout: bodyIdleTimeoutMs,
  });
  const head: ResponseHead = {
    status: answer.statusCode,
    headers: toHeaders(answer.headers),
    url: url.href,
    attempts: attempt,
  };
  const response = createResponse(head, answer.body, {
    signal: request.signal,
    decode: headers.some(([name, value]) => name === "accept-encoding" && value === "gzip"),
    wholeTimeoutMs: bodyWholeTimeoutMs,
  });
  if (request.bufferBytesMax === undefined || isRedirect(head.status)) {
    return response;
  }
  return createBufferedResponse(head, await response.readBytes(request.bufferBytesMax));
}

function toHeaders(raw: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const item of Array.isArray(value) ? value : [value ?? ""]) {
      headers.append(name, item);
    }
  }
  return headers;
}

interface Attempt {
  readonly attempt: number;
  readonly startedMs: number;
  readonly outcome: Outcome;
}

function report(machinery: Machinery, hop: Hop, { attempt, startedMs, outcome }: Attempt): void {
  const { clock, journal, log } = machinery.options;
  const entry = {
    at: new Date(clock.nowMs()).toISOString(),
    method: hop.request.method,
    url: redactUrl(hop.url),
    towards: hop.request.towards,
    purpose: hop.request.purpose,
    attempt,
    durationMs: Math.round(clock.elapsedMs() - startedMs),
    outcome: "error" in outcome ? { errorCode: outcome.error.code } : { status: outcome.response.status },
  };
  journal?.record(entry);
  log?.debug(entry, "http request");
}
