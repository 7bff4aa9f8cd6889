/**
 * Kubernetes objects of an estate, names as the API spells them. Source: kubernetes.io/docs/reference/kubernetes-api.
 * Environment values, secrets and config maps are never read.
 */
import type { ArmId, KubernetesId } from "./ids.ts";

interface KubernetesFields {
  readonly id: KubernetesId;
  readonly cluster: ArmId;
  /** Empty for cluster-wide kinds. */
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** v1 Namespace. */
export interface Namespace extends KubernetesFields {
  readonly kind: "namespace";
}

/** One expression of a label selector; all of a selector's must hold. */
export interface LabelSelectorRequirement {
  readonly key: string;
  /** `In`, `NotIn`, `Exists`, `DoesNotExist`. */
  readonly operator: string;
  readonly values: readonly string[];
}

/** Both parts empty = selects everything. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly LabelSelectorRequirement[];
}

/** A port a container declares. Undeclared ports may listen as well. */
export interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  /** `TCP`, `UDP`, `SCTP`. */
  readonly protocol: string;
  readonly hostPort?: number;
}

/** A container of a pod or of a pod template. */
export interface PodContainer {
  readonly name: string;
  /** As written in the specification. */
  readonly image: string;
  /** As the runtime reports (`…@sha256:…`); absent until it has run. */
  readonly imageID?: string;
  readonly ports: readonly ContainerPort[];
  readonly init: boolean;
  readonly state: string;
}

/** Which object made this one. */
export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly controller: boolean;
}

/** v1 Pod. */
export interface Pod extends KubernetesFields {
  readonly kind: "pod";
  readonly phase: string;
  readonly podIPs: readonly string[];
  readonly hostIP?: string;
  readonly nodeName?: string;
  readonly hostNetwork: boolean;
  readonly containers: readonly PodContainer[];
  readonly owners: readonly OwnerReference[];
}

/** Deployment, ReplicaSet, StatefulSet, DaemonSet, Job or CronJob. */
export interface WorkloadController extends KubernetesFields {
  readonly kind: "workloadController";
  readonly controllerKind: string;
  /** Desired replicas; for a CronJob 1 unless suspended. Absent = not stated by the API. */
  readonly replicas?: number;
  readonly suspended: boolean;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly containers: readonly PodContainer[];
  readonly hostNetwork: boolean;
  readonly owners: readonly OwnerReference[];
}

/** One port of a Service. */
export interface ServicePort {
  readonly name?: string;
  readonly protocol: string;
  readonly port: number;
  /** Number or container port name. */
  readonly targetPort: number | string;
  readonly nodePort?: number;
}

/** A Kubernetes Service. */
export interface KubernetesService extends KubernetesFields {
  readonly kind: "service";
  /** `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`. */
  readonly type: string;
  /** Empty = no selector: endpoints are made by hand. */
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly ServicePort[];
  readonly clusterIPs: readonly string[];
  readonly externalIPs: readonly string[];
  readonly loadBalancerSourceRanges: readonly string[];
  readonly loadBalancerIngressIPs: readonly string[];
  readonly externalTrafficPolicy: string;
  readonly loadBalancerClass?: string;
}

/** One host and path of an Ingress and the Service it leads to. */
export interface IngressPath {
  readonly host: string;
  readonly path: string;
  readonly pathType: string;
  /** Absent for a resource backend, which is not modelled. */
  readonly service?: { readonly name: string; readonly port: number | string };
}

/** networking.k8s.io/v1 Ingress. */
export interface Ingress extends KubernetesFields {
  readonly kind: "ingress";
  readonly ingressClassName?: string;
  readonly paths: readonly IngressPath[];
  readonly defaultBackend?: { readonly name: string; readonly port: number | string };
  readonly tlsHosts: readonly string[];
  readonly loadBalancerIngressIPs: readonly string[];
}

/** networking.k8s.io/v1 IngressClass. */
export interface IngressClass extends KubernetesFields {
  readonly kind: "ingressClass";
  readonly controller: string;
}

/** Who a NetworkPolicy rule is about: an address block, or pods by their labels and namespaces. */
export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except: readonly string[] };
}

/** Which ports a NetworkPolicy rule is about. */
export interface NetworkPolicyPort {
  /** Absent = `TCP` (defaulted by the API server). */
  readonly protocol?: string;
  /** Number or port name; absent = every port of the protocol. */
  readonly port?: number | string;
  readonly endPort?: number;
}

/** One rule; an absent or empty peer list means everyone, an absent or empty port list every port. */
export interface NetworkPolicyRule {
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
}

/** NetworkPolicy v1. `policyTypes` as stored; absent is defaulted by the engine as the API server does. */
export interface NetworkPolicy extends KubernetesFields {
  readonly kind: "networkPolicy";
  readonly podSelector: LabelSelector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly NetworkPolicyRule[];
  readonly egress?: readonly NetworkPolicyRule[];
}

/** discovery.k8s.io/v1 EndpointSlice: what a Service sends to right now. */
export interface EndpointSlice extends KubernetesFields {
  readonly kind: "endpointSlice";
  readonly service?: string;
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly ready: boolean;
    readonly pod?: string;
  }[];
  readonly ports: readonly { readonly name?: string; readonly port?: number; readonly protocol: string }[];
}

/** autoscaling/v2 HorizontalPodAutoscaler: it may start pods of an object that wants none right now. */
export interface HorizontalPodAutoscaler extends KubernetesFields {
  readonly kind: "horizontalPodAutoscaler";
  /** What it scales, in its own namespace. */
  readonly scaleTarget: { readonly kind: string; readonly name: string };
}

/** Any Kubernetes object of an estate. */
export type KubernetesResource =
  | Namespace
  | Pod
  | WorkloadController
  | KubernetesService
  | Ingress
  | IngressClass
  | NetworkPolicy
  | EndpointSlice
  | HorizontalPodAutoscaler;
