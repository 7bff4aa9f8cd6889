/** Layer facts by content: a layer that was read once, in whichever image, is not read again by the same readers. */
import { type LayerFacts, layerFactsVersion, parseLayerFacts } from "@sightline/inventory";
import type { Digest } from "@sightline/model";
import type { BlobCache } from "@sightline/platform";

/** Where facts are kept. */
export interface LayerCache {
  get(diffId: Digest): Promise<LayerFacts | undefined>;
  put(diffId: Digest, facts: LayerFacts): Promise<void>;
}

/** Keeps nothing. */
export const noLayerCache: LayerCache = {
  get: () => Promise.resolve(undefined),
  put: () => Promise.resolve(),
};

/**
 * Facts in a blob cache, keyed by diffID and the versions of all readers. Facts of a layer that was not read whole are
 * not kept: the next scan tries again.
 */
export function toLayerCache(cache: BlobCache): LayerCache {
  const keyOf = (diffId: Digest): string => `layer-facts ${layerFactsVersion} ${diffId}`;
  return {
    get: async (diffId) => {
      const parsed = parseLayerFacts(await cache.get(keyOf(diffId)));
      return parsed.ok ? parsed.value : undefined;
    },
    put: async (diffId, facts) => {
      if (facts.isWhole) {
        await cache.put(keyOf(diffId), facts);
      }
    },
  };
}
