/**
 * A small estate written by hand, for tests: one AKS cluster with an open, a private, a walled-off and a stopped workload,
 * a site behind a sign-in, and everything read completely at 09:12.
 */
import {
  type Coverage,
  type EstateSnapshot,
  estateFormat,
  type Observation,
  toCoverageId,
  type Workload,
} from "@sightline/model";
import {
  cluster,
  images,
  kubernetesId,
  type PodPlan,
  plans,
  shopResources,
  siteId,
  subscriptionId,
} from "./shop-resources.ts";

/** The moment everything was read, and the moment of judgement in most tests. */
export const readAt = "2026-11-21T09:12:00.000Z";
export const now = "2026-11-21T09:40:00.000Z";

function toWorkload({ name, port, digest }: PodPlan): Workload {
  return {
    id: kubernetesId("deployment", name),
    kind: "kubernetes",
    name,
    cluster,
    namespace: "shop",
    members: [kubernetesId("pod", `${name}-1`)],
    containers: [
      {
        name,
        image: { kind: "digest", name: `contoso.azurecr.io/shop/${name}:1`, digest },
        declaredPorts: [{ port, protocol: "TCP" }],
      },
    ],
    liveness: { kind: "live", reason: "1 of 1 pods exist and are not over" },
  };
}

const stopped: Workload = {
  id: kubernetesId("deployment", "batch"),
  kind: "kubernetes",
  name: "batch",
  cluster,
  namespace: "shop",
  members: [],
  containers: [
    {
      name: "batch",
      image: { kind: "digest", name: "contoso.azurecr.io/shop/batch:1", digest: images.batch },
      declaredPorts: [],
    },
  ],
  liveness: { kind: "stopped", reason: "the Deployment wants no pods and none exist" },
};

const site: Workload = {
  id: siteId,
  kind: "site",
  name: "shop-admin",
  members: [siteId],
  containers: [
    {
      name: "main",
      image: { kind: "digest", name: "contoso.azurecr.io/shop/admin@sha256", digest: images.admin },
      declaredPorts: [],
    },
  ],
  liveness: { kind: "live", reason: "the site is running" },
};

function toCoverage(scope: string, kind: string, api: string): Coverage {
  const key = scope.toLowerCase();
  return {
    id: toCoverageId(`${key}|${kind}`),
    scope: key,
    kind,
    complete: true,
    pages: 1,
    count: 3,
    startedAt: "2026-11-21T09:11:00.000Z",
    endedAt: readAt,
    source: { collector: `${api}-${kind}`, version: 1, api, apiVersion: "2024-05-01", scope: key, role: "Reader" },
    gaps: [],
  };
}

const azureKinds = [
  "managedCluster",
  "site",
  "virtualMachine",
  "census",
  "networkSecurityGroup",
  "publicIPAddress",
  "loadBalancer",
  "virtualNetwork",
  "networkInterface",
  "routeTable",
];
const kubernetesKinds = [
  "pod",
  "deployment",
  "replicaSet",
  "statefulSet",
  "daemonSet",
  "job",
  "cronJob",
  "service",
  "ingress",
  "networkPolicy",
  "namespace",
  "endpointSlice",
];

/** Coverage ids the cuts of this estate rest on. */
export const cutCoverage: readonly string[] = [
  ...["publicIPAddress", "loadBalancer", "networkSecurityGroup", "census"].map(
    (kind) => `/subscriptions/${subscriptionId}|${kind}`,
  ),
  ...["service", "ingress", "pod"].map((kind) => `${cluster.toLowerCase()}|${kind}`),
];

/** The estate; `change` may replace any part. */
export function createEstate(change: Partial<EstateSnapshot> = {}): EstateSnapshot {
  const resources = shopResources;
  const coverage = [
    ...azureKinds.map((kind) => toCoverage(`/subscriptions/${subscriptionId}`, kind, "arm")),
    ...kubernetesKinds.map((kind) => toCoverage(cluster, kind, "kubernetes")),
  ];
  return {
    format: estateFormat,
    tenantId: "22222222-2222-4222-8222-222222222222",
    subscriptionIds: [subscriptionId],
    takenAt: readAt,
    resources,
    workloads: [...plans.map(toWorkload), stopped, site],
    observations: toObservations(resources),
    coverage,
    census: [{ scope: `/subscriptions/${subscriptionId}`, type: "microsoft.web/sites", count: 1 }],
    problems: [],
    ...change,
  };
}

function toObservations(resources: EstateSnapshot["resources"]): EstateSnapshot["observations"] {
  const ofAzure = (kind: string): string => `/subscriptions/${subscriptionId}|${kind}`;
  const ofCluster = (kind: string): string => `${cluster.toLowerCase()}|${kind}`;
  const seen = (coverage: string): Observation => ({ at: readAt, coverage });
  const observed: readonly (readonly [string, Observation])[] = [
    ...resources.map(
      ({ id, kind }) =>
        [id.toLowerCase(), seen(kubernetesKinds.includes(kind) ? ofCluster(kind) : ofAzure(kind))] as const,
    ),
    ...["web", "orders", "ledger", "batch"].map(
      (name) => [kubernetesId("deployment", name).toLowerCase(), seen(ofCluster("deployment"))] as const,
    ),
  ];
  return Object.fromEntries(observed);
}
