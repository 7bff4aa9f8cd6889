/** Errors of Entra's token endpoint. Source: learn.microsoft.com/entra/identity-platform/reference-error-codes. */
import { randomUUID } from "node:crypto";
import { type Answer, toJsonAnswer } from "../http/exchange.ts";

/** OAuth error and HTTP status of each code we answer with. */
const errorsByCode = {
  50034: { error: "invalid_grant", status: 400 },
  70003: { error: "unsupported_grant_type", status: 400 },
  70011: { error: "invalid_scope", status: 400 },
  90002: { error: "invalid_request", status: 400 },
  90023: { error: "invalid_request", status: 400 },
  500011: { error: "invalid_resource", status: 400 },
  700016: { error: "unauthorized_client", status: 400 },
  700024: { error: "invalid_client", status: 401 },
  700027: { error: "invalid_client", status: 401 },
  700211: { error: "invalid_client", status: 401 },
  700212: { error: "invalid_client", status: 401 },
  700213: { error: "invalid_client", status: 401 },
  900023: { error: "invalid_request", status: 400 },
  900144: { error: "invalid_request", status: 400 },
  1002012: { error: "invalid_scope", status: 400 },
  7000112: { error: "unauthorized_client", status: 400 },
  7000215: { error: "invalid_client", status: 401 },
  7000218: { error: "invalid_client", status: 401 },
  7000222: { error: "invalid_client", status: 401 },
  7000229: { error: "unauthorized_client", status: 401 },
} as const;

export type EntraErrorCode = keyof typeof errorsByCode;

/** The error body with code, trace and correlation ids, as Entra sends it. */
export function toEntraError(code: EntraErrorCode, message: string, at: Date): Answer {
  const { error, status } = errorsByCode[code];
  const trace = randomUUID();
  const correlation = randomUUID();
  const timestamp = at
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
  return toJsonAnswer(status, {
    error,
    error_description: `AADSTS${code}: ${message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  });
}
