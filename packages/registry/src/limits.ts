/** How much a registry or a file may make us read before we stop believing it. */

/** Bounds of this package; layers have their own (`ArchiveLimits`). */
export interface RegistryLimits {
  /** One manifest or index. Registries refuse to store more than 4 MiB (distribution-spec 1.1, "Pushing Manifests"). */
  readonly manifestBytesMax: number;
  readonly configBytesMax: number;
  readonly layersMax: number;
  /** Members of a docker-archive. */
  readonly membersMax: number;
  /** Pages of one list of repositories or tags. */
  readonly pagesMax: number;
  /** Names of one list of repositories or tags. */
  readonly namesMax: number;
}

const mebibyte = 1024 * 1024;

/** Bounds no image or registry seen so far comes near. */
export const defaultRegistryLimits: RegistryLimits = {
  manifestBytesMax: 4 * mebibyte,
  configBytesMax: 8 * mebibyte,
  layersMax: 1000,
  membersMax: 100_000,
  pagesMax: 1000,
  namesMax: 200_000,
};
