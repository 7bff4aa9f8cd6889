/**
 * Lists from one cluster's API. The first request carries no token: whether the server shows a certificate we trust is
 * known before the token is sent. Sources: Kubernetes API concepts ("Retrieving large results sets in chunks": `limit`,
 * `continue`, 410 on an expired continue token); AKS, "Use Azure RBAC for Kubernetes authorization".
 */
import { type AzureCloud, type TokenGiver, tokenScopes } from "@sightline/azure";
import type { CollectionGap, ManagedCluster } from "@sightline/model";
import { type HttpClient, Secret } from "@sightline/platform";
import { z } from "zod";
import { type RawList, toGap } from "../recording.ts";
import { toClusterAction, toClusterRemedy, toReachRemedy } from "./access.ts";

/**
 * Reads lists of one cluster; what the cluster answers, or that it does not, is in the list. Thrown is `http.cancelled`.
 */
export interface KubernetesReader {
  /** All pages of a list, over all namespaces; `path` as `/api/v1/pods`. */
  list(path: string, signal?: AbortSignal): Promise<RawList>;
}

/** What a reader stands on. `http` must trust the cluster's certificate authority. */
export interface KubernetesReaderOptions {
  readonly cluster: ManagedCluster;
  readonly http: HttpClient;
  readonly tokens: TokenGiver;
  readonly cloud: AzureCloud;
}

const pageSize = 500;
const pagesMax = 2000;
const answerBytesMax = 64 * 1024 * 1024;

/** A `…List` with its items. A body without them is no list, whatever its status: taken for an empty one it would hide everything. */
const listSchema = z.object({
  kind: z.string().endsWith("List"),
  metadata: z.object({ continue: z.string().nullish() }).nullish(),
  items: z.array(z.unknown()).nullable(),
});

const statusSchema = z.object({ reason: z.string().nullish(), message: z.string().nullish() });

/** Makes the reader of one cluster. */
export function createKubernetesReader(options: KubernetesReaderOptions): KubernetesReader {
  const { cluster } = options;
  const host = cluster.fqdn ?? cluster.privateFqdn;
  let trust: Promise<CollectionGap | undefined> | undefined;
  return {
    list: async (path, signal) => {
      if (cluster.powerState.toLowerCase() === "stopped") {
        return { items: [], pages: 0, gap: toStoppedGap(cluster) };
      }
      if (host === undefined) {
        return { items: [], pages: 0, gap: toNoAddressGap(cluster) };
      }
      trust ??= probe(options, host, signal);
      const gap = await trust;
      return gap === undefined ? listPages(options, { host, path, signal }) : { items: [], pages: 0, gap };
    },
  };
}

function toStoppedGap(cluster: ManagedCluster): CollectionGap {
  return {
    kind: "failed",
    subject: cluster.id,
    code: "cluster-stopped",
    message: "The cluster is stopped: its API server does not answer, and what it would run is not known.",
    remedy: `az aks start --ids ${cluster.id}`,
  };
}

function toNoAddressGap(cluster: ManagedCluster): CollectionGap {
  return {
    kind: "failed",
    subject: cluster.id,
    code: "no-api-server-address",
    message: "Azure names no address for the cluster's API server.",
    remedy: `az aks show --ids ${cluster.id} --query powerState.code`,
  };
}

/** A request without a token; any answer proves that the server's certificate is trusted and it can be reached. */
async function probe(
  options: KubernetesReaderOptions,
  host: string,
  signal: AbortSignal | undefined,
): Promise<CollectionGap | undefined> {
  try {
    const response = await options.http.request({
      method: "GET",
      url: `https://${host}/version`,
      towards: "kubernetes",
      purpose: "kubernetes-probe",
      redirect: "return",
      ...(signal === undefined ? {} : { signal }),
    });
    response.discard();
    return undefined;
  } catch (error) {
    return toFailedGap(options.cluster, error, options.cluster.id);
  }
}

