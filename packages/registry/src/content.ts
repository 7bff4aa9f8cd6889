/** Small content by digest: the port behind which a registry, a layout folder and a saved archive look alike. */
import { createHash } from "node:crypto";
import type { Digest } from "@sightline/model";
import { toDigest } from "@sightline/model";
import { toRegistryError } from "./registry-error.ts";

/** A manifest or index as it was found. */
export interface ManifestContent {
  readonly bytes: Buffer;
  /** What the source says it is; registries say so in a header, files do not. */
  readonly mediaType?: string;
}

/** Where manifests and configurations come from. Whoever asks verifies the digest. */
export interface ContentSource {
  readManifest(digest: Digest, bytesMax: number): Promise<ManifestContent>;
  readBlob(digest: Digest, bytesMax: number): Promise<Buffer>;
}

/** The digest of these bytes. */
export function computeDigest(bytes: Buffer): Digest {
  const digest = toDigest(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
  if (digest === undefined) {
    throw new TypeError("a SHA-256 is always a digest");
  }
  return digest;
}

/** Throws `registry.digest-mismatch` unless the bytes have this digest. */
export function verifyDigest(bytes: Buffer, digest: Digest, subject: string): void {
  const found = computeDigest(bytes);
  if (found !== digest) {
    const reason = `its content has the digest ${found}, not ${digest}`;
    throw toRegistryError({ code: "registry.digest-mismatch", subject, reason });
  }
}
