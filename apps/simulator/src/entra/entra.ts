/** login.microsoftonline.com: discovery documents, keys and tokens. */
import { type Answer, type Exchange, type Handler, toJsonAnswer } from "../http/exchange.ts";
import type { Tenant, World } from "../scenario/world.ts";
import { toEntraError } from "./errors.ts";
import { type EntraParts, serveToken } from "./token-endpoint.ts";

const host = "login.microsoftonline.com";
const guidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function findTenant(world: World, name: string): Tenant | undefined {
  const wanted = name.toLowerCase();
  return world.tenants.get(wanted) ?? world.tenants.values().find((tenant) => tenant.domain.toLowerCase() === wanted);
}

function toUnknownTenant(name: string, now: Date): Answer {
  const isWellFormed = guidPattern.test(name.toLowerCase()) || name.includes(".");
  return isWellFormed
    ? toEntraError(
        90002,
        `Tenant '${name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
        now,
      )
    : toEntraError(
        900023,
        `Specified tenant identifier '${name}' is neither a valid DNS name, nor a valid external domain.`,
        now,
      );
}

/** Source: OpenID Connect Discovery 1.0 §3, with the members Entra adds. */
function toConfiguration(tenantId: string, isV2: boolean): unknown {
  const base = `https://${host}/${tenantId}`;
  const version = isV2 ? "/v2.0" : "";
  return {
    token_endpoint: `${base}/oauth2${version}/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${base}/discovery${version}/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: isV2 ? `${base}/v2.0` : `https://sts.windows.net/${tenantId}/`,
    authorization_endpoint: `${base}/oauth2${version}/authorize`,
    device_authorization_endpoint: `${base}/oauth2${version}/devicecode`,
    end_session_endpoint: `${base}/oauth2${version}/logout`,
    tenant_region_scope: "EU",
    cloud_instance_name: "microsoftonline.com",
    cloud_graph_host_name: "graph.windows.net",
    msgraph_host: "graph.microsoft.com",
  };
}

function toInstanceDiscovery(exchange: Exchange): Answer {
  const endpoint = exchange.query.get("authorization_endpoint") ?? "";
  const tenant = /^https:\/\/[^/]+\/([^/]+)/.exec(endpoint)?.[1] ?? "common";
  return toJsonAnswer(200, {
    tenant_discovery_endpoint: `https://${host}/${tenant}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [
      {
        preferred_network: host,
        preferred_cache: "login.windows.net",
        aliases: [host, "login.windows.net", "login.microsoft.com", "sts.windows.net"],
      },
    ],
  });
}

interface TenantRequest {
  readonly exchange: Exchange;
  readonly parts: EntraParts;
  /** Absent for `common` and `organizations`. */
  readonly tenant: Tenant | undefined;
}

function serveTokenRequest({ exchange, parts, tenant }: TenantRequest): Promise<Answer> | Answer {
  return tenant === undefined
    ? toEntraError(50034, "The application cannot sign in without naming a tenant.", parts.world.clock.now())
    : serveToken(exchange, parts, tenant);
}

function serveConfiguration(isV2: boolean): (request: TenantRequest) => Answer {
  return ({ tenant }) => toJsonAnswer(200, toConfiguration(tenant?.id ?? "{tenantid}", isV2));
}

function serveKeys({ parts }: TenantRequest): Answer {
  return toJsonAnswer(200, { keys: [parts.signingKey.jwk] });
}

const routes: Readonly<Record<string, (request: TenantRequest) => Promise<Answer> | Answer>> = {
  "GET v2.0/.well-known/openid-configuration": serveConfiguration(true),
  "GET .well-known/openid-configuration": serveConfiguration(false),
  "GET discovery/v2.0/keys": serveKeys,
  "GET discovery/keys": serveKeys,
  "POST oauth2/v2.0/token": serveTokenRequest,
  "POST oauth2/token": serveTokenRequest,
};

/** The handler for the login host. */
export function toEntraHandler(parts: EntraParts): Handler {
  return async (exchange) => {
    if (/^\/[^/]+\/discovery\/instance$/.test(exchange.path)) {
      return toInstanceDiscovery(exchange);
    }
    const [, name = "", rest = ""] = /^\/([^/]+)\/(.+)$/.exec(exchange.path) ?? [];
    const serve = routes[`${exchange.method} ${rest}`];
    if (serve === undefined) {
      return { status: 404, body: "" };
    }
    const tenant = findTenant(parts.world, name);
    const isShared = name === "common" || name === "organizations";
    return tenant === undefined && !isShared
      ? toUnknownTenant(name, parts.world.clock.now())
      : serve({ exchange, parts, tenant });
  };
}
