/**
 * From a challenge to an `Authorization` header. Sources: distribution, "Token Authentication Specification";
 * Azure/acr, docs/AAD-OAuth.md for the exchange of Entra ID tokens.
 */
import { type Clock, type HttpClient, type HttpResponse, isLoopback, Secret } from "@sightline/platform";
import { z } from "zod";
import { toRegistryError } from "../registry-error.ts";
import { toAnswerError } from "./answers.ts";
import type { Challenge } from "./challenge.ts";
import type { RegistryCredential } from "./token-source.ts";

/** A header that opens some scopes for some time. */
export interface Authorization {
  readonly header: Secret;
  /** `clock.nowMs()` from which on it must not be used any more. */
  readonly expiresMs: number;
  /** What was asked for, `repository:name:pull`; absent for basic. */
  readonly scope?: string;
  readonly isAnonymous: boolean;
  /** What the token says it opens, where it says so; a token service leaves out what is not granted, silently. */
  readonly granted?: readonly GrantedAccess[];
}

/** One entry of a token's `access` claim. */
export interface GrantedAccess {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** What a token is asked with. */
export interface TokenRequest {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** `https://host[:port]`. */
  readonly origin: string;
  readonly registry: string;
  readonly scope: string;
  readonly signal?: AbortSignal;
}

/** Lifetime of a token that does not tell. Source: distribution, "Token Authentication", `expires_in`. */
const defaultLifetimeMs = 60_000;
/** A token is given up this long before it ends, so that it does not end on the way. */
const marginMs = 30_000;
const tokenBytesMax = 1024 * 1024;

const accessSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().positive().optional(),
});
const refreshSchema = z.object({ refresh_token: z.string().min(1) });
const claimsSchema = z.object({
  exp: z.number().optional(),
  access: z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()).nullish() })).nullish(),
});

/** The header for a registry that takes user name and password with every request. `undefined` without them. */
export function toBasicAuthorization(credential: RegistryCredential): Authorization | undefined {
  if (credential.kind !== "basic") {
    return undefined;
  }
  return {
    header: new Secret(`Basic ${toBasicValue(credential)}`),
    expiresMs: Number.POSITIVE_INFINITY,
    isAnonymous: false,
  };
}

/**
 * An access token for a bearer challenge. Throws `registry.challenge-invalid` where asking for it would be unsafe,
 * `registry.token-refused`, `registry.throttled`, `registry.server-error`.
 */
export async function fetchBearer(
  challenge: Extract<Challenge, { scheme: "bearer" }>,
  credential: RegistryCredential,
  request: TokenRequest,
): Promise<Authorization> {
  const realm = parseRealm(challenge.realm, request.registry);
  const scope = challenge.scope ?? request.scope;
  const answer =
    credential.kind === "entra"
      ? await fetchFromAcr(realm, { ...challenge, scope }, credential, request)
      : await fetchFromRealm(realm, { ...challenge, scope }, credential, request);
  return { ...toAuthorization(answer, request), scope, isAnonymous: credential.kind === "anonymous" };
}

function parseRealm(text: string, registry: string): URL {
  const url = URL.parse(text);
  const isSafe =
    url !== null &&
    url.username === "" &&
    (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)));
  if (!isSafe) {
    const reason = "it wants credentials sent to an address that is not https";
    throw toRegistryError({ code: "registry.challenge-invalid", subject: registry, reason });
  }
  return url;
}

function toBasicValue(credential: Extract<RegistryCredential, { kind: "basic" }>): string {
  return Buffer.from(`${credential.username}:${credential.password.reveal()}`, "utf8").toString("base64");
}

interface ScopedChallenge {
  readonly service?: string;
  readonly scope: string;
}

type AccessAnswer = z.infer<typeof accessSchema>;

