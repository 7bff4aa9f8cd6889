/** What a token service is asked with and what it answers. Source: distribution, "Token Authentication Specification". */
import type { Clock, HttpClient, HttpResponse, Secret } from "@sightline/platform";
import { z } from "zod";
import { toRegistryError } from "../registry-error.ts";
import { toAnswerError } from "./answers.ts";

/** What a token is asked with. */
export interface TokenRequest {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** `https://host[:port]`. */
  readonly origin: string;
  readonly registry: string;
  readonly scope: string;
  readonly signal?: AbortSignal;
  /** Where the registry's refresh token is kept between requests for access tokens. */
  readonly refresh: RefreshTokenKeeper;
}

/** A registry's refresh token on its way or here. */
export interface RefreshTokenKeeper {
  current: Promise<RefreshToken> | undefined;
}

/** What an Entra ID token was exchanged for. */
export interface RefreshToken {
  readonly token: Secret;
  /** `clock.nowMs()` from which on it must not be used any more. */
  readonly expiresMs: number;
}

/** Bound of one answer. */
export const tokenBytesMax = 1024 * 1024;

/** An access token, under either of its names. */
export const accessSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().positive().optional(),
});

/** The form of {@link accessSchema}. */
export type AccessAnswer = z.infer<typeof accessSchema>;

const claimsSchema = z.object({
  exp: z.number().optional(),
  access: z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()).nullish() })).nullish(),
});

/** A token service's answer. Throws `registry.token-refused`, `registry.network-denied`, `registry.throttled`, `registry.server-error`. */
export async function readAnswer<T>(response: HttpResponse, schema: z.ZodType<T>, request: TokenRequest): Promise<T> {
  const subject = `${request.registry} (${request.scope})`;
  if (response.status !== 200) {
    const error = await toAnswerError(response, subject);
    const isOurs = error.code === "registry.throttled" || error.code === "registry.server-error";
    const code = error.code === "registry.network-denied" || isOurs ? error.code : "registry.token-refused";
    const reason = `its token service answered ${response.status} ${String(error.details["serverCodes"] ?? "")}`.trim();
    throw toRegistryError({ code, subject, reason }, { cause: error, details: error.details });
  }
  const parsed = schema.safeParse(await response.readJson(tokenBytesMax));
  if (!parsed.success) {
    const reason = "its token service gave an answer without a token";
    throw toRegistryError({ code: "registry.token-refused", subject, reason });
  }
  return parsed.data;
}

/** The claims of a JWT, unverified: only to tell the user more, never to decide what is allowed. */
export function readClaims(token: string): z.infer<typeof claimsSchema> | undefined {
  const [, payload] = token.split(".");
  try {
    const json: unknown = JSON.parse(Buffer.from(payload ?? "", "base64url").toString("utf8"));
    return claimsSchema.safeParse(json).data;
  } catch {
    // Opaque tokens are as good as any.
    return undefined;
  }
}
