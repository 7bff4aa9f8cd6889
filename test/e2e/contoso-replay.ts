/** HTTP answers kept and given again: the same round over the same cloud, with single answers exchanged. */
import { Readable } from "node:stream";
import type { HttpClient, HttpResponse } from "@sightline/platform";

/** One kept answer, and what it was an answer to. */
export interface KeptAnswer {
  readonly method: string;
  readonly url: string;
  /** Empty where none was sent. */
  readonly body: string;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly bytes: Buffer;
}

type Request = Parameters<HttpClient["request"]>[0];

const bytesMax = 64 * 1024 * 1024;

function toKey({
  method,
  url,
  body,
}: {
  readonly method: string;
  readonly url: string;
  readonly body?: string;
}): string {
  const { origin, pathname } = new URL(url);
  // A sign-in carries something new every time; that it is one is enough.
  return pathname.includes("/oauth2/") ? `${method} ${origin}${pathname}` : `${method} ${url} ${body ?? ""}`;
}

/** Passes every call on and keeps its answer. */
export function recordAnswers(http: HttpClient, kept: Map<string, KeptAnswer>): HttpClient {
  return {
    request: async (request) => {
      const response = await http.request(request);
      const bytes = await response.readBytes(bytesMax);
      const { method, url, body = "" } = request;
      const answer = { method, url, body, status: response.status, headers: [...response.headers], bytes };
      kept.set(toKey(request), answer);
      return toResponse(answer, request);
    },
    close: () => http.close(),
  };
}

/** Gives kept answers, each after `exchange` had a look at it; a call nobody recorded fails the test. */
export function replayAnswers(
  kept: ReadonlyMap<string, KeptAnswer>,
  exchange: (answer: KeptAnswer) => KeptAnswer,
): HttpClient {
  return {
    request: (request) => {
      const answer = kept.get(toKey(request));
      if (answer === undefined) {
        return Promise.reject(new Error(`nobody recorded ${toKey(request)}`));
      }
      return Promise.resolve(toResponse(exchange(answer), request));
    },
    close: () => Promise.resolve(),
  };
}

function toResponse({ status, headers, bytes }: KeptAnswer, { url }: Request): HttpResponse {
  return {
    status,
    headers: new Headers(headers.map(([name, value]) => [name, value])),
    url,
    attempts: 1,
    body: Readable.from([bytes]),
    readBytes: () => Promise.resolve(bytes),
    readJson: () => Promise.resolve(JSON.parse(bytes.toString("utf8"))),
    discard: () => undefined,
  };
}
