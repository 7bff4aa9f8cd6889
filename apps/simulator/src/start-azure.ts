/** The simulated Azure: one TLS port for every API, a proxy that leads to it, and the control port. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import { blobHost, createAcr } from "./acr/acr.ts";
import { toArmHandler } from "./arm/arm.ts";
import { toControlHandler } from "./control/control.ts";
import { type ActiveFault, answerWithFaults } from "./control/faults.ts";
import { createJournal, type Journal, writeEntry } from "./control/journal.ts";
import { toEntraHandler } from "./entra/entra.ts";
import { createSigningKey } from "./entra/signing-keys.ts";
import { toGraphHandler } from "./graph/graph.ts";
import { type CertificateAuthority, createAuthority } from "./http/certificates.ts";
import { type HostState, startConnectProxy } from "./http/connect-proxy.ts";
import type { Exchange, Handler } from "./http/exchange.ts";
import { listenOnLoopback, startHttpListener, toRequestListener } from "./http/listener.ts";
import { readImages } from "./image/read-recipes.ts";
import { readPath, readText } from "./json.ts";
import { toClusterHandler } from "./kubernetes/api.ts";
import { type ApplicationCredentials, createWorld } from "./scenario/create-world.ts";
import { readScenario } from "./scenario/read-scenario.ts";
import type { Cluster, SimulatedClock, World } from "./scenario/world.ts";

/** How to start. Ports of 0 take free ones. */
export interface AzureOptions {
  /** Scenario file. */
  readonly scenario: string;
  /** Folder of recipes; by default those of the simulator. */
  readonly recipes?: string;
  /** Port of the proxy. */
  readonly port?: number;
  readonly controlPort?: number;
  /** Folder for the authorities' certificates; by default a temporary one that goes away at the end. */
  readonly outputFolder?: string;
}

/** A running Azure: how to reach it, and who may sign in. */
export interface RunningAzure {
  readonly scenario: string;
  /** For `HTTPS_PROXY`: it knows Azure's public names and refuses all others. */
  readonly proxy: string;
  /** The TLS port behind the proxy. */
  readonly tlsPort: number;
  readonly control: string;
  /** PEM of the authority that plays the public ones, for `NODE_EXTRA_CA_CERTS`, `REQUESTS_CA_BUNDLE`, … */
  readonly caFile: string;
  readonly tenants: readonly { readonly name: string; readonly id: string; readonly domain: string }[];
  readonly subscriptions: readonly { readonly name: string; readonly id: string; readonly tenantId: string }[];
  readonly registries: readonly { readonly loginServer: string; readonly repositories: readonly string[] }[];
  /** `caFile` holds the authority of the cluster's API server, which no public one vouches for. */
  readonly clusters: readonly { readonly resourceId: string; readonly fqdn: string; readonly caFile: string }[];
  readonly images: readonly {
    readonly repository: string;
    readonly tags: readonly string[];
    readonly digest: string;
  }[];
  readonly credentials: readonly ApplicationCredentials[];
  readonly close: () => Promise<void>;
}

const loginHost = "login.microsoftonline.com";
const managementHost = "management.azure.com";
const graphHost = "graph.microsoft.com";

function createClock(): SimulatedClock {
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    advance: (ms) => {
      offsetMs += ms;
    },
  };
}

/** Stopped and private clusters have names that lead nowhere. */
function isReachable(world: World, cluster: Cluster): boolean {
  const resource = world.resources.get(cluster.resourceId.toLowerCase());
  const isPrivate = readPath(resource, ["properties", "apiServerAccessProfile", "enablePrivateCluster"]) === true;
  return resource !== undefined && readText(resource, "properties.powerState.code") !== "Stopped" && !isPrivate;
}

function toHostState(world: World, host: string): HostState {
  const cluster = world.clusters.get(host);
  if (cluster !== undefined) {
    return isReachable(world, cluster) ? "known" : "unreachable";
  }
  const isKnown = [loginHost, managementHost, graphHost, blobHost].includes(host) || world.registries.has(host);
  return isKnown ? "known" : "unknown";
}

interface ServedParts {
  readonly world: World;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly journal: Journal;
  readonly faults: readonly ActiveFault[];
}

/** Finds the API by host name, lets faults act, and writes the journal. */
function toFrontHandler({ world, handlers, journal, faults }: ServedParts): Handler {
  return async (exchange) => {
    const handler = handlers.get(exchange.host) ?? (() => Promise.resolve({ status: 421, body: "no such host here" }));
    const { answer, fault } = await answerWithFaults(exchange, faults, handler);
    writeEntry(journal, exchange, { answer, at: world.clock.now(), ...(fault === undefined ? {} : { fault }) });
    return answer;
  };
}

function toConnectExchange(host: string): Exchange {
  const query = new URLSearchParams();
  return {
    method: "CONNECT",
    host,
    origin: "",
    path: "/",
    query,
    headers: {},
    body: Buffer.alloc(0),
    bearer: undefined,
  };
}

