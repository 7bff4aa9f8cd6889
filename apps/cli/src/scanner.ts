/** The rooms a scan needs, opened for one command and closed after it. */
import { join } from "node:path";
import { type AppIdentity, azureClouds, createRegistryTokens, createTokenGiver } from "@sightline/azure";
import {
  createLayerThreads,
  type LayerThreadSettings,
  noLayerCache,
  type ScanPorts,
  type ScanProgress,
  toLayerCache,
} from "@sightline/pipeline";
import { createBlobCache, createHttpClient, FileError, type HttpClient, readBoundedFile } from "@sightline/platform";
import { anonymousTokens, createRegistryClient, readDockerConfig, type TokenSource } from "@sightline/registry";
import type { Session } from "./session.ts";
import type { Progress } from "./terminal.ts";

const caBytesMax = 16 * 1024 * 1024;
const cacheBytesMax = 10 * 1024 * 1024 * 1024;

/** How this run reaches the network, as plain data that threads get too. */
export async function readHttpSettings(session: Session): Promise<LayerThreadSettings> {
  const { config, version } = session;
  const caPem =
    config.caFile === undefined ? undefined : (await readBoundedFile(config.caFile, caBytesMax)).toString("utf8");
  return {
    userAgent: `sightline/${version}`,
    ...(caPem === undefined ? {} : { caPem }),
    ...(config.proxy === undefined ? {} : { proxy: { url: config.proxy.url.reveal(), noProxy: config.proxy.noProxy } }),
  };
}

/** The HTTP client of this run. */
export function openHttpClient(session: Session, settings: LayerThreadSettings): HttpClient {
  return createHttpClient({
    userAgent: settings.userAgent,
    clock: session.clock,
    random: session.random,
    ...(settings.caPem === undefined ? {} : { trust: { caPem: settings.caPem } }),
    ...(settings.proxy === undefined ? {} : { proxy: settings.proxy }),
  });
}

/** Docker's credential file of the user, or nobody's credentials where there is none. */
async function readCredentials(session: Session): Promise<TokenSource> {
  try {
    return await readDockerConfig(join(session.dockerConfigFolder, "config.json"));
  } catch (error) {
    if (error instanceof FileError && error.code === "file.not-found") {
      return anonymousTokens;
    }
    throw error;
  }
}

/** What a command that scans asks for. */
export interface ScannerOptions {
  readonly useCache: boolean;
  /** Read Azure registries as this identity; absent: docker's credential file. */
  readonly entra?: { readonly tenantId: string; readonly identity: AppIdentity };
  readonly progress: Progress;
}

function toEntraTokens(
  entra: { readonly tenantId: string; readonly identity: AppIdentity },
  http: HttpClient,
): TokenSource {
  const cloud = azureClouds.public;
  return createRegistryTokens({ tokens: createTokenGiver({ ...entra, cloud, http }), tenantId: entra.tenantId, cloud });
}

/** Opens the rooms, runs the work, closes them whatever happens. */
export async function withScanner<Outcome>(
  session: Session,
  options: ScannerOptions,
  work: (ports: ScanPorts) => Promise<Outcome>,
): Promise<Outcome> {
  const settings = await readHttpSettings(session);
  const http = openHttpClient(session, settings);
  const threads = createLayerThreads(settings, session.config.threads);
  const credentials = options.entra === undefined ? await readCredentials(session) : toEntraTokens(options.entra, http);
  try {
    return await work({
      registry: createRegistryClient({ http, clock: session.clock, credentials }),
      threads,
      cache: options.useCache ? openLayerCache(session) : noLayerCache,
      progress: (event) => show(event, options.progress),
    });
  } finally {
    await threads.close();
    await http.close();
  }
}

function openLayerCache(session: Session): ReturnType<typeof toLayerCache> {
  const { clock, random, config } = session;
  return toLayerCache(
    createBlobCache({ folder: join(config.dataFolder, "layers"), sizeMaxBytes: cacheBytesMax, clock, random }),
  );
}

const mebibyte = 1024 * 1024;

function show(event: ScanProgress, progress: Progress): void {
  switch (event.step) {
    case "resolved":
      progress.update(`${event.name}: ${event.layers} layers`);
      return;
    case "layer":
      progress.update(
        event.from === "cache"
          ? `layer ${event.index + 1} of ${event.layers}: known`
          : `layer ${event.index + 1} of ${event.layers}: ${(event.storedBytes / mebibyte).toFixed(1)} MiB read`,
      );
      return;
    case "merged":
      progress.update(`${event.packages} packages`);
  }
}
