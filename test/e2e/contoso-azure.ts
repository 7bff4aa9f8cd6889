/**
 * The contoso scenario as a customer's Azure: the simulator in a process of its own, an HTTP client set up as a customer
 * would set it up, and the trips that lead from it to verdicts.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type AppIdentity, azureClouds, createRegistryTokens, createTokenGiver } from "@sightline/azure";
import type { EstateSnapshot, ImageInventory } from "@sightline/model";
import {
  collectConnection,
  createLayerThreads,
  type EstateJudgement,
  judgeEstate,
  type LayerThreadSettings,
  noLayerCache,
  scanImage,
} from "@sightline/pipeline";
import { type Clock, createHttpClient, type HttpClient, Secret, systemClock, systemRandom } from "@sightline/platform";
import { createRegistryClient } from "@sightline/registry";
import { importAdvisories, openDatabase } from "@sightline/vulndb";
import { z } from "zod";

const program = join(import.meta.dirname, "../../apps/simulator/src/main.ts");
const advisories = join(import.meta.dirname, "../../apps/simulator/demo-advisories");

const readySchema = z.object({
  ready: z.literal(true),
  proxy: z.string(),
  control: z.string(),
  caFile: z.string(),
  tenants: z.array(z.object({ name: z.string(), id: z.string() })),
  subscriptions: z.array(z.object({ name: z.string(), id: z.string(), tenantId: z.string() })),
  clusters: z.array(z.object({ caFile: z.string() })),
  images: z.array(z.object({ repository: z.string(), tags: z.array(z.string()) })),
  credentials: z.array(
    z.object({
      application: z.string(),
      appId: z.string(),
      tenantId: z.string(),
      secrets: z.array(z.string()),
      certificates: z.array(z.string()),
    }),
  ),
});

/** What the control port wrote down about one request. */
const journalSchema = z.object({
  entries: z.array(
    z.object({ sequence: z.number(), method: z.string(), host: z.string(), path: z.string(), status: z.number() }),
  ),
});

export type JournalEntry = z.infer<typeof journalSchema>["entries"][number];

/** A call to the control port. */
export interface ControlCall {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly name: string;
  readonly body?: unknown;
}

/** The running scenario. */
export interface ContosoAzure {
  readonly tenantId: string;
  /** Ids by name, those of the first tenant. */
  readonly subscriptions: ReadonlyMap<string, string>;
  readonly images: z.infer<typeof readySchema>["images"];
  readonly bySecret: AppIdentity;
  readonly byCertificate: AppIdentity;
  readonly http: LayerThreadSettings;
  /** Waiting takes no time: it moves this clock and the simulator's own by what was to be waited. */
  readonly clock: Clock;
  control(call: ControlCall): Promise<void>;
  readJournal(): Promise<readonly JournalEntry[]>;
  close(): Promise<void>;
}

async function readReadyLine(child: ChildProcess): Promise<z.infer<typeof readySchema>> {
  if (child.stdout === null) {
    throw new Error("the simulator has no standard output");
  }
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, "line"), once(child, "exit").then(() => ["null"])]);
  return readySchema.parse(JSON.parse(String(line)));
}

