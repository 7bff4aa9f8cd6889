/**
 * Collectors of a cluster: one for each kind that the role for reading clusters can list, and IngressClass, which it
 * cannot, so that the gap is recorded. Kinds that a cluster may not know at all (custom resources) are not asked for.
 */
import type { ArmId, Resource } from "@sightline/model";
import type { z } from "zod";
import type { EstateCollector } from "../collector.ts";
import { readItems, toCoverage, toTimestamp } from "../recording.ts";
import { clusterReaderRole, toClusterAction, toClusterRemedy } from "./access.ts";
import { controllerOf, horizontalPodAutoscalerOf } from "./controllers.ts";
import { endpointSliceOf, ingressClassOf, ingressOf, networkPolicyOf, serviceOf } from "./networking.ts";
import { namespaceOf, podOf } from "./objects.ts";

interface KindRow {
  /** Kind in coverage records. */
  readonly kind: string;
  readonly path: string;
  readonly schemaOf: (cluster: ArmId) => z.ZodType<Resource>;
}

const rows: readonly KindRow[] = [
  { kind: "namespace", path: "/api/v1/namespaces", schemaOf: namespaceOf },
  { kind: "pod", path: "/api/v1/pods", schemaOf: podOf },
  { kind: "service", path: "/api/v1/services", schemaOf: serviceOf },
  { kind: "endpointSlice", path: "/apis/discovery.k8s.io/v1/endpointslices", schemaOf: endpointSliceOf },
  { kind: "ingress", path: "/apis/networking.k8s.io/v1/ingresses", schemaOf: ingressOf },
  { kind: "ingressClass", path: "/apis/networking.k8s.io/v1/ingressclasses", schemaOf: ingressClassOf },
  { kind: "networkPolicy", path: "/apis/networking.k8s.io/v1/networkpolicies", schemaOf: networkPolicyOf },
  {
    kind: "horizontalPodAutoscaler",
    path: "/apis/autoscaling/v2/horizontalpodautoscalers",
    schemaOf: horizontalPodAutoscalerOf,
  },
  { kind: "deployment", path: "/apis/apps/v1/deployments", schemaOf: (cluster) => controllerOf(cluster, "Deployment") },
  { kind: "replicaSet", path: "/apis/apps/v1/replicasets", schemaOf: (cluster) => controllerOf(cluster, "ReplicaSet") },
  {
    kind: "statefulSet",
    path: "/apis/apps/v1/statefulsets",
    schemaOf: (cluster) => controllerOf(cluster, "StatefulSet"),
  },
  { kind: "daemonSet", path: "/apis/apps/v1/daemonsets", schemaOf: (cluster) => controllerOf(cluster, "DaemonSet") },
  { kind: "job", path: "/apis/batch/v1/jobs", schemaOf: (cluster) => controllerOf(cluster, "Job") },
  { kind: "cronJob", path: "/apis/batch/v1/cronjobs", schemaOf: (cluster) => controllerOf(cluster, "CronJob") },
];

function toCollector({ kind, path, schemaOf }: KindRow): EstateCollector {
  const id = `kubernetes-${kind}`;
  const version = 1;
  const action = toClusterAction(path);
  return {
    id,
    version,
    scope: "cluster",
    kinds: [kind],
    permissions: [action],
    collect: async ({ cluster, kubernetes, clock, signal }) => {
      const api = { api: "kubernetes", apiVersion: path, scope: cluster.id, role: clusterReaderRole };
      const source = { collector: id, version, ...api };
      const list = { scope: cluster.id, kind, source, action, remedy: toClusterRemedy(cluster) };
      const startedAt = toTimestamp(clock);
      const raw = await kubernetes.list(path, signal);
      const { values, gaps } = readItems(schemaOf(cluster.id), raw.items);
      const facts = { raw, count: values.length, gaps, startedAt, endedAt: toTimestamp(clock) };
      return { resources: values, coverage: [toCoverage(list, facts)] };
    },
  };
}

/** One collector for each kind. */
export const kubernetesCollectors: readonly EstateCollector[] = rows.map(toCollector);
