/** Stored facts of a layer, read back. */
import type { ProblemCode, Result } from "@sightline/model";
import { z } from "zod";
import { toInventoryProblem } from "../inventory-error.ts";
import { type LayerFacts, layerFactsFormat } from "./layer-facts.ts";

/** A problem's code: the form is checked, the vocabulary is each room's own. */
const problemCodeSchema = z.custom<ProblemCode>(
  (value) => typeof value === "string" && /^[a-z-]+\.[a-z0-9-]+$/.test(value),
  "not a problem code",
);

/** A problem as it is stored. */
export const problemSchema = z.object({
  code: problemCodeSchema,
  subject: z.string(),
  message: z.string(),
  next: z.string(),
});

const sourcePackageSchema = z.object({ name: z.string(), version: z.string() });

const packageSchema = z.object({
  name: z.string().min(1),
  version: z.string(),
  architecture: z.string().exactOptional(),
  sourcePackage: sourcePackageSchema.exactOptional(),
  licenses: z.array(z.string()),
  confidence: z.enum(["high", "medium", "low"]),
  place: z.string().exactOptional(),
});

const ownedSchema = z.object({
  owner: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("package"), name: z.string(), architecture: z.string().exactOptional() }),
    z.object({ kind: z.literal("file"), path: z.string() }),
  ]),
  paths: z.array(z.string()),
});

const systemSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("os-release"),
    release: z.object({ id: z.string(), versionId: z.string(), codename: z.string(), name: z.string() }),
  }),
  z.object({ kind: z.literal("release-line"), text: z.string() }),
  z.object({ kind: z.literal("passwd"), users: z.array(z.object({ name: z.string(), uid: z.number() })) }),
  z.object({ kind: z.literal("not-cataloged"), artefact: z.string() }),
]);

const linkSchema = z.object({ path: z.string(), target: z.string() });

const factsSchema = z.object({
  format: z.literal(layerFactsFormat),
  readers: z.array(z.object({ id: z.string(), version: z.number() })),
  files: z.array(
    z.object({
      reader: z.string(),
      path: z.string(),
      packages: z.array(packageSchema),
      owned: z.array(ownedSchema),
      system: systemSchema.exactOptional(),
      problems: z.array(problemSchema),
    }),
  ),
  whiteouts: z.array(z.string()),
  opaqueDirectories: z.array(z.string()),
  obstructions: z.array(z.string()),
  directories: z.array(z.string()),
  symlinks: z.array(linkSchema),
  hardLinks: z.array(linkSchema),
  problems: z.array(problemSchema),
  isWhole: z.boolean(),
});

/**
 * Facts as they were stored (a parsed JSON value), or `inventory.invalid-facts` when they are of another form or
 * version: then the layer has to be read again.
 */
export function parseLayerFacts(stored: unknown): Result<LayerFacts> {
  const parsed = factsSchema.safeParse(stored);
  if (parsed.success) {
    return { ok: true, value: parsed.data };
  }
  const place = parsed.error.issues[0]?.path.join(".") ?? "";
  const message = `Stored layer facts are not in format ${layerFactsFormat}${place === "" ? "" : ` (at ${place})`}`;
  return { ok: false, problem: toInventoryProblem("inventory.invalid-facts", "layer facts", message) };
}
