/** Catalog, tags and referrers, each paged by `n` and `last` with a relative `Link` header. */
import { type Answer, type Exchange, toJsonAnswer } from "../http/exchange.ts";
import { type ContentStore, isDigest, toNamePage } from "./content-store.ts";
import type { RepositoryRequest } from "./distribution.ts";
import { toRegistryError } from "./errors.ts";
import { parseManifest } from "./push.ts";

const pageSize = 100;

interface NameList {
  readonly names: Iterable<string>;
  readonly toBody: (names: readonly string[]) => unknown;
}

/** One page of names; `n` outside 1…1000 falls back to 100. */
function answerPage(exchange: Exchange, list: NameList): Answer {
  const asked = Number(exchange.query.get("n") ?? pageSize);
  const count = Number.isInteger(asked) && asked > 0 && asked <= 1000 ? asked : pageSize;
  const page = toNamePage(list.names, { last: exchange.query.get("last"), count });
  const last = page.names.at(-1);
  const query = new URLSearchParams({ last: last ?? "", n: String(count) });
  const headers = page.more ? { link: `<${exchange.path}?${query.toString()}>; rel="next"` } : {};
  return toJsonAnswer(200, list.toBody(page.names), headers);
}

/** `GET /v2/_catalog`. */
export function listRepositories(exchange: Exchange, store: ContentStore): Answer {
  return answerPage(exchange, { names: store.repositories.keys(), toBody: (repositories) => ({ repositories }) });
}

/** `GET /v2/{name}/tags/list`. */
export function listTags({ exchange, parts, repository }: RepositoryRequest): Answer {
  const content = parts.store.repositories.get(repository);
  if (content === undefined) {
    return toRegistryError("NAME_UNKNOWN", "repository name not known to registry", { detail: { name: repository } });
  }
  return answerPage(exchange, { names: content.tags.keys(), toBody: (tags) => ({ name: repository, tags }) });
}

/** `GET /v2/{name}/referrers/{digest}`: an index of what says `subject: digest`; empty when nothing does. */
export function listReferrers({ exchange, parts, repository, reference }: RepositoryRequest): Answer {
  if (!isDigest(reference)) {
    return toRegistryError("DIGEST_INVALID", "invalid digest");
  }
  const wanted = exchange.query.get("artifactType");
  const content = parts.store.repositories.get(repository);
  const manifests = [...(content?.manifests.values() ?? [])].flatMap((stored) => {
    const manifest = parseManifest(stored.bytes);
    if (manifest?.subject?.digest !== reference) {
      return [];
    }
    const artifactType = manifest.artifactType ?? manifest.config?.mediaType;
    const annotations = manifest.annotations;
    return [
      {
        mediaType: stored.mediaType,
        digest: stored.digest,
        size: stored.bytes.length,
        ...(artifactType === undefined ? {} : { artifactType }),
        ...(annotations === undefined ? {} : { annotations }),
      },
    ];
  });
  const chosen = wanted === null ? manifests : manifests.filter((entry) => entry.artifactType === wanted);
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const headers = { "content-type": mediaType, ...(wanted === null ? {} : { "oci-filters-applied": "artifactType" }) };
  return toJsonAnswer(200, { schemaVersion: 2, mediaType, manifests: chosen }, headers);
}
