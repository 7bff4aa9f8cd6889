/**
 * The API server of a simulated AKS cluster with Entra sign-in and Azure RBAC: discovery, lists, gets and access
 * reviews. Nothing can be changed through it.
 * Source: kubernetes.io/docs/reference/using-api/api-concepts, learn.microsoft.com/azure/aks/manage-azure-rbac.
 */
import { isAllowed } from "../access/decide.ts";
import { toAccessState } from "../arm/arm-request.ts";
import { type Caller, isCallerRefusal, readCaller } from "../entra/caller.ts";
import { clusterResource } from "../entra/resources.data.ts";
import type { EntraParts } from "../entra/token-endpoint.ts";
import { type Answer, decodePath, type Exchange, type Handler, toJsonAnswer } from "../http/exchange.ts";
import { type JsonObject, readPath, readText } from "../json.ts";
import { type Cluster, findSubscription, type World } from "../scenario/world.ts";
import { serveAccessReview } from "./access-review.ts";
import { serveDiscovery } from "./discovery.ts";
import { formatGroupVersion, type KubernetesKind, kubernetesKinds } from "./kinds.data.ts";
import { answerList } from "./list.ts";
import { toStatus } from "./status.ts";

/** One authenticated call to a cluster. */
export interface ClusterRequest {
  readonly exchange: Exchange;
  readonly world: World;
  readonly cluster: Cluster;
  readonly caller: Caller;
}

/** What a verb on a kind is asked about. An empty namespace means all of them. */
export interface KubernetesQuestion {
  readonly verb: string;
  readonly group: string;
  readonly plural: string;
  readonly namespace: string;
}

interface ObjectPath {
  readonly kind: KubernetesKind | undefined;
  readonly group: string;
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
}

const actionOfVerb: Readonly<Record<string, string>> = {
  get: "read",
  list: "read",
  watch: "read",
  create: "write",
  update: "write",
  patch: "write",
  delete: "delete",
};

/** Azure's decision about a call inside a cluster; namespaces are scopes below it. */
export function isAllowedInCluster(request: ClusterRequest, question: KubernetesQuestion): boolean {
  const { world, cluster, caller } = request;
  const resource = world.resources.get(cluster.resourceId.toLowerCase());
  if (readPath(resource, ["properties", "aadProfile", "enableAzureRBAC"]) !== true) {
    return false;
  }
  const group = question.group === "" ? "" : `${question.group}/`;
  const action = actionOfVerb[question.verb] ?? question.verb;
  const scope = question.namespace === "" ? "" : `/namespaces/${question.namespace}`;
  return isAllowed(toAccessState(world), {
    principalId: caller.objectId,
    action: `Microsoft.ContainerService/managedClusters/${group}${question.plural}/${action}`,
    plane: "data",
    scope: `${cluster.resourceId}${scope}`,
  });
}

