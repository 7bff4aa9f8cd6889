/** Workload controllers, and what scales them. Source: Kubernetes API v1.31 reference, apps/v1, batch/v1, autoscaling/v2. */
import type { ArmId, HorizontalPodAutoscaler, WorkloadController } from "@sightline/model";
import { z } from "zod";
import { flag, listOf, optional } from "../wire.ts";
import { metadata, podSpecification, stringMap, toContainers, toObjectFields } from "./objects.ts";

const template = z.object({
  metadata: z
    .object({ labels: stringMap })
    .nullish()
    .transform((value) => value?.labels ?? {}),
  spec: podSpecification,
});

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
export type ControllerKind = "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "CronJob";

function isFinished({ status }: Raw): boolean {
  return (
    status?.conditions.some(({ type, status: value }) => ["Complete", "Failed"].includes(type) && value === "True") ===
    true
  );
}

/** A Job that is held back wants no pods now and may be let go at any time; one that is finished never wants any again. */
function isSuspended(kind: ControllerKind, raw: Raw): boolean {
  const { suspend, parallelism } = raw.spec;
  return kind === "Job" ? !isFinished(raw) && (suspend || parallelism === 0) : kind === "CronJob" && suspend;
}

/** Pods it wants: what `spec` says where the kind has replicas, what the scheduler says for a DaemonSet. Absent = not said. */
function wantedReplicas(kind: ControllerKind, raw: Raw): number | undefined {
  switch (kind) {
    case "DaemonSet":
      return raw.status?.desiredNumberScheduled ?? undefined;
    case "Job":
      return isFinished(raw) || isSuspended(kind, raw) ? 0 : (raw.spec.parallelism ?? 1);
    case "CronJob":
      return raw.spec.suspend ? 0 : 1;
    default:
      // The API server defaults an absent `replicas` to 1.
      return raw.spec.replicas ?? 1;
  }
}

/** apps/v1 and batch/v1 controllers. */
export function controllerOf(cluster: ArmId, kind: ControllerKind): z.ZodType<WorkloadController> {
  return schema.transform((raw, context): WorkloadController => {
    const pods = raw.spec.template ?? raw.spec.jobTemplate?.spec.template;
    if (pods === undefined || pods === null) {
      context.addIssue({ code: "custom", message: "has no pod template" });
      return z.NEVER;
    }
    return {
      kind: "workloadController",
      ...toObjectFields(cluster, kind, raw.metadata),
      controllerKind: kind,
      ...optional("replicas", wantedReplicas(kind, raw)),
      suspended: isSuspended(kind, raw),
      podLabels: pods.metadata,
      containers: toContainers(pods.spec),
      hostNetwork: pods.spec.hostNetwork,
      owners: raw.metadata.ownerReferences,
    };
  });
}

/** autoscaling/v2 HorizontalPodAutoscaler. */
export function horizontalPodAutoscalerOf(cluster: ArmId): z.ZodType<HorizontalPodAutoscaler> {
  return z
    .object({ metadata, spec: z.object({ scaleTargetRef: z.object({ kind: z.string(), name: z.string() }) }) })
    .transform(
      ({ metadata: meta, spec: { scaleTargetRef } }): HorizontalPodAutoscaler => ({
        kind: "horizontalPodAutoscaler",
        ...toObjectFields(cluster, "horizontalPodAutoscaler", meta),
        scaleTarget: scaleTargetRef,
      }),
    );
}
