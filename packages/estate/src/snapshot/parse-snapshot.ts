/** Reads a stored snapshot back, every field of it: what stands in a file may have been written by anybody. */
import {
  armKey,
  type CollectionGap,
  type Coverage,
  type CoverageId,
  type Digest,
  type EstateSnapshot,
  estateFormat,
  type ProblemCode,
  type Resource,
  type Result,
  toDigest,
  type Workload,
} from "@sightline/model";
import { z } from "zod";
import { estateErrorCodes } from "../error-codes.data.ts";
import { azureResources } from "./azure-resource.ts";
import { kubernetesResources } from "./kubernetes-resource.ts";
import { absentOr, armId, kubernetesId, text, texts } from "./stored.ts";

const id = z.union([kubernetesId, armId]);
const timestamp = z.iso.datetime();
const count = z.number();

const resource: z.ZodType<Resource> = z.discriminatedUnion("kind", [
  azureResources.subscription,
  azureResources.virtualNetwork,
  azureResources.networkSecurityGroup,
  azureResources.applicationSecurityGroup,
  azureResources.networkInterface,
  azureResources.publicIPAddress,
  azureResources.loadBalancer,
  azureResources.routeTable,
  azureResources.virtualMachine,
  azureResources.managedCluster,
  azureResources.site,
  azureResources.registry,
  azureResources.other,
  kubernetesResources.namespace,
  kubernetesResources.pod,
  kubernetesResources.workloadController,
  kubernetesResources.service,
  kubernetesResources.ingress,
  kubernetesResources.ingressClass,
  kubernetesResources.networkPolicy,
  kubernetesResources.endpointSlice,
  kubernetesResources.horizontalPodAutoscaler,
]);

const digest = z.custom<Digest>((value) => typeof value === "string" && toDigest(value) !== undefined, {
  message: "is not a digest",
});

const image = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("digest"), name: text, digest }),
  z.strictObject({ kind: z.literal("tag-only"), name: text, reason: text }),
]);

const workload: z.ZodType<Workload> = z.strictObject({
  id,
  kind: z.enum(["kubernetes", "site", "virtualMachine"]),
  name: text,
  cluster: absentOr(armId),
  namespace: absentOr(text),
  members: z.array(id),
  containers: z.array(
    z.strictObject({
      name: text,
      image,
      declaredPorts: z.array(
        z.strictObject({ port: count, protocol: z.enum(["TCP", "UDP", "SCTP"]), name: absentOr(text) }),
      ),
    }),
  ),
  liveness: z.strictObject({ kind: z.enum(["live", "stopped", "unknown"]), reason: text }),
});

const about = { subject: text, remedy: text };

const gap: z.ZodType<CollectionGap> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("denied"), ...about, status: count, code: text, missingAction: absentOr(text) }),
  z.strictObject({ kind: z.literal("throttled"), ...about, status: count }),
  z.strictObject({ kind: z.literal("failed"), ...about, status: absentOr(count), code: text, message: text }),
  z.strictObject({ kind: z.literal("unreadable"), ...about, message: text }),
  z.strictObject({ kind: z.literal("truncated"), ...about, limit: text }),
  z.strictObject({ kind: z.literal("not-modelled"), ...about, resourceType: text, count }),
  z.strictObject({ kind: z.literal("dangling"), ...about, from: id }),
]);

const coverage: z.ZodType<Coverage> = z
  .strictObject({
    id: z.custom<CoverageId>((value) => typeof value === "string" && value !== ""),
    scope: text,
    kind: text,
    complete: z.boolean(),
    pages: count,
    count,
    startedAt: timestamp,
    endedAt: timestamp,
    source: z.strictObject({
      collector: text,
      version: count,
      api: text,
      apiVersion: text,
      scope: text,
      role: absentOr(text),
      requestId: absentOr(text),
    }),
    gaps: z.array(gap),
  })
  .refine(({ complete, gaps }) => !complete || gaps.length === 0, { message: "is called complete and has gaps" });

const problem = z.strictObject({
  code: z.custom<ProblemCode>((value) => typeof value === "string" && value.includes(".")),
  subject: text,
  message: text,
  next: text,
});

const snapshot: z.ZodType<EstateSnapshot> = z.strictObject({
  format: z.literal(estateFormat),
  tenantId: text,
  subscriptionIds: texts,
  takenAt: timestamp,
  resources: z.array(resource).refine(hasUniqueIds, { message: "hold the same id twice" }),
  workloads: z.array(workload).refine(hasUniqueIds, { message: "hold the same id twice" }),
  observations: z.record(z.string(), z.strictObject({ at: timestamp, coverage: text })),
  coverage: z.array(coverage),
  census: z.array(z.strictObject({ scope: text, type: text, count })),
  serviceTags: absentOr(z.record(z.string(), texts)),
  problems: z.array(problem),
});

function hasUniqueIds(list: readonly { readonly id: string }[]): boolean {
  return new Set(list.map((each) => armKey(each.id))).size === list.length;
}

/** The snapshot in a JSON value, or `estate.snapshot-invalid` naming the first field that is wrong. */
export function parseSnapshot(value: unknown): Result<EstateSnapshot> {
  const parsed = snapshot.safeParse(value);
  if (parsed.success) {
    return { ok: true, value: parsed.data };
  }
  const issue = parsed.error.issues[0];
  const where = issue === undefined ? "" : ` ${issue.path.join(".")} ${issue.message}`.trimEnd();
  return {
    ok: false,
    problem: {
      code: "estate.snapshot-invalid",
      subject: "estate snapshot",
      message: `This is not an estate snapshot of format ${estateFormat}:${where}.`,
      next: estateErrorCodes["estate.snapshot-invalid"].next,
    },
  };
}
