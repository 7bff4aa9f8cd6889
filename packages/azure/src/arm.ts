/**
 * Reads from Azure Resource Manager and Resource Graph. Outcomes are values: a collector keeps what it got and records
 * what it did not. Source: learn.microsoft.com/rest/api/azure (paging by `nextLink`).
 */
import assert from "node:assert/strict";
import { z } from "zod";
import {
  type Answer,
  type ArmClientOptions,
  type ArmList,
  assertPage,
  type Call,
  parsePage,
  requestIdOf,
  send,
  toFailure,
} from "./arm-call.ts";
import type { AzureError } from "./azure-error.ts";
import { type GraphQuota, queryPages } from "./resource-graph.ts";

/** One resource read, or why not. */
export type ArmItem =
  | { readonly ok: true; readonly value: unknown; readonly requestId?: string }
  | { readonly ok: false; readonly failure: AzureError };

/**
 * Reads only; see `platform`'s guard. What Azure answers is a value; thrown are `http.cancelled` and faults of our own.
 */
export interface ArmClient {
  /** GET of one resource: `path` starts with `/`, api-version apart. */
  get(path: string, apiVersion: string, signal?: AbortSignal): Promise<ArmItem>;
  /** GET of a list, all its pages. */
  list(path: string, apiVersion: string, signal?: AbortSignal): Promise<ArmList>;
  /**
   * A Resource Graph query over subscriptions (some 300 at most are advised), all its pages. A query that is paged
   * must keep `id` in its rows.
   */
  query(query: string, subscriptionIds: readonly string[], signal?: AbortSignal): Promise<ArmList>;
}

const pageSchema = z.object({ value: z.array(z.unknown()), nextLink: z.string().nullish() });

/** Makes a client for one identity in one cloud. */
export function createArmClient(options: ArmClientOptions): ArmClient {
  const quota: GraphQuota = { openAtMs: 0 };
  const toUrl = (path: string, apiVersion: string): string => {
    // Text that does not start with a slash could become part of the host name, and the token would go there.
    assert(path.startsWith("/"), `no path: ${path}`);
    const url = new URL(`${options.cloud.resourceManager}${path}`);
    url.searchParams.set("api-version", apiVersion);
    return url.href;
  };
  return {
    get: async (path, apiVersion, signal) => {
      try {
        const answer = await send(options, { url: toUrl(path, apiVersion), purpose: "arm-get", signal });
        return { ok: true, value: answer.body, ...requestIdOf(answer) };
      } catch (error) {
        return { ok: false, failure: toFailure(error, path) };
      }
    },
    list: (path, apiVersion, signal) =>
      listPages(options, { url: toUrl(path, apiVersion), purpose: "arm-list", signal }),
    query: (query, subscriptionIds, signal) => queryPages(options, quota, { query, subscriptionIds, signal }),
  };
}

async function listPages(options: ArmClientOptions, first: Call): Promise<ArmList> {
  const items: unknown[] = [];
  const seen = new Set<string>();
  const subject = new URL(first.url).pathname;
  let url: string | undefined = first.url;
  let requestId: { readonly requestId?: string } = {};
  try {
    while (url !== undefined) {
      assertPage(options, { url, subject, seen });
      const answer: Answer = await send(options, { ...first, url });
      seen.add(url);
      requestId = requestIdOf(answer);
      const page = parsePage(pageSchema, answer, subject);
      items.push(...page.value);
      url = page.nextLink === null || page.nextLink === "" ? undefined : page.nextLink;
    }
    return { items, pages: seen.size, ...requestId };
  } catch (error) {
    return { items, pages: seen.size, ...requestId, failure: toFailure(error, subject) };
  }
}
