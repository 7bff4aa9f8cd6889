/**
 * Queries of Azure Resource Graph. Source: learn.microsoft.com, "Resource Graph: throttling guidance" (quota headers)
 * and "Working with large data sets" (`$skipToken`, `resultTruncated`).
 */
import type { Clock } from "@sightline/platform";
import { z } from "zod";
import {
  type Answer,
  type ArmClientOptions,
  type ArmList,
  assertPage,
  parsePage,
  requestIdOf,
  send,
  toFailure,
} from "./arm-call.ts";
import { toAzureError } from "./azure-error.ts";

const graphApiVersion = "2022-10-01";
const graphPageSize = 1000;

const graphSchema = z.object({
  data: z.array(z.unknown()),
  resultTruncated: z.string().nullish(),
  $skipToken: z.string().nullish(),
  totalRecords: z.number().nullish(),
});

/** What all queries of a client share: one quota counts for the identity. */
export interface GraphQuota {
  /** `clock.elapsedMs()` before which Resource Graph would refuse. */
  openAtMs: number;
}

/** One query. */
export interface GraphQuery {
  readonly query: string;
  readonly subscriptionIds: readonly string[];
  readonly signal: AbortSignal | undefined;
}

const graphPath = "/providers/Microsoft.ResourceGraph/resources";

/** All rows of a query, page by page. */
export async function queryPages(options: ArmClientOptions, quota: GraphQuota, asked: GraphQuery): Promise<ArmList> {
  const url = `${options.cloud.resourceManager}${graphPath}?api-version=${graphApiVersion}`;
  const items: unknown[] = [];
  const seen = new Set<string>();
  let skipToken: string | undefined;
  let requestId: { readonly requestId?: string } = {};
  try {
    do {
      const page = `${url}#${skipToken ?? ""}`;
      assertPage(options, { url: page, subject: graphPath, seen });
      await waitForQuota(options.clock, quota, asked.signal);
      const answer = await send(options, {
        url,
        purpose: "resource-graph-query",
        body: toGraphBody(asked, skipToken),
        signal: asked.signal,
      });
      seen.add(page);
      requestId = requestIdOf(answer);
      noteQuota(options.clock, quota, answer.headers);
      const found = parsePage(graphSchema, answer, graphPath);
      items.push(...found.data);
      skipToken = found.$skipToken ?? undefined;
      assertWhole(found, items.length, answer);
    } while (skipToken !== undefined);
    return { items, pages: seen.size, ...requestId };
  } catch (error) {
    return { items, pages: seen.size, ...requestId, failure: toFailure(error, graphPath) };
  }
}

function toGraphBody({ query, subscriptionIds }: GraphQuery, skipToken: string | undefined): string {
  const paging = skipToken === undefined ? {} : { $skipToken: skipToken };
  const options = { resultFormat: "objectArray", $top: graphPageSize, ...paging };
  return JSON.stringify({ subscriptions: subscriptionIds, query, options });
}

/** On the last page as many rows must have come as Resource Graph says there are: a lost row is a lost resource. */
function assertWhole(page: z.output<typeof graphSchema>, count: number, answer: Answer): void {
  const isLast = page.$skipToken === undefined || page.$skipToken === null;
  const isShort = typeof page.totalRecords === "number" && count < page.totalRecords;
  if (isLast && (isShort || page.resultTruncated === "true")) {
    const message = `Resource Graph gave ${count} of ${page.totalRecords ?? "more"} rows and no way to go on.`;
    throw toAzureError({ code: "azure.paging-refused", subject: graphPath, message, ...requestIdOf(answer) });
  }
}

const quotaWaitMaxMs = 60_000;

/** Resource Graph says beforehand when the next query would be refused: `hh:mm:ss` until the quota is full again. */
function noteQuota(clock: Clock, quota: GraphQuota, headers: Headers): void {
  const remaining = headers.get("x-ms-user-quota-remaining");
  const resets = /^(\d+):(\d+):(\d+)/.exec(headers.get("x-ms-user-quota-resets-after") ?? "");
  if (remaining === null || Number(remaining) > 0 || resets === null) {
    return;
  }
  const [hours = 0, minutes = 0, seconds = 0] = resets.slice(1).map(Number);
  const waitMs = Math.min(((hours * 60 + minutes) * 60 + seconds) * 1000, quotaWaitMaxMs);
  quota.openAtMs = Math.max(quota.openAtMs, clock.elapsedMs() + waitMs);
}

async function waitForQuota(clock: Clock, quota: GraphQuota, signal: AbortSignal | undefined): Promise<void> {
  const leftMs = quota.openAtMs - clock.elapsedMs();
  if (leftMs > 0) {
    await clock.sleep(leftMs, signal);
  }
}
