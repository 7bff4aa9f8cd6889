/**
 * Images as registries hold them. Sources: OCI image-spec 1.1 (manifest.md, image-index.md, config.md),
 * OCI distribution-spec 1.1, Docker image manifest v2 schema 2.
 */
import type { Digest } from "./ids.ts";

/** Operating system, architecture and variant as in an OCI image index. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** `registry/repository` with a tag or a digest or both; the digest wins when both are there. */
export interface ImageReference {
  /** Host and optional port, `registry.example:5000`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** How the bytes of a layer are packed. Foreign (non-distributable) layers are named but never fetched. */
export type LayerCompression = "none" | "gzip" | "zstd";

/** One layer of one image. */
export interface LayerRef {
  /** Digest of the bytes as stored (compressed), or the diffID where the source stores plain tar. */
  readonly digest: Digest;
  /** Digest of the uncompressed tar, from the image configuration (`rootfs.diff_ids`). */
  readonly diffId: Digest;
  readonly mediaType: string;
  readonly compression: LayerCompression;
  /** Bytes as stored, as the manifest claims. Checked while reading. */
  readonly sizeBytes: number;
  /** Position from the bottom, 0 first. */
  readonly index: number;
  /** The history line that made it (`created_by`), when the configuration says. */
  readonly createdBy?: string;
}

/** One line of the image's history. Source: OCI config.md `history`. */
export interface HistoryEntry {
  readonly createdBy?: string;
  readonly created?: string;
  readonly comment?: string;
  readonly emptyLayer: boolean;
  /** Index of the layer it made; absent for empty layers. */
  readonly layerIndex?: number;
}

/** What the image says about how it runs. Environment values never leave this object unredacted: {@link EnvironmentVariable}. */
export interface ImageConfiguration {
  readonly user: string;
  readonly environment: readonly EnvironmentVariable[];
  /** `80/tcp` as spelled. A hint: an undeclared port may listen as well. */
  readonly exposedPorts: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly stopSignal?: string;
  readonly healthcheck: "declared" | "disabled" | "absent";
  readonly created?: string;
  readonly history: readonly HistoryEntry[];
}

/** Name of an environment variable, and its value only where it cannot be a secret (`PATH`, `*_VERSION`, …); otherwise its SHA-256. */
export type EnvironmentVariable =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly valueSha256: string; readonly lengthBytes: number };

/** One image resolved to one platform: everything but the layers' content. */
export interface ResolvedImage {
  readonly reference: ImageReference;
  /** Manifest digest for this platform; what a container runtime reports as image id or repo digest. Absent for a rootfs. */
  readonly digest?: Digest;
  /** Digest of the index the platform was picked from, when there was one. */
  readonly indexDigest?: Digest;
  readonly platform: Platform;
  readonly configuration: ImageConfiguration;
  readonly layers: readonly LayerRef[];
  /** Manifest annotations. */
  readonly annotations: Readonly<Record<string, string>>;
}
