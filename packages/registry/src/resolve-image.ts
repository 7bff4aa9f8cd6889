/** From a manifest or index to one image on one platform, all of it verified but the layers' content. */
import type { Digest, ImageConfiguration, LayerRef, Platform, Problem } from "@sightline/model";
import { type ContentSource, computeDigest, type ManifestContent, verifyDigest } from "./content.ts";
import { type ParsedConfiguration, parseConfiguration, toCreatedBy } from "./image-configuration.ts";
import type { RegistryLimits } from "./limits.ts";
import { type Descriptor, type ManifestDocument, parseManifest, toUnknownType } from "./manifest.ts";
import { configTypes, layerTypes } from "./media-types.data.ts";
import { defaultPlatform, isSamePlatform, pickManifest, toPlatformNotFound } from "./pick-platform.ts";
import { toRegistryError, toRegistryProblem } from "./registry-error.ts";

/** What to resolve, and out of what. */
export interface ResolutionOptions {
  readonly source: ContentSource;
  /** How to call the image in messages. */
  readonly subject: string;
  /** Absent: linux/amd64 out of an index, and whatever it is for a single image. */
  readonly platform?: Platform;
  readonly limits: RegistryLimits;
}

/** An image found, not yet named. */
export interface Resolution {
  readonly digest: Digest;
  readonly indexDigest?: Digest;
  readonly platform: Platform;
  readonly configuration: ImageConfiguration;
  readonly layers: readonly LayerRef[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Layers that are not there to be read; an image without any. */
  readonly problems: readonly Problem[];
}

type SingleManifest = Extract<ManifestDocument, { kind: "manifest" }>;

interface Found {
  readonly manifest: SingleManifest;
  readonly digest: Digest;
  readonly indexDigest?: Digest;
}

/** Indexes may hold indexes; nobody nests them deeper than this. */
const indexDepthMax = 3;

/**
 * Follows indexes to the manifest for the platform, reads its configuration and joins both. Throws RegistryError:
 * `registry.manifest-invalid`, `registry.config-invalid`, `registry.media-type-unknown`, `registry.digest-mismatch`,
 * `registry.platform-not-found`, `registry.too-large`, and what the source throws.
 */
export async function resolveImage(root: ManifestContent, options: ResolutionOptions): Promise<Resolution> {
  const found = await findManifest(root, options);
  const { manifest } = found;
  if (!configTypes.includes(manifest.config.mediaType)) {
    throw toUnknownType(options.subject, manifest.config.mediaType);
  }
  const parsed = parseConfiguration(await readConfiguration(manifest.config, options), options.subject);
  if (options.platform !== undefined && !isSamePlatform(parsed.platform, options.platform)) {
    throw toPlatformNotFound(options.subject, options.platform, [parsed.platform]);
  }
  const layers = toLayers(manifest.layers, parsed, options.subject);
  return {
    digest: found.digest,
    ...(found.indexDigest === undefined ? {} : { indexDigest: found.indexDigest }),
    platform: parsed.platform,
    configuration: parsed.configuration,
    layers,
    annotations: manifest.annotations,
    problems: toLayerProblems(layers, options.subject),
  };
}

async function findManifest(root: ManifestContent, options: ResolutionOptions): Promise<Found> {
  const { source, subject, limits } = options;
  let content = root;
  let digest = computeDigest(root.bytes);
  let indexDigest: Digest | undefined;
  for (let depth = 0; depth <= indexDepthMax; depth += 1) {
    const document = parseManifest(content.bytes, {
      subject,
      layersMax: limits.layersMax,
      ...(content.mediaType === undefined ? {} : { mediaType: content.mediaType }),
    });
    if (document.kind === "manifest") {
      return { manifest: document, digest, ...(indexDigest === undefined ? {} : { indexDigest }) };
    }
    const picked = pickManifest(document.manifests, options.platform ?? defaultPlatform, subject);
    indexDigest ??= digest;
    content = await source.readManifest(picked.digest, limits.manifestBytesMax);
    verifyDigest(content.bytes, picked.digest, subject);
    digest = picked.digest;
  }
  const reason = `indexes lie in each other more than ${indexDepthMax} deep`;
  throw toRegistryError({ code: "registry.manifest-invalid", subject, reason });
}

async function readConfiguration(config: Descriptor, options: ResolutionOptions): Promise<Buffer> {
  const { source, subject, limits } = options;
  if (config.sizeBytes > limits.configBytesMax) {
    const reason = `its configuration has ${config.sizeBytes} bytes, more than ${limits.configBytesMax}`;
    throw toRegistryError({ code: "registry.too-large", subject, reason });
  }
  const bytes = await source.readBlob(config.digest, limits.configBytesMax);
  verifyDigest(bytes, config.digest, `${subject} (configuration)`);
  return bytes;
}

function toLayers(
  descriptors: readonly Descriptor[],
  parsed: ParsedConfiguration,
  subject: string,
): readonly LayerRef[] {
  if (descriptors.length !== parsed.diffIds.length) {
    const reason = `the manifest has ${descriptors.length} layers, the configuration ${parsed.diffIds.length}`;
    throw toRegistryError({ code: "registry.config-invalid", subject, reason });
  }
  return descriptors.flatMap((descriptor, index) => {
    const diffId = parsed.diffIds[index];
    const type = layerTypes.get(descriptor.mediaType);
    if (type === undefined) {
      throw toUnknownType(`${subject} (layer ${index})`, descriptor.mediaType);
    }
    if (diffId === undefined) {
      return [];
    }
    const { digest, mediaType, sizeBytes } = descriptor;
    const createdBy = toCreatedBy(parsed.configuration.history, index);
    return [{ digest, diffId, mediaType, compression: type.compression, sizeBytes, index, ...createdBy }];
  });
}

/** What keeps an inventory of these layers from being complete. */
export function toLayerProblems(layers: readonly LayerRef[], subject: string): readonly Problem[] {
  if (layers.length === 0) {
    return [toRegistryProblem({ code: "registry.image-empty", subject, reason: "the image has no layers" })];
  }
  return layers.filter(isForeignLayer).map((layer) => {
    const reason = `layer ${layer.digest} is not distributed with the image (${layer.mediaType})`;
    return toRegistryProblem({ code: "registry.layer-foreign", subject, reason });
  });
}

/** Whether the layer's bytes are published elsewhere (Windows base layers); such layers are never fetched. */
export function isForeignLayer(layer: LayerRef): boolean {
  return layerTypes.get(layer.mediaType)?.isForeign === true;
}
