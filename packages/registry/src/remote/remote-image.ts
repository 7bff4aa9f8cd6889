/** Manifests, configurations and layers in a registry. Source: OCI distribution-spec 1.1, "Pulling". */
import type { Digest, ImageReference } from "@sightline/model";
import { type ContentSource, computeDigest, type ManifestContent, verifyDigest } from "../content.ts";
import { formatImageReference } from "../image-reference.ts";
import { indexTypes, manifestTypes } from "../media-types.data.ts";
import { toRegistryError } from "../registry-error.ts";
import type { RegistrySession } from "./session.ts";

/** What a token must open to read a repository's images. */
export function toPullScope(repository: string): string {
  return `repository:${repository}:pull`;
}

/** One repository's content; `signal` stops all reads. */
export function createRemoteSource(
  session: RegistrySession,
  reference: ImageReference,
  signal: AbortSignal | undefined,
): ContentSource {
  const shared = {
    scope: toPullScope(reference.repository),
    subject: formatImageReference(reference),
    ...(signal === undefined ? {} : { signal }),
  };
  return {
    readManifest: (digest, bytesMax) => readManifest(session, shared, { ...reference, digest }, bytesMax),
    readBlob: async (digest, bytesMax) => {
      const response = await session.request({
        ...shared,
        path: `/v2/${reference.repository}/blobs/${digest}`,
        purpose: "image configuration",
        bufferBytesMax: bytesMax,
      });
      return await response.readBytes(bytesMax);
    },
  };
}

/**
 * The manifest or index a reference names, its digest verified: a reference by digest must be answered with that
 * content, and a registry that names a digest in its answer must mean the content it sent.
 */
export async function readRootManifest(
  session: RegistrySession,
  reference: ImageReference,
  options: { readonly bytesMax: number; readonly signal?: AbortSignal },
): Promise<ManifestContent> {
  const { signal } = options;
  const shared = {
    scope: toPullScope(reference.repository),
    subject: formatImageReference(reference),
    ...(signal === undefined ? {} : { signal }),
  };
  return await readManifest(session, shared, reference, options.bytesMax);
}

interface Shared {
  readonly scope: string;
  readonly subject: string;
  readonly signal?: AbortSignal;
}

async function readManifest(
  session: RegistrySession,
  shared: Shared,
  reference: ImageReference & { readonly digest?: Digest },
  bytesMax: number,
): Promise<ManifestContent> {
  const response = await session.request({
    ...shared,
    path: `/v2/${reference.repository}/manifests/${reference.digest ?? reference.tag ?? "latest"}`,
    purpose: "image manifest",
    accept: [...indexTypes, ...manifestTypes],
    bufferBytesMax: bytesMax,
  });
  const bytes = await response.readBytes(bytesMax);
  if (reference.digest !== undefined) {
    verifyDigest(bytes, reference.digest, shared.subject);
  }
  const named = response.headers.get("docker-content-digest");
  if (named?.startsWith("sha256:") === true && named !== computeDigest(bytes)) {
    const reason = `the registry names the digest ${named.slice(0, 80)} for other content`;
    throw toRegistryError({ code: "registry.digest-mismatch", subject: shared.subject, reason });
  }
  const mediaType = response.headers.get("content-type");
  return { bytes, ...(mediaType === null ? {} : { mediaType }) };
}
