/** Layers to image inventory: the only door of the package. */
export {
  type CatalogListing,
  catalogerIds,
  catalogFile,
  catalogTree,
  type GivenFile,
  type ListedPackage,
} from "./catalog.ts";
export { inventoryErrorCodes } from "./error-codes.data.ts";
export { InventoryError } from "./inventory-error.ts";
export { parseInventory } from "./inventory-schema.ts";
export { parseLayerFacts } from "./layer/facts-schema.ts";
export type { LayerFacts } from "./layer/layer-facts.ts";
export { type LayerFeed, layerFactsVersion, type ReadLayerOptions, readLayer } from "./layer/read-layer.ts";
export { defaultInventoryLimits, type InventoryLimits } from "./limits.ts";
export { type MergeInput, mergeLayers } from "./merge/merge-layers.ts";
