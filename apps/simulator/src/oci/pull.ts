/** Reading and removing blobs and manifests. */
import type { Answer } from "../http/exchange.ts";
import { isDigest, readBlob, readManifest } from "./content-store.ts";
import type { RepositoryRequest } from "./distribution.ts";
import { toRegistryError } from "./errors.ts";

/** First and last byte of a `Range` header over a body of a size; `undefined` = not a range we answer, send all. */
export function parseRange(
  header: string | undefined,
  sizeBytes: number,
): { readonly first: number; readonly last: number } | "unsatisfiable" | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") {
    return undefined;
  }
  const first = from === "" ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === "" || to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  return first >= sizeBytes || first > last ? "unsatisfiable" : { first, last };
}

/** Bytes of a blob as an answer, whole or the range asked for. Source: RFC 9110 §14. */
export function toBlobAnswer(bytes: Buffer, digest: string, rangeHeader: string | undefined): Answer {
  const headers = {
    "content-type": "application/octet-stream",
    "accept-ranges": "bytes",
    "docker-content-digest": digest,
    etag: `"${digest}"`,
  };
  const range = parseRange(rangeHeader, bytes.length);
  if (range === undefined) {
    return { status: 200, headers, body: bytes };
  }
  if (range === "unsatisfiable") {
    return { status: 416, headers: { ...headers, "content-range": `bytes */${bytes.length}` } };
  }
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${range.first}-${range.last}/${bytes.length}` },
    body: bytes.subarray(range.first, range.last + 1),
  };
}

/** `GET` or `HEAD` of a blob; a registry that keeps blobs elsewhere answers 307, as ACR does. */
export function serveBlob({ exchange, parts, repository, reference }: RepositoryRequest): Answer {
  if (!isDigest(reference)) {
    return toRegistryError("DIGEST_INVALID", "invalid digest", { detail: { digest: reference } });
  }
  const bytes = readBlob(parts.store, repository, reference);
  if (bytes === undefined) {
    return toRegistryError("BLOB_UNKNOWN", "blob unknown to registry", { detail: { digest: reference } });
  }
  if (parts.toBlobLocation !== undefined && exchange.method === "GET") {
    const location = parts.toBlobLocation(repository, reference);
    return { status: 307, headers: { location, "docker-content-digest": reference }, body: "" };
  }
  return toBlobAnswer(bytes, reference, exchange.headers["range"]);
}

/** `GET` or `HEAD` of a manifest. Bytes and media type are those pushed, whatever `Accept` says. */
export function serveManifest({ parts, repository, reference }: RepositoryRequest): Answer {
  if (!parts.store.repositories.has(repository)) {
    return toRegistryError("NAME_UNKNOWN", "repository name not known to registry", { detail: { name: repository } });
  }
  const manifest = readManifest(parts.store, repository, reference);
  if (manifest === undefined) {
    const message = `manifest tagged by "${reference}" is not found`;
    return toRegistryError("MANIFEST_UNKNOWN", message, { detail: { Tag: reference } });
  }
  return {
    status: 200,
    headers: {
      "content-type": manifest.mediaType,
      "docker-content-digest": manifest.digest,
      etag: `"${manifest.digest}"`,
    },
    body: manifest.bytes,
  };
}

export function deleteBlob({ parts, repository, reference }: RepositoryRequest): Answer {
  const had = parts.store.repositories.get(repository)?.blobs.delete(reference) === true;
  return had ? { status: 202 } : toRegistryError("BLOB_UNKNOWN", "blob unknown to registry");
}

/** Removes a tag, or a manifest with every tag that points at it. */
export function deleteManifest({ parts, repository, reference }: RepositoryRequest): Answer {
  const content = parts.store.repositories.get(repository);
  const manifest = readManifest(parts.store, repository, reference);
  if (content === undefined || manifest === undefined) {
    return toRegistryError("MANIFEST_UNKNOWN", "manifest unknown", { detail: { reference } });
  }
  if (!isDigest(reference)) {
    content.tags.delete(reference);
    return { status: 202 };
  }
  content.manifests.delete(reference);
  for (const [tag, target] of content.tags) {
    if (target.digest === reference) {
      content.tags.delete(tag);
    }
  }
  return { status: 202 };
}
