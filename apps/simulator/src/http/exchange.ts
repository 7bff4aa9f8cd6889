/**
 * The shape every simulated API works on: one request, one answer, no sockets. The whole simulator is functions from
 * `Exchange` to `Answer`; only `listener.ts` knows Node's HTTP server.
 */

/** One request as it arrived. Header names are lower case; `path` is raw (still percent-encoded), without the query. */
export interface Exchange {
  readonly method: string;
  /** Host asked for, without port, lower case: by it the simulator knows which API is meant. */
  readonly host: string;
  /** `https://host[:port]` of the request, for absolute links in answers. */
  readonly origin: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** `Authorization: Bearer`'s token, when there is one. */
  readonly bearer: string | undefined;
}

/** How an answer is put on the wire when it is not simply sent. */
export type Delivery =
  | { readonly kind: "whole" }
  | { readonly kind: "reset" }
  | { readonly kind: "truncated"; readonly bytes: number };

/** What to answer. A string or buffer is sent as it is. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly delivery?: Delivery;
}

/** Serves one API. */
export type Handler = (exchange: Exchange) => Promise<Answer>;

/** An answer with a JSON body. */
export function toJsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(value),
  };
}

/** Fields of a form body (`application/x-www-form-urlencoded`). */
export function parseForm(exchange: Exchange): URLSearchParams {
  return new URLSearchParams(exchange.body.toString("utf8"));
}

/** The body as JSON, or `undefined` when it is not JSON. */
export function parseJsonBody(exchange: Exchange): unknown {
  try {
    const value: unknown = JSON.parse(exchange.body.toString("utf8"));
    return value;
  } catch {
    return undefined;
  }
}

/** User and password of `Authorization: Basic`, or `undefined`. Source: RFC 7617. */
export function parseBasic(headers: Exchange["headers"]): { user: string; password: string } | undefined {
  const encoded = /^basic ([a-z0-9+/=]+)$/i.exec(headers["authorization"] ?? "")?.[1];
  if (encoded === undefined) {
    return undefined;
  }
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The path with its percent-encoding undone; as it is when the encoding is broken. */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
