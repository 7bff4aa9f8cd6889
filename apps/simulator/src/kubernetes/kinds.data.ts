/** The API kinds a simulated cluster serves. Source: kubernetes.io/docs/reference/kubernetes-api (v1.30). */

/** One kind. `group` is empty for the core API. */
export interface KubernetesKind {
  readonly kind: string;
  readonly plural: string;
  readonly group: string;
  readonly version: string;
  readonly namespaced: boolean;
  /** What people type, `svc`. */
  readonly shortNames: readonly string[];
}

const shortNames: Readonly<Record<string, readonly string[]>> = {
  namespaces: ["ns"],
  nodes: ["no"],
  pods: ["po"],
  services: ["svc"],
  endpoints: ["ep"],
  configmaps: ["cm"],
  serviceaccounts: ["sa"],
  persistentvolumeclaims: ["pvc"],
  deployments: ["deploy"],
  replicasets: ["rs"],
  statefulsets: ["sts"],
  daemonsets: ["ds"],
  cronjobs: ["cj"],
  horizontalpodautoscalers: ["hpa"],
  ingresses: ["ing"],
  networkpolicies: ["netpol"],
  poddisruptionbudgets: ["pdb"],
};

function toKind(kind: string, plural: string, groupVersion: string, namespaced = true): KubernetesKind {
  const [version = "", group = ""] = groupVersion.split("/").reverse();
  return { kind, plural, group, version, namespaced, shortNames: shortNames[plural] ?? [] };
}

export const kubernetesKinds: readonly KubernetesKind[] = [
  toKind("Namespace", "namespaces", "v1", false),
  toKind("Node", "nodes", "v1", false),
  toKind("Pod", "pods", "v1"),
  toKind("Service", "services", "v1"),
  toKind("Endpoints", "endpoints", "v1"),
  toKind("ConfigMap", "configmaps", "v1"),
  toKind("Secret", "secrets", "v1"),
  toKind("ServiceAccount", "serviceaccounts", "v1"),
  toKind("ReplicationController", "replicationcontrollers", "v1"),
  toKind("PersistentVolume", "persistentvolumes", "v1", false),
  toKind("PersistentVolumeClaim", "persistentvolumeclaims", "v1"),
  toKind("Deployment", "deployments", "apps/v1"),
  toKind("ReplicaSet", "replicasets", "apps/v1"),
  toKind("StatefulSet", "statefulsets", "apps/v1"),
  toKind("DaemonSet", "daemonsets", "apps/v1"),
  toKind("Job", "jobs", "batch/v1"),
  toKind("CronJob", "cronjobs", "batch/v1"),
  toKind("HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling/v2"),
  toKind("Ingress", "ingresses", "networking.k8s.io/v1"),
  toKind("IngressClass", "ingressclasses", "networking.k8s.io/v1", false),
  toKind("NetworkPolicy", "networkpolicies", "networking.k8s.io/v1"),
  toKind("EndpointSlice", "endpointslices", "discovery.k8s.io/v1"),
  toKind("PodDisruptionBudget", "poddisruptionbudgets", "policy/v1"),
  toKind("Role", "roles", "rbac.authorization.k8s.io/v1"),
  toKind("RoleBinding", "rolebindings", "rbac.authorization.k8s.io/v1"),
  toKind("ClusterRole", "clusterroles", "rbac.authorization.k8s.io/v1", false),
  toKind("ClusterRoleBinding", "clusterrolebindings", "rbac.authorization.k8s.io/v1", false),
  toKind("CustomResourceDefinition", "customresourcedefinitions", "apiextensions.k8s.io/v1", false),
  toKind("Gateway", "gateways", "gateway.networking.k8s.io/v1"),
  toKind("HTTPRoute", "httproutes", "gateway.networking.k8s.io/v1"),
];

/** `v1`, or `apps/v1`. */
export function formatGroupVersion(kind: KubernetesKind): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}
