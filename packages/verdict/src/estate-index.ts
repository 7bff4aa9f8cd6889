/** An estate made ready for questions: by id, by image, by coverage. */
import {
  armKey,
  type CollectorSource,
  type Coverage,
  type EstateSnapshot,
  type NetworkPolicy,
  type Observation,
  type Pod,
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

/** A resource or a part of one. */
export interface Part {
  readonly owner: Resource;
  /** What the id names: the owner itself, or the part. */
  readonly content: unknown;
}

/** The questions the judge asks of an estate. */
export interface EstateIndex {
  readonly snapshot: EstateSnapshot;
  readonly resource: (id: string) => Resource | undefined;
  /** A resource, or a part of one with an id of its own (a subnet, a rule), and the resource it belongs to. */
  readonly part: (id: string) => Part | undefined;
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
  /**
   * Where traffic to a workload arrives: it, its members, the network interfaces of its machines, and pods that nothing can
   * tell from its own (same namespace, same labels), by which the engine may show a path.
   */
  readonly arrivals: (workload: Workload) => readonly string[];
  /** Network policies of one namespace of one cluster. */
  readonly policies: (cluster: string, namespace: string) => readonly NetworkPolicy[];
  /** The pod with an address, in one cluster. */
  readonly podAt: (cluster: string, address: string) => Pod | undefined;
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
  const policies = Map.groupBy(
    snapshot.resources.filter((resource) => resource.kind === "networkPolicy"),
    ({ cluster, namespace }) => `${armKey(cluster)} ${namespace}`,
  );
  const pods = new Map(
    snapshot.resources.flatMap((resource) =>
      resource.kind === "pod"
        ? resource.podIPs.map((ip) => [`${armKey(resource.cluster)} ${ip}`, resource] as const)
        : [],
    ),
  );
  const byDigest = Map.groupBy(deployments, digestOf);
  const byName = Map.groupBy(
    deployments.filter(isNamedOnly),
    ({ container }) => parseImageName(container.image.name)?.repository,
  );
  return {
    snapshot,
    resource: (id) => resources.get(armKey(id)),
    part: (id) => findPart(resources, armKey(id)),
    resources: () => resources.values(),
    coverage: (id) => coverage.get(id),
    coverageOf,
    instanceLists: (cluster) => {
      const together = coverageOf(cluster, "workloadController");
      const controllers =
        together === undefined ? controllerKinds.map((kind) => coverageOf(cluster, kind)) : [together];
      return [coverageOf(cluster, "pod"), ...controllers];
    },
    arrivals: rememberArrivals(snapshot, (key) => resources.get(key)),
    policies: (cluster, namespace) => policies.get(`${armKey(cluster)} ${namespace}`) ?? [],
    podAt: (cluster, address) => pods.get(`${armKey(cluster)} ${address}`),
    read: (id) => toReading(snapshot, coverage, validities, snapshot.observations[armKey(id)]),
    running: (digests) => [...digests].flatMap((digest) => byDigest.get(digest) ?? []),
    named: (repository) => byName.get(repository) ?? [],
    deployments,
  };
}

/** Ids that stand for one another, by the key they are looked up with. */
function listStandIns(resources: readonly Resource[]): readonly (readonly [string, string])[] {
  return resources.flatMap((resource): readonly (readonly [string, string])[] => {
    switch (resource.kind) {
      case "virtualMachine":
        return resource.networkInterfaces.map((id) => [armKey(resource.id), id]);
      case "networkInterface":
        return resource.virtualMachine === undefined ? [] : [[armKey(resource.virtualMachine), resource.id]];
      case "pod":
        return [[toPodKey(resource), resource.id]];
      default:
        return [];
    }
  });
}

function toPodKey({ cluster, namespace, labels }: Pod): string {
  return `${armKey(cluster)} ${namespace} ${JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)))}`;
}

function rememberArrivals(
  { resources }: EstateSnapshot,
  find: (key: string) => Resource | undefined,
): EstateIndex["arrivals"] {
  const standIns = Map.groupBy(listStandIns(resources), ([key]) => key);
  const known = new Map<Workload, readonly string[]>();
  return (workload) => {
    const members = [workload.id, ...workload.members];
    const keys = members.flatMap((id) => {
      const member = find(armKey(id));
      return member?.kind === "pod" ? [armKey(id), toPodKey(member)] : [armKey(id)];
    });
    const others = keys.flatMap((key) => (standIns.get(key) ?? []).map(([, id]) => id));
    const found = known.get(workload) ?? [...new Set([...members, ...others])].toSorted();
    known.set(workload, found);
    return found;
  };
}

/** Parts carry the id of their owner and two segments more; they stand in one of its lists. */
function findPart(resources: ReadonlyMap<string, Resource>, key: string): Part | undefined {
  const whole = resources.get(key);
  if (whole !== undefined) {
    return { owner: whole, content: whole };
  }
  const owner = resources.get(key.split("/").slice(0, -2).join("/"));
  const content = Object.values(owner ?? {})
    .filter((member): member is readonly unknown[] => Array.isArray(member))
    .flat()
    .find((item) => hasId(item, key));
  return owner === undefined || content === undefined ? undefined : { owner, content };
}

function hasId(item: unknown, key: string): boolean {
  return (
    typeof item === "object" && item !== null && "id" in item && typeof item.id === "string" && armKey(item.id) === key
  );
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
