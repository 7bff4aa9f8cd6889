/** One image to its inventory: resolve, read the layers nobody has read yet, merge. */
import { type LayerFacts, mergeLayers } from "@sightline/inventory";
import type { ImageInventory, LayerRef, Platform } from "@sightline/model";
import type { ImageLocation, OpenedImage, RegistryClient } from "@sightline/registry";
import type { LayerCache } from "./layer-cache.ts";
import type { LayerThreads } from "./layer-threads.ts";

/** What a scan stands on. */
export interface ScanPorts {
  readonly registry: RegistryClient;
  readonly threads: LayerThreads;
  readonly cache: LayerCache;
  readonly progress?: (event: ScanProgress) => void;
}

/** What to scan. */
export interface ScanRequest {
  readonly location: ImageLocation;
  readonly platform?: Platform;
  readonly signal?: AbortSignal;
}

/** A step of a scan. */
export type ScanProgress =
  | { readonly step: "resolved"; readonly name: string; readonly layers: number }
  | {
      readonly step: "layer";
      readonly index: number;
      readonly layers: number;
      readonly from: "cache" | "source";
      readonly storedBytes: number;
    }
  | { readonly step: "merged"; readonly packages: number };

/** What a scan came to, and what it cost. */
export interface ScanOutcome {
  readonly inventory: ImageInventory;
  /** Layer bytes that were moved; 0 when every layer was known. */
  readonly layerBytesRead: number;
  readonly layersFromCache: number;
}

/**
 * Scans one image. Throws when the image cannot be resolved, or when a layer is not what its digests say or cannot be
 * had: a scan without a layer would call what lies in it absent. What inside a layer could not be read is a problem of
 * the inventory and makes it incomplete.
 */
export async function scanImage(request: ScanRequest, ports: ScanPorts): Promise<ScanOutcome> {
  const { location, platform, signal } = request;
  const image = await ports.registry.openImage(location, {
    ...(platform === undefined ? {} : { platform }),
    ...(signal === undefined ? {} : { signal }),
  });
  const { layers } = image.resolved;
  ports.progress?.({ step: "resolved", name: image.identity.name, layers: layers.length });
  const read =
    image.blobs.kind === "rootfs"
      ? [await readFolder(image.blobs.folder, ports, signal)]
      : await readLayers(image, ports, signal);
  const inventory = mergeLayers({
    image: image.identity,
    configuration: image.resolved.configuration,
    layers,
    facts: read.map((each) => each.facts),
    problems: image.problems,
  });
  ports.progress?.({ step: "merged", packages: inventory.packages.length });
  return {
    inventory,
    layerBytesRead: read.reduce((sum, each) => sum + each.storedBytes, 0),
    layersFromCache: read.filter((each) => each.fromCache).length,
  };
}

interface ReadLayer {
  /** Absent for a layer that is not distributed with its image: named in the image's problems. */
  readonly facts: LayerFacts | undefined;
  readonly storedBytes: number;
  readonly fromCache: boolean;
}

async function readFolder(folder: string, ports: ScanPorts, signal: AbortSignal | undefined): Promise<ReadLayer> {
  const { facts } = await ports.threads.readRootfs(folder, signal);
  return { facts, storedBytes: 0, fromCache: false };
}

/** Largest first, so that the last thread to finish has little left; the same layer twice in one image is read once. */
async function readLayers(
  image: OpenedImage,
  ports: ScanPorts,
  signal: AbortSignal | undefined,
): Promise<readonly ReadLayer[]> {
  const { layers } = image.resolved;
  const stop = new AbortController();
  const stopping = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const begun = new Map<string, Promise<ReadLayer>>();
  for (const layer of layers.toSorted((a, b) => b.sizeBytes - a.sizeBytes)) {
    if (!begun.has(layer.diffId)) {
      begun.set(layer.diffId, readOne(image, layer, { ports, signal: stopping }));
    }
  }
  const work = layers.map(async (layer, position) => {
    const read = await (begun.get(layer.diffId) ?? readOne(image, layer, { ports, signal: stopping }));
    const isRepeat = layers.findIndex((each) => each.diffId === layer.diffId) !== position;
    return isRepeat ? { ...read, storedBytes: 0 } : read;
  });
  try {
    return await Promise.all(work);
  } catch (error) {
    // The other layers' bytes are of no use any more.
    stop.abort();
    await Promise.allSettled(work);
    throw error;
  }
}

async function readOne(
  image: OpenedImage,
  layer: LayerRef,
  { ports, signal }: { readonly ports: ScanPorts; readonly signal: AbortSignal },
): Promise<ReadLayer> {
  const known = await ports.cache.get(layer.diffId);
  const layers = image.resolved.layers.length;
  if (known !== undefined) {
    ports.progress?.({ step: "layer", index: layer.index, layers, from: "cache", storedBytes: 0 });
    return { facts: known, storedBytes: 0, fromCache: true };
  }
  if (image.problems.some((problem) => problem.code === "registry.layer-foreign" && problem.subject === layer.digest)) {
    return { facts: undefined, storedBytes: 0, fromCache: false };
  }
  const { facts, cost } = await ports.threads.readLayer(image.blobs, layer, signal);
  await ports.cache.put(layer.diffId, facts);
  ports.progress?.({ step: "layer", index: layer.index, layers, from: "source", storedBytes: cost.storedBytes });
  return { facts, storedBytes: cost.storedBytes, fromCache: false };
}
