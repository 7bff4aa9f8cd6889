/** What a registry's refusals mean. Source: OCI distribution-spec 1.1, "Error Codes". */
import type { HttpResponse } from "@sightline/platform";
import { z } from "zod";
import { type RegistryError, type RegistryErrorCode, toRegistryError } from "../registry-error.ts";

const errorsSchema = z.object({
  errors: z.array(z.object({ code: z.string().optional(), message: z.string().optional() })).max(100),
});

const errorBytesMax = 64 * 1024;

/** The registry's own words: error codes and the first message. */
interface ServerWords {
  readonly codes: string;
  readonly message: string;
}

/**
 * The error for an answer that is not 2xx, with the registry's own code and message in the details: unauthorized (401),
 * forbidden or network-denied (403), not-found (404), throttled (429), server-error (5xx), answer-unexpected.
 */
export async function toAnswerError(response: HttpResponse, subject: string): Promise<RegistryError> {
  const words = await readWords(response);
  const code = toCode(response.status, words);
  const said = words.codes === "" ? "" : `, ${words.codes}${words.message === "" ? "" : `: ${words.message}`}`;
  return toRegistryError(
    { code, subject, reason: `the registry answered ${response.status}${said}` },
    { details: { status: response.status, serverCodes: words.codes, attempts: response.attempts } },
  );
}

function toCode(status: number, words: ServerWords): RegistryErrorCode {
  switch (status) {
    case 401:
      return "registry.unauthorized";
    case 403:
      // ACR's network rules answer with the client's address: the credentials were not even looked at.
      return /client with ip/i.test(words.message) ? "registry.network-denied" : "registry.forbidden";
    case 404:
      return "registry.not-found";
    case 429:
      return "registry.throttled";
    default:
      return status >= 500 ? "registry.server-error" : "registry.answer-unexpected";
  }
}

/** Never throws: an error page that is no JSON, is huge or breaks off still has its status. */
async function readWords(response: HttpResponse): Promise<ServerWords> {
  try {
    const { errors } = errorsSchema.parse(await response.readJson(errorBytesMax));
    const codes = errors.flatMap(({ code }) => (code === undefined ? [] : [toPrintable(code, 60)])).slice(0, 5);
    return { codes: codes.join(", "), message: toPrintable(errors[0]?.message ?? "", 300) };
  } catch {
    return { codes: "", message: "" };
  }
}

/** One line without control characters: it goes into a message and a log. */
function toPrintable(text: string, lengthMax: number): string {
  return text
    .replace(/[^\P{C}]+/gu, " ")
    .trim()
    .slice(0, lengthMax);
}
