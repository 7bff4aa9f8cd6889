/** A dated, honest picture of one connection's estate. */
import type { AzureResource } from "./azure-resource.ts";
import type { Coverage } from "./coverage.ts";
import type { ArmId, Digest, ResourceId } from "./ids.ts";
import type { KubernetesResource } from "./kubernetes-resource.ts";
import type { Problem } from "./problem.ts";

/** Version of the snapshot format; bump on any change of meaning. */
export const estateFormat = 1;

/** Any resource of an estate. */
export type Resource = AzureResource | KubernetesResource;

/** Which image a container really runs. A tag alone never proves a digest. */
export type RunningImage =
  | { readonly kind: "digest"; readonly name: string; readonly digest: Digest }
  | { readonly kind: "tag-only"; readonly name: string; readonly reason: string };

/** One container of a workload and the image it really runs. */
export interface WorkloadContainer {
  readonly name: string;
  readonly image: RunningImage;
  /** Declared ports: hints only, an undeclared port may listen. */
  readonly declaredPorts: readonly {
    readonly port: number;
    readonly protocol: "TCP" | "UDP" | "SCTP";
    readonly name?: string;
  }[];
}

/** Whether traffic can meet it: running, or started by traffic or schedule. */
export type Liveness =
  | { readonly kind: "live"; readonly reason: string }
  | { readonly kind: "stopped"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

/** Id of a workload: the resource id of its outermost controller, site or machine. */
export type WorkloadId = ResourceId;

/** A unit that runs images: what verdicts are about. */
export interface Workload {
  readonly id: WorkloadId;
  readonly kind: "kubernetes" | "site" | "virtualMachine";
  readonly name: string;
  /** Cluster for Kubernetes workloads. */
  readonly cluster?: ArmId;
  readonly namespace?: string;
  /** The pods, or the site or machine itself: where traffic arrives. */
  readonly members: readonly ResourceId[];
  readonly containers: readonly WorkloadContainer[];
  readonly liveness: Liveness;
}

/** When and by what a resource was read. */
export interface Observation {
  readonly at: string;
  /** Coverage record of the list it came in. */
  readonly coverage: string;
}

/** One count of the census: how many resources of an ARM type a scope holds, and whether the engine models the type. */
export interface CensusEntry {
  readonly scope: string;
  readonly type: string;
  readonly count: number;
}

/** Immutable. `resources` sorted by key; ids unique case-insensitively. */
export interface EstateSnapshot {
  readonly format: typeof estateFormat;
  readonly tenantId: string;
  readonly subscriptionIds: readonly string[];
  readonly takenAt: string;
  readonly resources: readonly Resource[];
  readonly workloads: readonly Workload[];
  /** Key: `armKey(resource.id)`. */
  readonly observations: Readonly<Record<string, Observation>>;
  readonly coverage: readonly Coverage[];
  readonly census: readonly CensusEntry[];
  /** Service tag prefixes in force, `Tag` or `Tag.Region` to CIDRs; absent = tags other than the computed ones are unknown. */
  readonly serviceTags?: Readonly<Record<string, readonly string[]>>;
  readonly problems: readonly Problem[];
}
