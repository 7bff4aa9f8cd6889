/**
 * What a negative answer needs to have been read, and whether it was: every list of every kind in every scope, complete
 * and fresh, and as many resources as the census counted.
 */
import {
  armKey,
  type CollectionGap,
  type Coverage,
  type EstateSnapshot,
  type MissingInput,
  type Workload,
} from "@sightline/model";
import { uniqueInputs } from "./missing-input.ts";

/** What was consulted for one group of workloads. */
export interface Ground {
  /** Ids of all coverage records a negative answer rests on. */
  readonly coverage: readonly string[];
  /** Why a negative answer cannot be given; empty when it can. */
  readonly gaps: readonly MissingInput[];
  /** Coverage ids of one kind, for answers about that kind. */
  readonly coverageOf: (kind: string) => readonly string[];
}

const networkKinds = [
  "census",
  "virtualNetwork",
  "networkSecurityGroup",
  "networkInterface",
  "publicIPAddress",
  "loadBalancer",
  "routeTable",
];

/** Kinds needed in every subscription, by workload kind. */
const subscriptionKinds: Readonly<Record<Workload["kind"], readonly string[]>> = {
  virtualMachine: [...networkKinds, "virtualMachine"],
  kubernetes: [...networkKinds, "managedCluster"],
  site: ["census", "site"],
};

/** Kinds needed in the cluster of a Kubernetes workload. */
const clusterKinds = ["namespace", "pod", "service", "ingress", "networkPolicy", "endpointSlice"];

const hour = 3_600_000;

/** How long a list says something about the present: Kubernetes objects change faster than Azure's network. */
const freshMs = { kubernetes: 6 * hour, azure: 24 * hour };

const kubernetesKinds = new Set([...clusterKinds, "ingressClass", "workloadController"]);

/** ARM types of the census by the resource kind that answers for them. */
const countedTypes: ReadonlyMap<string, string> = new Map([
  ["microsoft.network/virtualnetworks", "virtualNetwork"],
  ["microsoft.network/networksecuritygroups", "networkSecurityGroup"],
  ["microsoft.network/networkinterfaces", "networkInterface"],
  ["microsoft.network/publicipaddresses", "publicIPAddress"],
  ["microsoft.network/loadbalancers", "loadBalancer"],
  ["microsoft.network/routetables", "routeTable"],
  ["microsoft.compute/virtualmachines", "virtualMachine"],
  ["microsoft.containerservice/managedclusters", "managedCluster"],
]);

function isScope(coverage: Coverage, scope: string): boolean {
  const key = armKey(coverage.scope);
  return key === scope || `/subscriptions/${key}` === scope;
}

function whyOf(gap: CollectionGap): MissingInput["why"] {
  switch (gap.kind) {
    case "denied":
      return "denied";
    case "not-modelled":
      return "unsupported";
    default:
      return "absent";
  }
}

function describeIncomplete(coverage: Coverage): readonly MissingInput[] {
  const what = `the list of ${coverage.kind} in ${coverage.scope}`;
  return coverage.gaps.length === 0
    ? [{ what, why: "absent", subject: coverage.scope, remedy: "Collect again: the list is not complete." }]
    : coverage.gaps.map((gap) => ({ what, why: whyOf(gap), subject: gap.subject, remedy: gap.remedy }));
}

function isStale(coverage: Coverage, now: Date | undefined): boolean {
  const limitMs = kubernetesKinds.has(coverage.kind) ? freshMs.kubernetes : freshMs.azure;
  const ageMs = now === undefined ? 0 : now.getTime() - Date.parse(coverage.endedAt);
  return !(ageMs <= limitMs);
}

function checkList(
  records: readonly Coverage[],
  kind: string,
  scope: string,
  now: Date | undefined,
): readonly MissingInput[] {
  if (records.length === 0) {
    const what = `the list of ${kind} in ${scope}`;
    return [{ what, why: "absent", subject: scope, remedy: "Collect again with the rights to list it." }];
  }
  const incomplete = records.filter(({ complete }) => !complete).flatMap(describeIncomplete);
  const stale = records
    .filter((record) => isStale(record, now))
    .map(
      (record): MissingInput => ({
        what: `a fresh list of ${kind} in ${scope}, read ${record.endedAt}`,
        why: "stale",
        subject: scope,
        remedy: "Collect again.",
      }),
    );
  return [...incomplete, ...stale];
}

