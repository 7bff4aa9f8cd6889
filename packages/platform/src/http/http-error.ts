/** What can go wrong between us and a server, before and while an answer arrives. An answer with an error status is no such error. */
import { DomainError, type ProblemDetails } from "@sightline/model";
import { platformErrorCodes } from "../error-codes.data.ts";
import { redactUrl } from "./journal.ts";

/** Codes of {@link HttpError}. */
export type HttpErrorCode = Extract<keyof typeof platformErrorCodes, `http.${string}`>;

/** A request that got no usable answer. Its text never holds a header, a body or a secret part of an address. */
export class HttpError extends DomainError<HttpErrorCode> {}

/** An {@link HttpError} whose next step is the one the code's table names. */
export function toHttpError(
  code: HttpErrorCode,
  address: string | URL,
  message: string,
  context: { readonly cause?: unknown; readonly details?: ProblemDetails } = {},
): HttpError {
  const subject = redactUrl(address);
  return new HttpError(
    { code, subject, message: `${subject}: ${message}.`, next: platformErrorCodes[code].next },
    context,
  );
}

interface Cause {
  readonly code: HttpErrorCode;
  /** What happened, for the message. */
  readonly what: string;
  readonly reasons: readonly string[] | RegExp;
  /** Where in the exchange this reading holds; absent: everywhere. */
  readonly phase?: "request" | "body";
}

/** Codes of Node, OpenSSL and undici, and what they mean to us. The first that fits counts. */
const causes: readonly Cause[] = [
  { code: "http.timeout", what: "no connection in time", reasons: ["UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT"] },
  { code: "http.timeout", what: "no answer in time", reasons: ["UND_ERR_HEADERS_TIMEOUT"] },
  { code: "http.timeout", what: "the answer stopped half-way", reasons: ["UND_ERR_BODY_TIMEOUT"] },
  {
    code: "http.tls-untrusted",
    what: "the server's certificate is not trusted",
    // OpenSSL's verification codes and the host name check (nodejs.org/api/tls.html, "X509 certificate error codes").
    reasons:
      /^(?:CERT_|ERR_TLS_CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF|GET_CRL|DECRYPT_CERT|DECODE_ISSUER)|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED|ERROR_IN_CERT)/,
  },
  {
    code: "http.name-not-found",
    what: "the host name does not resolve",
    reasons: ["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME"],
  },
  {
    code: "http.proxy-refused",
    what: "the proxy did not open a way to this host",
    reasons: ["UND_ERR_PRX_CONN", "UND_ERR_PRX_TLS"],
  },
  {
    code: "http.body-interrupted",
    what: "the answer ended before it was whole",
    reasons:
      /^(?:ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|UND_ERR_ABORTED|Z_BUF_ERROR|)$/,
    phase: "body",
  },
  {
    code: "http.connection-reset",
    what: "the connection was closed before an answer came",
    reasons: ["ECONNRESET", "EPIPE", "ECONNABORTED", "UND_ERR_SOCKET"],
  },
  {
    code: "http.connect-failed",
    what: "no connection",
    reasons: ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL", "EACCES"],
  },
];

/** The failure of a connection or of a body, as an {@link HttpError}. An HttpError comes back unchanged. */
export function fromNetworkError(error: unknown, address: string | URL, phase: "request" | "body"): HttpError {
  if (error instanceof HttpError) {
    return error;
  }
  const reason = isProxyRefusal(error) ? "UND_ERR_PRX_CONN" : readReason(error);
  const cause = causes.find(
    ({ reasons, phase: where }) =>
      (where === undefined || where === phase) &&
      (reasons instanceof RegExp ? reasons.test(reason) : reasons.includes(reason)),
  );
  const what = cause?.what ?? "the exchange failed";
  return toHttpError(cause?.code ?? "http.protocol-error", address, reason === "" ? what : `${what} (${reason})`, {
    cause: error,
    details: { reason },
  });
}

/** Whether asking again may help. */
export function isRetryableError(error: HttpError): boolean {
  return platformErrorCodes[error.code].retryable;
}

/** undici reports a proxy's refusal of CONNECT as an aborted request, told apart by its text only. */
function isProxyRefusal(error: unknown): boolean {
  return error instanceof Error && /^Proxy (?:response|Authentication)/.test(error.message);
}

/** The first code along the chain of causes; Node wraps several connection attempts in an AggregateError. */
function readReason(error: unknown): string {
  let current: unknown = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    if (current instanceof AggregateError && current.errors.length > 0) {
      current = current.errors[0];
    } else if ("code" in current && typeof current.code === "string" && current.code !== "") {
      return current.code;
    } else {
      current = current.cause;
    }
  }
  return "";
}
