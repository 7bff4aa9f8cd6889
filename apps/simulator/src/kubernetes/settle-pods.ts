/** What the workload controllers and kubelets do: Pods for everything that wants some, running, with addresses. */
import { type Json, type JsonObject, readPath, readText, toList, toObject } from "../json.ts";
import type { ObjectStore, UnsettledCluster } from "./object-store.ts";
import {
  readLabels,
  readName,
  readNamespace,
  toNameSuffix,
  toOwnerReference,
  toStableGuid,
  toTime,
} from "./objects.ts";

/** State of the scheduler: the next address, and how many pods were placed. */
export interface PodContext {
  readonly cluster: UnsettledCluster;
  readonly nextAddress: () => string;
  started: number;
}

function readReplicas(object: JsonObject): number {
  const replicas = readPath(object, ["spec", "replicas"]);
  return typeof replicas === "number" ? replicas : 1;
}

function toContainerStatuses(containers: readonly Json[], context: PodContext, pod: string): JsonObject[] {
  return containers.map((container) => {
    const name = readText(container, "name");
    const image = readText(container, "image");
    return {
      name,
      image,
      imageID: context.cluster.toImageId(image),
      containerID: `containerd://${toStableGuid(`${pod}/${name}`).replaceAll("-", "")}`,
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: toTime(context.cluster.at) } },
    };
  });
}

/** Defaults of the API server the engine relies on: protocol of ports, service account, restart policy. */
function completePodSpec(spec: JsonObject): JsonObject {
  const containers = toList(spec["containers"]).map((container) => ({
    imagePullPolicy: "IfNotPresent",
    ...toObject(container),
    ports: toList(toObject(container)["ports"]).map((port) => ({ protocol: "TCP", ...toObject(port) })),
  }));
  return {
    restartPolicy: "Always",
    serviceAccountName: "default",
    dnsPolicy: "ClusterFirst",
    ...spec,
    containers,
  };
}

function runPod(
  object: JsonObject,
  context: PodContext,
  node: UnsettledCluster["nodes"][number] | undefined,
): JsonObject {
  const spec = completePodSpec(toObject(object["spec"]));
  const name = readName(object);
  const address = spec["hostNetwork"] === true ? (node?.address ?? "") : context.nextAddress();
  const started = toTime(context.cluster.at);
  return {
    ...object,
    kind: "Pod",
    spec: { ...spec, nodeName: node?.name ?? "" },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "True" }],
      hostIP: node?.address ?? "",
      hostIPs: [{ ip: node?.address ?? "" }],
      podIP: address,
      podIPs: [{ ip: address }],
      startTime: started,
      containerStatuses: toContainerStatuses(toList(spec["containers"]), context, name),
      initContainerStatuses: toContainerStatuses(toList(spec["initContainers"]), context, name),
    },
  };
}

function nextNode(context: PodContext): UnsettledCluster["nodes"][number] | undefined {
  const node = context.cluster.nodes[context.started % context.cluster.nodes.length];
  context.started += 1;
  return node;
}

function toPod(owner: JsonObject, name: string, extraLabels: Readonly<Record<string, string>>): JsonObject {
  const template = toObject(readPath(owner, ["spec", "template"]));
  const metadata = toObject(template["metadata"]);
  return {
    kind: "Pod",
    metadata: {
      ...metadata,
      name,
      namespace: readNamespace(owner),
      labels: { ...toObject(metadata["labels"]), ...extraLabels },
      ownerReferences: [toOwnerReference(owner)],
    },
    spec: toObject(template["spec"]),
  };
}

function settleReplicaSet(store: ObjectStore, context: PodContext, replicaSet: JsonObject): void {
  const labels = readLabels(replicaSet);
  const hash = labels["pod-template-hash"];
  for (let index = 0; index < readReplicas(replicaSet); index += 1) {
    const name = `${readName(replicaSet)}-${toNameSuffix(`${readName(replicaSet)}/${index}`, 5)}`;
    const pod = toPod(replicaSet, name, hash === undefined ? {} : { "pod-template-hash": hash });
    store.put(runPod(pod, context, nextNode(context)));
  }
}

function settleDeployment(store: ObjectStore, context: PodContext, deployment: JsonObject): void {
  const replicas = readReplicas(deployment);
  const hash = toNameSuffix(JSON.stringify(readPath(deployment, ["spec", "template"]) ?? ""), 10);
  store.put({
    ...deployment,
    status: { replicas, readyReplicas: replicas, availableReplicas: replicas, updatedReplicas: replicas },
  });
  const replicaSet = store.put({
    kind: "ReplicaSet",
    metadata: {
      name: `${readName(deployment)}-${hash}`,
      namespace: readNamespace(deployment),
      labels: {
        ...toObject(readPath(deployment, ["spec", "template", "metadata", "labels"])),
        "pod-template-hash": hash,
      },
      ownerReferences: [toOwnerReference(deployment)],
    },
    spec: {
      replicas,
      selector: toObject(readPath(deployment, ["spec", "selector"])),
      template: toObject(readPath(deployment, ["spec", "template"])),
    },
    status: { replicas, readyReplicas: replicas, availableReplicas: replicas },
  });
  settleReplicaSet(store, context, replicaSet);
}

function settleStatefulSet(store: ObjectStore, context: PodContext, set: JsonObject): void {
  for (let index = 0; index < readReplicas(set); index += 1) {
    const name = `${readName(set)}-${index}`;
    const pod = toPod(set, name, { "statefulset.kubernetes.io/pod-name": name });
    store.put(runPod(pod, context, nextNode(context)));
  }
}

function settleDaemonSet(store: ObjectStore, context: PodContext, set: JsonObject): void {
  for (const node of context.cluster.nodes) {
    const name = `${readName(set)}-${toNameSuffix(`${readName(set)}/${node.name}`, 5)}`;
    store.put(runPod(toPod(set, name, {}), context, node));
  }
}

/** A Job whose status says it is complete has no pod any more; any other one runs. */
function settleJob(store: ObjectStore, context: PodContext, job: JsonObject): void {
  const isDone = toList(readPath(job, ["status", "conditions"])).some(
    (condition) => readText(condition, "type") === "Complete" && readText(condition, "status") === "True",
  );
  if (!isDone && readPath(job, ["spec", "suspend"]) !== true) {
    const name = `${readName(job)}-${toNameSuffix(readName(job), 5)}`;
    store.put(runPod(toPod(job, name, { "job-name": readName(job) }), context, nextNode(context)));
  }
}

/** Makes and runs every Pod the workloads of the store ask for; bare Pods are run as they are. */
export function makePods(store: ObjectStore, context: PodContext): void {
  for (const pod of store.list("pods")) {
    store.put(runPod(pod, context, nextNode(context)));
  }
  for (const set of store.list("daemonsets")) {
    settleDaemonSet(store, context, set);
  }
  for (const replicaSet of store.list("replicasets")) {
    settleReplicaSet(store, context, replicaSet);
  }
  for (const deployment of store.list("deployments")) {
    settleDeployment(store, context, deployment);
  }
  for (const set of store.list("statefulsets")) {
    settleStatefulSet(store, context, set);
  }
  for (const job of store.list("jobs")) {
    settleJob(store, context, job);
  }
}
