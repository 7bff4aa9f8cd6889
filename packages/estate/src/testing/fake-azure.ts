/** Azure and a cluster out of the sample answers, behind the ports that collectors stand on; any answer can be altered. */
import { type ArmClient, type ArmItem, type ArmList, AzureError, type AzureErrorCode } from "@sightline/azure";
import type { KubernetesReader } from "../kubernetes/reader.ts";
import type { RawList } from "../recording.ts";
import { readSample, readSampleList, sampleScope } from "./sample.ts";

const armLists: Readonly<Record<string, string>> = {
  "Microsoft.Network/virtualNetworks": "virtual-networks",
  "Microsoft.Network/networkSecurityGroups": "network-security-groups",
  "Microsoft.Network/applicationSecurityGroups": "application-security-groups",
  "Microsoft.Network/networkInterfaces": "network-interfaces",
  "Microsoft.Network/publicIPAddresses": "public-ip-addresses",
  "Microsoft.Network/loadBalancers": "load-balancers",
  "Microsoft.Network/routeTables": "route-tables",
  "Microsoft.Compute/virtualMachines": "virtual-machines",
  "Microsoft.Compute/virtualMachineScaleSets": "virtual-machine-scale-sets",
  "Microsoft.ContainerService/managedClusters": "managed-clusters",
  "Microsoft.ContainerRegistry/registries": "registries",
  "Microsoft.Web/sites": "sites",
};

const kubernetesLists: Readonly<Record<string, string>> = {
  "/api/v1/namespaces": "namespaces",
  "/api/v1/pods": "pods",
  "/api/v1/services": "services",
  "/apis/discovery.k8s.io/v1/endpointslices": "endpoint-slices",
  "/apis/networking.k8s.io/v1/ingresses": "ingresses",
  "/apis/networking.k8s.io/v1/ingressclasses": "ingress-classes",
  "/apis/networking.k8s.io/v1/networkpolicies": "network-policies",
  "/apis/autoscaling/v2/horizontalpodautoscalers": "horizontal-pod-autoscalers",
  "/apis/apps/v1/deployments": "deployments",
  "/apis/apps/v1/replicasets": "replica-sets",
  "/apis/apps/v1/statefulsets": "stateful-sets",
  "/apis/apps/v1/daemonsets": "daemon-sets",
  "/apis/batch/v1/jobs": "jobs",
  "/apis/batch/v1/cronjobs": "cron-jobs",
};

/** Names the sample does not have are a mistake of the test or of the collector. */
function nameOf(names: Readonly<Record<string, string>>, key: string): string {
  const name = names[key];
  if (name === undefined) {
    throw new Error(`nobody should ask for ${key}`);
  }
  return name;
}

interface Identified {
  readonly id: string;
}

function hasId(value: unknown): value is Identified {
  return typeof value === "object" && value !== null && "id" in value && typeof value.id === "string";
}

function findById(name: string, id: string): unknown {
  return readSampleList(name).find((each) => hasId(each) && each.id.toLowerCase() === id.toLowerCase());
}

function getSample(path: string): unknown {
  const [id = "", query = ""] = path.split("?");
  if (id === sampleScope) {
    return readSample("azure/subscription");
  }
  if (id.endsWith("/serviceTags")) {
    return readSample("azure/service-tags");
  }
  if (id.endsWith("/config/web")) {
    return findById("azure/site-web-configurations", id);
  }
  return id.endsWith("/config/authsettingsV2")
    ? findById("azure/site-authentications", id)
    : findById(query === "$expand=instanceView" ? "azure/virtual-machine-views" : "azure/virtual-machines", id);
}

function listSample(path: string): readonly unknown[] {
  const scaleSet = /^(.*\/virtualMachineScaleSets\/[^/]+)\/networkInterfaces$/i.exec(path)?.[1]?.toLowerCase();
  if (scaleSet !== undefined) {
    const all = readSampleList("azure/scale-set-network-interfaces");
    return all.filter((each) => hasId(each) && each.id.toLowerCase().startsWith(`${scaleSet}/`));
  }
  return readSampleList(`azure/${nameOf(armLists, path.replace(`${sampleScope}/providers/`, ""))}`);
}

function querySample(query: string): readonly unknown[] {
  if (query.startsWith("networkresources")) {
    return [];
  }
  return readSampleList(query.includes("summarize") ? "azure/census" : "azure/other-resources");
}

/** One read a collector made. */
export interface FakeCall {
  readonly verb: "get" | "list" | "query" | "kubernetes";
  /** Path, or text of the query. */
  readonly target: string;
  /** Counts from 0. */
  readonly index: number;
}

/** What a read gives: the items (one for a `get`), and what ended it early. */
export interface FakeAnswer {
  readonly items: readonly unknown[];
  readonly failure?: AzureError;
}

/** Changes the sample's answer to a call. */
export type Alteration = (call: FakeCall, answer: FakeAnswer) => FakeAnswer;

/** A failed read as the ARM client tells of it. */
export function createFailure(code: AzureErrorCode, status: number): AzureError {
  return new AzureError(
    { code, subject: "/sample", message: `Azure answered ${status}.`, next: "Do something about it." },
    { details: { status, azureCode: `Code${status}` } },
  );
}

/** Both ports over one log of calls. */
export interface FakeAzure {
  readonly arm: ArmClient;
  readonly kubernetes: KubernetesReader;
  readonly calls: readonly FakeCall[];
}

/** Ports that answer the sample, altered. */
export function createFakeAzure(alter: Alteration = (_call, answer) => answer): FakeAzure {
  const calls: FakeCall[] = [];
  const answer = (verb: FakeCall["verb"], target: string, items: readonly unknown[]): FakeAnswer => {
    const call = { verb, target, index: calls.length };
    calls.push(call);
    return alter(call, { items });
  };
  const toList = ({ items, failure }: FakeAnswer): ArmList => ({
    items,
    pages: 1,
    requestId: "request-1",
    ...(failure === undefined ? {} : { failure }),
  });
  const arm: ArmClient = {
    get: (path): Promise<ArmItem> => {
      const { items, failure } = answer("get", path, [getSample(path)]);
      return Promise.resolve(failure === undefined ? { ok: true, value: items[0] } : { ok: false, failure });
    },
    list: (path) => Promise.resolve(toList(answer("list", path, listSample(path)))),
    query: (query) => Promise.resolve(toList(answer("query", query, querySample(query)))),
  };
  const kubernetes: KubernetesReader = {
    list: (path): Promise<RawList> => {
      const name = `kubernetes/${nameOf(kubernetesLists, path)}`;
      const { items, failure } = answer("kubernetes", path, readSampleList(name));
      return Promise.resolve({ items, pages: 1, ...(failure === undefined ? {} : { gap: toClusterGap(failure) }) });
    },
  };
  return { arm, kubernetes, calls };
}

/** The gap a reader makes of the same failure. */
function toClusterGap(failure: AzureError): NonNullable<RawList["gap"]> {
  const status = Number(failure.details["status"]);
  const about = { subject: "cluster", remedy: "Do something about it." };
  switch (status) {
    case 401:
    case 403:
      return { kind: "denied", ...about, status, code: "Forbidden" };
    case 429:
      return { kind: "throttled", ...about, status };
    default:
      return { kind: "failed", ...about, status, code: "InternalError", message: "no" };
  }
}
