/** From a challenge to an `Authorization` header. Source: distribution, "Token Authentication Specification". */
import { isLoopback, Secret } from "@sightline/platform";
import { toRegistryError } from "../registry-error.ts";
import { fetchFromAcr } from "./acr-token.ts";
import type { Challenge } from "./challenge.ts";
import {
  type AccessAnswer,
  accessSchema,
  readAnswer,
  readClaims,
  type TokenRequest,
  tokenBytesMax,
} from "./token-answer.ts";
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

/** Lifetime of a token that does not tell. Source: distribution, "Token Authentication", `expires_in`. */
const defaultLifetimeMs = 60_000;
/** A token is given up this long before it ends, so that it does not end on the way. */
const marginMs = 30_000;
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
      ? await fetchFromAcr(realm, scope, { ...request, credential, service: challenge.service ?? request.registry })
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
