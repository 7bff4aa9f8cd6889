/** Images in registries, layouts, archives and folders: the only door of the package. */
export { type BlobAccess, type OpenBlobOptions, openBlob } from "./blob-access.ts";
export { registryErrorCodes } from "./error-codes.data.ts";
export { type ImageLocation, parseImageLocation } from "./image-location.ts";
export { formatImageReference } from "./image-reference.ts";
export { defaultRegistryLimits, type RegistryLimits } from "./limits.ts";
export { type RootfsWalkOptions, walkRootfs } from "./local/rootfs.ts";
export {
  createRegistryClient,
  type OpenedImage,
  type OpenImageOptions,
  type RegistryClient,
  type RegistryClientOptions,
} from "./open-image.ts";
export { RegistryError } from "./registry-error.ts";
export { readDockerConfig } from "./remote/docker-config.ts";
export { anonymousTokens, type RegistryCredential, type TokenSource } from "./remote/token-source.ts";
