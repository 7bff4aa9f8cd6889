/**
 * Lists from one cluster's API. The first request carries no token: whether the server shows a certificate we trust is
 * known before the token is sent. Sources: Kubernetes API concepts ("Retrieving large results in chunks": `limit`,
 * `continue`, 410 on an expired continue token); AKS, "Use Azure RBAC for Kubernetes authorization".
 */
import { type AzureCloud, type TokenGiver, tokenScopes } from "@sightline/azure";
import type { CollectionGap, ManagedCluster } from "@sightline/model";
import { DomainError } from "@sightline/model";
import { type HttpClient, Secret } from "@sightline/platform";
import { z } from "zod";
import { clusterReaderRemedy } from "../recording.ts";

/** A list as far as it came; `gap` says what stopped it. */
export interface KubernetesList {
  readonly items: readonly unknown[];
  readonly pages: number;
  readonly gap?: CollectionGap;
}

/** Reads lists of one cluster; never throws for what the cluster answers. */
export interface KubernetesReader {
  /** All pages of a list; `path` as `/api/v1/pods`. */
  list(path: string, signal?: AbortSignal): Promise<KubernetesList>;
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

const listSchema = z.object({
  metadata: z.object({ continue: z.string().nullish() }).nullish(),
  items: z.array(z.unknown()).nullish(),
});

const statusSchema = z.object({ reason: z.string().nullish(), message: z.string().nullish() });

/** Makes the reader of one cluster. */
export function createKubernetesReader(options: KubernetesReaderOptions): KubernetesReader {
  const host = options.cluster.fqdn ?? options.cluster.privateFqdn;
  let trusted: Promise<CollectionGap | undefined> | undefined;
  return {
    list: async (path, signal) => {
      if (host === undefined) {
        return { items: [], pages: 0, gap: toNoAddressGap(options.cluster) };
      }
      trusted ??= probe(options, host);
      const gap = await trusted;
      return gap === undefined ? listPages(options, { host, path, signal }) : { items: [], pages: 0, gap };
    },
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
async function probe(options: KubernetesReaderOptions, host: string): Promise<CollectionGap | undefined> {
  try {
    const url = `https://${host}/version`;
    const response = await options.http.request({
      method: "GET",
      url,
      towards: "kubernetes",
      purpose: "kubernetes-probe",
    });
    response.discard();
    return undefined;
  } catch (error) {
    return toFailedGap(error, options.cluster.id);
  }
}

function toFailedGap(error: unknown, subject: string): CollectionGap {
  if (!(error instanceof DomainError)) {
    throw error;
  }
  const { code, message, next } = error.toProblem();
  return { kind: "failed", subject, code, message, remedy: next };
}

async function listPages(
  options: KubernetesReaderOptions,
  call: { readonly host: string; readonly path: string; readonly signal?: AbortSignal | undefined },
): Promise<KubernetesList> {
  const items: unknown[] = [];
  const seen = new Set<string>();
  const subject = `${options.cluster.id}${call.path}`;
  let next = "";
  try {
    do {
      if (seen.has(next) || seen.size >= pagesMax) {
        const limit = seen.has(next) ? "a page repeated itself" : `${pagesMax} pages`;
        return { items, pages: seen.size, gap: { kind: "truncated", subject, limit, remedy: "Collect again." } };
      }
      seen.add(next);
      const page = await readPage(options, { ...call, next, subject });
      if ("gap" in page) {
        return { items, pages: seen.size, gap: page.gap };
      }
      items.push(...page.items);
      next = page.next;
    } while (next !== "");
    return { items, pages: seen.size };
  } catch (error) {
    return { items, pages: seen.size, gap: toFailedGap(error, subject) };
  }
}

async function readPage(
  options: KubernetesReaderOptions,
  call: {
    readonly host: string;
    readonly path: string;
    readonly next: string;
    readonly subject: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<{ readonly items: readonly unknown[]; readonly next: string } | { readonly gap: CollectionGap }> {
  const url = new URL(`https://${call.host}${call.path}`);
  url.searchParams.set("limit", String(pageSize));
  if (call.next !== "") {
    url.searchParams.set("continue", call.next);
  }
  const { token } = await options.tokens.tokenFor(tokenScopes.kubernetes);
  const response = await options.http.request({
    method: "GET",
    url: url.href,
    towards: "kubernetes",
    purpose: "kubernetes-list",
    // A redirect would carry the token to whoever is named.
    redirect: "return",
    headers: { accept: "application/json", authorization: new Secret(`Bearer ${token.reveal()}`) },
    bufferBytesMax: answerBytesMax,
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
  if (response.status !== 200) {
    const body = statusSchema.safeParse(await response.readJson(answerBytesMax).catch(() => undefined));
    return { gap: toStatusGap(options.cluster, { ...call, status: response.status, reason: body.data?.reason ?? "" }) };
  }
  const page = listSchema.safeParse(await response.readJson(answerBytesMax));
  return page.success
    ? { items: page.data.items ?? [], next: page.data.metadata?.continue ?? "" }
    : {
        gap: {
          kind: "unreadable",
          subject: call.subject,
          message: "The answer is not a list.",
          remedy: "Collect again.",
        },
      };
}

function toStatusGap(
  cluster: ManagedCluster,
  answer: { readonly subject: string; readonly path: string; readonly status: number; readonly reason: string },
): CollectionGap {
  const { subject, status } = answer;
  const code = answer.reason === "" ? `HTTP ${status}` : answer.reason;
  if (status === 401 || status === 403) {
    const missingAction = `Microsoft.ContainerService/managedClusters${answer.path.replace(/^\/apis?\/(?:v1\/)?/, "/")}/read`;
    return {
      kind: "denied",
      subject,
      status,
      code,
      missingAction,
      remedy: clusterReaderRemedy(cluster.subscriptionId),
    };
  }
  if (status === 429) {
    return { kind: "throttled", subject, status, remedy: "Collect again later." };
  }
  const message = `The API server answered ${status} ${code}.`;
  return {
    kind: "failed",
    subject,
    status,
    code,
    message,
    remedy: "Collect again; if it lasts, look at the cluster's health.",
  };
}
