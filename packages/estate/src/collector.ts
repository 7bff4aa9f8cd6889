/** The estate collectors' plug-in point. */
import type { ArmClient } from "@sightline/azure";
import type { CensusEntry, Coverage, ManagedCluster, Resource } from "@sightline/model";
import type { Clock } from "@sightline/platform";
import type { KubernetesReader } from "./kubernetes/reader.ts";

/** What one collector brought from one scope. Gaps inside `coverage` are the whole truth about what is missing. */
export interface Collected {
  readonly resources: readonly Resource[];
  readonly coverage: readonly Coverage[];
  readonly census?: readonly CensusEntry[];
  readonly serviceTags?: Readonly<Record<string, readonly string[]>>;
}

/** What collectors of a subscription stand on. */
export interface SubscriptionContext {
  readonly subscriptionId: string;
  readonly arm: ArmClient;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** What collectors of a cluster stand on. */
export interface ClusterContext {
  readonly cluster: ManagedCluster;
  readonly kubernetes: KubernetesReader;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

interface CollectorFields {
  readonly id: string;
  /** Rises when what is collected changes meaning; stands in the evidence. */
  readonly version: number;
  /** Kinds (of resources or of coverage) it answers for. */
  readonly kinds: readonly string[];
  /** Role actions it needs: what a denial names as missing. */
  readonly permissions: readonly string[];
}

/** One way to read a part of an estate. Reads only. Never throws for what a cloud answers. */
export type EstateCollector =
  | (CollectorFields & {
      readonly scope: "subscription";
      collect(context: SubscriptionContext): Promise<Collected>;
    })
  | (CollectorFields & {
      readonly scope: "cluster";
      collect(context: ClusterContext): Promise<Collected>;
    });
