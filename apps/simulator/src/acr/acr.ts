/** `*.azurecr.io`: a registry behind Azure's sign-in, and the blob store it sends clients to. */
import { createHmac, randomBytes } from "node:crypto";
import type { Answer, Exchange, Handler } from "../http/exchange.ts";
import { readText } from "../json.ts";
import { toDistributionHandler } from "../oci/distribution.ts";
import { toRegistryError } from "../oci/errors.ts";
import { toBlobAnswer } from "../oci/pull.ts";
import { type Admission, formatScope, isGranted, type Scope } from "../oci/scope.ts";
import type { Registry } from "../scenario/world.ts";
import {
  type AcrParts,
  exchangeToken,
  issueAccessToken,
  readAccessToken,
  readBasicIdentity,
  toScopes,
} from "./acr-tokens.ts";
import { parseMetadataRequest } from "./metadata.ts";

const linkSeconds = 20 * 60;

/** Host that holds the blobs of all registries, as ACR's managed storage accounts do. */
export const blobHost = "weurmanaged42.blob.core.windows.net";

function toChallenge(exchange: Exchange, registry: Registry, needed: Scope | undefined): Answer {
  const scope = needed === undefined ? "" : `,scope="${formatScope(needed)}"`;
  const error = exchange.bearer === undefined ? "" : ',error="insufficient_scope"';
  const realm = `https://${registry.loginServer}/oauth2/token`;
  const detail =
    needed === undefined ? [] : needed.actions.map((Action) => ({ Type: needed.type, Name: needed.name, Action }));
  return toRegistryError(
    "UNAUTHORIZED",
    "authentication required, visit https://aka.ms/acr/authorization for more information.",
    {
      detail,
      headers: { "www-authenticate": `Bearer realm="${realm}",service="${registry.loginServer}"${scope}${error}` },
    },
  );
}

function toDenied(exchange: Exchange, registry: Registry): Answer {
  const message = `client with IP '203.0.113.10' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.`;
  return toRegistryError("DENIED", message, { detail: { host: registry.loginServer, path: exchange.path } });
}

/** The two handlers: one for a registry host, one for the blob host they share. */
export interface AcrHandlers {
  readonly toRegistryHandler: (registry: Registry) => Handler;
  readonly blobs: Handler;
}

/** Makes the handlers. Links to blobs are signed with a key of this run and expire. */
export function createAcr(parts: AcrParts): AcrHandlers {
  const linkKey = randomBytes(32);

  const sign = (path: string, expiry: string): string =>
    createHmac("sha256", linkKey).update(`${path}\n${expiry}`).digest("base64url");

  function toBlobLocation(registry: Registry, digest: string): string {
    const path = `/${registry.loginServer}/docker/registry/v2/blobs/${digest.replace(":", "/")}/data`;
    const expiry = new Date(parts.world.clock.now().getTime() + linkSeconds * 1000).toISOString();
    return `https://${blobHost}${path}?se=${encodeURIComponent(expiry)}&sig=${sign(path, expiry)}&sp=r&sr=b&sv=2018-03-28`;
  }

  async function admit(registry: Registry, exchange: Exchange, needed: Scope | undefined): Promise<Admission> {
    const refused: Admission = { admitted: false, answer: toChallenge(exchange, registry, needed) };
    const identity = await readBasicIdentity(exchange, parts, registry);
    const grants =
      identity === undefined
        ? exchange.bearer === undefined
          ? undefined
          : await readAccessToken(exchange.bearer, parts, registry)
        : toScopes(parts, registry, { identity, scopes: needed === undefined ? [] : [needed] });
    return grants !== undefined && (needed === undefined || isGranted(grants, needed)) ? { admitted: true } : refused;
  }

  function toRegistryHandler(registry: Registry): Handler {
    const distribution = toDistributionHandler({
      store: registry.store,
      admit: (exchange, needed) => admit(registry, exchange, needed),
      toBlobLocation: (_repository, digest) => toBlobLocation(registry, digest),
    });
    return async (exchange) => {
      const resource = parts.world.resources.get(registry.resourceId.toLowerCase());
      if (resource === undefined || readText(resource, "properties.publicNetworkAccess") === "Disabled") {
        return toDenied(exchange, registry);
      }
      if (exchange.path === "/oauth2/exchange" && exchange.method === "POST") {
        return exchangeToken(exchange, parts, registry);
      }
      if (exchange.path === "/oauth2/token") {
        return issueAccessToken(exchange, parts, registry);
      }
      if (!exchange.path.startsWith("/acr/v1/")) {
        return distribution(exchange);
      }
      const metadata = parseMetadataRequest(exchange, registry);
      if (metadata === undefined) {
        return toRegistryError("UNSUPPORTED", "The operation is unsupported.");
      }
      const admission = await admit(registry, exchange, metadata.scope);
      return admission.admitted ? metadata.answer() : admission.answer;
    };
  }

  return { toRegistryHandler, blobs: (exchange) => Promise.resolve(serveBlob(exchange)) };

  /** Storage refuses a request that brings a bearer token along with the signed link: a client that leaks one sees it. */
  function serveBlob(exchange: Exchange): Answer {
    const expiry = exchange.query.get("se") ?? "";
    const isSigned = exchange.query.get("sig") === sign(exchange.path, expiry);
    if (exchange.headers["authorization"] !== undefined) {
      return { status: 400, body: "<Error><Code>InvalidAuthenticationInfo</Code></Error>" };
    }
    if (!isSigned || Date.parse(expiry) <= parts.world.clock.now().getTime()) {
      return { status: 403, body: "<Error><Code>AuthenticationFailed</Code></Error>" };
    }
    const [, loginServer = "", algorithm = "", hex = ""] =
      /^\/([^/]+)\/docker\/registry\/v2\/blobs\/([^/]+)\/([^/]+)\/data$/.exec(exchange.path) ?? [];
    const digest = `${algorithm}:${hex}`;
    const bytes = parts.world.registries.get(loginServer)?.store.blobs.get(digest);
    return bytes === undefined
      ? { status: 404, body: "<Error><Code>BlobNotFound</Code></Error>" }
      : toBlobAnswer(bytes, digest, exchange.headers["range"]);
  }
}
