/** An HTTP client that answers out of a table, for what only speaks to Azure's own https names. */
import { PassThrough } from "node:stream";
import { type Clock, type HttpClient, HttpError, type HttpRequest, type HttpResponse } from "@sightline/platform";

/** What one address answers. */
export interface FixtureAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a request, or says that there is no way to the host. */
export type Answerer = (request: HttpRequest, url: URL) => FixtureAnswer | "unreachable";

/** A client and what it was asked. */
export interface FixtureHttp extends HttpClient {
  readonly seen: readonly HttpRequest[];
}

/** Makes a client over a function. */
export function createFixtureHttp(answer: Answerer): FixtureHttp {
  const seen: HttpRequest[] = [];
  return {
    seen,
    request: (request) => {
      seen.push(request);
      if (request.signal?.aborted === true) {
        return Promise.reject(toFailure("http.cancelled", request.url));
      }
      const found = answer(request, new URL(request.url));
      return found === "unreachable"
        ? Promise.reject(toFailure("http.timeout", request.url))
        : Promise.resolve(toResponse(request, found));
    },
    close: () => Promise.resolve(),
  };
}

function toFailure(code: HttpError["code"], url: string): HttpError {
  return new HttpError({ code, subject: url, message: `${url}: no answer.`, next: "Try again." });
}

function toResponse(request: HttpRequest, { status = 200, body, headers = {} }: FixtureAnswer): HttpResponse {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body ?? {}));
  const stream = new PassThrough();
  stream.end(bytes);
  return {
    status,
    headers: new Headers({ "content-type": "application/json", ...headers }),
    url: request.url,
    attempts: 1,
    body: stream,
    readBytes: () => Promise.resolve(bytes),
    readJson: async () => {
      try {
        const value: unknown = JSON.parse(bytes.toString());
        return await Promise.resolve(value);
      } catch {
        throw toFailure("http.body-invalid", request.url);
      }
    },
    discard: () => undefined,
  };
}

/** A clock that sleeps in no time and remembers for how long. */
export function createFixtureClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  let now = 0;
  return {
    slept,
    nowMs: () => Date.now() + now,
    elapsedMs: () => now,
    sleep: (ms) => {
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}

export const tenantId = "11111111-2222-4333-8444-555555555555";
export const clientId = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
export const principalId = "99999999-8888-4777-8666-555555555555";
export const subscriptionId = "12345678-1234-4123-8123-123456789abc";

/** A token as Entra writes them, for our principal; unsigned, because nobody here verifies it. */
export const accessToken = [{ alg: "none" }, { oid: principalId, tid: tenantId, appid: clientId }, {}]
  .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
  .join(".");

/** Entra's description of a tenant. Source: OpenID Connect Discovery 1.0 §3. */
export function toTenantDescription(instance = "microsoftonline.com"): unknown {
  const base = `https://login.microsoftonline.com/${tenantId}`;
  return {
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    cloud_instance_name: instance,
  };
}

/** Entra's refusal with a numeric code. */
export function toEntraRefusal(code: number, status = 401): FixtureAnswer {
  const error_description = `AADSTS${code}: it was refused. Trace ID: 0 Correlation ID: 1 Timestamp: 2026-01-01`;
  return { status, body: { error: "invalid_client", error_description, error_codes: [code] } };
}
