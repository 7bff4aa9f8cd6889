/** The door to images, wherever they are. */
import { basename, resolve } from "node:path";
import type { ImageIdentity, ImageReference, Platform, Problem, ResolvedImage, WithProblems } from "@sightline/model";
import type { Clock, HttpClient } from "@sightline/platform";
import type { BlobAccess } from "./blob-access.ts";
import { emptyConfiguration } from "./image-configuration.ts";
import type { ImageLocation } from "./image-location.ts";
import { formatImageReference, parseImageReference } from "./image-reference.ts";
import { defaultRegistryLimits, type RegistryLimits } from "./limits.ts";
import { openArchive } from "./local/docker-archive.ts";
import { openLayout } from "./local/oci-layout.ts";
import { listRepositories, listTags } from "./remote/listing.ts";
import { createRemoteSource, readRootManifest, toPullScope } from "./remote/remote-image.ts";
import { createSession, type RegistrySession } from "./remote/session.ts";
import type { TokenSource } from "./remote/token-source.ts";
import { type Resolution, resolveImage } from "./resolve-image.ts";

/** What reading registries takes. */
export interface RegistryClientOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly credentials: TokenSource;
  readonly limits?: RegistryLimits;
  /** `host:port`s that may be spoken to over plain http when they do not speak https; this machine's own always may. */
  readonly plainHttpHosts?: readonly string[];
}

/** What is asked of one image. */
export interface OpenImageOptions {
  /** Default: linux/amd64 out of an index, and whatever it is for a single image. */
  readonly platform?: Platform;
  readonly signal?: AbortSignal;
}

/** An image whose manifest and configuration are verified and whose layers can be read. */
export interface OpenedImage {
  readonly resolved: ResolvedImage;
  readonly identity: ImageIdentity;
  /** For `openBlob`, in this thread or another. May hold a credential. */
  readonly blobs: BlobAccess;
  /** What keeps an inventory of it from being complete: `registry.layer-foreign`, `registry.image-empty`. */
  readonly problems: readonly Problem[];
}

/** Reads images and lists; keeps each registry's tokens for as long as they are good. */
export interface RegistryClient {
  /**
   * Finds the image and verifies all of it but its layers' content. Throws RegistryError (see docs/errors.md,
   * `registry.*`) and, for registries, HttpError. A folder or file without registry gets a reference whose registry is
   * the empty text.
   */
  openImage(location: ImageLocation, options?: OpenImageOptions): Promise<OpenedImage>;
  /** All repositories. Throws `registry.catalog-denied`, `registry.catalog-unsupported`. Problem: `registry.listing-incomplete`. */
  listRepositories(
    registry: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<WithProblems<readonly string[]>>;
  /** All tags of a repository. Problem: `registry.listing-incomplete`. */
  listTags(
    repository: Pick<ImageReference, "registry" | "repository">,
    options?: { readonly signal?: AbortSignal },
  ): Promise<WithProblems<readonly string[]>>;
}

interface Reading {
  readonly limits: RegistryLimits;
  readonly sessionFor: (registry: string) => RegistrySession;
}

/** Makes a client; nothing is sent yet. */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const limits = options.limits ?? defaultRegistryLimits;
  const sessions = new Map<string, RegistrySession>();
  const sessionFor = (registry: string): RegistrySession => {
    const session =
      sessions.get(registry) ?? createSession({ ...options, registry, plainHttpHosts: options.plainHttpHosts ?? [] });
    sessions.set(registry, session);
    return session;
  };
  const reading: Reading = { limits, sessionFor };
  return {
    openImage: (location, more = {}) => openImage(location, more, reading),
    listRepositories: (registry, more = {}) =>
      listRepositories({ session: sessionFor(registry), registry, limits, ...more }),
    listTags: ({ registry, repository }, more = {}) =>
      listTags(repository, { session: sessionFor(registry), registry, limits, ...more }),
  };
}

async function openImage(location: ImageLocation, options: OpenImageOptions, reading: Reading): Promise<OpenedImage> {
  switch (location.kind) {
    case "registry":
      return await openRemoteImage(location.reference, options, reading);
    case "oci-layout":
      return await openLayoutImage(location, options, reading);
    case "docker-archive":
      return await openArchivedImage(location.file, options, reading);
    case "rootfs":
      return openRootfs(location.folder, options);
  }
}