async function createHandlers(
  world: World,
): Promise<{ handlers: Map<string, Handler>; outsideKey: Awaited<ReturnType<typeof createSigningKey>> }> {
  const [signingKey, registryKey, outsideKey] = await Promise.all([
    createSigningKey(),
    createSigningKey(),
    createSigningKey(),
  ]);
  const parts = { world, signingKey, outsideKey, registryKey };
  const acr = createAcr(parts);
  const handlers = new Map<string, Handler>([
    [loginHost, toEntraHandler(parts)],
    [managementHost, toArmHandler(parts)],
    [graphHost, toGraphHandler(parts)],
    [blobHost, acr.blobs],
  ]);
  for (const [host, registry] of world.registries) {
    handlers.set(host, acr.toRegistryHandler(registry));
  }
  for (const [host, cluster] of world.clusters) {
    handlers.set(host, toClusterHandler(parts, cluster));
  }
  return { handlers, outsideKey };
}

async function toContext(authority: CertificateAuthority, names: readonly string[]): Promise<SecureContext> {
  const { certPem, keyPem } = await authority.issue(names);
  return createSecureContext({ cert: `${certPem}\n${authority.pem}`, key: keyPem });
}

async function writeAuthorities(
  folder: string,
  publicAuthority: CertificateAuthority,
  world: World,
): Promise<{ caFile: string; clusters: RunningAzure["clusters"] }> {
  const caFile = join(folder, "ca.pem");
  await writeFile(caFile, publicAuthority.pem);
  const clusters = [...world.clusters.values()].map(({ resourceId, fqdn, caPem }) => {
    return { resourceId, fqdn, caPem, caFile: join(folder, `${fqdn}.pem`) };
  });
  await Promise.all(clusters.map(({ caFile: file, caPem }) => writeFile(file, caPem)));
  return {
    caFile,
    clusters: clusters.map(({ resourceId, fqdn, caFile: file }) => ({ resourceId, fqdn, caFile: file })),
  };
}

async function startTls(
  front: Handler,
  contexts: ReadonlyMap<string, SecureContext>,
  publicContext: SecureContext,
): Promise<Awaited<ReturnType<typeof listenOnLoopback>>> {
  const server = createServer(
    { SNICallback: (name, answer) => answer(null, contexts.get(name.toLowerCase()) ?? publicContext) },
    toRequestListener(front, "https"),
  );
  return listenOnLoopback(server, 0);
}

/** Starts everything. Errors: those of `readScenario` and `createWorld`. */
export async function startAzure(options: AzureOptions): Promise<RunningAzure> {
  const [read, images] = await Promise.all([readScenario(options.scenario), readImages(options.recipes)]);
  const publicAuthority = await createAuthority("Simulated public authority");
  const clusterAuthorities = await Promise.all(read.scenario.clusters.map(() => createAuthority("ca")));
  const clusterCaPems = clusterAuthorities.map(({ pem }) => pem);
  const { world, credentials } = await createWorld({ read, images, clock: createClock(), clusterCaPems });
  const { handlers, outsideKey } = await createHandlers(world);

  const contexts = new Map<string, SecureContext>();
  for (const [host, cluster] of world.clusters) {
    const authority = clusterAuthorities.find(({ pem }) => pem === cluster.caPem) ?? publicAuthority;
    contexts.set(host, await toContext(authority, [host, "kubernetes", "kubernetes.default"]));
  }
  const publicNames = [loginHost, managementHost, graphHost, blobHost, "*.azurecr.io", "localhost"];
  const publicContext = await toContext(publicAuthority, publicNames);

  const journal = createJournal();
  const faults: ActiveFault[] = read.scenario.faults.map((fault, index) => ({ id: index + 1, fault, seen: 0 }));
  const tls = await startTls(toFrontHandler({ world, handlers, journal, faults }), contexts, publicContext);
  const onRefused = (host: string, status: number): void => {
    writeEntry(journal, toConnectExchange(host), { answer: { status }, at: world.clock.now() });
  };
  const toState = (host: string): HostState => toHostState(world, host);
  const proxy = await startConnectProxy({ tlsPort: tls.port, toHostState: toState, onRefused }, options.port ?? 0);
  const control = await startHttpListener(
    toControlHandler({ world, journal, faults, outsideKey }),
    options.controlPort ?? 0,
  );

  const folder = options.outputFolder ?? (await mkdtemp(join(tmpdir(), "simulator-")));
  await mkdir(folder, { recursive: true });
  const { caFile, clusters } = await writeAuthorities(folder, publicAuthority, world);
  return {
    scenario: world.scenario.name,
    proxy: `http://127.0.0.1:${proxy.port}`,
    tlsPort: tls.port,
    control: `http://127.0.0.1:${control.port}`,
    caFile,
    tenants: [...world.tenants.values()].map(({ name, id, domain }) => ({ name, id, domain })),
    subscriptions: [...world.subscriptions.values()].map(({ name, id, tenantId }) => ({ name, id, tenantId })),
    registries: [...world.registries.values()].map(({ loginServer, store }) => ({
      loginServer,
      repositories: [...store.repositories.keys()],
    })),
    clusters,
    images: images.map(({ repository, tags, digest }) => ({ repository, tags, digest })),
    credentials,
    close: async () => {
      await Promise.all([proxy.close(), tls.close(), control.close()]);
      if (options.outputFolder === undefined) {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
