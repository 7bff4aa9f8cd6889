/**
 * Controllers that start a workload scaled to zero, by traffic or schedule. Where a pod of one exists, a stopped workload
 * may start at any time. Sources: the projects' installation manifests.
 */
export interface Activator {
  readonly name: string;
  /** Start of the names of its pods. */
  readonly podPrefix: string;
  readonly source: string;
}

/** Known activators. */
export const activators: readonly Activator[] = [
  { name: "KEDA", podPrefix: "keda-", source: "https://keda.sh/docs/latest/deploy/" },
  { name: "Knative Serving", podPrefix: "activator-", source: "https://knative.dev/docs/serving/architecture/" },
  { name: "Knative autoscaler", podPrefix: "autoscaler-", source: "https://knative.dev/docs/serving/autoscaling/" },
  { name: "kube-green", podPrefix: "kube-green-", source: "https://kube-green.dev/docs/install/" },
  { name: "kube-downscaler", podPrefix: "kube-downscaler", source: "https://codeberg.org/hjacobs/kube-downscaler" },
  {
    name: "py-kube-downscaler",
    podPrefix: "py-kube-downscaler",
    source: "https://github.com/caas-team/py-kube-downscaler",
  },
  { name: "Sablier", podPrefix: "sablier", source: "https://sablierapp.dev/" },
  { name: "OpenFaaS", podPrefix: "faas-idler", source: "https://docs.openfaas.com/architecture/autoscaling/" },
];
