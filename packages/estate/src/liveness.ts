/**
 * Whether a workload of a cluster runs, may run, or does not run. "Stopped" is a strong word: it needs every list that
 * could show a pod or something that starts one, complete. Pure.
 */
import {
  type ArmId,
  armKey,
  type Coverage,
  type Liveness,
  type Pod,
  type Resource,
  toKubernetesId,
  type WorkloadController,
} from "@sightline/model";
import { activatorFamilies, nameLabels } from "./activators.data.ts";

/** Lists of a cluster without which nobody knows that there are no pods and nothing that starts them. */
const neededKinds = ["namespace", "pod", "replicaSet", "job", "horizontalPodAutoscaler"] as const;

/** What is known of the clusters of an estate. Keys are `armKey`s. */
export interface ClusterKnowledge {
  /** The first list of {@link neededKinds} that is not complete; absent when all are. */
  readonly incomplete: (cluster: ArmId) => string | undefined;
  /** What in the cluster may start objects that want no pods. */
  readonly activator: (cluster: ArmId) => string | undefined;
  /** Whether an autoscaler targets this object. */
  readonly isAutoscaled: (id: string) => boolean;
}

/** Gathers what liveness needs from a whole estate. */
export function toClusterKnowledge(resources: readonly Resource[], coverage: readonly Coverage[]): ClusterKnowledge {
  const lists = Map.groupBy(coverage, ({ scope, kind }) => `${armKey(scope)} ${kind}`);
  const isComplete = (cluster: ArmId, kind: string): boolean =>
    lists.get(`${armKey(cluster)} ${kind}`)?.every(({ complete }) => complete) === true;
  const activators = findActivators(resources);
  const targets = new Set(resources.flatMap(toScaleTarget));
  return {
    incomplete: (cluster) => neededKinds.find((kind) => !isComplete(cluster, kind)),
    activator: (cluster) => activators.get(armKey(cluster)),
    isAutoscaled: (id) => targets.has(armKey(id)),
  };
}

function toScaleTarget(resource: Resource): readonly string[] {
  if (resource.kind !== "horizontalPodAutoscaler") {
    return [];
  }
  const { cluster, namespace, scaleTarget } = resource;
  return [armKey(toKubernetesId({ cluster, namespace, ...scaleTarget }))];
}

/** By cluster, the name of one activator found in it. */
function findActivators(resources: readonly Resource[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const resource of resources) {
    if (resource.kind === "managedCluster" && resource.kedaEnabled === true) {
      found.set(armKey(resource.id), "the KEDA add-on");
    } else if (resource.kind === "namespace") {
      const family = activatorFamilies.find(({ namespaces }) => namespaces.includes(resource.name));
      note(found, resource.cluster, family?.name);
    } else if (resource.kind === "pod" || resource.kind === "workloadController") {
      const texts = textsOf(resource);
      const family = activatorFamilies.find(({ words }) =>
        words.some((word) => texts.some((text) => text.includes(word))),
      );
      note(found, resource.cluster, family?.name);
    }
  }
  return found;
}

function note(found: Map<string, string>, cluster: ArmId, name: string | undefined): void {
  const key = armKey(cluster);
  if (name !== undefined && !found.has(key)) {
    found.set(key, name);
  }
}

/** The words by which a pod or a template says what it is: name labels, and the images' repositories without registry. */
function textsOf(object: Pod | WorkloadController): readonly string[] {
  const labels = object.kind === "pod" ? object.labels : { ...object.labels, ...object.podLabels };
  const repositories = object.containers.map(({ image }) => image.split("@")[0]?.split("/").slice(1).join("/") ?? "");
  return [...nameLabels.flatMap((label) => labels[label] ?? []), ...repositories].map((text) => text.toLowerCase());
}

/** The pods and controllers of one workload. */
export interface WorkloadParts {
  /** The outermost controller that was read, or a pod without one. */
  readonly root: Pod | WorkloadController;
  readonly pods: readonly Pod[];
  /** The owner that `root` names and that was not read, as `kind name`. */
  readonly unreadOwner: string | undefined;
}

/** A pod that is over neither listens nor runs; every other phase, a crash loop too, may. */
export function isOccupied(pod: Pod): boolean {
  return pod.phase !== "Succeeded" && pod.phase !== "Failed";
}

/** Whether traffic can meet the workload. */
export function toLiveness(parts: WorkloadParts, knowledge: ClusterKnowledge): Liveness {
  const { root, pods, unreadOwner } = parts;
  const occupied = pods.filter(isOccupied);
  if (occupied.length > 0) {
    return { kind: "live", reason: `${occupied.length} of ${pods.length} pods exist and are not over` };
  }
  if (unreadOwner !== undefined) {
    return { kind: "unknown", reason: `its owner, ${unreadOwner}, was not read and may start it` };
  }
  return root.kind === "pod"
    ? { kind: "stopped", reason: `the pod is over (${root.phase})` }
    : toControllerLiveness(root, knowledge);
}

function toControllerLiveness(root: WorkloadController, knowledge: ClusterKnowledge): Liveness {
  const { controllerKind: kind, replicas, suspended } = root;
  if (replicas === undefined) {
    return { kind: "unknown", reason: `the API does not say how many pods the ${kind} wants` };
  }
  if (kind === "CronJob" && !suspended) {
    return { kind: "live", reason: "the CronJob starts pods on its schedule" };
  }
  if (replicas > 0) {
    return { kind: "live", reason: `the ${kind} wants ${replicas} pods` };
  }
  const doubt = findDoubt(root, knowledge);
  return doubt === undefined
    ? {
        kind: "stopped",
        reason: `the ${kind} wants no pods, none exist, and no autoscaler known to Sightline targets it`,
      }
    : { kind: "unknown", reason: `the ${kind} wants no pods now, but ${doubt}` };
}

/** Why a controller without pods may get some, in words that follow "but". */
function findDoubt(root: WorkloadController, knowledge: ClusterKnowledge): string | undefined {
  const { controllerKind: kind, suspended, cluster, id } = root;
  const incomplete = knowledge.incomplete(cluster);
  if (incomplete !== undefined) {
    return `the cluster's ${incomplete} list is not complete`;
  }
  if (kind === "Job") {
    // A finished Job never starts again; one that is held back waits for somebody to let it go.
    return suspended ? "it is only held back" : undefined;
  }
  if (kind === "DaemonSet") {
    return "a node that joins the cluster may start one";
  }
  if (knowledge.isAutoscaled(id)) {
    return "a HorizontalPodAutoscaler targets it";
  }
  const activator = knowledge.activator(cluster);
  return activator === undefined ? undefined : `${activator} in the cluster may start it`;
}