async function fetchFromRealm(
  realm: URL,
  challenge: ScopedChallenge,
  credential: Exclude<RegistryCredential, { kind: "entra" }>,
  request: TokenRequest,
): Promise<AccessAnswer> {
  const url = new URL(realm);
  if (challenge.service !== undefined) {
    url.searchParams.set("service", challenge.service);
  }
  for (const scope of challenge.scope.split(" ").filter((part) => part !== "")) {
    url.searchParams.append("scope", scope);
  }
  const response = await request.http.request({
    method: "GET",
    url: url.href,
    towards: "registry",
    purpose: "registry access token",
    bufferBytesMax: tokenBytesMax,
    ...(credential.kind === "basic"
      ? { headers: { authorization: new Secret(`Basic ${toBasicValue(credential)}`) } }
      : {}),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  return await readAnswer(response, accessSchema, request);
}

/** Two steps, both at the registry itself: its realm must be there, because an Entra ID token goes nowhere else. */
async function fetchFromAcr(
  realm: URL,
  challenge: ScopedChallenge,
  credential: Extract<RegistryCredential, { kind: "entra" }>,
  request: TokenRequest,
): Promise<AccessAnswer> {
  if (realm.origin !== new URL(request.origin).origin) {
    const reason = "it wants an Entra ID token sent to another host than its own";
    throw toRegistryError({ code: "registry.challenge-invalid", subject: request.registry, reason });
  }
  const service = challenge.service ?? request.registry;
  const exchanged = await postForm(request, "/oauth2/exchange", "registry refresh token", {
    grant_type: "access_token",
    service,
    ...(credential.tenant === undefined ? {} : { tenant: credential.tenant }),
    access_token: credential.token.reveal(),
  });
  const { refresh_token } = await readAnswer(exchanged, refreshSchema, request);
  const given = await postForm(request, "/oauth2/token", "registry access token", {
    grant_type: "refresh_token",
    service,
    scope: challenge.scope,
    refresh_token,
  });
  return await readAnswer(given, accessSchema, request);
}

async function postForm(
  request: TokenRequest,
  path: string,
  purpose: string,
  fields: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  return await request.http.request({
    method: "POST",
    url: `${request.origin}${path}`,
    towards: "registry",
    purpose,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
    bufferBytesMax: tokenBytesMax,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
}

async function readAnswer<T>(response: HttpResponse, schema: z.ZodType<T>, request: TokenRequest): Promise<T> {
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

function toAuthorization(
  answer: AccessAnswer,
  request: TokenRequest,
): Pick<Authorization, "header" | "expiresMs" | "granted"> {
  const token = answer.token ?? answer.access_token;
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) {
    const reason = "its token service gave an answer without a token";
    throw toRegistryError({ code: "registry.token-refused", subject: request.registry, reason });
  }
  const claims = readClaims(token);
  const nowMs = request.clock.nowMs();
  const lifetimeMs = answer.expires_in === undefined ? undefined : answer.expires_in * 1000;
  const claimedMs = claims?.exp === undefined ? undefined : claims.exp * 1000 - nowMs;
  const leftMs = lifetimeMs ?? claimedMs ?? defaultLifetimeMs;
  const granted = claims?.access?.map(({ type, name, actions }) => ({ type, name, actions: actions ?? [] }));
  return {
    header: new Secret(`Bearer ${token}`),
    // Even a token that lives shorter than the margin is good for the request it was fetched for.
    expiresMs: nowMs + Math.max(leftMs - marginMs, leftMs / 2),
    ...(granted === undefined ? {} : { granted }),
  };
}

/** The claims of a JWT, unverified: only to tell the user more, never to decide what is allowed. */
function readClaims(token: string): z.infer<typeof claimsSchema> | undefined {
  const [, payload] = token.split(".");
  try {
    const json: unknown = JSON.parse(Buffer.from(payload ?? "", "base64url").toString("utf8"));
    return claimsSchema.safeParse(json).data;
  } catch {
    // Opaque tokens are as good as any.
    return undefined;
  }
}
