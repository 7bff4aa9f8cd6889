/** What is known about a workload: whether it runs, and whether it runs this very image. */
import { armKey, type Coverage, type Fact, type MissingFact, type Workload } from "@sightline/model";
import { activators } from "../activators.data.ts";
import type { Deployment, EstateIndex } from "../estate-index.ts";
import { sortIds, toJson } from "../evidence.ts";
import { formatInstant, parseInstant } from "../freshness.ts";
import { collectAgain, missing, missingFromCoverage, remedyForScope } from "../remedies.ts";
import { type FactContext, toKnownFact, toUnknownFact } from "./fact.ts";

/** A {@link FactContext} with the estate. */
export interface WorkloadContext extends FactContext {
  readonly estate: EstateIndex;
  readonly livenessMs: number;
}

/**
 * Does the workload run, or start by traffic or schedule? `F` rests on complete lists: what runs its instances must
 * have been read, or a running one may merely not have been seen.
 */
export function judgeLive(context: WorkloadContext, workload: Workload): Fact {
  const { estate, book } = context;
  const reading = estate.read(workload.id);
  const lists = coverageOfInstances(estate, workload, reading.coverage);
  // As old as the oldest list it rests on: a pod may have started between one list and the next.
  const observedMs = Math.min(
    parseInstant(reading.observedAt, workload.id),
    ...lists.flatMap((record) => (record === undefined ? [] : [parseInstant(record.endedAt, record.id)])),
  );
  const id = book.add({
    kind: "workload.liveness",
    subject: workload.id,
    value: toJson({ workload: workload.id, kind: workload.liveness.kind, reason: workload.liveness.reason }),
    observedAt: formatInstant(observedMs),
    validUntil: formatInstant(observedMs + context.livenessMs),
    source: reading.source,
    coverage: sortIds(lists.flatMap((record) => record?.id ?? [])),
  });
  switch (workload.liveness.kind) {
    case "live":
      return toKnownFact(context, "live", "T", [id]);
    case "unknown":
      return toUnknownFact(
        "live",
        [id],
        missing("live", "absent", workload.liveness.reason, remedyForScope(workload.cluster ?? workload.id)),
      );
    case "stopped": {
      const doubt = findDoubt(estate, workload, lists);
      return doubt === undefined ? toKnownFact(context, "live", "F", [id]) : toUnknownFact("live", [id], doubt);
    }
  }
}

/** What speaks against believing that a stopped workload stays stopped. */
function findDoubt(
  estate: EstateIndex,
  workload: Workload,
  lists: readonly (Coverage | undefined)[],
): MissingFact | undefined {
  const gap = lists.find((record) => record?.complete === false);
  if (gap !== undefined) {
    return missingFromCoverage("live", gap);
  }
  if (lists.includes(undefined)) {
    const detail = `it is not recorded how completely the instances of ${workload.name} were read`;
    return missing("live", "absent", detail, remedyForScope(workload.cluster ?? workload.id));
  }
  const activator = findActivator(estate, workload);
  return activator === undefined
    ? undefined
    : missing("live", "unsupported", `${activator} runs in the cluster and may start ${workload.name}`, collectAgain);
}

function findActivator(estate: EstateIndex, { kind, cluster }: Workload): string | undefined {
  if (kind !== "kubernetes") {
    return undefined;
  }
  const pods = [...estate.resources()].filter(
    (resource) => resource.kind === "pod" && armKey(resource.cluster) === armKey(cluster ?? ""),
  );
  return activators.find(({ podPrefix }) => pods.some(({ name }) => name.startsWith(podPrefix)))?.name;
}

/** The lists a statement about running instances rests on. */
function coverageOfInstances(
  estate: EstateIndex,
  { cluster, kind }: Workload,
  own: Coverage | undefined,
): readonly (Coverage | undefined)[] {
  return kind === "kubernetes" ? [own, ...estate.instanceLists(cluster ?? "")] : [own];
}

/** Does the container run the scanned image? Only a digest says so; a tag may have moved since. */
export function judgeSameImage(
  context: WorkloadContext,
  { workload, container }: Deployment,
  scanned: { readonly digest: string; readonly indexDigest: string | undefined },
): Fact {
  const reading = context.estate.read(workload.id);
  const id = context.book.add({
    kind: "workload.image",
    subject: workload.id,
    value: toJson({
      workload: workload.id,
      container: container.name,
      image: container.image,
      scannedDigest: scanned.digest,
      scannedIndexDigest: scanned.indexDigest,
    }),
    observedAt: reading.observedAt,
    validUntil: reading.validUntil,
    source: reading.source,
    coverage: reading.coverage === undefined ? [] : [reading.coverage.id],
  });
  const { image } = container;
  if (image.kind === "digest") {
    return toKnownFact(context, "sameImage", "T", [id]);
  }
  const detail = `${container.name} of ${workload.name} runs ${image.name}, and a tag does not say which digest`;
  return toUnknownFact("sameImage", [id], missing("sameImage", "absent", detail, remedyForTag(workload, image.name)));
}

function remedyForTag(workload: Workload, name: string): ReturnType<typeof remedyForScope> {
  if (workload.kind === "kubernetes") {
    return remedyForScope(workload.cluster ?? workload.id);
  }
  const [repository = name] = name.split("@");
  return { command: `deploy it by digest: ${repository.replace(/:[^/:]*$/, "")}@sha256:<digest>` };
}
