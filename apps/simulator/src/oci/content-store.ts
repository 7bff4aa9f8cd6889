/** What a registry holds: blobs by digest, and per repository its manifests, tags and open uploads. In memory. */
import { createHash } from "node:crypto";

/** A manifest as it was pushed: the exact bytes, because their digest is its name. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly pushedAt: Date;
}

/** A tag and the times ACR reports about it. */
export interface StoredTag {
  readonly digest: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface Repository {
  /** Blobs pushed or mounted here: a blob of another repository is not visible. */
  readonly blobs: Set<string>;
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, StoredTag>;
  readonly createdAt: Date;
}

interface Upload {
  readonly repository: string;
  readonly chunks: Buffer[];
  sizeBytes: number;
}

/** A registry's content. Sizes in bytes; digests as `sha256:<hex>` (sha512 is accepted too). */
export interface ContentStore {
  readonly repositories: Map<string, Repository>;
  readonly blobs: Map<string, Buffer>;
  readonly uploads: Map<string, Upload>;
  readonly now: () => Date;
}

export function createContentStore(now: () => Date): ContentStore {
  return { repositories: new Map(), blobs: new Map(), uploads: new Map(), now };
}

/** Digest of bytes in the algorithm of `like` (default sha256). Source: OCI image spec, descriptor digests. */
export function toDigest(bytes: Buffer, like = "sha256:"): string {
  const algorithm = like.startsWith("sha512:") ? "sha512" : "sha256";
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

/** Whether text has the form of a digest the registry takes. */
export function isDigest(text: string): boolean {
  return /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(text);
}

function openRepository(store: ContentStore, name: string): Repository {
  const existing = store.repositories.get(name);
  if (existing !== undefined) {
    return existing;
  }
  const repository: Repository = { blobs: new Set(), manifests: new Map(), tags: new Map(), createdAt: store.now() };
  store.repositories.set(name, repository);
  return repository;
}

/** Puts a blob into a repository and answers its digest. */
export function writeBlob(store: ContentStore, name: string, bytes: Buffer, digest = toDigest(bytes)): string {
  store.blobs.set(digest, bytes);
  openRepository(store, name).blobs.add(digest);
  return digest;
}

/** Makes a blob of one repository visible in another; `false` when `from` does not have it. */
export function mountBlob(store: ContentStore, digest: string, from: string, to: string): boolean {
  if (store.repositories.get(from)?.blobs.has(digest) !== true) {
    return false;
  }
  openRepository(store, to).blobs.add(digest);
  return true;
}

export function readBlob(store: ContentStore, name: string, digest: string): Buffer | undefined {
  return store.repositories.get(name)?.blobs.has(digest) === true ? store.blobs.get(digest) : undefined;
}

/** Stores a manifest and, when a tag is named, moves the tag to it. Answers the digest. */
export function writeManifest(
  store: ContentStore,
  name: string,
  manifest: { readonly mediaType: string; readonly bytes: Buffer; readonly tag?: string; readonly digest?: string },
): string {
  const repository = openRepository(store, name);
  const digest = manifest.digest ?? toDigest(manifest.bytes);
  const now = store.now();
  if (!repository.manifests.has(digest)) {
    repository.manifests.set(digest, { digest, mediaType: manifest.mediaType, bytes: manifest.bytes, pushedAt: now });
  }
  if (manifest.tag !== undefined) {
    const createdAt = repository.tags.get(manifest.tag)?.createdAt ?? now;
    repository.tags.set(manifest.tag, { digest, createdAt, updatedAt: now });
  }
  return digest;
}

/** A manifest by tag or digest. */
export function readManifest(store: ContentStore, name: string, reference: string): StoredManifest | undefined {
  const repository = store.repositories.get(name);
  const digest = isDigest(reference) ? reference : repository?.tags.get(reference)?.digest;
  return digest === undefined ? undefined : repository?.manifests.get(digest);
}

/** Names after `last`, at most `count`, in the order the distribution spec asks for, and whether more follow. */
export function toNamePage(
  names: Iterable<string>,
  page: { readonly last: string | null; readonly count: number },
): { readonly names: readonly string[]; readonly more: boolean } {
  const sorted = [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const last = page.last;
  const rest = last === null ? sorted : sorted.filter((name) => name > last);
  return { names: rest.slice(0, page.count), more: rest.length > page.count };
}
