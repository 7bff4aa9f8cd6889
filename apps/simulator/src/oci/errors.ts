/** Error bodies of the distribution API. Source: OCI distribution spec 1.1, "Error codes". */
import { type Answer, toJsonAnswer } from "../http/exchange.ts";

const statusByCode = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 416,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 413,
  UNAUTHORIZED: 401,
  DENIED: 403,
  UNSUPPORTED: 405,
  TOOMANYREQUESTS: 429,
} as const;

export type RegistryErrorCode = keyof typeof statusByCode;

export function toRegistryError(
  code: RegistryErrorCode,
  message: string,
  more: { readonly detail?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Answer {
  const error = { code, message, ...(more.detail === undefined ? {} : { detail: more.detail }) };
  return toJsonAnswer(statusByCode[code], { errors: [error] }, more.headers);
}
