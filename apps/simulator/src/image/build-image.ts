/**
 * Builds an image from a recipe: layers, configuration, manifest, and an index when there are several platforms.
 * Source: OCI image spec 1.1. The same recipe under the same Node always gives the same digests.
 */
import { strict as assert } from "node:assert";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type ContentStore, toDigest, writeBlob, writeManifest } from "../oci/content-store.ts";
import { createLayerContent, listEntries, putFile, putOpaqueWhiteout, putText, putWhiteout } from "./layer-content.ts";
import { type InstalledPackages, putAlpine, putDebian, putNpm, putPython } from "./package-databases.ts";
import type { Recipe, RecipeLayer } from "./recipe.ts";
import { writeTar } from "./write-tar.ts";

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";
const configType = "application/vnd.oci.image.config.v1+json";
const layerTypes = {
  gzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  zstd: "application/vnd.oci.image.layer.v1.tar+zstd",
} as const;

const architectures = {
  "linux/amd64": { oci: "amd64", debian: "amd64", alpine: "x86_64" },
  "linux/arm64": { oci: "arm64", debian: "arm64", alpine: "aarch64" },
} as const;

type Architecture = (typeof architectures)[keyof typeof architectures];

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface Blob {
  readonly descriptor: Descriptor;
  readonly bytes: Buffer;
}

interface PlatformImage {
  readonly manifest: Blob;
  readonly blobs: readonly Blob[];
  readonly platform: { readonly os: string; readonly architecture: string };
}

/** An image ready to be put into a registry. */
export interface BuiltImage {
  readonly repository: string;
  readonly tags: readonly string[];
  /** What a tag resolves to: the index when there are several platforms, else the manifest. */
  readonly digest: string;
  /** Manifest digests by platform (`linux/amd64`). */
  readonly platformDigests: Readonly<Record<string, string>>;
  readonly images: readonly PlatformImage[];
  /** The index or manifest `digest` names. */
  readonly top: Blob;
}

function toBlob(mediaType: string, bytes: Buffer): Blob {
  return { bytes, descriptor: { mediaType, digest: toDigest(bytes), size: bytes.length } };
}

function toJsonBlob(mediaType: string, value: unknown): Blob {
  return toBlob(mediaType, Buffer.from(JSON.stringify(value)));
}

function formatOsRelease(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${/^[A-Za-z0-9._-]+$/.test(value) ? value : `"${value}"`}\n`)
    .join("");
}

function buildLayerTar(
  recipe: RecipeLayer,
  installed: InstalledPackages,
  more: { architecture: Architecture; createdSeconds: number },
): Buffer {
  const layer = createLayerContent(more.createdSeconds);
  if (recipe.osRelease !== undefined) {
    putText(layer, "/usr/lib/os-release", formatOsRelease(recipe.osRelease));
    putFile(layer, { path: "/etc/os-release", symlink: "../usr/lib/os-release", mode: "0777", user: 0 });
  }
  if (recipe.debian !== undefined) {
    putDebian(layer, recipe.debian, installed.debian, more.architecture.debian);
  }
  if (recipe.alpine !== undefined) {
    putAlpine(layer, recipe.alpine, installed.alpine, more.architecture.alpine);
  }
  if (recipe.npm !== undefined) {
    putNpm(layer, recipe.npm);
  }
  if (recipe.python !== undefined) {
    putPython(layer, recipe.python);
  }
  for (const file of recipe.files) {
    putFile(layer, file);
  }
  for (const path of recipe.remove) {
    putWhiteout(layer, path);
  }
  for (const path of recipe.opaque) {
    putOpaqueWhiteout(layer, path);
  }
  return writeTar(listEntries(layer));
}

function toConfiguration(recipe: Recipe, diffIds: readonly string[], architecture: string): unknown {
  const { config } = recipe;
  return {
    created: recipe.created,
    architecture,
    os: "linux",
    config: {
      ...(config.user === undefined ? {} : { User: config.user }),
      ...(config.exposedPorts.length === 0
        ? {}
        : { ExposedPorts: Object.fromEntries(config.exposedPorts.map((port) => [port, {}])) }),
      ...(config.env.length === 0 ? {} : { Env: config.env }),
      ...(config.entrypoint === undefined ? {} : { Entrypoint: config.entrypoint }),
      ...(config.cmd === undefined ? {} : { Cmd: config.cmd }),
      ...(config.workingDir === undefined ? {} : { WorkingDir: config.workingDir }),
      ...(Object.keys(config.labels).length === 0 ? {} : { Labels: config.labels }),
    },
    rootfs: { type: "layers", diff_ids: diffIds },
    history: recipe.layers.map((layer) => ({ created: recipe.created, created_by: layer.createdBy })),
  };
}

function buildPlatform(recipe: Recipe, platform: keyof typeof architectures): PlatformImage {
  const architecture = architectures[platform];
  const installed: InstalledPackages = { debian: new Map(), alpine: new Map() };
  const createdSeconds = Math.floor(Date.parse(recipe.created) / 1000);
  const layers = recipe.layers.map((layer) => {
    const tar = buildLayerTar(layer, installed, { architecture, createdSeconds });
    const bytes = layer.compression === "gzip" ? gzipSync(tar, { level: 6 }) : zstdCompressSync(tar);
    return { diffId: toDigest(tar), blob: toBlob(layerTypes[layer.compression], bytes) };
  });
  const diffIds = layers.map((layer) => layer.diffId);
  const config = toJsonBlob(configType, toConfiguration(recipe, diffIds, architecture.oci));
  const manifest = toJsonBlob(manifestType, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: config.descriptor,
    layers: layers.map((layer) => layer.blob.descriptor),
  });
  return {
    manifest,
    blobs: [config, ...layers.map((layer) => layer.blob)],
    platform: { os: "linux", architecture: architecture.oci },
  };
}

/** Builds every platform of a recipe. Pure: nothing is stored yet. */
export function buildImage(recipe: Recipe): BuiltImage {
  const images = recipe.platforms.map((platform) => buildPlatform(recipe, platform));
  const [first, ...others] = images;
  assert(first !== undefined, "a recipe has at least one platform");
  const top =
    others.length === 0
      ? first.manifest
      : toJsonBlob(indexType, {
          schemaVersion: 2,
          mediaType: indexType,
          manifests: images.map((image) => ({ ...image.manifest.descriptor, platform: image.platform })),
        });
  const platformDigests = images.map(({ platform, manifest }) => [
    `${platform.os}/${platform.architecture}`,
    manifest.descriptor.digest,
  ]);
  return {
    repository: recipe.repository,
    tags: recipe.tags,
    digest: top.descriptor.digest,
    platformDigests: Object.fromEntries(platformDigests) as Readonly<Record<string, string>>, // pairs of text, just made
    images,
    top,
  };
}

/** Puts an image into a registry under all its tags, and under another repository name when one is given. */
export function publishImage(store: ContentStore, image: BuiltImage, repository = image.repository): void {
  for (const platform of image.images) {
    for (const blob of platform.blobs) {
      writeBlob(store, repository, blob.bytes, blob.descriptor.digest);
    }
    writeManifest(store, repository, { mediaType: manifestType, bytes: platform.manifest.bytes });
  }
  for (const tag of image.tags) {
    writeManifest(store, repository, { mediaType: image.top.descriptor.mediaType, bytes: image.top.bytes, tag });
  }
}
