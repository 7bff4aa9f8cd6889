/** Bounds on what one image may make this room hold. */

/** Each exceeded bound drops what is over it and leaves a problem, so that the inventory is not called complete. */
export interface InventoryLimits {
  /** Packages of one file that lists many. */
  readonly packagesPerFileMax: number;
  /** Packages, package files and system files of one layer. */
  readonly factsPerLayerMax: number;
  /** Links of one layer that are kept, of either kind. */
  readonly linksPerLayerMax: number;
  /** Whiteouts, opaque directories and replaced directories of one layer. */
  readonly removalsPerLayerMax: number;
  /** Problems of one layer, and of one cataloger in one image. */
  readonly problemsMax: number;
}

/** Ten times what the largest images seen so far have. */
export const defaultInventoryLimits: InventoryLimits = {
  packagesPerFileMax: 50_000,
  factsPerLayerMax: 400_000,
  linksPerLayerMax: 400_000,
  removalsPerLayerMax: 400_000,
  problemsMax: 200,
};
