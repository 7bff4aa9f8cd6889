/** A stored image inventory, read back. */
import { type Digest, type ImageInventory, inventoryFormat, type Result, toDigest } from "@sightline/model";
import { z } from "zod";
import { toInventoryProblem } from "./inventory-error.ts";
import { problemSchema } from "./layer/facts-schema.ts";

const digestSchema = z.custom<Digest>(
  (value) => typeof value === "string" && toDigest(value) !== undefined,
  "not a digest",
);
const platformSchema = z.object({ os: z.string(), architecture: z.string(), variant: z.string().exactOptional() });

const imageSchema = z.object({
  source: z.enum(["registry", "oci-layout", "docker-archive", "rootfs", "sbom"]),
  name: z.string(),
  reference: z
    .object({
      registry: z.string(),
      repository: z.string(),
      tag: z.string().exactOptional(),
      digest: digestSchema.exactOptional(),
    })
    .exactOptional(),
  digest: digestSchema.exactOptional(),
  indexDigest: digestSchema.exactOptional(),
  platform: platformSchema.exactOptional(),
});

const distributionSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("known"),
    id: z.string(),
    versionId: z.string(),
    codename: z.string().exactOptional(),
    name: z.string(),
    ecosystem: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal("unknown"), reason: z.string() }),
]);

const configurationSchema = z.object({
  user: z.string(),
  environment: z.array(
    z.union([
      z.strictObject({ name: z.string(), value: z.string() }),
      z.strictObject({ name: z.string(), valueSha256: z.string(), lengthBytes: z.number() }),
    ]),
  ),
  exposedPorts: z.array(z.string()),
  entrypoint: z.array(z.string()),
  command: z.array(z.string()),
  workingDirectory: z.string(),
  volumes: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  stopSignal: z.string().exactOptional(),
  healthcheck: z.enum(["declared", "disabled", "absent"]),
  created: z.string().exactOptional(),
  history: z.array(
    z.object({
      createdBy: z.string().exactOptional(),
      created: z.string().exactOptional(),
      comment: z.string().exactOptional(),
      emptyLayer: z.boolean(),
      layerIndex: z.number().exactOptional(),
    }),
  ),
});

const layerSchema = z.object({
  digest: digestSchema,
  diffId: digestSchema,
  mediaType: z.string(),
  compression: z.enum(["none", "gzip", "zstd"]),
  sizeBytes: z.number(),
  index: z.number(),
  createdBy: z.string().exactOptional(),
});

const attributionSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("layer"),
    diffId: digestSchema,
    digest: digestSchema,
    index: z.number(),
    createdBy: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal("unknown"), reason: z.enum(["rootfs", "sbom"]) }),
]);

const locationSchema = z.object({ path: z.string(), layer: attributionSchema });

const schemeSchema = z.enum([
  "deb",
  "rpm",
  "apk",
  "semver",
  "npm",
  "pep440",
  "maven",
  "go",
  "rubygems",
  "nuget",
  "composer",
  "cargo",
  "hex",
  "pub",
  "cran",
  "bitnami",
  "conda",
  "pacman",
  "opaque",
]);

const packageSchema = z.object({
  purl: z.string(),
  type: z.string(),
  name: z.string(),
  version: z.string(),
  architecture: z.string().exactOptional(),
  scheme: schemeSchema,
  sourcePackage: z.object({ name: z.string(), version: z.string() }).exactOptional(),
  ecosystem: z.string().exactOptional(),
  locations: z.tuple([locationSchema], locationSchema),
  changes: z.array(
    z.object({
      layerIndex: z.number(),
      change: z.enum(["introduced", "version-changed", "re-written"]),
      version: z.string(),
    }),
  ),
  licenses: z.array(z.string()),
  cataloger: z.string(),
  confidence: z.enum(["high", "medium", "low"]),
  ownedBy: z.string().exactOptional(),
});

const inventorySchema = z.object({
  format: z.literal(inventoryFormat),
  image: imageSchema,
  distribution: distributionSchema,
  configuration: configurationSchema,
  layers: z.array(layerSchema),
  packages: z.array(packageSchema),
  misconfigurations: z.array(
    z.object({
      check: z.string(),
      title: z.string(),
      severity: z.enum(["low", "medium", "high"]),
      detail: z.string(),
      layer: attributionSchema,
      historyIndex: z.number().exactOptional(),
      remediation: z.string(),
      references: z.array(z.string()),
    }),
  ),
  catalogerRuns: z.array(
    z.object({
      cataloger: z.string(),
      version: z.number(),
      status: z.enum(["succeeded", "partial", "failed"]),
      files: z.number(),
      packages: z.number(),
      problems: z.array(problemSchema),
    }),
  ),
  problems: z.array(problemSchema),
  complete: z.boolean(),
});

/**
 * An inventory as it was stored (a parsed JSON value), or `inventory.invalid-inventory` when it is of another form or
 * version: then the image has to be scanned again. Unknown fields are dropped.
 */
export function parseInventory(stored: unknown): Result<ImageInventory> {
  const parsed = inventorySchema.safeParse(stored);
  if (parsed.success) {
    return { ok: true, value: parsed.data };
  }
  const place = parsed.error.issues[0]?.path.join(".") ?? "";
  const message = `The stored inventory is not in format ${inventoryFormat}${place === "" ? "" : ` (at ${place})`}`;
  return { ok: false, problem: toInventoryProblem("inventory.invalid-inventory", "inventory", message) };
}
