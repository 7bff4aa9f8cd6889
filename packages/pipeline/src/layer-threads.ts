/** The pool of layer threads: reads layers side by side and keeps the calling thread free. */

import { type LayerFacts, parseLayerFacts } from "@sightline/inventory";
import type { LayerRef } from "@sightline/model";
import { createThreadPool, type ThreadPool } from "@sightline/platform";
import type { BlobAccess } from "@sightline/registry";
import { z } from "zod";
import type { LayerCost, LayerTask, LayerThreadSettings } from "./layer-task.ts";

/** A layer's facts and what reading it cost. */
export interface LayerOutcome {
  readonly facts: LayerFacts;
  readonly cost: LayerCost;
}

/** Reads layers in threads. */
export interface LayerThreads {
  /** Threads that read at the same time. */
  readonly size: number;
  /** One layer. Throws what opening and verifying it throws (`registry.*`, `archive.*`, `http.*`, `thread.*`). */
  readLayer(blobs: BlobAccess, layer: LayerRef, signal?: AbortSignal): Promise<LayerOutcome>;
  /** A folder as one root file system. */
  readRootfs(folder: string, signal?: AbortSignal): Promise<LayerOutcome>;
  close(): Promise<void>;
}

const outcomeSchema = z.object({
  facts: z.unknown(),
  cost: z.object({ storedBytes: z.number(), uncompressedBytes: z.number() }),
});

/** Starts the pool; threads come up when first needed. `size`: default the machine's cores, at most 4. */
export function createLayerThreads(settings: LayerThreadSettings, size?: number): LayerThreads {
  const pool = createThreadPool({
    workerUrl: new URL("./layer-worker.ts", import.meta.url),
    workerData: settings,
    ...(size === undefined ? {} : { size }),
  });
  return {
    size: pool.size,
    readLayer: (blobs, layer, signal) => runTask(pool, { kind: "layer", blobs, layer }, signal),
    readRootfs: (folder, signal) => runTask(pool, { kind: "rootfs", folder }, signal),
    close: () => pool.close(),
  };
}

async function runTask(pool: ThreadPool, task: LayerTask, signal: AbortSignal | undefined): Promise<LayerOutcome> {
  const answer = outcomeSchema.parse(await pool.run(task, signal === undefined ? {} : { signal }));
  const facts = parseLayerFacts(answer.facts);
  if (!facts.ok) {
    throw new TypeError(`a layer thread answered something else than facts: ${facts.problem.message}`);
  }
  return { facts: facts.value, cost: answer.cost };
}
