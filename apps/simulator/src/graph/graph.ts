/**
 * graph.microsoft.com, as far as service principals and applications go.
 * Source: learn.microsoft.com/graph/api (serviceprincipal, application, directoryobject-getbyids).
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Caller, isCallerRefusal, readCaller } from "../entra/caller.ts";
import { graphResource } from "../entra/resources.data.ts";
import type { EntraParts } from "../entra/token-endpoint.ts";
import { type Answer, decodePath, type Exchange, type Handler, parseJsonBody, toJsonAnswer } from "../http/exchange.ts";
import type { JsonObject } from "../json.ts";
import type { Application, ServicePrincipal, World } from "../scenario/world.ts";
import { findServicePrincipal } from "../scenario/world.ts";

interface GraphRequest {
  readonly exchange: Exchange;
  readonly world: World;
  readonly caller: Caller;
}

const readPermissions = ["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"];
const writePermissions = ["Application.ReadWrite.All"];
const pageSize = 100;

function toGraphError(status: number, code: string, message: string): Answer {
  const id = randomUUID();
  const innerError = { date: new Date().toISOString().slice(0, 19), "request-id": id, "client-request-id": id };
  return toJsonAnswer(status, { error: { code, message, innerError } });
}

function toNotFound(id: string): Answer {
  const message = `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;
  return toGraphError(404, "Request_ResourceNotFound", message);
}

function formatPrincipal(principal: ServicePrincipal): JsonObject {
  return {
    "@odata.type": "#microsoft.graph.servicePrincipal",
    id: principal.objectId,
    appId: principal.appId,
    displayName: principal.displayName,
    appDisplayName: principal.displayName,
    accountEnabled: principal.enabled,
    servicePrincipalType: "Application",
    servicePrincipalNames: [principal.appId],
    appOwnerOrganizationId: principal.tenantId,
    keyCredentials: [],
    passwordCredentials: [],
    tags: [],
  };
}

function formatApplication(application: Application): JsonObject {
  return {
    "@odata.type": "#microsoft.graph.application",
    id: application.appId.replace(/^./, (first) => (first === "a" ? "b" : "a")),
    appId: application.appId,
    displayName: application.displayName,
    signInAudience: application.multiTenant ? "AzureADMultipleOrgs" : "AzureADMyOrg",
  };
}

function listPrincipals({ world, caller }: GraphRequest): ServicePrincipal[] {
  return [...world.servicePrincipals.values()].filter(({ tenantId }) => tenantId === caller.tenantId);
}

type PrincipalTest = (principal: ServicePrincipal) => boolean;

/** The filters `az` and the portal use; `undefined` for others. */
function toPrincipalTest(filter: string | null): PrincipalTest | undefined {
  if (filter === null || filter === "") {
    return () => true;
  }
  const [, appId, name, display, exact] =
    /^(?:appId eq '([^']*)'|servicePrincipalNames\/any\(c:\s?c eq '([^']*)'\)|startswith\(displayName,\s?'([^']*)'\)|displayName eq '([^']*)')$/i.exec(
      filter,
    ) ?? [];
  const wanted = appId ?? name;
  if (wanted !== undefined) {
    return (principal) => principal.appId === wanted.toLowerCase();
  }
  if (exact !== undefined) {
    return (principal) => principal.displayName === exact;
  }
  return display === undefined ? undefined : (principal) => principal.displayName.startsWith(display);
}

function toCollection(request: GraphRequest, kind: string, entries: readonly JsonObject[]): Answer {
  const { exchange } = request;
  const start = Number(exchange.query.get("$skiptoken") ?? "0");
  const size = Math.min(Number(exchange.query.get("$top") ?? pageSize) || pageSize, 999);
  const query = new URLSearchParams(exchange.query);
  query.set("$skiptoken", String(start + size));
  const more = start + size < entries.length;
  return toJsonAnswer(200, {
    "@odata.context": `${exchange.origin}/v1.0/$metadata#${kind}`,
    ...(more ? { "@odata.nextLink": `${exchange.origin}${exchange.path}?${query.toString()}` } : {}),
    value: entries.slice(start, start + size),
  });
}

function searchPrincipals(request: GraphRequest): Answer {
  const isMatch = toPrincipalTest(request.exchange.query.get("$filter"));
  return isMatch === undefined
    ? toGraphError(400, "Request_UnsupportedQuery", "Unsupported Query.")
    : toCollection(request, "servicePrincipals", listPrincipals(request).filter(isMatch).map(formatPrincipal));
}

