/**
 * The distribution API over a content store: pull, push, listing and referrers.
 * Source: OCI distribution spec 1.1.
 */
import { type Answer, decodePath, type Exchange, type Handler } from "../http/exchange.ts";
import type { ContentStore } from "./content-store.ts";
import { toRegistryError } from "./errors.ts";
import { listReferrers, listRepositories, listTags } from "./listing.ts";
import { deleteBlob, deleteManifest, serveBlob, serveManifest } from "./pull.ts";
import { finishUpload, patchUpload, putManifest, serveUpload, startUpload } from "./push.ts";
import type { Admit, Scope } from "./scope.ts";

/** What a registry is made of. */
export interface RegistryParts {
  readonly store: ContentStore;
  readonly admit: Admit;
  /** Where to send a client for a blob instead of answering with it; `undefined` = answer with the bytes. */
  readonly toBlobLocation?: (repository: string, digest: string) => string;
}

/** One request for one thing in one repository. */
export interface RepositoryRequest {
  readonly exchange: Exchange;
  readonly parts: RegistryParts;
  readonly repository: string;
  /** What follows the kind: a tag, a digest, an upload id. */
  readonly reference: string;
}

const namePattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

const routes: readonly {
  readonly kind: RegExp;
  readonly actions: readonly string[];
  readonly serve: Readonly<Record<string, (request: RepositoryRequest) => Answer>>;
}[] = [
  { kind: /^(.+)\/blobs\/uploads\/()$/, actions: ["pull", "push"], serve: { POST: startUpload } },
  {
    kind: /^(.+)\/blobs\/uploads\/([^/]+)$/,
    actions: ["pull", "push"],
    serve: { GET: serveUpload, PATCH: patchUpload, PUT: finishUpload, DELETE: serveUpload },
  },
  { kind: /^(.+)\/blobs\/([^/]+)$/, actions: ["pull"], serve: { GET: serveBlob, HEAD: serveBlob } },
  { kind: /^(.+)\/blobs\/([^/]+)$/, actions: ["delete"], serve: { DELETE: deleteBlob } },
  { kind: /^(.+)\/manifests\/([^/]+)$/, actions: ["pull"], serve: { GET: serveManifest, HEAD: serveManifest } },
  { kind: /^(.+)\/manifests\/([^/]+)$/, actions: ["pull", "push"], serve: { PUT: putManifest } },
  { kind: /^(.+)\/manifests\/([^/]+)$/, actions: ["delete"], serve: { DELETE: deleteManifest } },
  { kind: /^(.+)\/tags\/(list)$/, actions: ["pull"], serve: { GET: listTags } },
  { kind: /^(.+)\/referrers\/([^/]+)$/, actions: ["pull"], serve: { GET: listReferrers } },
];

const versionHeader = { "docker-distribution-api-version": "registry/2.0" };

async function serve(exchange: Exchange, parts: RegistryParts): Promise<Answer> {
  const path = decodePath(exchange.path);
  const admitThen = async (needed: Scope | undefined, next: () => Answer): Promise<Answer> => {
    const admission = await parts.admit(exchange, needed);
    return admission.admitted ? next() : admission.answer;
  };
  if (path === "/v2" || path === "/v2/") {
    return admitThen(undefined, () => ({
      status: 200,
      headers: { "content-type": "application/json; charset=utf-8" },
      body: "{}",
    }));
  }
  if (path === "/v2/_catalog") {
    const needed = { type: "registry", name: "catalog", actions: ["*"] };
    return admitThen(needed, () => listRepositories(exchange, parts.store));
  }
  const rest = path.startsWith("/v2/") ? path.slice("/v2/".length) : "";
  const fitting = routes.filter((route) => route.kind.test(rest));
  const route = fitting.find((candidate) => candidate.serve[exchange.method] !== undefined);
  const respond = route?.serve[exchange.method];
  if (route === undefined || respond === undefined) {
    return fitting.length === 0
      ? { status: 404, body: "404 page not found\n", headers: { "content-type": "text/plain; charset=utf-8" } }
      : toRegistryError("UNSUPPORTED", "The operation is unsupported.");
  }
  const [, repository = "", reference = ""] = route.kind.exec(rest) ?? [];
  if (!namePattern.test(repository)) {
    return toRegistryError("NAME_INVALID", "invalid repository name", { detail: { name: repository } });
  }
  return admitThen({ type: "repository", name: repository, actions: route.actions }, () =>
    respond({ exchange, parts, repository, reference }),
  );
}

/** The distribution API as a handler for everything below `/v2/`. */
export function toDistributionHandler(parts: RegistryParts): Handler {
  return async (exchange) => {
    const answer = await serve(exchange, parts);
    return { ...answer, headers: { ...versionHeader, ...answer.headers } };
  };
}
