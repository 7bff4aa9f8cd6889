/**
 * The ACR metadata API: repositories, tags and manifests with times and sizes, paged by `last` and `n`.
 * Source: Azure/azure-rest-api-specs, containerregistry data plane 2021-07-01.
 */
import { z } from "zod";
import { type Answer, decodePath, type Exchange, toJsonAnswer } from "../http/exchange.ts";
import { type JsonObject, toText } from "../json.ts";
import { type ContentStore, isDigest, readBlob, type StoredManifest, toNamePage } from "../oci/content-store.ts";
import { toRegistryError } from "../oci/errors.ts";
import type { Scope } from "../oci/scope.ts";
import type { Registry } from "../scenario/world.ts";

const allowed = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true };

/** A metadata request understood: which scope it needs and how to answer it. */
export interface MetadataRequest {
  readonly scope: Scope;
  readonly answer: () => Answer;
}

interface Context {
  readonly exchange: Exchange;
  readonly registry: Registry;
  readonly repository: string;
  /** Tag or digest asked for; empty for lists. */
  readonly reference: string;
}

const manifestSchema = z.object({
  mediaType: z.string().optional(),
  config: z.object({ digest: z.string(), size: z.number(), mediaType: z.string() }).optional(),
  layers: z.array(z.object({ size: z.number() })).default([]),
});

const configSchema = z.object({ architecture: z.string().optional(), os: z.string().optional() });

function readConfig(store: ContentStore, repository: string, digest: string | undefined): z.infer<typeof configSchema> {
  const bytes = digest === undefined ? undefined : readBlob(store, repository, digest);
  const parsed = bytes === undefined ? undefined : configSchema.safeParse(JSON.parse(bytes.toString("utf8")));
  return parsed?.data ?? {};
}

function formatManifest(context: Context, stored: StoredManifest): JsonObject {
  const { store } = context.registry;
  const manifest = manifestSchema.parse(JSON.parse(stored.bytes.toString("utf8")));
  const config = readConfig(store, context.repository, manifest.config?.digest);
  const tags = [...(store.repositories.get(context.repository)?.tags ?? [])];
  const sizeBytes = manifest.layers.reduce((total, layer) => total + layer.size, manifest.config?.size ?? 0);
  const at = stored.pushedAt.toISOString();
  return {
    digest: stored.digest,
    imageSize: sizeBytes,
    createdTime: at,
    lastUpdateTime: at,
    ...(config.architecture === undefined ? {} : { architecture: config.architecture }),
    ...(config.os === undefined ? {} : { os: config.os }),
    mediaType: stored.mediaType,
    ...(manifest.config === undefined ? {} : { configMediaType: manifest.config.mediaType }),
    tags: tags.filter(([, tag]) => tag.digest === stored.digest).map(([name]) => name),
    changeableAttributes: { ...allowed, quarantineState: "Passed" },
  };
}

function listTagRecords({ registry, repository }: Context): (JsonObject & { readonly name: string })[] {
  const tags = registry.store.repositories.get(repository)?.tags;
  return [...(tags ?? [])].map(([name, tag]) => ({
    name,
    digest: tag.digest,
    createdTime: tag.createdAt.toISOString(),
    lastUpdateTime: tag.updatedAt.toISOString(),
    signed: false,
    changeableAttributes: allowed,
  }));
}

/** One page of records, ordered by their key or by time, with ACR's relative `Link`. */
function answerRecords(context: Context, records: readonly JsonObject[], list: { key: string; name: string }): Answer {
  const { exchange, registry, repository } = context;
  const asked = Number(exchange.query.get("n") ?? 100);
  const count = Number.isInteger(asked) && asked > 0 ? Math.min(asked, 1000) : 100;
  const order = exchange.query.get("orderby");
  const sign = order === "timedesc" ? -1 : 1;
  const field = order === "timedesc" || order === "timeasc" ? "lastUpdateTime" : list.key;
  const toSortKey = (record: JsonObject): string => `${toText(record[field])} ${toText(record[list.key])}`;
  const sorted = [...records].sort((left, right) => sign * toSortKey(left).localeCompare(toSortKey(right), "en"));
  const last = exchange.query.get("last");
  const start = last === null || last === "" ? 0 : sorted.findIndex((record) => record[list.key] === last) + 1;
  const page = sorted.slice(start, start + count);
  const query = new URLSearchParams({
    last: toText(page.at(-1)?.[list.key]),
    n: String(count),
    orderby: order ?? "",
  });
  const headers: Record<string, string> =
    start + count < sorted.length ? { link: `<${exchange.path}?${query.toString()}>; rel="next"` } : {};
  return toJsonAnswer(200, { registry: registry.loginServer, imageName: repository, [list.name]: page }, headers);
}

