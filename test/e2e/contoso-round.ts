/** One collection of contoso with everything that was asked for it, by the product's own clients put together by hand. */
import { type AppIdentity, azureClouds, createArmClient, createTokenGiver } from "@sightline/azure";
import { collectEstate, createKubernetesReader } from "@sightline/estate";
import type { Coverage, EstateSnapshot } from "@sightline/model";
import {
  createHttpClient,
  createHttpJournal,
  type HttpClient,
  type HttpJournalEntry,
  systemRandom,
} from "@sightline/platform";
import type { ContosoAzure } from "./contoso-azure.ts";

/** A snapshot, and the client's journal of the requests it took. */
export interface Round {
  readonly snapshot: EstateSnapshot;
  readonly journal: readonly HttpJournalEntry[];
}

/** The product's own client: through the proxy, trusting the simulator's authorities, writing its journal. */
export async function withHttp<Value>(
  azure: ContosoAzure,
  work: (http: HttpClient) => Promise<Value>,
): Promise<{ readonly value: Value; readonly journal: readonly HttpJournalEntry[] }> {
  const { userAgent, caPem = "", proxy } = azure.http;
  const journal = createHttpJournal(10_000);
  const http = createHttpClient({
    userAgent,
    clock: azure.clock,
    random: systemRandom,
    trust: { caPem },
    journal,
    ...(proxy === undefined ? {} : { proxy }),
  });
  try {
    return { value: await work(http), journal: journal.entries() };
  } finally {
    await http.close();
  }
}

/** One round over these subscriptions. */
export async function collectRound(
  azure: ContosoAzure,
  identity: AppIdentity,
  subscriptionIds: readonly string[],
): Promise<Round> {
  const { tenantId, clock } = azure;
  const cloud = azureClouds.public;
  const { value, journal } = await withHttp(azure, (http) => {
    const tokens = createTokenGiver({ identity, tenantId, cloud, http });
    return collectEstate({
      tenantId,
      subscriptionIds,
      arm: createArmClient({ http, tokens, cloud, clock }),
      openCluster: (cluster) => createKubernetesReader({ cluster, http, tokens, cloud }),
      clock,
    });
  });
  return { snapshot: value, journal };
}

/** The snapshot without what differs from one round to the next: times and the ids of requests. */
export function withoutTimes(snapshot: EstateSnapshot): unknown {
  const passing = new Set(["takenAt", "at", "startedAt", "endedAt", "requestId"]);
  const text = JSON.stringify(snapshot, (name, value: unknown) => (passing.has(name) ? undefined : value));
  const stripped: unknown = JSON.parse(text);
  return stripped;
}

/** An address without its query. */
export function withoutQuery(url: string): string {
  return url.split("?")[0] ?? url;
}

/** Coverage records by scope. */
export function scopesOf(snapshot: EstateSnapshot): ReadonlyMap<string, readonly Coverage[]> {
  return Map.groupBy(snapshot.coverage, ({ scope }) => scope);
}
