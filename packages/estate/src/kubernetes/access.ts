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

/** The command that grants {@link clusterReaderRole} on the clusters of a cluster's subscription. */
export function toClusterRemedy(cluster: ManagedCluster): string {
  return `scripts/azure/install_azure_integration.sh --aks-sub ${cluster.subscriptionId}`;
}
