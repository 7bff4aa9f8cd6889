/** The inside of a layer thread: opens the bytes itself, so that they never cross between threads, and answers facts. */
import { workerData } from "node:worker_threads";
import { readLayer } from "@sightline/inventory";
import {
  createHttpClient,
  defaultArchiveLimits,
  type HttpClient,
  readLayerBlob,
  serveThreadTasks,
  systemClock,
  systemRandom,
} from "@sightline/platform";
import { openBlob, walkRootfs } from "@sightline/registry";
import { type LayerCost, type LayerTask, layerTaskSchema, threadSettingsSchema } from "./layer-task.ts";

const settings = threadSettingsSchema.parse(workerData);
let client: HttpClient | undefined;

/** Made when first needed: an image in a folder needs none. */
function httpClient(): HttpClient {
  client ??= createHttpClient({
    userAgent: settings.userAgent,
    clock: systemClock,
    random: systemRandom,
    ...(settings.caPem === undefined ? {} : { trust: { caPem: settings.caPem } }),
    ...(settings.proxy === undefined ? {} : { proxy: settings.proxy }),
  });
  return client;
}

async function readTask(
  task: LayerTask,
  signal: AbortSignal,
): Promise<{ readonly facts: unknown; readonly cost: LayerCost }> {
  if (task.kind === "rootfs") {
    const facts = await readLayer((visitor) =>
      walkRootfs(task.folder, visitor, { limits: defaultArchiveLimits, signal }),
    );
    return { facts, cost: { storedBytes: 0, uncompressedBytes: 0 } };
  }
  const { blobs, layer } = task;
  let storedBytes = 0;
  let uncompressedBytes = 0;
  const facts = await readLayer(async (visitor) => {
    const stored = await openBlob(blobs, layer, { http: httpClient(), signal });
    const reading = await readLayerBlob(stored, { ...layer, limits: defaultArchiveLimits }, visitor);
    storedBytes += layer.sizeBytes;
    uncompressedBytes += reading.uncompressedBytes;
    return reading;
  });
  return { facts, cost: { storedBytes, uncompressedBytes } };
}

serveThreadTasks((task, { signal }) => readTask(layerTaskSchema.parse(task), signal));