function countKind(snapshot: EstateSnapshot, kind: string): number {
  return snapshot.resources.filter(
    (resource) =>
      resource.kind === kind &&
      !(resource.kind === "networkInterface" && resource.virtualMachineScaleSet !== undefined),
  ).length;
}

/** Types of which the census counts more than the snapshot holds. */
function findConflicts(snapshot: EstateSnapshot, kinds: readonly string[]): readonly MissingInput[] {
  return [...countedTypes].flatMap(([type, kind]) => {
    const counted = snapshot.census
      .filter((entry) => entry.type.toLowerCase() === type)
      .reduce((sum, entry) => sum + entry.count, 0);
    const held = kinds.includes(kind) ? countKind(snapshot, kind) : counted;
    return counted <= held
      ? []
      : [
          {
            what: `${counted - held} of ${counted} resources of type ${type} that the census counts`,
            why: "conflict" as const,
            subject: type,
            remedy: "Collect again: the list and the census disagree.",
          },
        ];
  });
}

interface Need {
  readonly kind: string;
  readonly scope: string;
}

const scaleSets = "microsoft.compute/virtualmachinescalesets";
const scaleSetInterfaces = "scaleSetNetworkInterface";

/** Instances of scale sets have interfaces that no other list holds: members of groups and pools, nodes of clusters. */
function hasScaleSets({ census, resources, coverage }: EstateSnapshot): boolean {
  return (
    census.some(({ type, count }) => type.toLowerCase() === scaleSets && count > 0) ||
    resources.some((resource) => resource.kind === "other" && resource.type.toLowerCase() === scaleSets) ||
    coverage.some(({ kind }) => kind === scaleSetInterfaces)
  );
}

function needsOf(snapshot: EstateSnapshot, kind: Workload["kind"], cluster: string | undefined): readonly Need[] {
  const more = kind !== "site" && hasScaleSets(snapshot) ? [scaleSetInterfaces] : [];
  const inSubscriptions = snapshot.subscriptionIds.flatMap((subscription) =>
    [...subscriptionKinds[kind], ...more].map((one) => ({
      kind: one,
      scope: `/subscriptions/${subscription.toLowerCase()}`,
    })),
  );
  const inCluster = cluster === undefined ? [] : clusterKinds.map((one) => ({ kind: one, scope: cluster }));
  return [...inSubscriptions, ...inCluster];
}

/** What answers about this kind of workload (in this cluster) rest on. */
export function findGround(
  snapshot: EstateSnapshot,
  kind: Workload["kind"],
  options: { readonly cluster?: string; readonly now?: Date | undefined },
): Ground {
  const needs = needsOf(snapshot, kind, options.cluster);
  const lists = needs.map((need) => ({
    need,
    records: snapshot.coverage.filter((record) => record.kind === need.kind && isScope(record, need.scope)),
  }));
  const nothing: readonly MissingInput[] =
    snapshot.subscriptionIds.length > 0
      ? []
      : [{ what: "any subscription", why: "absent", subject: snapshot.tenantId, remedy: "Name the subscriptions." }];
  const lost: readonly MissingInput[] =
    kind !== "kubernetes" || options.cluster !== undefined
      ? []
      : [{ what: "the cluster of the workload", why: "absent", subject: snapshot.tenantId, remedy: "Collect again." }];
  const gaps = [
    ...nothing,
    ...lost,
    ...lists.flatMap(({ need, records }) => checkList(records, need.kind, need.scope, options.now)),
    ...findConflicts(snapshot, subscriptionKinds[kind]),
  ];
  const ids = lists.flatMap(({ records }) => records.map(({ id }) => id));
  return {
    coverage: [...new Set(ids)].sort(),
    gaps: uniqueInputs(gaps),
    coverageOf: (wanted) =>
      lists.filter(({ need }) => need.kind === wanted).flatMap(({ records }) => records.map(({ id }) => id)),
  };
}