function toForbidden(request: ClusterRequest, question: KubernetesQuestion, name: string): Answer {
  const resource = request.world.resources.get(request.cluster.resourceId.toLowerCase());
  const isAzure = readPath(resource, ["properties", "aadProfile", "enableAzureRBAC"]) === true;
  const { verb, plural, group, namespace } = question;
  const subject = `${plural}${group === "" ? "" : `.${group}`}${name === "" ? "" : ` "${name}"`}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const tail = isAzure
    ? ": User does not have access to the resource in Azure. Update role assignment to allow access."
    : "";
  const message = `${subject} is forbidden: User "${request.caller.objectId}" cannot ${verb} resource "${plural}" in API group "${group}" ${where}${tail}`;
  return toStatus(403, "Forbidden", message, {
    kind: plural,
    ...(group === "" ? {} : { group }),
    ...(name === "" ? {} : { name }),
  });
}

/** Reads `/api/v1/…` and `/apis/{group}/{version}/…`. */
function parseObjectPath(path: string): ObjectPath | undefined {
  const [, core, named = "", version = "", rest = ""] = /^\/(?:(api)|apis\/([^/]+))\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (version === "") {
    return undefined;
  }
  const group = core === undefined ? named : "";
  const [, inNamespace, namespacedPlural, namespacedName = ""] =
    /^namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(rest) ?? [];
  const [plural = "", name = ""] =
    namespacedPlural === undefined ? rest.split("/") : [namespacedPlural, namespacedName];
  const kind = kubernetesKinds.find(
    (candidate) => candidate.plural === plural && candidate.group === group && candidate.version === version,
  );
  return { kind, group, plural, name, namespace: inNamespace ?? "" };
}

/** Kinds of other groups exist only where their definition is installed. */
function isServed(request: ClusterRequest, kind: KubernetesKind): boolean {
  const isCustom = kind.group === "gateway.networking.k8s.io";
  const definitions = request.cluster.objects.get("customresourcedefinitions");
  return !isCustom || definitions?.has(`/${kind.plural}.${kind.group}`) === true;
}

function toNotFound(path: ObjectPath): Answer {
  const subject = `${path.plural}${path.group === "" ? "" : `.${path.group}`}`;
  return toStatus(404, "NotFound", `${subject} "${path.name}" not found`, { name: path.name, kind: path.plural });
}

const verbOfMethod: Readonly<Record<string, string>> = {
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

function isWatch(exchange: Exchange): boolean {
  return ["true", "1"].includes(exchange.query.get("watch") ?? "");
}

function toVerb(exchange: Exchange, name: string): string {
  if (exchange.method !== "GET") {
    return verbOfMethod[exchange.method] ?? "update";
  }
  return isWatch(exchange) ? "watch" : name === "" ? "list" : "get";
}

function readObjects(request: ClusterRequest, path: ObjectPath, kind: KubernetesKind): Answer {
  const objects = request.cluster.objects.get(kind.plural) ?? new Map<string, JsonObject>();
  if (path.name !== "") {
    const found = objects.get(`${kind.namespaced ? path.namespace : ""}/${path.name}`);
    return found === undefined ? toNotFound(path) : toJsonAnswer(200, found);
  }
  return answerList(request.exchange, {
    kind,
    groupVersion: formatGroupVersion(kind),
    objects: [...objects.values()],
    namespace: path.namespace,
    now: request.world.clock.now(),
  });
}

/** The decision comes before the lookup, as in a real API server: what may not be read is 403 even where it is not. */
function serveObjects(request: ClusterRequest, path: ObjectPath): Answer {
  const { exchange } = request;
  const { kind, group, plural, namespace, name } = path;
  const question = { verb: toVerb(exchange, name), group, plural, namespace };
  if (!isAllowedInCluster(request, question)) {
    return toForbidden(request, question, name);
  }
  if (kind === undefined || !isServed(request, kind)) {
    return toStatus(404, "NotFound", "the server could not find the requested resource");
  }
  return exchange.method !== "GET" || isWatch(exchange)
    ? toStatus(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
    : readObjects(request, path, kind);
}

function serve(request: ClusterRequest): Answer {
  const { exchange, cluster } = request;
  const path = decodePath(exchange.path).replace(/\/+$/, "");
  if (path === "/version") {
    const [major = "1", minor = "30"] = cluster.version.split(".");
    return toJsonAnswer(200, { major, minor, gitVersion: `v${cluster.version}`, platform: "linux/amd64" });
  }
  const discovery = exchange.method === "GET" ? serveDiscovery(path, (kind) => isServed(request, kind)) : undefined;
  if (discovery !== undefined) {
    return discovery;
  }
  if (path === "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" && exchange.method === "POST") {
    return serveAccessReview(exchange, (question) => isAllowedInCluster(request, question));
  }
  const objectPath = parseObjectPath(path);
  return objectPath === undefined
    ? toStatus(404, "NotFound", "the server could not find the requested resource")
    : serveObjects(request, objectPath);
}

/** The handler for a cluster's API server. Without Entra integration, or for another tenant's token, nobody gets in. */
export function toClusterHandler(parts: EntraParts, cluster: Cluster): Handler {
  return async (exchange) => {
    const { world } = parts;
    const caller = await readCaller(exchange, parts, clusterResource);
    const resource = world.resources.get(cluster.resourceId.toLowerCase());
    const subscriptionTenant = findSubscription(world, cluster.resourceId)?.tenantId ?? "";
    const tenantId = readText(resource, "properties.aadProfile.tenantID") || subscriptionTenant;
    const isManaged = readPath(resource, ["properties", "aadProfile", "managed"]) === true;
    if (isCallerRefusal(caller) || !isManaged || caller.tenantId !== tenantId.toLowerCase()) {
      return toStatus(401, "Unauthorized", "Unauthorized");
    }
    return serve({ exchange, world, cluster, caller });
  };
}
