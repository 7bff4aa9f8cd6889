/**
 * Settles a cluster: does to the manifests of a scenario what API server, controllers and kubelets would do, until
 * nothing is left to do. Deployments get ReplicaSets and Pods with addresses and image digests, Services get addresses,
 * nodePorts and EndpointSlices, every namespace gets its root certificate.
 */
import { readText, toObject } from "../json.ts";
import type { KubernetesObjects } from "../scenario/world.ts";
import { createAddresses } from "./addresses.ts";
import { ObjectStore, type UnsettledCluster } from "./object-store.ts";
import { readName } from "./objects.ts";
import { makePods, type PodContext } from "./settle-pods.ts";
import { settleServices } from "./settle-services.ts";

/** All objects of the settled cluster, and what could not be understood. */
export interface SettledCluster {
  readonly objects: Map<string, KubernetesObjects>;
  readonly problems: readonly string[];
}

const systemNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

function putNamespaces(store: ObjectStore, cluster: UnsettledCluster): void {
  const used = cluster.manifests.map((object) => readText(object, "metadata.namespace")).filter((name) => name !== "");
  const declared = cluster.manifests.filter((object) => object["kind"] === "Namespace");
  const names = new Set([...systemNamespaces, ...used, ...declared.map(readName)]);
  for (const name of names) {
    const given = declared.find((object) => readName(object) === name);
    const labels = {
      "kubernetes.io/metadata.name": name,
      ...toObject(toObject(given?.["metadata"])["labels"]),
    };
    store.put({
      ...given,
      kind: "Namespace",
      metadata: { ...toObject(given?.["metadata"]), name, labels },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    });
    store.put({
      kind: "ConfigMap",
      metadata: { name: "kube-root-ca.crt", namespace: name },
      data: { "ca.crt": cluster.caPem },
    });
  }
}

function putNodes(store: ObjectStore, cluster: UnsettledCluster): void {
  for (const node of cluster.nodes) {
    const labels = {
      "kubernetes.io/hostname": node.name,
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": "amd64",
      "kubernetes.azure.com/agentpool": node.pool,
    };
    const addresses = [
      { type: "InternalIP", address: node.address },
      { type: "Hostname", address: node.name },
    ];
    store.put({ kind: "Node", metadata: { name: node.name, labels }, status: { addresses } });
  }
}

/** Runs the cluster's controllers over the manifests once; the result needs no second run. */
export function settleCluster(cluster: UnsettledCluster): SettledCluster {
  const store = new ObjectStore(cluster);
  putNamespaces(store, cluster);
  putNodes(store, cluster);
  for (const manifest of cluster.manifests) {
    if (manifest["kind"] !== "Namespace") {
      store.put(manifest);
    }
  }
  const taken = new Set(cluster.nodes.map((node) => node.address));
  const context: PodContext = { cluster, nextAddress: createAddresses(cluster.firstPodAddress, taken), started: 0 };
  makePods(store, context);
  settleServices(store, cluster);
  return { objects: store.objects, problems: store.problems };
}
