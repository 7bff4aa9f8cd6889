/** Images in an OCI image layout folder. Source: OCI image-spec 1.1 image-layout.md. */
import { join } from "node:path";
import type { Digest } from "@sightline/model";
import { z } from "zod";
import { type ContentSource, type ManifestContent, verifyDigest } from "../content.ts";
import type { RegistryLimits } from "../limits.ts";
import { toRegistryError } from "../registry-error.ts";
import { readWholeFile } from "./image-file.ts";
import { chooseFromLayout } from "./layout-index.ts";

/** An image found in a layout. */
export interface LayoutImage {
  readonly root: ManifestContent;
  readonly source: ContentSource;
}

const markerSchema = z.object({ imageLayoutVersion: z.string().startsWith("1.") });
const markerBytesMax = 4096;

/** Where a layout keeps the bytes of a digest. A digest holds only hexadecimal digits, so it cannot lead elsewhere. */
export function toBlobPath(folder: string, digest: Digest): string {
  return join(folder, "blobs", "sha256", digest.slice("sha256:".length));
}

/** Opens the image a tag names, or the only one. Throws `registry.layout-invalid`, `registry.manifest-invalid`, `registry.digest-mismatch`. */
export async function openLayout(
  folder: string,
  tag: string | undefined,
  limits: RegistryLimits,
): Promise<LayoutImage> {
  await assertLayout(folder);
  const source: ContentSource = {
    readManifest: async (digest, bytesMax) => ({ bytes: await readBlob(folder, digest, bytesMax) }),
    readBlob: (digest, bytesMax) => readBlob(folder, digest, bytesMax),
  };
  const bytes = await readWholeFile(join(folder, "index.json"), limits.manifestBytesMax, "registry.layout-invalid");
  const root = chooseFromLayout({
    bytes,
    subject: folder,
    code: "registry.layout-invalid",
    layersMax: limits.layersMax,
    ...(tag === undefined ? {} : { tag }),
  });
  if (root.kind === "index") {
    return { root: { bytes }, source };
  }
  const { digest, mediaType } = root.descriptor;
  const content = await readBlob(folder, digest, limits.manifestBytesMax);
  verifyDigest(content, digest, folder);
  return { root: { bytes: content, mediaType }, source };
}

async function assertLayout(folder: string): Promise<void> {
  const path = join(folder, "oci-layout");
  const bytes = await readWholeFile(path, markerBytesMax, "registry.layout-invalid");
  if (!isMarker(bytes)) {
    throw toRegistryError({ code: "registry.layout-invalid", subject: path, reason: "it names no layout version 1" });
  }
}

/** Whether this is the content of an `oci-layout` file. */
export function isMarker(bytes: Buffer): boolean {
  try {
    return markerSchema.safeParse(JSON.parse(bytes.toString("utf8"))).success;
  } catch {
    return false;
  }
}

function readBlob(folder: string, digest: Digest, bytesMax: number): Promise<Buffer> {
  return readWholeFile(toBlobPath(folder, digest), bytesMax, "registry.layout-invalid");
}
