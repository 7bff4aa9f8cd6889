/** One round over a connection: every collector in every scope, put together into one dated snapshot. */
import type { ArmClient } from "@sightline/azure";
import {
  armKey,
  type Coverage,
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
import { toTimestamp } from "./recording.ts";
import { toWorkloads } from "./workloads.ts";

/** What a round collects and with what. */
export interface CollectRequest {
  readonly tenantId: string;
  readonly subscriptionIds: readonly string[];
  readonly arm: ArmClient;
  /** Opens a cluster's API; asked once for each cluster found. */
  readonly openCluster: (cluster: ManagedCluster) => KubernetesReader;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly progress?: (step: CollectStep) => void;
}

/** One list that is done. */
export interface CollectStep {
  readonly collector: string;
  readonly scope: string;
  readonly resources: number;
  readonly gaps: number;
}

/**
 * Collects an estate. Never throws for what a cloud answers: what could not be read is in `coverage` and keeps every
 * verdict that needs it from being definite. Subscriptions one after the other, a subscription's collectors side by side.
 */
export async function collectEstate(request: CollectRequest): Promise<EstateSnapshot> {
  const takenAt = toTimestamp(request.clock);
  const parts: Collected[] = [];
  for (const subscriptionId of request.subscriptionIds) {
    parts.push(...(await collectSubscription(request, subscriptionId)));
  }
  const clusters = uniqueById(parts.flatMap((part) => part.resources)).filter((each) => each.kind === "managedCluster");
  for (const cluster of clusters) {
    parts.push(...(await collectCluster(request, cluster)));
  }
  return toSnapshot(request, takenAt, parts);
}

async function collectSubscription(request: CollectRequest, subscriptionId: string): Promise<Collected[]> {
  const { arm, clock, signal } = request;
  const context = { subscriptionId, arm, clock, ...(signal === undefined ? {} : { signal }) };
  return Promise.all(
    estateCollectors.flatMap((each) =>
      each.scope === "subscription" ? [each.collect(context).then(report(request, each, subscriptionId))] : [],
    ),
  );
}

async function collectCluster(request: CollectRequest, cluster: ManagedCluster): Promise<Collected[]> {
  const { clock, signal } = request;
  const kubernetes = request.openCluster(cluster);
  const context = { cluster, kubernetes, clock, ...(signal === undefined ? {} : { signal }) };
  return Promise.all(
    estateCollectors.flatMap((each) =>
      each.scope === "cluster" ? [each.collect(context).then(report(request, each, cluster.id))] : [],
    ),
  );
}

function report(request: CollectRequest, collector: EstateCollector, scope: string): (part: Collected) => Collected {
  return (part) => {
    const gaps = part.coverage.reduce((sum, coverage) => sum + coverage.gaps.length, 0);
    request.progress?.({ collector: collector.id, scope, resources: part.resources.length, gaps });
    return part;
  };
}

function uniqueById(resources: readonly Resource[]): readonly Resource[] {
  return [...new Map(resources.map((each) => [armKey(each.id), each])).values()];
}

function toSnapshot(request: CollectRequest, takenAt: string, parts: readonly Collected[]): EstateSnapshot {
  const resources = uniqueById(parts.flatMap((part) => part.resources)).toSorted((a, b) => compareKeys(a.id, b.id));
  const tags = parts.map((part) => part.serviceTags).find((each) => each !== undefined);
  return {
    format: estateFormat,
    tenantId: request.tenantId,
    subscriptionIds: [...request.subscriptionIds].map((id) => id.toLowerCase()).toSorted(),
    takenAt,
    resources,
    workloads: toWorkloads(resources),
    observations: toObservations(parts),
    coverage: parts.flatMap((part) => part.coverage).toSorted((a, b) => compareKeys(a.id, b.id)),
    census: parts
      .flatMap((part) => part.census ?? [])
      .toSorted((a, b) => compareKeys(a.scope + a.type, b.scope + b.type)),
    ...(tags === undefined ? {} : { serviceTags: tags }),
    problems: [],
  };
}

function compareKeys(a: string, b: string): number {
  const [left, right] = [armKey(a), armKey(b)];
  return left < right ? -1 : Number(left > right);
}

/** Each resource was seen when its list ended, under that list's coverage record. */
function toObservations(parts: readonly Collected[]): Readonly<Record<string, Observation>> {
  const observations: Record<string, Observation> = {};
  for (const part of parts) {
    for (const resource of part.resources) {
      const coverage = coverageOf(part, resource);
      if (coverage !== undefined) {
        observations[armKey(resource.id)] = { at: coverage.endedAt, coverage: coverage.id };
      }
    }
  }
  return observations;
}

function coverageOf(part: Collected, resource: Resource): Coverage | undefined {
  return part.coverage.find((each) => each.kind === resource.kind) ?? part.coverage.at(-1);
}
