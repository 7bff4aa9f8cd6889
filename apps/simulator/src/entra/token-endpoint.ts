/** `POST /{tenant}/oauth2/v2.0/token` and its v1 sister, for client credentials. */
import { randomUUID } from "node:crypto";
import { type Answer, type Exchange, parseForm, toJsonAnswer } from "../http/exchange.ts";
import { findServicePrincipal, type ServicePrincipal, type Tenant, type World } from "../scenario/world.ts";
import { authenticateClient } from "./client-authentication.ts";
import { toEntraError } from "./errors.ts";
import { findTokenResource } from "./resources.data.ts";
import { type SigningKey, signClaims } from "./signing-keys.ts";

/** What Entra needs to answer. */
export interface EntraParts {
  readonly world: World;
  readonly signingKey: SigningKey;
  readonly outsideKey: SigningKey;
}

/** The audience a token request wants, as the client spelt it, or Entra's refusal. */
function readAudience(form: URLSearchParams, now: Date): { readonly audience: string } | Answer {
  const resource = form.get("resource");
  const scope = form
    .get("scope")
    ?.split(" ")
    .find((part) => part.includes("/"));
  if (resource !== null) {
    return { audience: resource };
  }
  if (scope === undefined) {
    return toEntraError(900144, "The request body must contain the following parameter: 'scope'.", now);
  }
  if (!scope.endsWith("/.default")) {
    const message = `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`;
    return toEntraError(1002012, message, now);
  }
  return { audience: scope.slice(0, -"/.default".length) };
}

async function issueToken(parts: EntraParts, principal: ServicePrincipal, audience: string): Promise<Answer> {
  const { scenario, clock } = parts.world;
  const lifetimeSeconds = scenario.settings.tokenLifetimeSeconds;
  const issuedAt = Math.floor(clock.now().getTime() / 1000);
  const claims = {
    aud: audience,
    iss: `https://sts.windows.net/${principal.tenantId}/`,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + lifetimeSeconds,
    appid: principal.appId,
    appidacr: "1",
    idp: `https://sts.windows.net/${principal.tenantId}/`,
    idtyp: "app",
    oid: principal.objectId,
    roles: principal.graphPermissions,
    sub: principal.objectId,
    tid: principal.tenantId,
    uti: randomUUID(),
    ver: "1.0",
  };
  const accessToken = await signClaims(parts.signingKey, claims);
  return toJsonAnswer(
    200,
    { token_type: "Bearer", expires_in: lifetimeSeconds, ext_expires_in: lifetimeSeconds, access_token: accessToken },
    { "cache-control": "no-store, no-cache" },
  );
}

function findPrincipal(parts: EntraParts, tenant: Tenant, appId: string): ServicePrincipal | Answer {
  const { world } = parts;
  const now = world.clock.now();
  const application = world.applications.get(appId);
  const principal = findServicePrincipal(world, tenant.id, appId);
  const isKnownHere = application?.tenantId === tenant.id || application?.multiTenant === true;
  if (principal === undefined) {
    return application !== undefined && isKnownHere
      ? toEntraError(
          7000229,
          `The client application ${appId} is missing service principal in the tenant ${tenant.id}.`,
          now,
        )
      : toEntraError(
          700016,
          `Application with identifier '${appId}' was not found in the directory '${tenant.displayName}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
          now,
        );
  }
  return principal.enabled
    ? principal
    : toEntraError(7000112, `Application '${appId}'(${principal.displayName}) is disabled.`, now);
}

/** Answers a token request for a tenant that exists. */
export async function serveToken(exchange: Exchange, parts: EntraParts, tenant: Tenant): Promise<Answer> {
  const { world } = parts;
  const now = world.clock.now();
  const form = parseForm(exchange);
  const appId = form.get("client_id")?.toLowerCase();
  const grant = form.get("grant_type");
  if (appId === undefined || grant === null) {
    const missing = appId === undefined ? "client_id" : "grant_type";
    return toEntraError(900144, `The request body must contain the following parameter: '${missing}'.`, now);
  }
  if (grant !== "client_credentials") {
    return toEntraError(70003, `The app requested an unsupported grant type '${grant}'.`, now);
  }
  const principal = findPrincipal(parts, tenant, appId);
  if ("status" in principal) {
    return principal;
  }
  const application = world.applications.get(appId);
  if (application === undefined) {
    return toEntraError(700016, `Application with identifier '${appId}' was not found in the directory.`, now);
  }
  const refusal = await authenticateClient({
    application,
    form,
    tenantId: tenant.id,
    now,
    outsideKey: parts.outsideKey,
  });
  const wanted = readAudience(form, now);
  if (refusal !== undefined || "status" in wanted) {
    return refusal ?? (wanted as Answer); // one of the two is a refusal
  }
  if (findTokenResource(wanted.audience) === undefined) {
    const message = `The resource principal named ${wanted.audience} was not found in the tenant named ${tenant.displayName}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`;
    return toEntraError(500011, message, now);
  }
  return issueToken(parts, principal, wanted.audience);
}
