/** Which kinds the cluster has: what `kubectl` asks before anything else. */
import { type Answer, toJsonAnswer } from "../http/exchange.ts";
import type { JsonObject } from "../json.ts";
import { formatGroupVersion, type KubernetesKind, kubernetesKinds } from "./kinds.data.ts";

function formatResource(kind: KubernetesKind): JsonObject {
  return {
    name: kind.plural,
    singularName: kind.kind.toLowerCase(),
    namespaced: kind.namespaced,
    kind: kind.kind,
    shortNames: kind.shortNames,
    verbs: ["get", "list", "watch"],
  };
}

function formatGroup(group: string, kinds: readonly KubernetesKind[]): JsonObject {
  const versions = [...new Set(kinds.map(formatGroupVersion))].map((groupVersion) => ({
    groupVersion,
    version: groupVersion.split("/")[1] ?? groupVersion,
  }));
  return { name: group, versions, preferredVersion: versions[0] ?? null };
}

/** Answers a discovery path, or `undefined` for any other. */
export function serveDiscovery(path: string, isServed: (kind: KubernetesKind) => boolean): Answer | undefined {
  const kinds = kubernetesKinds.filter(isServed);
  if (path === "/api") {
    return toJsonAnswer(200, { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] });
  }
  if (path === "/apis") {
    const named = Map.groupBy(
      kinds.filter(({ group }) => group !== ""),
      ({ group }) => group,
    );
    const groups = [...named].map(([group, members]) => formatGroup(group, members));
    return toJsonAnswer(200, { kind: "APIGroupList", apiVersion: "v1", groups });
  }
  const [, groupVersion = ""] =
    /^\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))$/.exec(path)?.filter((part) => part !== undefined) ?? [];
  const members = kinds.filter((kind) => formatGroupVersion(kind) === groupVersion);
  return members.length === 0
    ? undefined
    : toJsonAnswer(200, {
        kind: "APIResourceList",
        apiVersion: "v1",
        groupVersion,
        resources: members.map(formatResource),
      });
}
