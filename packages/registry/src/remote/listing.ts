/** Lists of repositories and tags. Source: OCI distribution-spec 1.1, "Content Discovery"; distribution, "Catalog". */
import type { Problem, WithProblems } from "@sightline/model";
import { z } from "zod";
import type { RegistryLimits } from "../limits.ts";
import { RegistryError, toRegistryError, toRegistryProblem } from "../registry-error.ts";
import type { RegistrySession } from "./session.ts";

/** What a list is read with. */
export interface ListingOptions {
  readonly session: RegistrySession;
  readonly registry: string;
  readonly limits: RegistryLimits;
  readonly signal?: AbortSignal;
}

/** The next page's path, as a `Link` header names it (RFC 8288). */
const nextLink = /<([^>]{1,4096})>\s*;(?:[^,]*;)?\s*rel="?next"?/i;
const pageBytesMax = 8 * 1024 * 1024;
const pageSize = 1000;

const catalogSchema = z.object({ repositories: z.array(z.string().max(300)).nullable() });
const tagsSchema = z.object({ tags: z.array(z.string().max(300)).nullable() });

/**
 * All repositories, in the registry's order. A refusal is an error, never an empty list: `registry.catalog-denied`
 * (401, 403), `registry.catalog-unsupported` (404, 405). Problem: `registry.listing-incomplete`.
 */
export async function listRepositories(options: ListingOptions): Promise<WithProblems<readonly string[]>> {
  try {
    return await readPages(options, {
      path: `/v2/_catalog?n=${pageSize}`,
      scope: "registry:catalog:*",
      subject: options.registry,
      purpose: "repositories",
      parse: (json) => catalogSchema.parse(json).repositories ?? [],
    });
  } catch (error) {
    throw error instanceof RegistryError ? toCatalogError(error, options.registry) : error;
  }
}

/** All tags of a repository. Throws `registry.not-found` and what any read throws. Problem: `registry.listing-incomplete`. */
export async function listTags(repository: string, options: ListingOptions): Promise<WithProblems<readonly string[]>> {
  return await readPages(options, {
    path: `/v2/${repository}/tags/list?n=${pageSize}`,
    scope: `repository:${repository}:pull`,
    subject: `${options.registry}/${repository}`,
    purpose: "tags",
    parse: (json) => tagsSchema.parse(json).tags ?? [],
  });
}

function toCatalogError(error: RegistryError, registry: string): RegistryError {
  const status = error.details["status"];
  const context = { cause: error, details: error.details };
  if (error.code === "registry.unauthorized" || error.code === "registry.forbidden") {
    const reason = "it does not list its repositories to this identity";
    return toRegistryError({ code: "registry.catalog-denied", subject: registry, reason }, context);
  }
  if (error.code === "registry.not-found" || status === 405 || status === 501) {
    const reason = "it has no list of its repositories";
    return toRegistryError({ code: "registry.catalog-unsupported", subject: registry, reason }, context);
  }
  return error;
}

interface Listing {
  readonly path: string;
  readonly scope: string;
  readonly subject: string;
  readonly purpose: string;
  readonly parse: (json: unknown) => readonly string[];
}

async function readPages(options: ListingOptions, listing: Listing): Promise<WithProblems<readonly string[]>> {
  const { session, limits, signal } = options;
  const names = new Set<string>();
  const visited = new Set<string>();
  let path: string | undefined = listing.path;
  while (path !== undefined) {
    if (visited.size >= limits.pagesMax || visited.has(path)) {
      const reason = visited.has(path) ? "its pages lead back to an earlier one" : `more than ${limits.pagesMax} pages`;
      return { value: [...names], problems: [toIncomplete(listing, reason)] };
    }
    visited.add(path);
    const { scope, subject, purpose } = listing;
    const response = await session.request({
      path,
      scope,
      subject,
      purpose,
      bufferBytesMax: pageBytesMax,
      ...(signal === undefined ? {} : { signal }),
    });
    for (const name of parsePage(await response.readJson(pageBytesMax), listing)) {
      names.add(name);
    }
    if (names.size > limits.namesMax) {
      const kept = [...names].slice(0, limits.namesMax);
      return { value: kept, problems: [toIncomplete(listing, `more than ${limits.namesMax} names`)] };
    }
    path = toNextPath(response.headers.get("link"), response.url, await session.readOrigin(signal));
  }
  return { value: [...names], problems: [] };
}

function toIncomplete({ subject, purpose }: Listing, reason: string): Problem {
  return toRegistryProblem({
    code: "registry.listing-incomplete",
    subject,
    reason: `the list of its ${purpose} is not complete: ${reason}`,
  });
}

function parsePage(json: unknown, listing: Listing): readonly string[] {
  try {
    return listing.parse(json);
  } catch (error) {
    const reason = `its list of ${listing.purpose} has another form than expected`;
    throw toRegistryError({ code: "registry.answer-unexpected", subject: listing.subject, reason }, { cause: error });
  }
}

/** The next page lies on the same registry: a link that leads elsewhere would take the token with it. */
function toNextPath(header: string | null, base: string, origin: string): string | undefined {
  const link = nextLink.exec((header ?? "").slice(0, 16_384))?.[1];
  if (link === undefined) {
    return undefined;
  }
  const url = URL.parse(link, base);
  if (url === null || url.origin !== new URL(origin).origin) {
    const reason = "its list continues at another address";
    throw toRegistryError({ code: "registry.answer-unexpected", subject: new URL(base).host, reason });
  }
  return `${url.pathname}${url.search}`;
}