/** Starts the simulator; it ends when this process does, however that happens. */
export async function startContoso(): Promise<ContosoAzure> {
  const folder = await mkdtemp(join(tmpdir(), "contoso-"));
  const args = ["--disable-warning=ExperimentalWarning", program, "--output", folder, "--until-stdin-ends"];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ready = await readReadyLine(child);
  const files = [ready.caFile, ...ready.clusters.map(({ caFile }) => caFile)];
  const authorities = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const scanner = ready.credentials.find(({ application }) => application === "scanner");
  const tenantId = scanner?.tenantId ?? "";
  const clientId = scanner?.appId ?? "";
  const control = ({ method, name, body }: ControlCall): Promise<void> =>
    callControl(`${ready.control}/_simulator/${name}`, method, body);
  return {
    tenantId,
    subscriptions: new Map(
      ready.subscriptions.filter((each) => each.tenantId === tenantId).map(({ name, id }) => [name, id]),
    ),
    images: ready.images,
    bySecret: { kind: "client-secret", clientId, secret: new Secret(scanner?.secrets[0] ?? "") },
    byCertificate: { kind: "client-certificate", clientId, pem: new Secret(scanner?.certificates[0] ?? "") },
    http: { userAgent: "sightline/e2e", caPem: authorities.join("\n"), proxy: { url: ready.proxy, noProxy: "" } },
    clock: createClock((advanceSeconds) => control({ method: "POST", name: "clock", body: { advanceSeconds } })),
    control,
    readJournal: async () =>
      journalSchema.parse(
        await (await fetch(`${ready.control}/_simulator/journal`, { headers: { connection: "close" } })).json(),
      ).entries,
    close: async () => {
      const gone = once(child, "exit");
      child.stdin?.end();
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function createClock(advance: (seconds: number) => Promise<void>): Clock {
  let aheadMs = 0;
  const elapsedMs = (): number => systemClock.elapsedMs() + aheadMs;
  return {
    nowMs: () => systemClock.nowMs() + aheadMs,
    elapsedMs,
    sleep: async (ms, signal) => {
      const untilMs = elapsedMs() + ms;
      await nextTurn();
      signal?.throwIfAborted();
      // Those who wait at the same time wait for the same time.
      const leftMs = untilMs - elapsedMs();
      if (leftMs > 0) {
        aheadMs += leftMs;
        await advance(leftMs / 1000);
      }
    },
  };
}

async function callControl(url: string, method: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method,
    headers: { connection: "close" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) {
    throw new Error(`${method} ${url} was answered ${response.status}: ${await response.text()}`);
  }
}

/** An HTTP client as the product's own, on the scenario's clock. */
export function openHttp(azure: ContosoAzure): HttpClient {
  const { userAgent, caPem = "", proxy } = azure.http;
  return createHttpClient({
    userAgent,
    clock: azure.clock,
    random: systemRandom,
    trust: { caPem },
    ...(proxy === undefined ? {} : { proxy }),
  });
}

/** What to collect with. */
export interface CollectOptions {
  readonly identity?: AppIdentity;
  readonly http?: HttpClient;
  /** Names; by default all the scanner may read. */
  readonly subscriptions?: readonly string[];
}

/** The subscriptions of the scenario that the scanner has Reader on. */
export const readableSubscriptions = ["platform", "shop", "legacy"] as const;

/** One round over the scenario. */
export async function collectContoso(azure: ContosoAzure, options: CollectOptions = {}): Promise<EstateSnapshot> {
  const http = options.http ?? openHttp(azure);
  try {
    return await collectConnection({
      tenantId: azure.tenantId,
      subscriptionIds: (options.subscriptions ?? readableSubscriptions).map(
        (name) => azure.subscriptions.get(name) ?? name,
      ),
      identity: options.identity ?? azure.bySecret,
      cloud: azureClouds.public,
      http,
      clock: azure.clock,
    });
  } finally {
    if (options.http === undefined) {
      await http.close();
    }
  }
}

/** Both registries hold every image; one is read from the registry with repository permissions. */
function registryOf(repository: string): string {
  return repository === "shop/orders" ? "contosoabac.azurecr.io" : "contosoclassic.azurecr.io";
}

/** Every image of the scenario, pulled by reference with a token that was exchanged for one of Entra. */
export async function scanContoso(azure: ContosoAzure): Promise<readonly ImageInventory[]> {
  const cloud = azureClouds.public;
  const { tenantId, bySecret: identity } = azure;
  const http = openHttp(azure);
  const threads = createLayerThreads(azure.http, 2);
  try {
    const credentials = createRegistryTokens({
      tokens: createTokenGiver({ identity, tenantId, cloud, http }),
      tenantId,
      cloud,
    });
    const registry = createRegistryClient({ http, clock: azure.clock, credentials });
    const inventories: ImageInventory[] = [];
    for (const { repository, tags } of azure.images) {
      const tag = tags.find((each) => each.includes(".")) ?? "latest";
      const reference = { registry: registryOf(repository), repository, tag };
      const location = { kind: "registry", reference } as const;
      inventories.push((await scanImage({ location }, { registry, threads, cache: noLayerCache })).inventory);
    }
    return inventories;
  } finally {
    await threads.close();
    await http.close();
  }
}

/** Judges snapshots of the scenario with the demo's advisories. */
export interface ContosoJudge {
  judge(snapshot: EstateSnapshot): EstateJudgement;
  close(): Promise<void>;
}

/** Imports the demo's advisories into a database of its own. */
export async function openJudge(inventories: readonly ImageInventory[], clock: Clock): Promise<ContosoJudge> {
  const folder = await mkdtemp(join(tmpdir(), "contoso-advisories-"));
  const to = join(folder, "advisories");
  await importAdvisories({
    from: advisories,
    feeds: [advisories],
    to,
    clock,
    signal: new AbortController().signal,
  });
  const database = openDatabase(to);
  return {
    judge: (snapshot) => judgeEstate({ snapshot, inventories, database, now: new Date(clock.nowMs()) }),
    close: async () => {
      database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