async function openRemoteImage(
  reference: ImageReference,
  { platform, signal }: OpenImageOptions,
  { limits, sessionFor }: Reading,
): Promise<OpenedImage> {
  const session = sessionFor(reference.registry);
  const stopping = signal === undefined ? {} : { signal };
  const root = await readRootManifest(session, reference, { bytesMax: limits.manifestBytesMax, ...stopping });
  const resolution = await resolveImage(root, {
    source: createRemoteSource(session, reference, signal),
    subject: formatImageReference(reference),
    limits,
    ...(platform === undefined ? {} : { platform }),
  });
  const authorization = session.authorizationFor(toPullScope(reference.repository));
  const blobs: BlobAccess = {
    kind: "registry",
    origin: await session.readOrigin(signal),
    repository: reference.repository,
    ...(authorization === undefined ? {} : { authorization }),
  };
  return toOpened(
    { kind: "registry", name: formatImageReference(reference), reference, isNamed: true },
    resolution,
    blobs,
  );
}

async function openLayoutImage(
  location: Extract<ImageLocation, { kind: "oci-layout" }>,
  { platform }: OpenImageOptions,
  { limits }: Reading,
): Promise<OpenedImage> {
  const { folder, tag } = location;
  const { root, source } = await openLayout(folder, tag, limits);
  const shared = { source, subject: folder, limits, ...(platform === undefined ? {} : { platform }) };
  const resolution = await resolveImage(root, shared);
  const name = `oci:${folder}${tag === undefined ? "" : `:${tag}`}`;
  const reference = { ...toLocalReference(folder), ...(tag === undefined ? {} : { tag }) };
  return toOpened({ kind: "oci-layout", name, reference, isNamed: false }, resolution, { kind: "oci-layout", folder });
}

async function openArchivedImage(
  file: string,
  { platform }: OpenImageOptions,
  { limits }: Reading,
): Promise<OpenedImage> {
  const image = await openArchive({ file, limits, ...(platform === undefined ? {} : { platform }) });
  const parsed = image.name === undefined ? undefined : parseImageReference(image.name);
  const isNamed = parsed?.ok === true;
  const reference = isNamed ? parsed.value : toLocalReference(file);
  const parts = new Map([...image.parts].map(([digest, { offset, sizeBytes }]) => [digest, { offset, sizeBytes }]));
  const blobs: BlobAccess = { kind: "docker-archive", file, parts };
  return toOpened(
    { kind: "docker-archive", name: `docker-archive:${file}`, reference, isNamed },
    image.resolution,
    blobs,
  );
}

function openRootfs(folder: string, { platform }: OpenImageOptions): OpenedImage {
  const reference = toLocalReference(folder);
  const known = platform ?? { os: "linux", architecture: "unknown" };
  return {
    resolved: { reference, platform: known, configuration: emptyConfiguration, layers: [], annotations: {} },
    identity: { source: "rootfs", name: `rootfs:${folder}`, ...(platform === undefined ? {} : { platform }) },
    blobs: { kind: "rootfs", folder },
    problems: [],
  };
}

/** What a file or folder is called where a reference is asked for: it has a name and no registry. */
function toLocalReference(path: string): ImageReference {
  return { registry: "", repository: basename(resolve(path)) };
}

interface Naming {
  readonly kind: ImageIdentity["source"];
  readonly name: string;
  readonly reference: ImageReference;
  /** Whether the reference is one that others can resolve. */
  readonly isNamed: boolean;
}

function toOpened(naming: Naming, resolution: Resolution, blobs: BlobAccess): OpenedImage {
  const { problems, ...image } = resolution;
  return {
    resolved: { reference: naming.reference, ...image },
    identity: {
      source: naming.kind,
      name: naming.name,
      ...(naming.isNamed ? { reference: naming.reference } : {}),
      digest: image.digest,
      ...(image.indexDigest === undefined ? {} : { indexDigest: image.indexDigest }),
      platform: image.platform,
    },
    blobs,
    problems,
  };
}
