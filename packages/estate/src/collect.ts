/** One round over a connection: every collector in every scope, put together into one dated snapshot. */
import type { ArmClient } from "@sightline/azure";
import {
  armKey,
  type EstateSnapshot,
  estateFormat,
  type ManagedCluster,
  type Observation,
  type Resource,
} from "@sightline/model";
import type { Clock } from "@sightline/platform";
import type { Collected, EstateCollector } from "./collector.ts";
import { estateCollectors } from "./collectors.ts";
import type { KubernetesReader } from "./kubernetes/reader.ts";
import { mapInParallel } from "./map-in-parallel.ts";
import { toTimestamp } from "./recording.ts";
import { toWorkloads } from "./workloads.ts";

/** What a round collects and with what. */
export interface CollectRequest {
  readonly tenantId: string;
  /** GUIDs; the same one twice counts once. */
  readonly subscriptionIds: readonly string[];
  readonly arm: ArmClient;
  /** Opens a cluster's API; asked once for each cluster found. */
  readonly openCluster: (cluster: ManagedCluster) => KubernetesReader;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly progress?: (step: CollectStep) => void;
}

/** One collector that is done in one scope. */
export interface CollectStep {
  readonly collector: string;
  /** Subscription GUID or cluster id. */
  readonly scope: string;
  readonly resources: number;
  readonly gaps: number;
}

/** Clusters read at the same time: each has a host of its own, and one that does not answer takes a minute to say so. */
const clustersAtOnce = 4;

/** Lists that run at the same time in one cluster: its API server shares one queue among all who only read. */
const clusterListsAtOnce = 4;

/**
 * Collects an estate. Never throws for what a cloud answers: what could not be read is in `coverage` and keeps every
 * verdict that needs it from being definite. Throws only the signal's reason or `http.cancelled` when it is cancelled.
 * Subscriptions one after the other, a subscription's collectors side by side, then the clusters that were found.
 */
export async function collectEstate(request: CollectRequest): Promise<EstateSnapshot> {
  const takenAt = toTimestamp(request.clock);
  const subscriptionIds = [...new Set(request.subscriptionIds.map((id) => id.toLowerCase()))].toSorted();
  const parts: Collected[] = [];
  for (const subscriptionId of subscriptionIds) {
    parts.push(...(await collectSubscription(request, subscriptionId)));
  }
  const resources = uniqueById(parts.flatMap((part) => part.resources));
  const clusters = resources.filter((each) => each.kind === "managedCluster");
  const inClusters = await mapInParallel(clusters, clustersAtOnce, (cluster) => collectCluster(request, cluster));
  return toSnapshot({ tenantId: request.tenantId, subscriptionIds, takenAt }, [...parts, ...inClusters.flat()]);
}

async function collectSubscription(request: CollectRequest, subscriptionId: string): Promise<readonly Collected[]> {
  const { arm, clock, signal } = request;
  signal?.throwIfAborted();
  const context = { subscriptionId, arm, clock, ...(signal === undefined ? {} : { signal }) };
  const collectors = estateCollectors.filter((each) => each.scope === "subscription");
  return Promise.all(
    collectors.map(async (each) => report(request, each, { scope: subscriptionId, part: await each.collect(context) })),
  );
}

async function collectCluster(request: CollectRequest, cluster: ManagedCluster): Promise<readonly Collected[]> {
  const { clock, signal } = request;
  signal?.throwIfAborted();
  const kubernetes = request.openCluster(cluster);
  const context = { cluster, kubernetes, clock, ...(signal === undefined ? {} : { signal }) };
  const collectors = estateCollectors.filter((each) => each.scope === "cluster");
  return mapInParallel(collectors, clusterListsAtOnce, async (each) =>
    report(request, each, { scope: cluster.id, part: await each.collect(context) }),
  );
}

function report(
  request: CollectRequest,
  collector: EstateCollector,
  { scope, part }: { readonly scope: string; readonly part: Collected },
): Collected {
  const gaps = part.coverage.reduce((sum, coverage) => sum + coverage.gaps.length, 0);
  request.progress?.({ collector: collector.id, scope, resources: part.resources.length, gaps });
  return part;
}

function uniqueById(resources: readonly Resource[]): readonly Resource[] {
  return [...new Map(resources.map((each) => [armKey(each.id), each])).values()];
}

function toSnapshot(
  frame: Pick<EstateSnapshot, "tenantId" | "subscriptionIds" | "takenAt">,
  parts: readonly Collected[],
): EstateSnapshot {
  const resources = uniqueById(parts.flatMap((part) => part.resources)).toSorted((a, b) => compareKeys(a.id, b.id));
  const coverage = parts.flatMap((part) => part.coverage).toSorted((a, b) => compareKeys(a.id, b.id));
  const census = parts.flatMap((part) => part.census ?? []);
  const tags = parts.find((part) => part.serviceTags !== undefined)?.serviceTags;
  return {
    format: estateFormat,
    ...frame,
    resources,
    workloads: toWorkloads(resources, coverage),
    observations: toObservations(parts),
    coverage,
    census: census.toSorted((a, b) => compareKeys(`${a.scope} ${a.type}`, `${b.scope} ${b.type}`)),
    ...(tags === undefined ? {} : { serviceTags: tags }),
    problems: [],
  };
}

function compareKeys(a: string, b: string): number {
  const [left, right] = [armKey(a), armKey(b)];
  return left < right ? -1 : Number(left > right);
}

/** Each resource was seen after its list began, at the earliest: that is the time it is known for. */
function toObservations(parts: readonly Collected[]): Readonly<Record<string, Observation>> {
  const observations: [string, Observation][] = [];
  for (const { resources, coverage } of parts) {
    for (const resource of resources) {
      const list = coverage.find(({ kind }) => kind === resource.kind) ?? coverage[0];
      if (list !== undefined) {
        observations.push([armKey(resource.id), { at: list.startedAt, coverage: list.id }]);
      }
    }
  }
  return Object.fromEntries(observations);
}
