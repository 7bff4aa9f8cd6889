/** What crosses between the scan and a layer thread: plain data, checked on arrival. */

import type { LayerRef } from "@sightline/model";
import type { BlobAccess } from "@sightline/registry";
import { z } from "zod";

/** Read this layer of that image, or, for a folder, the folder. */
export type LayerTask =
  | { readonly kind: "layer"; readonly blobs: BlobAccess; readonly layer: LayerRef }
  | { readonly kind: "rootfs"; readonly folder: string };

/** How a layer thread reaches registries; given at its start. */
export interface LayerThreadSettings {
  readonly userAgent: string;
  /** PEM of further authorities. */
  readonly caPem?: string;
  /** Holds a password where the proxy wants one. */
  readonly proxy?: { readonly url: string; readonly noProxy: string };
}

/** Bytes a layer cost: as stored (what moved) and as unpacked. */
export interface LayerCost {
  readonly storedBytes: number;
  readonly uncompressedBytes: number;
}

const layerRefSchema = z.custom<LayerRef>(
  (value) =>
    z.object({ digest: z.string(), diffId: z.string(), sizeBytes: z.number(), index: z.number() }).safeParse(value)
      .success,
);
const blobsSchema = z.custom<BlobAccess>(
  (value) => z.object({ kind: z.enum(["registry", "oci-layout", "docker-archive"]) }).safeParse(value).success,
);

/** A task as it arrives in the thread. Sender and receiver are the same build; the check keeps a mistake from going far. */
export const layerTaskSchema: z.ZodType<LayerTask> = z.union([
  z.object({ kind: z.literal("layer"), blobs: blobsSchema, layer: layerRefSchema }),
  z.object({ kind: z.literal("rootfs"), folder: z.string() }),
]);

/** The settings as they arrive in the thread. */
export const threadSettingsSchema = z.object({
  userAgent: z.string(),
  caPem: z.string().optional(),
  proxy: z.object({ url: z.string(), noProxy: z.string() }).optional(),
});
