/**
 * The one way out of the product: every request to a cloud, a registry, a cluster or a feed goes through here, so that
 * one place keeps the promise to only read, knows proxy and certificates, waits when asked to, and writes the journal.
 */
import { Secret } from "../secret.ts";
import { createDispatcher } from "./dispatcher.ts";
import { toHttpError } from "./http-error.ts";
import { isCredentialHeader, isRedirect, toRedirectTarget } from "./redirect.ts";
import { sendRepeating } from "./repeat.ts";
import type { HeaderList, Hop, HttpClientOptions, HttpRequest, Machinery } from "./request.ts";
import type { HttpResponse } from "./response.ts";
import { defaultRetryPolicy } from "./retry.ts";

/** The outgoing HTTP client. */
export interface HttpClient {
  /**
   * Sends one call, waits and asks again where that is harmless, follows redirects. An answer with any status is an
   * answer, also the last 429 or 5xx after all attempts; `http.*` errors mean that no usable answer came.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Closes all connections; running calls fail. */
  close(): Promise<void>;
}

const defaultRedirectsMax = 5;

/** Makes a client. Errors of its calls: {@link HttpError}. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const machinery: Machinery = {
    options,
    dispatcher: createDispatcher({
      ...options,
      maxConnectionsPerHost: options.maxConnectionsPerHost ?? 8,
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    }),
    retry: options.retry ?? defaultRetryPolicy,
    pauses: new Map(),
  };
  return {
    request: (request) => sendFollowing(machinery, request),
    close: () => machinery.dispatcher.destroy(),
  };
}

async function sendFollowing(machinery: Machinery, request: HttpRequest): Promise<HttpResponse> {
  let hop: Hop = { url: parseAddress(request.url), headers: toHeaderList(machinery, request), request };
  const redirectsMax = machinery.options.redirectsMax ?? defaultRedirectsMax;
  for (let redirects = 0; ; redirects += 1) {
    const response = await sendRepeating(machinery, hop);
    if (!isRedirect(response.status) || request.redirect === "return") {
      return response;
    }
    response.discard();
    if (request.method === "POST") {
      throw toHttpError("http.redirect-refused", hop.url, "a redirected POST is not sent again");
    }
    if (redirects === redirectsMax) {
      throw toHttpError("http.too-many-redirects", hop.url, `more than ${redirectsMax} redirects`);
    }
    const target = toRedirectTarget(hop.url, response.headers.get("location"));
    const isSameOrigin = target.origin === hop.url.origin;
    hop = { url: target, headers: isSameOrigin ? hop.headers : withoutCredentials(hop.headers), request };
  }
}

function parseAddress(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw toHttpError("http.url-invalid", text, "not an http or https address");
  }
  if (url.username !== "" || url.password !== "") {
    throw toHttpError("http.url-invalid", url, "an address must not carry a user name or password");
  }
  return url;
}

function toHeaderList(machinery: Machinery, request: HttpRequest): HeaderList {
  const given = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  const names = new Set(given.map(([name]) => name));
  const defaults = [
    ["user-agent", machinery.options.userAgent],
    ["accept-encoding", "gzip"],
  ] as const;
  return [...given, ...defaults.filter(([name]) => !names.has(name))];
}

/** The headers for another origin: none that holds a credential, by name or because its value is a secret. */
function withoutCredentials(headers: HeaderList): HeaderList {
  return headers.filter(([name, value]) => !(value instanceof Secret || isCredentialHeader(name)));
}
