/** Resources of every provider: get, list at each level, parts with an address of their own, actions, changes. */
import { isAtOrAbove } from "../access/decide.ts";
import { type Answer, parseJsonBody, toJsonAnswer } from "../http/exchange.ts";
import { applyMergePatch, isJsonObject, type JsonObject, readText, toList, toObject } from "../json.ts";
import type { ArmResource } from "../scenario/world.ts";
import { type ArmRequest, type ArmTarget, checkAccess, toAction } from "./arm-request.ts";
import { serveCredentials } from "./credentials.ts";
import { toArmError, toGroupNotFound, toResourceNotFound } from "./errors.ts";
import { answerPage } from "./page.ts";
import { toSubView, toView } from "./views.ts";

/** Segment names under a resource that are no resources of their own. */
const partPattern = /^(.*\/providers\/[^/]+\/[^/]+\/[^/]+(?:\/slots\/[^/]+)?)\/(config\/[^/]+|instanceView)$/i;

function readGroup(path: string): string {
  return /\/resourcegroups\/([^/]+)/i.exec(path)?.[1] ?? "";
}

function toMissing(request: ArmRequest, target: ArmTarget): Answer {
  const group = readGroup(request.path);
  const groupId = /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+/i.exec(request.path)?.[0] ?? "";
  if (!request.world.resourceGroups.has(groupId.toLowerCase())) {
    return toGroupNotFound(group);
  }
  const [provider = "", ...kinds] = target.type.split("/");
  const tail = kinds.map((kind, index) => `${kind}/${target.names[index] ?? ""}`).join("/");
  return toResourceNotFound(`${provider}/${tail}`, group);
}

/** A scale set's `networkInterfaces` are those of all its instances. */
function isListed(resource: ArmResource, target: ArmTarget, parent: string): boolean {
  const type = resource.type.toLowerCase();
  const wanted = target.type.toLowerCase();
  const isInstanceInterface =
    wanted === "microsoft.compute/virtualmachinescalesets/networkinterfaces" &&
    type === "microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces";
  return (type === wanted || isInstanceInterface) && isAtOrAbove(parent, resource.id);
}

/** A collection: of a provider in a subscription or group, or below a resource. */
function listCollection(request: ArmRequest, target: ArmTarget): Answer {
  const isNested = target.names.length > 0;
  const parent = isNested ? request.path.slice(0, request.path.lastIndexOf("/")) : target.scope;
  const refusal = checkAccess(request, toAction("GET", target.type), parent);
  if (refusal !== undefined) {
    return refusal;
  }
  const hasParent = request.world.resources.has(parent.toLowerCase()) || !isNested;
  const group = readGroup(request.path);
  const groupId = request.path.slice(0, request.path.toLowerCase().indexOf("/providers/"));
  if (group !== "" && !request.world.resourceGroups.has(groupId.toLowerCase())) {
    return toGroupNotFound(group);
  }
  if (!hasParent) {
    return toMissing(request, { ...target, type: target.type.split("/").slice(0, -1).join("/") });
  }
  const found = [...request.world.resources.values()].filter((resource) => isListed(resource, target, parent));
  return answerPage(
    request,
    found.map((resource) => toView(resource, request.exchange.query)),
  );
}

function getPart(request: ArmRequest, id: string, tail: string): Answer {
  const resource = request.world.resources.get(id.toLowerCase());
  const type = `${resource?.type ?? parseType(id)}/${tail.split("/")[0] ?? ""}`;
  const refusal = checkAccess(request, toAction("GET", type), id);
  const part = resource === undefined ? undefined : toSubView(resource, tail.toLowerCase());
  const missing = toResourceNotFound(`${type}/${tail.split("/")[1] ?? ""}`, readGroup(id));
  return refusal ?? (part === undefined ? missing : toJsonAnswer(200, part));
}

function parseType(id: string): string {
  const [provider = "", ...rest] = id.split(/\/providers\//i)[1]?.split("/") ?? [];
  return [provider, ...rest.filter((_, index) => index % 2 === 0)].join("/");
}

/** A child inside its parent's properties (`virtualNetworks/x/subnets/y`), which has a get of its own. */
function findInline(request: ArmRequest, id: string): JsonObject | undefined {
  const parts = id.split("/");
  const parent = request.world.resources.get(parts.slice(0, -2).join("/").toLowerCase());
  const members = Object.entries(parent?.properties ?? {}).find(
    ([name]) => name.toLowerCase() === parts.at(-2)?.toLowerCase(),
  )?.[1];
  return toList(members)
    .filter(isJsonObject)
    .find((member) => readText(member, "id").toLowerCase() === id.toLowerCase());
}

function getResource(request: ArmRequest, target: ArmTarget): Answer {
  const refusal = checkAccess(request, toAction("GET", target.type), request.path);
  if (refusal !== undefined) {
    return refusal;
  }
  const resource = request.world.resources.get(request.path.toLowerCase());
  const shown = resource === undefined ? findInline(request, request.path) : toView(resource, request.exchange.query);
  return shown === undefined ? toMissing(request, target) : toJsonAnswer(200, shown);
}

function runAction(request: ArmRequest, target: ArmTarget): Answer {
  const at = request.path.lastIndexOf("/");
  const id = request.path.slice(0, at);
  const action = request.path.slice(at + 1);
  const refusal = checkAccess(request, toAction("POST", target.type), id);
  const resource = request.world.resources.get(id.toLowerCase());
  if (refusal !== undefined || resource === undefined) {
    return refusal ?? toMissing(request, target);
  }
  const answer = serveCredentials(request.world, resource, action);
  return answer ?? toArmError(404, "InvalidResourceType", `The simulator does not know the action ${action}.`);
}

function removeResource(request: ArmRequest): Answer {
  return request.world.resources.delete(request.path.toLowerCase()) ? { status: 200, body: "" } : { status: 204 };
}

/** PUT replaces, PATCH merges, DELETE removes. Enough for what the installation scripts change. */
function changeResource(request: ArmRequest, target: ArmTarget): Answer {
  const { exchange, world, path } = request;
  const refusal = checkAccess(request, toAction(exchange.method, target.type), path);
  if (refusal !== undefined || exchange.method === "DELETE") {
    return refusal ?? removeResource(request);
  }
  const existing = world.resources.get(path.toLowerCase());
  const body = parseJsonBody(exchange);
  if (!isJsonObject(body)) {
    return toArmError(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized.");
  }
  if (existing === undefined && exchange.method === "PATCH") {
    return toMissing(request, target);
  }
  const fixed = existing ?? { id: path, name: target.names.at(-1) ?? "", type: target.type };
  const merged = toObject(applyMergePatch(existing, body));
  const changed: ArmResource = {
    ...merged,
    id: fixed.id,
    name: fixed.name,
    type: fixed.type,
    properties: { ...toObject(merged["properties"]), provisioningState: "Succeeded" },
  };
  world.resources.set(path.toLowerCase(), changed);
  return toJsonAnswer(existing === undefined ? 201 : 200, changed);
}

/** Serves any provider's path. */
export function serveResource(request: ArmRequest, target: ArmTarget): Answer {
  const [, holder = "", tail = ""] = partPattern.exec(request.path) ?? [];
  if (request.exchange.method === "GET") {
    if (tail !== "") {
      return getPart(request, holder, tail);
    }
    return target.isCollection ? listCollection(request, target) : getResource(request, target);
  }
  return request.exchange.method === "POST" && target.isCollection
    ? runAction(request, target)
    : changeResource(request, target);
}
