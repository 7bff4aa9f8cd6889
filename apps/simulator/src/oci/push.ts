/** Uploads of blobs (monolithic, chunked, mounted) and manifests. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Answer } from "../http/exchange.ts";
import { isDigest, mountBlob, toDigest, writeBlob, writeManifest } from "./content-store.ts";
import type { RepositoryRequest } from "./distribution.ts";
import { toRegistryError } from "./errors.ts";

const manifestBytesMax = 4 * 2 ** 20;
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** The parts of a manifest whose presence the registry checks. Source: OCI image spec 1.1, manifest and index. */
const manifestSchema = z.object({
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  config: z.object({ digest: z.string(), mediaType: z.string().optional() }).optional(),
  layers: z.array(z.object({ digest: z.string(), urls: z.array(z.string()).optional() })).optional(),
  manifests: z.array(z.object({ digest: z.string() })).optional(),
  subject: z.object({ digest: z.string() }).optional(),
});

export type ParsedManifest = z.infer<typeof manifestSchema>;

/** Reads a manifest's references; `undefined` when the bytes are not a manifest. */
export function parseManifest(bytes: Buffer): ParsedManifest | undefined {
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString("utf8")));
  } catch {
    return undefined;
  }
}

function toCreatedBlob(repository: string, digest: string): Answer {
  const headers = { location: `/v2/${repository}/blobs/${digest}`, "docker-content-digest": digest };
  return { status: 201, headers, body: "" };
}

/** `POST …/blobs/uploads/`: opens an upload, or finishes at once with `?digest=` or `?mount=&from=`. */
export function startUpload({ exchange, parts, repository }: RepositoryRequest): Answer {
  const mount = exchange.query.get("mount");
  const from = exchange.query.get("from");
  if (mount !== null && from !== null && mountBlob(parts.store, mount, from, repository)) {
    return toCreatedBlob(repository, mount);
  }
  const digest = exchange.query.get("digest");
  if (digest !== null) {
    return storeBlob({ exchange, parts, repository, reference: "" }, digest, exchange.body);
  }
  const id = randomUUID();
  parts.store.uploads.set(id, { repository, chunks: [], sizeBytes: 0 });
  return toUploadAnswer(202, repository, id, 0);
}

function toUploadAnswer(status: number, repository: string, id: string, sizeBytes: number): Answer {
  const headers = {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, sizeBytes - 1)}`,
    "docker-upload-uuid": id,
  };
  return { status, headers };
}

function storeBlob(request: RepositoryRequest, digest: string, bytes: Buffer): Answer {
  if (!isDigest(digest) || toDigest(bytes, digest) !== digest) {
    const detail = { digest };
    return toRegistryError("DIGEST_INVALID", "provided digest did not match uploaded content", { detail });
  }
  writeBlob(request.parts.store, request.repository, bytes, digest);
  return toCreatedBlob(request.repository, digest);
}

/** `GET` = how much has arrived; `DELETE` = give up. */
export function serveUpload({ exchange, parts, repository, reference }: RepositoryRequest): Answer {
  const upload = parts.store.uploads.get(reference);
  if (upload?.repository !== repository) {
    return toRegistryError("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
  }
  if (exchange.method === "DELETE") {
    parts.store.uploads.delete(reference);
    return { status: 204 };
  }
  return toUploadAnswer(204, repository, reference, upload.sizeBytes);
}

/** `PATCH`: the next chunk. A chunk that does not start where the last one ended is refused with 416. */
export function patchUpload({ exchange, parts, repository, reference }: RepositoryRequest): Answer {
  const upload = parts.store.uploads.get(reference);
  if (upload?.repository !== repository) {
    return toRegistryError("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
  }
  const start = /^(\d+)-\d+$/.exec(exchange.headers["content-range"] ?? "")?.[1];
  if (start !== undefined && Number(start) !== upload.sizeBytes) {
    return toUploadAnswer(416, repository, reference, upload.sizeBytes);
  }
  upload.chunks.push(exchange.body);
  upload.sizeBytes += exchange.body.length;
  return toUploadAnswer(202, repository, reference, upload.sizeBytes);
}

/** `PUT ?digest=`: the last chunk, and the check that everything together is what the client says it is. */
export function finishUpload(request: RepositoryRequest): Answer {
  const { exchange, parts, repository, reference } = request;
  const upload = parts.store.uploads.get(reference);
  if (upload?.repository !== repository) {
    return toRegistryError("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
  }
  const digest = exchange.query.get("digest") ?? "";
  const answer = storeBlob(request, digest, Buffer.concat([...upload.chunks, exchange.body]));
  parts.store.uploads.delete(reference);
  return answer;
}

function listMissing(request: RepositoryRequest, manifest: ParsedManifest): string[] {
  const content = request.parts.store.repositories.get(request.repository);
  const held = (manifest.layers ?? []).filter((layer) => layer.urls === undefined).map((layer) => layer.digest);
  const blobs = [...(manifest.config === undefined ? [] : [manifest.config.digest]), ...held];
  const manifests = (manifest.manifests ?? []).map((child) => child.digest);
  return [
    ...blobs.filter((digest) => content?.blobs.has(digest) !== true),
    ...manifests.filter((digest) => content?.manifests.has(digest) !== true),
  ];
}

/** `PUT` of a manifest by tag or digest: size, form, digest and every reference are checked before it is kept. */
export function putManifest(request: RepositoryRequest): Answer {
  const { exchange, parts, repository, reference } = request;
  const bytes = exchange.body;
  if (bytes.length > manifestBytesMax) {
    return toRegistryError("SIZE_INVALID", "manifest is larger than 4 MiB");
  }
  const byDigest = isDigest(reference);
  if (byDigest && toDigest(bytes, reference) !== reference) {
    return toRegistryError("DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  const manifest = parseManifest(bytes);
  if (manifest === undefined || (!byDigest && !tagPattern.test(reference))) {
    return toRegistryError("MANIFEST_INVALID", "manifest invalid");
  }
  const missing = listMissing(request, manifest);
  if (missing.length > 0) {
    return toRegistryError("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", { detail: { digest: missing[0] } });
  }
  const mediaType = exchange.headers["content-type"] ?? manifest.mediaType ?? "application/json";
  const digest = writeManifest(parts.store, repository, {
    mediaType,
    bytes,
    ...(byDigest ? { digest: reference } : { tag: reference }),
  });
  const headers: Record<string, string> = {
    location: `/v2/${repository}/manifests/${digest}`,
    "docker-content-digest": digest,
    ...(manifest.subject === undefined ? {} : { "oci-subject": manifest.subject.digest }),
  };
  return { status: 201, headers, body: "" };
}
