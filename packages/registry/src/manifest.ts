/** Manifests and indexes, checked. Sources: OCI image-spec 1.1 manifest.md, image-index.md; Docker manifest v2 schema 2. */
import { type Digest, type Platform, toDigest } from "@sightline/model";
import { z } from "zod";
import { indexTypes, manifestTypes, otherTypes } from "./media-types.data.ts";
import { toRegistryError } from "./registry-error.ts";

/** What a manifest says about content stored elsewhere. Source: OCI descriptor.md. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly platform?: Platform;
}

/** One image for one platform, or the choice between several. */
export type ManifestDocument =
  | {
      readonly kind: "manifest";
      readonly config: Descriptor;
      readonly layers: readonly Descriptor[];
      readonly annotations: Readonly<Record<string, string>>;
    }
  | { readonly kind: "index"; readonly manifests: readonly Descriptor[] };

const annotationsSchema = z.record(z.string(), z.string()).nullish();

const descriptorSchema = z
  .object({
    mediaType: z.string().min(1).max(255),
    digest: z.string().transform((text, context): Digest => {
      const digest = toDigest(text);
      if (digest === undefined) {
        context.addIssue("is no sha256 digest");
        return z.NEVER;
      }
      return digest;
    }),
    size: z.number().int().nonnegative(),
    annotations: annotationsSchema,
    platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().nullish() }).nullish(),
  })
  .transform(
    ({ mediaType, digest, size, annotations, platform }): Descriptor => ({
      mediaType,
      digest,
      sizeBytes: size,
      annotations: annotations ?? {},
      ...(platform === undefined || platform === null ? {} : { platform: toPlatform(platform) }),
    }),
  );

function toPlatform(given: { os: string; architecture: string; variant?: string | null | undefined }): Platform {
  const { os, architecture, variant } = given;
  return { os, architecture, ...(variant === undefined || variant === null || variant === "" ? {} : { variant }) };
}

const headSchema = z.object({
  schemaVersion: z.number().optional(),
  mediaType: z.string().optional(),
  manifests: z.unknown().optional(),
  layers: z.unknown().optional(),
  fsLayers: z.unknown().optional(),
});

const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  config: descriptorSchema,
  layers: z.array(descriptorSchema),
  annotations: annotationsSchema,
});

const indexSchema = z.object({ schemaVersion: z.literal(2), manifests: z.array(descriptorSchema).max(2000) });

/** What is known about a manifest before it is read. */
export interface ManifestContext {
  /** How to call it in messages. */
  readonly subject: string;
  /** What the source says it is, parameters included. */
  readonly mediaType?: string;
  readonly layersMax: number;
}

/**
 * A manifest or index from its bytes. Throws RegistryError: `registry.manifest-invalid`, also for a document that
 * can be read as both (two readers would see two images); `registry.media-type-unknown`.
 */
export function parseManifest(bytes: Buffer, context: ManifestContext): ManifestDocument {
  const json = parseJson(bytes, context.subject);
  const head = parseWith(headSchema, json, context);
  if (toKind(head, context) === "index") {
    return { kind: "index", manifests: parseWith(indexSchema, json, context).manifests };
  }
  const { config, layers, annotations } = parseWith(manifestSchema, json, context);
  if (layers.length > context.layersMax) {
    const reason = `it has ${layers.length} layers, more than ${context.layersMax}`;
    throw toRegistryError({ code: "registry.too-large", subject: context.subject, reason });
  }
  return { kind: "manifest", config, layers, annotations: annotations ?? {} };
}

function toKind(head: z.infer<typeof headSchema>, context: ManifestContext): ManifestDocument["kind"] {
  const listsLayers = head.layers !== undefined || head.fsLayers !== undefined;
  if (head.manifests !== undefined && listsLayers) {
    throw toInvalid(context, "it lists both layers and manifests");
  }
  const type = toMediaType(head.mediaType, context);
  if (type === undefined && (head.manifests !== undefined || head.layers !== undefined)) {
    // OCI documents may leave their type out; what they list tells them apart.
    return head.manifests === undefined ? "manifest" : "index";
  }
  if (indexTypes.includes(type ?? "")) {
    return "index";
  }
  if (!manifestTypes.includes(type ?? "")) {
    throw toUnknownType(context.subject, type ?? (listsLayers ? "schema 1" : "none"));
  }
  return "manifest";
}

/** The error for content that is no image; says what it is where that is known. */
export function toUnknownType(subject: string, mediaType: string): Error {
  const known = otherTypes.get(mediaType);
  const reason = `its media type ${JSON.stringify(mediaType)} is ${known === undefined ? "not that of an image" : `that of ${known}`}`;
  return toRegistryError({ code: "registry.media-type-unknown", subject, reason }, { details: { mediaType } });
}

/**
 * The type a document has: its own field and the source's word must not differ, because that is how one document is
 * passed off as another (CVE-2021-41190). Registries that answer with a general type say nothing by it.
 */
function toMediaType(own: string | undefined, context: ManifestContext): string | undefined {
  const said = context.mediaType?.split(";")[0]?.trim().toLowerCase();
  const isGeneral = said === undefined || /^(?:application\/(?:json|octet-stream)|text\/plain|)$/.test(said);
  if (isGeneral) {
    return own;
  }
  if (own !== undefined && own.toLowerCase() !== said) {
    throw toInvalid(context, "its mediaType field and the answer's Content-Type differ");
  }
  return said;
}

function parseJson(bytes: Buffer, subject: string): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return value;
  } catch (error) {
    throw toRegistryError({ code: "registry.manifest-invalid", subject, reason: "it is not JSON" }, { cause: error });
  }
}

function parseWith<T>(schema: z.ZodType<T>, json: unknown, context: ManifestContext): T {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw toInvalid(context, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`);
  }
  return parsed.data;
}

function toInvalid(context: ManifestContext, reason: string): Error {
  return toRegistryError({ code: "registry.manifest-invalid", subject: context.subject, reason });
}