function createPrincipal(request: GraphRequest): Answer {
  const { world, caller } = request;
  const parsed = z.object({ appId: z.guid() }).safeParse(parseJsonBody(request.exchange));
  if (!parsed.success) {
    return toGraphError(
      400,
      "Request_BadRequest",
      "A value is required for property 'appId' of resource 'ServicePrincipal'.",
    );
  }
  const appId = parsed.data.appId.toLowerCase();
  const application = world.applications.get(appId);
  if (findServicePrincipal(world, caller.tenantId, appId) !== undefined) {
    const message = `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`;
    return toGraphError(409, "Request_MultipleObjectsWithSameKeyValue", message);
  }
  if (application === undefined || (application.tenantId !== caller.tenantId && !application.multiTenant)) {
    const message = `The appId '${appId}' of the service principal does not reference a valid application object.`;
    return toGraphError(400, "Request_BadRequest", message);
  }
  const principal: ServicePrincipal = {
    objectId: randomUUID(),
    appId,
    displayName: application.displayName,
    tenantId: caller.tenantId,
    enabled: true,
    graphPermissions: [],
  };
  world.servicePrincipals.set(principal.objectId, principal);
  return toJsonAnswer(201, formatPrincipal(principal));
}

function servePrincipal(request: GraphRequest, id: string): Answer {
  const byAppId = /^appId='(.+)'$/.exec(id)?.[1];
  const principal = listPrincipals(request).find(({ objectId, appId }) =>
    byAppId === undefined ? objectId === id.toLowerCase() : appId === byAppId.toLowerCase(),
  );
  if (principal === undefined) {
    return toNotFound(id);
  }
  if (request.exchange.method === "DELETE") {
    request.world.servicePrincipals.delete(principal.objectId);
    return { status: 204 };
  }
  return toJsonAnswer(200, formatPrincipal(principal));
}

function serveApplications(request: GraphRequest, id: string): Answer {
  const own = [...request.world.applications.values()].filter(({ tenantId }) => tenantId === request.caller.tenantId);
  if (id !== "") {
    const found = own.map(formatApplication).find((application) => application["id"] === id);
    return found === undefined ? toNotFound(id) : toJsonAnswer(200, found);
  }
  const wanted = /^appId eq '([^']*)'$/i.exec(request.exchange.query.get("$filter") ?? "")?.[1];
  const found = own.filter(({ appId }) => wanted === undefined || appId === wanted.toLowerCase());
  return toCollection(request, "applications", found.map(formatApplication));
}

/** `POST /directoryObjects/getByIds`: unknown ids are simply missing. */
function getByIds(request: GraphRequest): Answer {
  const parsed = z.object({ ids: z.array(z.string()) }).safeParse(parseJsonBody(request.exchange));
  if (!parsed.success) {
    return toGraphError(400, "Request_BadRequest", "The request body is not valid.");
  }
  const tenant = request.world.tenants.get(request.caller.tenantId);
  const people = (tenant?.directoryObjects ?? []).map(({ objectId, kind, displayName }) => ({
    "@odata.type": `#microsoft.graph.${kind}`,
    id: objectId,
    displayName,
    ...(kind === "user" ? { userPrincipalName: `${displayName.replaceAll(" ", ".")}@${tenant?.domain ?? ""}` } : {}),
  }));
  const known: JsonObject[] = [...listPrincipals(request).map(formatPrincipal), ...people];
  const value = known.filter((object) => parsed.data.ids.some((id) => id.toLowerCase() === object["id"]));
  return toJsonAnswer(200, { "@odata.context": `${request.exchange.origin}/v1.0/$metadata#directoryObjects`, value });
}

/** Calls by method and collection; a slash at the end stands for one member of it. */
const routes: Readonly<Record<string, (request: GraphRequest, id: string) => Answer>> = {
  "GET servicePrincipals": searchPrincipals,
  "POST servicePrincipals": createPrincipal,
  "GET servicePrincipals/": servePrincipal,
  "DELETE servicePrincipals/": servePrincipal,
  "GET applications": serveApplications,
  "GET applications/": serveApplications,
  "POST directoryObjects/": getByIds,
};

function serve(request: GraphRequest): Answer {
  const { exchange, caller } = request;
  const [, collection = "", id = ""] = /^\/v1\.0\/([^/(]+)(?:\/|\()?([^)]*)\)?$/.exec(decodePath(exchange.path)) ?? [];
  const isWrite = exchange.method !== "GET" && id !== "getByIds";
  const needed = isWrite ? writePermissions : readPermissions;
  if (!needed.some((permission) => caller.graphPermissions.includes(permission))) {
    return toGraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
  }
  const respond = routes[`${exchange.method} ${collection}${id === "" ? "" : "/"}`];
  return respond === undefined
    ? toGraphError(400, "BadRequest", `Resource not found for the segment '${collection}'.`)
    : respond(request, id);
}

/** The handler for Microsoft Graph's host. */
export function toGraphHandler(parts: EntraParts): Handler {
  return async (exchange) => {
    const caller = await readCaller(exchange, parts, graphResource);
    if (isCallerRefusal(caller)) {
      const message =
        caller.reason === "expired"
          ? "Lifetime validation failed, the token is expired."
          : "Access token validation failure.";
      return toGraphError(401, "InvalidAuthenticationToken", message);
    }
    return serve({ exchange, world: parts.world, caller });
  };
}
