/** Workload controllers. Source: Kubernetes API v1.31 reference, apps/v1 and batch/v1. */
import type { ArmId, WorkloadController } from "@sightline/model";
import { z } from "zod";
import { flag, listOf, optional } from "../wire.ts";
import { metadata, podSpecification, toContainers, toObjectFields } from "./objects.ts";

const template = z.object({
  metadata: z
    .object({ labels: z.record(z.string(), z.string()).nullish() })
    .nullish()
    .transform((value) => value?.labels ?? {}),
  spec: podSpecification.nullish().transform((value) => value ?? emptySpecification),
});

const emptySpecification: z.output<typeof podSpecification> = {
  nodeName: undefined,
  hostNetwork: false,
  containers: [],
  initContainers: [],
};

const specification = z.object({
  replicas: z.number().nullish(),
  suspend: flag,
  parallelism: z.number().nullish(),
  template: template.nullish(),
  jobTemplate: z.object({ spec: z.object({ template }) }).nullish(),
});

const schema = z.object({
  metadata,
  spec: specification,
  status: z
    .object({
      desiredNumberScheduled: z.number().nullish(),
      conditions: listOf(z.object({ type: z.string(), status: z.string() })),
    })
    .nullish(),
});

type Raw = z.output<typeof schema>;

/** Kinds read as controllers. */
export const controllerKinds = ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob"] as const;

/** One of {@link controllerKinds}. */
export type ControllerKind = (typeof controllerKinds)[number];

/** Pods it wants: what `spec` says where the kind has replicas, what the scheduler says for a DaemonSet. Absent = not said. */
function wantedReplicas(kind: ControllerKind, raw: Raw): number | undefined {
  switch (kind) {
    case "DaemonSet":
      return raw.status?.desiredNumberScheduled ?? undefined;
    case "Job": {
      const finished = raw.status?.conditions.some(
        (each) => (each.type === "Complete" || each.type === "Failed") && each.status === "True",
      );
      return finished === true ? 0 : (raw.spec.parallelism ?? 1);
    }
    case "CronJob":
      return raw.spec.suspend ? 0 : 1;
    default:
      // The API server defaults an absent `replicas` to 1.
      return raw.spec.replicas ?? 1;
  }
}

/** apps/v1 and batch/v1 controllers. */
export function controllerOf(cluster: ArmId, kind: ControllerKind): z.ZodType<WorkloadController> {
  return schema.transform((raw): WorkloadController => {
    const pods = raw.spec.template ?? raw.spec.jobTemplate?.spec.template;
    const podSpec = pods?.spec ?? emptySpecification;
    return {
      kind: "workloadController",
      ...toObjectFields(cluster, kind, raw.metadata),
      controllerKind: kind,
      ...optional("replicas", wantedReplicas(kind, raw)),
      suspended: raw.spec.suspend,
      podLabels: pods?.metadata ?? {},
      containers: toContainers(podSpec),
      hostNetwork: podSpec.hostNetwork,
      owners: raw.metadata.ownerReferences,
    };
  });
}
