/**
 * Software that starts pods of an object which wants none right now: on traffic, on events or on a schedule. Most of it
 * is steered by custom resources, which the role for reading clusters cannot list; that it is there has to be enough.
 * Sources: each project's installation manifests (names, labels, images).
 */

/** One family of such software. */
export interface ActivatorFamily {
  readonly name: string;
  /** Namespaces it is installed in by default. */
  readonly namespaces: readonly string[];
  /** Words in the repository of its images or in the name labels of its pods. */
  readonly words: readonly string[];
}

/** Families that are known to start what wants no pods. */
export const activatorFamilies: readonly ActivatorFamily[] = [
  { name: "KEDA", namespaces: ["keda", "keda-system"], words: ["keda"] },
  { name: "Knative", namespaces: ["knative-serving", "knative-eventing"], words: ["knative"] },
  { name: "OpenFaaS", namespaces: ["openfaas", "openfaas-fn"], words: ["openfaas", "faas-idler"] },
  { name: "Fission", namespaces: ["fission"], words: ["fission"] },
  { name: "Nuclio", namespaces: ["nuclio"], words: ["nuclio"] },
  { name: "OpenFunction", namespaces: ["openfunction"], words: ["openfunction"] },
  { name: "Sablier", namespaces: ["sablier"], words: ["sablier"] },
  { name: "Elasti", namespaces: ["elasti"], words: ["elasti-operator", "elasti-resolver", "kubeelasti"] },
  { name: "Osiris", namespaces: ["osiris-system"], words: ["osiris"] },
  { name: "Snorlax", namespaces: ["snorlax"], words: ["snorlax"] },
  { name: "kube-downscaler", namespaces: ["kube-downscaler"], words: ["kube-downscaler", "pydownscaler"] },
  { name: "kube-green", namespaces: ["kube-green"], words: ["kube-green", "kubegreen"] },
  { name: "Kueue", namespaces: ["kueue-system"], words: ["kueue"] },
  { name: "Custom Pod Autoscaler", namespaces: [], words: ["custom-pod-autoscaler"] },
  { name: "Cron HPA", namespaces: [], words: ["cronhpa", "kubernetes-cronhpa-controller", "cron-hpa"] },
];

/** Labels whose values name what a pod belongs to. */
export const nameLabels: readonly string[] = [
  "app",
  "name",
  "k8s-app",
  "app.kubernetes.io/name",
  "app.kubernetes.io/part-of",
  "app.kubernetes.io/instance",
  "helm.sh/chart",
];
