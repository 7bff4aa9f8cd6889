/** The Kubernetes objects of one cluster, by kind. */
import type {
  ArmId,
  EndpointSlice,
  Ingress,
  IngressClass,
  KubernetesService,
  ManagedCluster,
  NetworkPolicy,
  Pod,
  WorkloadController,
} from "@sightline/model";
import type { Labels } from "./label-selector.ts";

/** How pods get their addresses: of the virtual network, of the cluster's own space, or nobody knows. */
export type PodAddressing = "flat" | "overlay" | "unknown";

/** The objects of one cluster. */
export interface ClusterObjects {
  readonly key: string;
  readonly id: ArmId;
  /** Absent when the cluster itself is not in the snapshot. */
  readonly cluster?: ManagedCluster;
  readonly pods: readonly Pod[];
  readonly controllers: readonly WorkloadController[];
  readonly services: readonly KubernetesService[];
  readonly ingresses: readonly Ingress[];
  readonly ingressClasses: readonly IngressClass[];
  readonly policies: readonly NetworkPolicy[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly namespaceLabels: ReadonlyMap<string, Labels>;
}
