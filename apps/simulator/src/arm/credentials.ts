/** Calls that hand out credentials. They are actions (POST), which reading roles do not include. */
import { stringify } from "yaml";
import { clusterResource } from "../entra/resources.data.ts";
import { type Answer, toJsonAnswer } from "../http/exchange.ts";
import { readText } from "../json.ts";
import type { ArmResource, Cluster, World } from "../scenario/world.ts";

function findCluster(world: World, resource: ArmResource): Cluster | undefined {
  return world.clusters.values().find(({ resourceId }) => resourceId.toLowerCase() === resource.id.toLowerCase());
}

/** A kubeconfig with the authority's certificate and the exec stanza AKS writes for clusters with Entra sign-in. */
function toKubeconfig(resource: ArmResource, cluster: Cluster): string {
  const user = `clusterUser_${resource.name}`;
  const tenantId = readText(resource, "properties.aadProfile.tenantID");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: resource.name,
        cluster: {
          server: `https://${cluster.fqdn}:443`,
          "certificate-authority-data": Buffer.from(cluster.caPem).toString("base64"),
        },
      },
    ],
    contexts: [{ name: resource.name, context: { cluster: resource.name, user } }],
    "current-context": resource.name,
    users: [
      {
        name: user,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "kubelogin",
            args: [
              "get-token",
              "--environment",
              "AzurePublicCloud",
              "--server-id",
              clusterResource.appId,
              "--tenant-id",
              tenantId,
            ],
          },
        },
      },
    ],
  });
}

/** The answer of a credential action of a resource, or `undefined` when it has none of that name. */
export function serveCredentials(world: World, resource: ArmResource, action: string): Answer | undefined {
  const type = resource.type.toLowerCase();
  const name = action.toLowerCase();
  const cluster = findCluster(world, resource);
  if (type === "microsoft.containerservice/managedclusters" && name === "listclusterusercredential" && cluster) {
    const value = Buffer.from(toKubeconfig(resource, cluster)).toString("base64");
    return toJsonAnswer(200, { kubeconfigs: [{ name: "clusterUser", value }] });
  }
  const registry = world.registries.values().find(({ resourceId }) => resourceId === resource.id);
  if (type === "microsoft.containerregistry/registries" && name === "listcredentials" && registry) {
    const passwords = [{ name: "password", value: registry.adminPassword }];
    return toJsonAnswer(200, { username: resource.name, passwords });
  }
  return undefined;
}
