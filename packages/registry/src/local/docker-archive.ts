/**
 * Images saved to one tar: an OCI image layout inside a tar (docker save since 25, skopeo's oci-archive) or the older
 * form with a `manifest.json`. Sources: OCI image-spec 1.1 image-layout.md; Docker image spec 1.2, "Combined Image JSON".
 */
import { createHash } from "node:crypto";
import { type Digest, type LayerRef, type Platform, toDigest } from "@sightline/model";
import { detectCompression } from "@sightline/platform";
import { z } from "zod";
import { computeDigest, verifyDigest } from "../content.ts";
import { parseConfiguration, toCreatedBy } from "../image-configuration.ts";
import type { RegistryLimits } from "../limits.ts";
import { isSamePlatform, toPlatformNotFound } from "../pick-platform.ts";
import { toRegistryError } from "../registry-error.ts";
import { type Resolution, resolveImage, toLayerProblems } from "../resolve-image.ts";
import { type ArchiveMembers, readArchiveMembers } from "./archive-members.ts";
import { type FilePart, readFilePart, streamFilePart } from "./image-file.ts";
import { chooseFromLayout, toNames } from "./layout-index.ts";
import { isMarker } from "./oci-layout.ts";

/** An image found in an archive. */
export interface ArchivedImage {
  readonly resolution: Resolution;
  /** A name the archive gives it, `host/repository:tag`. */
  readonly name?: string;
  /** Where each layer's stored bytes lie. */
  readonly parts: ReadonlyMap<Digest, FilePart>;
}

/** What is read, and how much at most. */
export interface ArchiveOptions {
  readonly file: string;
  readonly platform?: Platform;
  readonly limits: RegistryLimits;
}

const savedSchema = z.array(
  z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()).nullish() }),
);

/**
 * The only image of an archive. Throws `registry.archive-invalid`, and for its content what any image throws:
 * `registry.manifest-invalid`, `registry.config-invalid`, `registry.digest-mismatch`, `registry.platform-not-found`, …
 */
export async function openArchive(options: ArchiveOptions): Promise<ArchivedImage> {
  const members = await readArchiveMembers(options.file, options.limits.membersMax);
  const marker = members.find("oci-layout");
  const index = members.find("index.json");
  if (marker !== undefined && index !== undefined && isMarker(await readMember(marker, 4096))) {
    return await openLayoutForm(members, index, options);
  }
  const saved = members.find("manifest.json");
  if (saved === undefined) {
    throw toInvalid(options, "it holds neither an OCI layout nor a manifest.json");
  }
  return await openSavedForm(members, saved, options);
}

async function openLayoutForm(
  members: ArchiveMembers,
  index: FilePart,
  options: ArchiveOptions,
): Promise<ArchivedImage> {
  const { file: subject, limits } = options;
  const findBlob = (digest: Digest): FilePart => {
    const part = members.find(`blobs/sha256/${digest.slice("sha256:".length)}`);
    if (part === undefined) {
      throw toInvalid(options, `it lacks the content ${digest}`);
    }
    return part;
  };
  const readBlob = (digest: Digest, bytesMax: number): Promise<Buffer> => readMember(findBlob(digest), bytesMax);
  const source = {
    readBlob,
    readManifest: async (digest: Digest, bytesMax: number) => ({ bytes: await readBlob(digest, bytesMax) }),
  };
  const bytes = await readMember(index, limits.manifestBytesMax);
  const choice = chooseFromLayout({ bytes, subject, code: "registry.archive-invalid", layersMax: limits.layersMax });
  let root: { readonly bytes: Buffer; readonly mediaType?: string } = { bytes };
  if (choice.kind === "entry") {
    const { digest, mediaType } = choice.descriptor;
    root = { bytes: await readBlob(digest, limits.manifestBytesMax), mediaType };
    verifyDigest(root.bytes, digest, subject);
  }
  const { platform } = options;
  const shared = { source, subject, limits, ...(platform === undefined ? {} : { platform }) };
  const resolution = await resolveImage(root, shared);
  const name = choice.kind === "entry" ? toNames(choice.descriptor).find((text) => text.includes("/")) : undefined;
  const parts = resolution.layers.flatMap(({ digest }) => {
    const part = members.find(`blobs/sha256/${digest.slice("sha256:".length)}`);
    return part === undefined ? [] : [[digest, part] as const];
  });
  return { resolution, ...(name === undefined ? {} : { name }), parts: new Map(parts) };
}

