/**
 * Tokens of a registry: an Entra token is exchanged for a refresh token, that for access tokens of narrow scope.
 * Source: Azure/acr docs, "AAD-OAuth".
 */
import { jwtVerify } from "jose";
import { z } from "zod";
import { isCallerRefusal, readCaller } from "../entra/caller.ts";
import { managementResource, registryResource } from "../entra/resources.data.ts";
import { type SigningKey, signClaims } from "../entra/signing-keys.ts";
import type { EntraParts } from "../entra/token-endpoint.ts";
import { type Answer, type Exchange, parseBasic, parseForm, toJsonAnswer } from "../http/exchange.ts";
import { readText } from "../json.ts";
import { toRegistryError } from "../oci/errors.ts";
import { parseScopes, type Scope } from "../oci/scope.ts";
import { findServicePrincipal, findSubscription, type Registry } from "../scenario/world.ts";
import { toGrantedScopes } from "./registry-access.ts";

/** What the token endpoints of a registry need. */
export interface AcrParts extends EntraParts {
  readonly registryKey: SigningKey;
}

const issuer = "Azure Container Registry";
const accessSeconds = 4500;
const refreshSeconds = 10_800;
/** User name of docker clients that bring a refresh token as password. */
const tokenUser = "00000000-0000-0000-0000-000000000000";

/** Who a registry token speaks for. The admin user may do everything, nobody only what anonymous pull allows. */
export type RegistryIdentity =
  | { readonly kind: "principal"; readonly objectId: string }
  | { readonly kind: "admin" }
  | { readonly kind: "anonymous" };

const scopesSchema = z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) }));

function toSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

function toUnauthorized(
  message = "authentication required, visit https://aka.ms/acr/authorization for more information.",
): Answer {
  return toRegistryError("UNAUTHORIZED", message);
}

/** Reads whether the registry lets nobody in particular pull. */
export function isAnonymousPullEnabled(parts: AcrParts, registry: Registry): boolean {
  const resource = parts.world.resources.get(registry.resourceId.toLowerCase());
  const properties = resource?.properties ?? {};
  return properties["anonymousPullEnabled"] === true;
}

function isAdmin(parts: AcrParts, registry: Registry, given: { user: string; password: string }): boolean {
  const resource = parts.world.resources.get(registry.resourceId.toLowerCase());
  return (
    resource?.properties["adminUserEnabled"] === true &&
    given.user.toLowerCase() === resource.name.toLowerCase() &&
    given.password === registry.adminPassword
  );
}

/** Application id and secret straight at the registry count as the service principal of the registry's tenant. */
function findBySecret(
  parts: AcrParts,
  registry: Registry,
  given: { user: string; password: string },
): string | undefined {
  const { world } = parts;
  const appId = given.user.toLowerCase();
  const isSecret = world.applications
    .get(appId)
    ?.secrets.some(({ value, expired }) => !expired && value === given.password);
  const tenantId = findSubscription(world, registry.resourceId)?.tenantId ?? "";
  return isSecret === true ? findServicePrincipal(world, tenantId, appId)?.objectId : undefined;
}

/** `POST /oauth2/exchange`: Entra token in, refresh token out. The tenant must be the registry's. */
export async function exchangeToken(exchange: Exchange, parts: AcrParts, registry: Registry): Promise<Answer> {
  const form = parseForm(exchange);
  const { world } = parts;
  const resource = world.resources.get(registry.resourceId.toLowerCase());
  const armStatus = readText(resource, "properties.policies.azureADAuthenticationAsArmPolicy.status");
  const apis = armStatus === "disabled" ? [registryResource] : [registryResource, managementResource];
  const bearer = form.get("access_token") ?? undefined;
  for (const api of apis) {
    const caller = await readCaller({ bearer }, parts, api);
    if (!isCallerRefusal(caller) && caller.tenantId === findSubscription(world, registry.resourceId)?.tenantId) {
      const issuedAt = toSeconds(world.clock.now());
      const refreshToken = await signClaims(parts.registryKey, {
        jti: crypto.randomUUID(),
        sub: caller.objectId,
        nbf: issuedAt,
        exp: issuedAt + refreshSeconds,
        iat: issuedAt,
        iss: issuer,
        aud: registry.loginServer,
        version: "1.0",
        rid: registry.resourceId.split("/").at(-1),
        grant_type: "refresh_token",
        appid: caller.appId,
        tenant: caller.tenantId,
        permissions: { actions: ["read", "write", "delete", "metadata/read", "metadata/write"], notActions: null },
        roles: [],
      });
      return toJsonAnswer(200, { refresh_token: refreshToken });
    }
  }
  return toUnauthorized();
}

