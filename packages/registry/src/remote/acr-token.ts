/**
 * Tokens of an Azure Container Registry for an Entra ID token: first a refresh token, good for hours and all scopes, then
 * an access token for one scope. Source: Azure/acr, docs/AAD-OAuth.md.
 */
import { type HttpResponse, Secret } from "@sightline/platform";
import { z } from "zod";
import { RegistryError, toRegistryError } from "../registry-error.ts";
import {
  type AccessAnswer,
  accessSchema,
  type RefreshToken,
  readAnswer,
  readClaims,
  type TokenRequest,
  tokenBytesMax,
} from "./token-answer.ts";
import type { RegistryCredential } from "./token-source.ts";

const refreshSchema = z.object({ refresh_token: z.string().min(1) });
/** A refresh token is given up this long before it ends. */
const marginMs = 60_000;

/** What is asked for. */
export interface AcrTokenRequest extends TokenRequest {
  readonly credential: Extract<RegistryCredential, { kind: "entra" }>;
  readonly service: string;
}

/**
 * An access token for the scope. Both requests go to the registry itself: `realm` must be there, because an Entra ID
 * token goes nowhere else. Throws `registry.challenge-invalid` and what {@link readAnswer} throws.
 */
export async function fetchFromAcr(realm: URL, scope: string, request: AcrTokenRequest): Promise<AccessAnswer> {
  if (realm.origin !== new URL(request.origin).origin) {
    const reason = "it wants an Entra ID token sent to another host than its own";
    throw toRegistryError({ code: "registry.challenge-invalid", subject: request.registry, reason });
  }
  const isKept = request.refresh.current !== undefined;
  try {
    return await fetchAccess(scope, request);
  } catch (error) {
    // A kept refresh token may have been revoked: once more with a new one.
    if (!isKept || !(error instanceof RegistryError) || error.code !== "registry.token-refused") {
      throw error;
    }
    request.refresh.current = undefined;
    return await fetchAccess(scope, request);
  }
}

async function fetchAccess(scope: string, request: AcrTokenRequest): Promise<AccessAnswer> {
  const { token } = await keepRefreshToken(request);
  const response = await postForm(request, "/oauth2/token", "registry access token", {
    grant_type: "refresh_token",
    service: request.service,
    scope,
    refresh_token: token.reveal(),
  });
  return await readAnswer(response, accessSchema, request);
}

/** The refresh token, exchanged for when there is none or its time is up; parallel requests wait for the same one. */
async function keepRefreshToken(request: AcrTokenRequest): Promise<RefreshToken> {
  const { refresh, clock } = request;
  const known = refresh.current;
  if (known === undefined) {
    return await startExchange(request);
  }
  const kept = await known;
  if (kept.expiresMs > clock.nowMs()) {
    return kept;
  }
  return await (refresh.current === known || refresh.current === undefined ? startExchange(request) : refresh.current);
}

function startExchange(request: AcrTokenRequest): Promise<RefreshToken> {
  const { refresh } = request;
  const exchanging = exchange(request).catch((error: unknown) => {
    refresh.current = undefined;
    throw error;
  });
  refresh.current = exchanging;
  return exchanging;
}

async function exchange(request: AcrTokenRequest): Promise<RefreshToken> {
  const { credential, service, clock } = request;
  const response = await postForm(request, "/oauth2/exchange", "registry refresh token", {
    grant_type: "access_token",
    service,
    ...(credential.tenant === undefined ? {} : { tenant: credential.tenant }),
    access_token: credential.token.reveal(),
  });
  const { refresh_token } = await readAnswer(response, refreshSchema, request);
  const expiresSeconds = readClaims(refresh_token)?.exp;
  // A token that does not say how long it lives is used once.
  const expiresMs = expiresSeconds === undefined ? clock.nowMs() : expiresSeconds * 1000 - marginMs;
  return { token: new Secret(refresh_token), expiresMs };
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