function toMissing(context: Context): Answer {
  return toRegistryError("NAME_UNKNOWN", "repository name not known to registry", {
    detail: { name: context.repository },
  });
}

function serveRepository(context: Context): Answer {
  const content = context.registry.store.repositories.get(context.repository);
  if (content === undefined) {
    return toMissing(context);
  }
  const at = content.createdAt.toISOString();
  return toJsonAnswer(200, {
    registry: context.registry.loginServer,
    imageName: context.repository,
    createdTime: at,
    lastUpdateTime: at,
    manifestCount: content.manifests.size,
    tagCount: content.tags.size,
    changeableAttributes: { ...allowed, teleportEnabled: false },
  });
}

function serveTags(context: Context): Answer {
  const { registry, repository, reference, exchange } = context;
  if (!registry.store.repositories.has(repository)) {
    return toMissing(context);
  }
  const digest = exchange.query.get("digest");
  const records = listTagRecords(context).filter((record) => digest === null || record["digest"] === digest);
  if (reference === "") {
    return answerRecords(context, records, { key: "name", name: "tags" });
  }
  const found = records.find(({ name }) => name === reference);
  return found === undefined
    ? toRegistryError("MANIFEST_UNKNOWN", `tag ${reference} is not found`)
    : toJsonAnswer(200, { registry: registry.loginServer, imageName: repository, tag: found });
}

function serveManifests(context: Context): Answer {
  const { registry, repository, reference } = context;
  const manifests = registry.store.repositories.get(repository)?.manifests;
  if (manifests === undefined) {
    return toMissing(context);
  }
  if (reference === "") {
    const records = [...manifests.values()].map((stored) => formatManifest(context, stored));
    return answerRecords(context, records, { key: "digest", name: "manifests" });
  }
  const stored = isDigest(reference) ? manifests.get(reference) : undefined;
  return stored === undefined
    ? toRegistryError("MANIFEST_UNKNOWN", `manifest ${reference} is not found`)
    : toJsonAnswer(200, {
        registry: registry.loginServer,
        imageName: repository,
        manifest: formatManifest(context, stored),
      });
}

function answerCatalog(exchange: Exchange, registry: Registry): Answer {
  const asked = Number(exchange.query.get("n") ?? 100);
  const count = Number.isInteger(asked) && asked > 0 ? asked : 100;
  const page = toNamePage(registry.store.repositories.keys(), { last: exchange.query.get("last"), count });
  const query = new URLSearchParams({ last: page.names.at(-1) ?? "", n: String(count), orderby: "" });
  const headers: Record<string, string> = page.more
    ? { link: `</acr/v1/_catalog?${query.toString()}>; rel="next"` }
    : {};
  const repositories = page.names.length === 0 ? null : page.names;
  return toJsonAnswer(200, { repositories }, headers);
}

/** Reads a path below `/acr/v1/`; repository names may be encoded as one segment. Only reads are served. */
export function parseMetadataRequest(exchange: Exchange, registry: Registry): MetadataRequest | undefined {
  const rest = decodePath(exchange.path.slice("/acr/v1/".length));
  if (exchange.method !== "GET") {
    return undefined;
  }
  if (rest === "_catalog") {
    const scope = { type: "registry", name: "catalog", actions: ["*"] };
    return { scope, answer: () => answerCatalog(exchange, registry) };
  }
  const [, repository = "", list = "", reference = ""] = /^(.+?)(?:\/(_tags|_manifests)(?:\/(.+))?)?$/.exec(rest) ?? [];
  const context: Context = { exchange, registry, repository, reference };
  const serve = list === "_tags" ? serveTags : list === "_manifests" ? serveManifests : serveRepository;
  const scope = { type: "repository", name: repository, actions: ["metadata_read"] };
  return { scope, answer: () => serve(context) };
}