async function readRefreshToken(parts: AcrParts, registry: Registry, token: string): Promise<string | undefined> {
  try {
    const { payload } = await jwtVerify(token, parts.registryKey.publicKey, {
      audience: registry.loginServer,
      issuer,
      currentDate: parts.world.clock.now(),
    });
    const isKnown = parts.world.servicePrincipals.get(payload.sub ?? "")?.enabled === true;
    return payload["grant_type"] === "refresh_token" && isKnown ? payload.sub : undefined;
  } catch {
    return undefined;
  }
}

/** Who Basic credentials are, at the registry itself or at its token endpoint. */
export async function readBasicIdentity(
  exchange: Pick<Exchange, "headers">,
  parts: AcrParts,
  registry: Registry,
): Promise<RegistryIdentity | undefined> {
  const basic = parseBasic(exchange.headers);
  if (basic === undefined) {
    return undefined;
  }
  if (isAdmin(parts, registry, basic)) {
    return { kind: "admin" };
  }
  const objectId =
    basic.user === tokenUser
      ? await readRefreshToken(parts, registry, basic.password)
      : findBySecret(parts, registry, basic);
  return objectId === undefined ? undefined : { kind: "principal", objectId };
}

async function readTokenIdentity(
  exchange: Exchange,
  parts: AcrParts,
  registry: Registry,
): Promise<RegistryIdentity | undefined> {
  const form = parseForm(exchange);
  const refreshToken = exchange.method === "POST" ? (form.get("refresh_token") ?? "") : "";
  if (refreshToken !== "") {
    const objectId = await readRefreshToken(parts, registry, refreshToken);
    return objectId === undefined ? undefined : { kind: "principal", objectId };
  }
  if (exchange.headers["authorization"] !== undefined) {
    return readBasicIdentity(exchange, parts, registry);
  }
  return isAnonymousPullEnabled(parts, registry) ? { kind: "anonymous" } : undefined;
}

/** What an identity gets of the scopes it asks for. */
export function toScopes(
  parts: AcrParts,
  registry: Registry,
  asked: { readonly identity: RegistryIdentity; readonly scopes: readonly Scope[] },
): Scope[] {
  const { identity, scopes } = asked;
  switch (identity.kind) {
    case "principal":
      return toGrantedScopes(parts.world, registry, { principalId: identity.objectId, scopes });
    case "admin":
      return [...scopes];
    case "anonymous":
      return isAnonymousPullEnabled(parts, registry)
        ? scopes.flatMap((scope) => {
            const actions = scope.actions.filter((action) => ["pull", "metadata_read", "*"].includes(action));
            return actions.length === 0 ? [] : [{ ...scope, actions }];
          })
        : [];
    default:
      return identity satisfies never;
  }
}

/** `GET` or `POST /oauth2/token`: an access token for the scopes asked for, as far as they are granted. */
export async function issueAccessToken(exchange: Exchange, parts: AcrParts, registry: Registry): Promise<Answer> {
  const identity = await readTokenIdentity(exchange, parts, registry);
  if (identity === undefined) {
    return toUnauthorized();
  }
  const fields = exchange.method === "POST" ? parseForm(exchange) : exchange.query;
  const access = toScopes(parts, registry, { identity, scopes: parseScopes(fields.getAll("scope")) });
  const issuedAt = toSeconds(parts.world.clock.now());
  const accessToken = await signClaims(parts.registryKey, {
    jti: crypto.randomUUID(),
    sub: identity.kind === "principal" ? identity.objectId : identity.kind,
    nbf: issuedAt,
    exp: issuedAt + accessSeconds,
    iat: issuedAt,
    iss: issuer,
    aud: registry.loginServer,
    version: "1.0",
    grant_type: "access_token",
    access,
  });
  return toJsonAnswer(200, { access_token: accessToken, expires_in: accessSeconds });
}

/** The scopes a registry's own access token grants, or `undefined` when it is not one. */
export async function readAccessToken(
  token: string,
  parts: AcrParts,
  registry: Registry,
): Promise<Scope[] | undefined> {
  try {
    const { payload } = await jwtVerify(token, parts.registryKey.publicKey, {
      audience: registry.loginServer,
      issuer,
      currentDate: parts.world.clock.now(),
    });
    return payload["grant_type"] === "access_token" ? scopesSchema.parse(payload["access"]) : undefined;
  } catch {
    return undefined;
  }
}
