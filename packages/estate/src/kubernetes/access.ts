/** What reading a cluster needs in Azure: the action behind a list, and the command that grants it. */
import type { ManagedCluster } from "@sightline/model";

/** Built-in role whose data actions the collectors keep to. Source: learn.microsoft.com, "Azure built-in roles for Containers". */
export const clusterReaderRole = "Azure Kubernetes Service RBAC Reader";

/**
 * Data action that lets a principal list what is at an API path: group and plural, without the version. Source:
 * learn.microsoft.com, "Microsoft.ContainerService permissions" (`…/managedClusters/apps/deployments/read`).
 */
export function toClusterAction(path: string): string {
  const [, group, plural] = /^\/(?:api|apis\/([^/]+))\/[^/]+\/([^/]+)$/.exec(path) ?? [];
  return `Microsoft.ContainerService/managedClusters/${group === undefined ? "" : `${group}/`}${plural ?? ""}/read`;
}

/**
 * The command that lets the identity list what is in a cluster: the cluster must ask Entra ID who comes and Azure what
 * they may do, only then does granting {@link clusterReaderRole} help.
 */
export function toClusterRemedy({ id, aad, subscriptionId }: ManagedCluster): string {
  if (!aad.managed) {
    return `az aks update --ids ${id} --enable-aad --enable-azure-rbac`;
  }
  return aad.enableAzureRBAC
    ? `az role assignment create --assignee <application id> --role "Azure Kubernetes Service RBAC Reader" --scope /subscriptions/${subscriptionId}`
    : `az aks update --ids ${id} --enable-azure-rbac`;
}

const unreachable: ReadonlySet<string> = new Set([
  "http.timeout",
  "http.name-not-found",
  "http.connect-failed",
  "http.proxy-refused",
]);

/** What mends it that an API server cannot be reached; `undefined` where the failure is of another kind. */
export function toReachRemedy(cluster: ManagedCluster, code: string): string | undefined {
  if (!unreachable.has(code)) {
    return undefined;
  }
  if (cluster.enablePrivateCluster) {
    return "Run Sightline in a network that reaches the cluster's private API server.";
  }
  const ranges = cluster.authorizedIPRanges.join(",");
  return ranges === ""
    ? undefined
    : `az aks update --ids ${cluster.id} --api-server-authorized-ip-ranges ${ranges},<address of this machine>`;
}
