/** Media types of images. Sources: OCI image-spec 1.1 media-types.md; Docker image manifest v2 schema 2. */
import type { LayerCompression } from "@sightline/model";

/** Types of a manifest: one image for one platform. */
export const manifestTypes: readonly string[] = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** Types of an index: manifests for several platforms. */
export const indexTypes: readonly string[] = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

/** Types of an image configuration. */
export const configTypes: readonly string[] = [
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
];

/** How a layer of a known type is packed, and whether its bytes are published with the image. */
export interface LayerType {
  readonly compression: LayerCompression;
  readonly isForeign: boolean;
}

const own = (compression: LayerCompression): LayerType => ({ compression, isForeign: false });
const foreign = (compression: LayerCompression): LayerType => ({ compression, isForeign: true });

/** Types of layers. */
export const layerTypes: ReadonlyMap<string, LayerType> = new Map([
  ["application/vnd.oci.image.layer.v1.tar", own("none")],
  ["application/vnd.oci.image.layer.v1.tar+gzip", own("gzip")],
  ["application/vnd.oci.image.layer.v1.tar+zstd", own("zstd")],
  ["application/vnd.docker.image.rootfs.diff.tar", own("none")],
  ["application/vnd.docker.image.rootfs.diff.tar.gzip", own("gzip")],
  ["application/vnd.docker.image.rootfs.diff.tar.zstd", own("zstd")],
  ["application/vnd.oci.image.layer.nondistributable.v1.tar", foreign("none")],
  ["application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", foreign("gzip")],
  ["application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", foreign("zstd")],
  ["application/vnd.docker.image.rootfs.foreign.diff.tar", foreign("none")],
  ["application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", foreign("gzip")],
]);

/** What some media types that are no image are, for a message that helps. */
export const otherTypes: ReadonlyMap<string, string> = new Map([
  ["application/vnd.cncf.helm.config.v1+json", "a Helm chart"],
  ["application/vnd.dev.cosign.artifact.sig.v1+json", "a signature"],
  ["application/vnd.dev.sigstore.bundle.v0.3+json", "a signature"],
  ["application/vnd.oci.empty.v1+json", "an artifact without a configuration"],
  ["application/vnd.unknown.config.v1+json", "an artifact without a configuration"],
  ["application/vnd.docker.distribution.manifest.v1+json", "an image in the outdated schema 1"],
  ["application/vnd.docker.distribution.manifest.v1+prettyjws", "an image in the outdated schema 1"],
  ["application/vnd.docker.plugin.v1+json", "a Docker plug-in"],
  ["application/vnd.wasm.config.v0+json", "a WebAssembly module"],
]);
