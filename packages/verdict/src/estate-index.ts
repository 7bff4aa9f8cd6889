/** An estate made ready for questions: by id, by image, by coverage. */
import {
  armKey,
  type CollectorSource,
  type Coverage,
  type EstateSnapshot,
  type Observation,
  type Resource,
  type Workload,
  type WorkloadContainer,
} from "@sightline/model";
import { formatInstant, parseInstant, type Validities, validityOf } from "./freshness.ts";
import { parseImageName } from "./image-name.ts";

/** One container of one workload. */
export interface Deployment {
  readonly workload: Workload;
  readonly container: WorkloadContainer;
}

/** When something was read and until when that holds. */
export interface Reading {
  readonly observedAt: string;
  readonly validUntil: string;
  readonly source: CollectorSource;
  /** Absent when the snapshot does not say which list it came in. */
  readonly coverage: Coverage | undefined;
}

/** The questions the judge asks of an estate. */
export interface EstateIndex {
  readonly snapshot: EstateSnapshot;
  readonly resource: (id: string) => Resource | undefined;
  readonly resources: () => Iterable<Resource>;
  readonly coverage: (id: string) => Coverage | undefined;
  /** Coverage of one kind in one scope, if it was listed at all; of several lists the one that is not complete. */
  readonly coverageOf: (scope: string, kind: string) => Coverage | undefined;
  /** When a resource was read; what was not observed by itself is as old as the snapshot. */
  readonly read: (id: string) => Reading;
  /** Containers known to run one of these digests. */
  readonly running: (digests: ReadonlySet<string>) => readonly Deployment[];
  /** Containers of which only a name is known, by repository; `undefined` lists those whose name says nothing. */
  readonly named: (repository: string | undefined) => readonly Deployment[];
  readonly deployments: readonly Deployment[];
  /** The lists that together hold every instance and controller of a cluster; `undefined` for each that was never made. */
  readonly instanceLists: (cluster: string) => readonly (Coverage | undefined)[];
}

/** Kinds of Kubernetes controllers, where they are listed one by one. */
const controllerKinds = ["deployment", "replicaSet", "statefulSet", "daemonSet", "job", "cronJob"] as const;

/** Indexes a snapshot. */
export function createEstateIndex(snapshot: EstateSnapshot, validities: Validities): EstateIndex {
  const resources = new Map(snapshot.resources.map((resource) => [armKey(resource.id), resource]));
  const coverage = new Map<string, Coverage>(snapshot.coverage.map((record) => [record.id, record]));
  const coverageByKind = Map.groupBy(snapshot.coverage, (record) => toCoverageKey(record.scope, record.kind));
  const deployments = snapshot.workloads.flatMap((workload) =>
    workload.containers.map((container) => ({ workload, container })),
  );
  const coverageOf: EstateIndex["coverageOf"] = (scope, kind) => {
    const records = coverageByKind.get(toCoverageKey(scope, kind)) ?? [];
    return records.find(({ complete }) => !complete) ?? records[0];
  };
  const byDigest = Map.groupBy(deployments, digestOf);
  const byName = Map.groupBy(
    deployments.filter(isNamedOnly),
    ({ container }) => parseImageName(container.image.name)?.repository,
  );
  return {
    snapshot,
    resource: (id) => resources.get(armKey(id)),
    resources: () => resources.values(),
    coverage: (id) => coverage.get(id),
    coverageOf,
    instanceLists: (cluster) => {
      const together = coverageOf(cluster, "workloadController");
      const controllers =
        together === undefined ? controllerKinds.map((kind) => coverageOf(cluster, kind)) : [together];
      return [coverageOf(cluster, "pod"), ...controllers];
    },
    read: (id) => toReading(snapshot, coverage, validities, snapshot.observations[armKey(id)]),
    running: (digests) => [...digests].flatMap((digest) => byDigest.get(digest) ?? []),
    named: (repository) => byName.get(repository) ?? [],
    deployments,
  };
}

/** Subscriptions are scopes with and without their prefix. */
function toCoverageKey(scope: string, kind: string): string {
  return `${armKey(scope).replace(/^\/subscriptions\/([^/]+)$/, "$1")} ${kind}`;
}

function digestOf({ container }: Deployment): string | undefined {
  return container.image.kind === "digest" ? container.image.digest : undefined;
}

function isNamedOnly({ container }: Deployment): boolean {
  return container.image.kind === "tag-only";
}

function toReading(
  snapshot: EstateSnapshot,
  records: ReadonlyMap<string, Coverage>,
  validities: Validities,
  observation: Observation | undefined,
): Reading {
  const coverage = observation === undefined ? undefined : records.get(observation.coverage);
  const source = coverage?.source ?? {
    collector: "estate",
    version: snapshot.format,
    api: "arm",
    apiVersion: "",
    scope: snapshot.tenantId,
  };
  const atMs = parseInstant(observation?.at ?? snapshot.takenAt, "snapshot observation");
  return {
    observedAt: formatInstant(atMs),
    validUntil: formatInstant(atMs + validityOf(source, validities)),
    source,
    coverage,
  };
}
