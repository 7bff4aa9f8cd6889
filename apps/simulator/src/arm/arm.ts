/** management.azure.com: who may ask, then what is asked. */
import { randomUUID } from "node:crypto";
import { isCallerRefusal, readCaller } from "../entra/caller.ts";
import { managementResource } from "../entra/resources.data.ts";
import type { EntraParts } from "../entra/token-endpoint.ts";
import { type Answer, decodePath, type Handler } from "../http/exchange.ts";
import { serveQuery } from "../resource-graph/serve-query.ts";
import { findSubscription, type Subscription } from "../scenario/world.ts";
import { type ArmRequest, checkAccess, parseTarget, toAction } from "./arm-request.ts";
import { toArmError, toSubscriptionNotFound, toUnauthenticated, toWrongTenant } from "./errors.ts";
import { serveResource } from "./resources.ts";
import { serveAuthorization } from "./role-assignments.ts";
import { listServiceTags } from "./service-tags.ts";
import {
  getGroup,
  getSubscription,
  listGroups,
  listResources,
  listSubscriptions,
  listTenants,
} from "./subscriptions.ts";

const groupPattern = /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+$/i;
const tagsPattern = /^\/subscriptions\/([^/]+)\/providers\/microsoft\.network\/locations\/([^/]+)\/servicetags$/i;

function toUnknownPath(request: ArmRequest): Answer {
  process.stderr.write(`simulator: ARM does not know ${request.exchange.method} ${request.path}\n`);
  return toArmError(404, "InvalidResourceType", `The simulator does not know ${request.path}.`);
}

/** Calls that are not about one subscription. */
function serveTenantLevel(request: ArmRequest): Answer | undefined {
  const path = request.path.toLowerCase();
  if (path === "/subscriptions" && request.exchange.method === "GET") {
    return listSubscriptions(request);
  }
  if (path === "/tenants" && request.exchange.method === "GET") {
    return listTenants(request);
  }
  if (path === "/providers/microsoft.resourcegraph/resources" && request.exchange.method === "POST") {
    return serveQuery(request);
  }
  const target = parseTarget(request.path);
  return target?.scope === "" ? serveAuthorization(request, target) : undefined;
}

/** Reads of a subscription and its groups themselves; `undefined` when the path is about something in them. */
function serveContainers(request: ArmRequest, subscription: Subscription): Answer | undefined {
  const { path } = request;
  const rest = path.slice(`/subscriptions/${subscription.id}`.length).toLowerCase();
  if (rest === "") {
    return getSubscription(request, subscription);
  }
  if (rest === "/resourcegroups") {
    return listGroups(request, subscription);
  }
  if (groupPattern.test(path)) {
    return getGroup(request, path);
  }
  if (rest.endsWith("/resources") && !rest.includes("/providers/")) {
    return listResources(request, path.slice(0, -"/resources".length));
  }
  const [, , location] = tagsPattern.exec(path) ?? [];
  return location === undefined ? undefined : serveTags(request, subscription, location);
}

function serveTags(request: ArmRequest, subscription: Subscription, location: string): Answer {
  const action = toAction("GET", "Microsoft.Network/locations/serviceTags");
  const refusal = checkAccess(request, action, `/subscriptions/${subscription.id}`);
  return refusal ?? listServiceTags(request, subscription.id, location);
}

function serveSubscriptionLevel(request: ArmRequest, subscription: Subscription): Answer {
  const contained = request.exchange.method === "GET" ? serveContainers(request, subscription) : undefined;
  const target = parseTarget(request.path);
  if (contained !== undefined || target === undefined) {
    return contained ?? toUnknownPath(request);
  }
  return target.type.toLowerCase().startsWith("microsoft.authorization/")
    ? (serveAuthorization(request, target) ?? toUnknownPath(request))
    : serveResource(request, target);
}

function serve(request: ArmRequest): Answer {
  if (request.exchange.query.get("api-version") === null) {
    return toArmError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  }
  const answer = serveTenantLevel(request);
  if (answer !== undefined) {
    return answer;
  }
  const subscription = findSubscription(request.world, request.path);
  const [, wanted] = /^\/subscriptions\/([^/]+)/i.exec(request.path) ?? [];
  if (subscription === undefined) {
    return wanted === undefined ? toUnknownPath(request) : toSubscriptionNotFound(wanted);
  }
  return subscription.tenantId === request.caller.tenantId
    ? serveSubscriptionLevel(request, subscription)
    : toWrongTenant(request.caller.tenantId, subscription.tenantId);
}

/** Headers ARM puts on every answer. */
function toCommonHeaders(method: string): Record<string, string> {
  const id = randomUUID();
  return {
    "x-ms-request-id": id,
    "x-ms-correlation-request-id": id,
    "x-ms-routing-request-id": `WESTEUROPE:SIMULATED:${id}`,
    [method === "GET" ? "x-ms-ratelimit-remaining-subscription-reads" : "x-ms-ratelimit-remaining-subscription-writes"]:
      "249",
    "cache-control": "no-cache",
  };
}

/** The handler for ARM's host. */
export function toArmHandler(parts: EntraParts): Handler {
  return async (exchange) => {
    const caller = await readCaller(exchange, parts, managementResource);
    if (isCallerRefusal(caller)) {
      return toUnauthenticated(caller, parts.world.clock.now());
    }
    const path = decodePath(exchange.path).replace(/\/+$/, "");
    const answer = serve({ exchange, world: parts.world, caller, path });
    return { ...answer, headers: { ...toCommonHeaders(exchange.method), ...answer.headers } };
  };
}
