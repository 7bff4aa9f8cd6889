/** Settles the clusters of a scenario and adds the resource groups AKS keeps for them. */
import { createHash } from "node:crypto";
import { parseArmId } from "../arm/arm-id.ts";
import { toPoolSuffix } from "../arm/node-naming.ts";
import { toNodeResourceGroup } from "../arm/node-resource-group.ts";
import { type JsonObject, readText, toList } from "../json.ts";
import { settleCluster } from "../kubernetes/settle.ts";
import { findDigest, parseImageReference } from "./create-registries.ts";
import { type ReferenceContext, unfold, unfoldText } from "./references.ts";
import type { ScenarioCluster } from "./schema.ts";
import type { ArmResource, Cluster, Registry, ResourceGroup } from "./world.ts";
import type { WorldInput } from "./world-input.ts";

interface ClusterContext {
  readonly context: ReferenceContext;
  readonly resources: Map<string, ArmResource>;
  readonly groups: Map<string, ResourceGroup>;
  readonly registries: ReadonlyMap<string, Registry>;
  readonly now: Date;
}

/** Instances of a pool are named as its scale set names them. */
function toNodes(given: ScenarioCluster, resource: ArmResource): { name: string; pool: string; address: string }[] {
  const suffix = toPoolSuffix(resource.id);
  const counts = new Map<string, number>();
  return given.nodes.map(({ pool, address }) => {
    const number = counts.get(pool) ?? 0;
    counts.set(pool, number + 1);
    return { name: `aks-${pool}-${suffix}-vmss${String(number).padStart(6, "0")}`, pool, address };
  });
}

/** What containerd reports: the digest the reference resolved to. Images of other registries get an invented one. */
function toImageId(reference: string, registries: ReadonlyMap<string, Registry>): string {
  const { host, repository } = parseImageReference(reference);
  const digest = findDigest(registries, reference) ?? `sha256:${createHash("sha256").update(reference).digest("hex")}`;
  return `${host}/${repository}@${digest}`;
}

function addCluster(
  given: ScenarioCluster,
  input: { readonly caPem: string; readonly manifests: readonly JsonObject[] },
  more: ClusterContext,
): Cluster | undefined {
  const resource = more.resources.get(unfoldText(given.resource, more.context).toLowerCase());
  const fqdn = (readText(resource, "properties.fqdn") || readText(resource, "properties.privateFQDN")).toLowerCase();
  if (resource === undefined || fqdn === "") {
    more.context.problems.push(`clusters: ${given.resource} is no managed cluster with properties.fqdn`);
    return undefined;
  }
  const nodes = toNodes(given, resource);
  const settled = settleCluster({
    seed: resource.id,
    version: given.version,
    at: more.now,
    nodes,
    firstPodAddress: given.firstPodAddress,
    firstServiceAddress: given.firstServiceAddress,
    caPem: input.caPem,
    manifests: toList(unfold(input.manifests, more.context)).filter(
      (item): item is JsonObject => typeof item === "object",
    ),
    toImageId: (reference) => toImageId(reference, more.registries),
  });
  more.context.problems.push(...settled.problems.map((problem) => `clusters: ${problem}`));
  const { subscriptionId } = parseArmId(resource.id);
  const nodeGroup = toNodeResourceGroup({
    cluster: resource,
    subscriptionId,
    location: readText(resource, "location"),
    nodes,
    objects: settled.objects,
    outboundAddress: given.outboundAddress,
  });
  more.groups.set(nodeGroup.group.id.toLowerCase(), nodeGroup.group);
  for (const made of nodeGroup.resources) {
    more.resources.set(made.id.toLowerCase(), made);
  }
  return { resourceId: resource.id, fqdn, version: given.version, caPem: input.caPem, objects: settled.objects };
}

/** Clusters by the host name of their API server. */
export function createClusters(input: WorldInput, more: ClusterContext): Map<string, Cluster> {
  const clusters = new Map<string, Cluster>();
  input.read.scenario.clusters.forEach((given, index) => {
    const caPem = input.clusterCaPems[index] ?? "";
    const manifests = input.read.manifests[index] ?? [];
    const cluster = addCluster(given, { caPem, manifests }, more);
    if (cluster !== undefined) {
      clusters.set(cluster.fqdn, cluster);
    }
  });
  return clusters;
}
