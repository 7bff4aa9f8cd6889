/** Collectors of a cluster: one for each kind AKS RBAC Reader can list, and those it cannot, so that the gap is recorded. */
import type { ArmId, Resource } from "@sightline/model";
import type { z } from "zod";
import type { EstateCollector } from "../collector.ts";
import { clusterReaderRemedy, recordList, toCoverage, toTimestamp } from "../recording.ts";
import { controllerOf } from "./controllers.ts";
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

function toCollector(row: KindRow): EstateCollector {
  const id = `kubernetes-${row.kind}`;
  const action = `Microsoft.ContainerService/managedClusters${row.path.replace(/^\/apis?\/(?:v1\/)?/, "/")}/read`;
  return {
    id,
    version: 1,
    scope: "cluster",
    kinds: [row.kind],
    permissions: [action],
    collect: async ({ cluster, kubernetes, clock, signal }) => {
      const startedAt = toTimestamp(clock);
      const raw = await kubernetes.list(row.path, signal);
      const endedAt = toTimestamp(clock);
      const role = "Azure Kubernetes Service RBAC Reader";
      const source = { collector: id, version: 1, api: "kubernetes", apiVersion: row.path, scope: cluster.id, role };
      const remedy = clusterReaderRemedy(cluster.subscriptionId);
      const list = { scope: cluster.id, kind: row.kind, source, action, remedy };
      const { resources, coverage } = recordList(list, raw, { schema: row.schemaOf(cluster.id), startedAt, endedAt });
      const gaps = raw.gap === undefined ? coverage.gaps : [...coverage.gaps, raw.gap];
      const facts = { pages: raw.pages, count: resources.length, gaps, startedAt, endedAt };
      return { resources, coverage: [toCoverage(list, facts)] };
    },
  };
}

/** One collector for each kind. */
export const kubernetesCollectors: readonly EstateCollector[] = rows.map(toCollector);