async function openSavedForm(
  members: ArchiveMembers,
  saved: FilePart,
  options: ArchiveOptions,
): Promise<ArchivedImage> {
  const { file, limits } = options;
  const image = parseSaved(await readMember(saved, limits.manifestBytesMax), options);
  const config = members.find(image.Config);
  if (config === undefined) {
    throw toInvalid(options, `it lacks the configuration ${image.Config}`);
  }
  const configBytes = await readMember(config, limits.configBytesMax);
  const { platform, configuration, diffIds } = parseConfiguration(configBytes, file);
  if (options.platform !== undefined && !isSamePlatform(platform, options.platform)) {
    throw toPlatformNotFound(file, options.platform, [platform]);
  }
  const paths = image.Layers ?? [];
  if (paths.length !== diffIds.length || paths.length > limits.layersMax) {
    throw toInvalid(options, `it has ${paths.length} layers, its configuration ${diffIds.length}`);
  }
  const layers: LayerRef[] = [];
  const parts = new Map<Digest, FilePart>();
  for (const [index, diffId] of diffIds.entries()) {
    const part = members.find(paths[index] ?? "");
    if (part === undefined) {
      throw toInvalid(options, `it lacks the layer ${paths[index] ?? ""}`);
    }
    const stored = await describeLayer(part, diffId);
    parts.set(stored.digest, part);
    layers.push({ ...stored, diffId, index, ...toCreatedBy(configuration.history, index) });
  }
  const name = image.RepoTags?.[0];
  const problems = toLayerProblems(layers, file);
  const digest = computeDigest(configBytes);
  const resolution = { digest, platform, configuration, layers, annotations: {}, problems };
  return { resolution, ...(name === undefined ? {} : { name }), parts };
}

function parseSaved(bytes: Buffer, options: ArchiveOptions): z.infer<typeof savedSchema>[number] {
  let images: z.infer<typeof savedSchema>;
  try {
    images = savedSchema.parse(JSON.parse(bytes.toString("utf8")));
  } catch (error) {
    throw toInvalid(options, "its manifest.json is not one", error);
  }
  const [only, ...others] = images;
  if (only === undefined || others.length > 0) {
    const names = images.flatMap(({ RepoTags }) => RepoTags ?? []).slice(0, 50);
    throw toInvalid(options, `it holds ${images.length} images (${names.join(", ")}), not one`);
  }
  return only;
}

/**
 * This form names no digest of the stored bytes. Plain bytes must have the diffID, which reading the layer verifies;
 * packed bytes get the digest they have now, and reading verifies what they unpack to.
 */
async function describeLayer(
  part: FilePart,
  diffId: Digest,
): Promise<Pick<LayerRef, "digest" | "mediaType" | "compression" | "sizeBytes">> {
  const { sizeBytes } = part;
  const found = detectCompression(await readFilePart({ ...part, sizeBytes: Math.min(sizeBytes, 512) }));
  const mediaType = "application/vnd.docker.image.rootfs.diff.tar";
  if (found === "none" || found === "unsupported") {
    return { digest: diffId, mediaType, compression: "none", sizeBytes };
  }
  const hash = createHash("sha256");
  for await (const chunk of streamFilePart(part)) {
    hash.update(chunk);
  }
  const digest = toDigest(`sha256:${hash.digest("hex")}`) ?? diffId;
  return { digest, mediaType: `${mediaType}.${found}`, compression: found, sizeBytes };
}

async function readMember(part: FilePart, bytesMax: number): Promise<Buffer> {
  if (part.sizeBytes > bytesMax) {
    const reason = `a member has ${part.sizeBytes} bytes, more than ${bytesMax}`;
    throw toRegistryError({ code: "registry.archive-invalid", subject: part.path, reason });
  }
  return await readFilePart(part);
}

function toInvalid({ file }: ArchiveOptions, reason: string, cause?: unknown): Error {
  const failure = { code: "registry.archive-invalid", subject: file, reason } as const;
  return toRegistryError(failure, cause === undefined ? {} : { cause });
}