/** The gap of a request that got no answer, or no token. What is no failure to read is thrown on. */
function toFailedGap(cluster: ManagedCluster, error: unknown, subject: string): CollectionGap {
  const gap = toGap(error, { action: "", remedy: toClusterRemedy(cluster) }, subject);
  const remedy = gap.kind === "failed" ? toReachRemedy(cluster, gap.code) : undefined;
  return remedy === undefined ? gap : { ...gap, remedy };
}

/** One list in one cluster. */
interface ListCall {
  readonly host: string;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
}

async function listPages(options: KubernetesReaderOptions, call: ListCall): Promise<RawList> {
  const items: unknown[] = [];
  const seen = new Set<string>();
  const subject = `${options.cluster.id}${call.path}`;
  let next = "";
  let pages = 0;
  try {
    do {
      if (seen.has(next) || pages >= pagesMax) {
        const limit = seen.has(next) ? "a page named an earlier one as the next" : `${pagesMax} pages`;
        return { items, pages, gap: { kind: "truncated", subject, limit, remedy: "Collect again." } };
      }
      seen.add(next);
      const page = await readPage(options, call, next);
      if ("gap" in page) {
        return { items, pages, gap: page.gap };
      }
      pages += 1;
      for (const item of page.items) {
        items.push(item);
      }
      next = page.next;
    } while (next !== "");
    return { items, pages };
  } catch (error) {
    return { items, pages, gap: toFailedGap(options.cluster, error, subject) };
  }
}

async function readPage(
  { cluster, http, tokens }: KubernetesReaderOptions,
  { host, path, signal }: ListCall,
  next: string,
): Promise<{ readonly items: readonly unknown[]; readonly next: string } | { readonly gap: CollectionGap }> {
  const url = new URL(`https://${host}${path}`);
  url.searchParams.set("limit", String(pageSize));
  if (next !== "") {
    url.searchParams.set("continue", next);
  }
  const { token } = await tokens.tokenFor(tokenScopes.kubernetes, signal);
  const response = await http.request({
    method: "GET",
    url: url.href,
    towards: "kubernetes",
    purpose: "kubernetes-list",
    // A redirect would lead to a server whose certificate nobody has looked at.
    redirect: "return",
    headers: { accept: "application/json", authorization: new Secret(`Bearer ${token.reveal()}`) },
    bufferBytesMax: answerBytesMax,
    ...(signal === undefined ? {} : { signal }),
  });
  const body = await response.readJson(answerBytesMax).catch(() => undefined);
  if (response.status !== 200) {
    const reason = statusSchema.safeParse(body).data?.reason ?? "";
    return { gap: toStatusGap(cluster, { path, status: response.status, reason }) };
  }
  const page = listSchema.safeParse(body);
  return page.success
    ? { items: page.data.items ?? [], next: page.data.metadata?.continue ?? "" }
    : { gap: toNoListGap(`${cluster.id}${path}`) };
}

function toNoListGap(subject: string): CollectionGap {
  const remedy = "Collect again; if it lasts, check that no proxy answers in the API server's place.";
  return { kind: "unreadable", subject, message: "The answer is not a list.", remedy };
}

function toStatusGap(
  cluster: ManagedCluster,
  answer: { readonly path: string; readonly status: number; readonly reason: string },
): CollectionGap {
  const { path, status, reason } = answer;
  const subject = `${cluster.id}${path}`;
  const code = reason === "" ? `HTTP ${status}` : reason;
  if (status === 401 || status === 403) {
    const missingAction = toClusterAction(path);
    return { kind: "denied", subject, status, code, missingAction, remedy: toClusterRemedy(cluster) };
  }
  if (status === 429) {
    return { kind: "throttled", subject, status, remedy: "Collect again later." };
  }
  const message = `The API server answered ${status} ${code}.`;
  const remedy = "Collect again; if it lasts, look at the cluster's health.";
  return { kind: "failed", subject, status, code, message, remedy };
}
