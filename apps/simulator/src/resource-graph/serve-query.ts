/** `POST /providers/Microsoft.ResourceGraph/resources`: scope, quota, query, page. */
import { z } from "zod";
import { isVisible } from "../access/decide.ts";
import { type ArmRequest, toAccessState } from "../arm/arm-request.ts";
import { type Answer, parseJsonBody, toJsonAnswer } from "../http/exchange.ts";
import type { JsonObject } from "../json.ts";
import { type GraphQuery, parseQuery, runQuery } from "./query.ts";
import { listRows } from "./tables.ts";
import { InvalidQuery } from "./tokens.ts";

const bodySchema = z.object({
  query: z.string(),
  subscriptions: z.array(z.string()).optional(),
  managementGroups: z.array(z.string()).optional(),
  options: z
    .object({
      $skipToken: z.string().optional(),
      $top: z.int().min(1).max(1000).optional(),
      $skip: z.int().min(0).optional(),
      resultFormat: z.enum(["objectArray", "table"]).default("objectArray"),
    })
    .prefault({}),
});

type QueryBody = z.infer<typeof bodySchema>;

function toGraphError(status: number, detail: { readonly code: string; readonly message: string }): Answer {
  const message = "Please provide below info when asking for support: timestamp, correlationId.";
  const code = status === 429 ? "RateLimiting" : "BadRequest";
  return toJsonAnswer(status, { error: { code, message, details: [detail] } });
}

/** Takes one query from the caller's window. */
function takeQuota(request: ArmRequest): { readonly isOver: boolean; readonly headers: Record<string, string> } {
  const { settings } = request.world.scenario;
  const now = request.world.clock.now().getTime();
  const windowMs = settings.resourceGraphWindowSeconds * 1000;
  const key = request.caller.objectId;
  const current = request.world.graphQuotas.get(key);
  const window = current === undefined || now >= current.endsAt ? { endsAt: now + windowMs, used: 0 } : current;
  const used = window.used + 1;
  request.world.graphQuotas.set(key, { ...window, used });
  const seconds = Math.max(0, Math.ceil((window.endsAt - now) / 1000));
  const isOver = used > settings.resourceGraphQueries;
  return {
    isOver,
    headers: {
      "x-ms-user-quota-remaining": String(Math.max(0, settings.resourceGraphQueries - used)),
      "x-ms-user-quota-resets-after": `00:00:${String(seconds).padStart(2, "0")}`,
      ...(isOver ? { "retry-after": String(seconds) } : {}),
    },
  };
}

function toScope(request: ArmRequest, body: QueryBody): ReadonlySet<string> {
  const state = toAccessState(request.world);
  const wanted = body.subscriptions?.map((id) => id.toLowerCase());
  const visible = [...request.world.subscriptions.values()].filter(
    ({ id, tenantId }) =>
      tenantId === request.caller.tenantId &&
      (wanted === undefined || wanted.includes(id)) &&
      isVisible(state, request.caller.objectId, `/subscriptions/${id}`),
  );
  return new Set(visible.map(({ id }) => id));
}

function toTable(rows: readonly JsonObject[]): JsonObject {
  const columns = Object.keys(rows[0] ?? {});
  return {
    columns: columns.map((name) => ({ name, type: "string" })),
    rows: rows.map((row) => columns.map((name) => row[name] ?? null)),
  };
}

function answerRows(
  request: ArmRequest,
  body: QueryBody,
  result: { query: GraphQuery; rows: readonly JsonObject[] },
): Answer {
  const { rows, query } = result;
  const { options } = body;
  const offset = options.$skipToken === undefined ? (options.$skip ?? 0) : readOffset(options.$skipToken);
  if (offset === undefined) {
    return toGraphError(400, { code: "InvalidSkipToken", message: "The skip token is invalid." });
  }
  const size = Math.min(options.$top ?? 1000, request.world.scenario.settings.resourceGraphPageSize);
  const page = rows.slice(offset, offset + size);
  const hasMore = offset + size < rows.length;
  const canPage = query.isPaged && rows.every((row) => row["id"] !== undefined);
  return toJsonAnswer(200, {
    totalRecords: rows.length,
    count: page.length,
    data: options.resultFormat === "table" ? toTable(page) : page,
    facets: [],
    resultTruncated: hasMore && !canPage ? "true" : "false",
    ...(hasMore && canPage ? { $skipToken: Buffer.from(`offset:${offset + size}`).toString("base64") } : {}),
  });
}

function readOffset(token: string): number | undefined {
  const number = /^offset:(\d+)$/.exec(Buffer.from(token, "base64").toString("utf8"))?.[1];
  return number === undefined ? undefined : Number(number);
}

function runBody(request: ArmRequest): Answer {
  const parsed = bodySchema.safeParse(parseJsonBody(request.exchange));
  if (!parsed.success) {
    return toGraphError(400, { code: "InvalidRequestBody", message: "The request body is not valid." });
  }
  const scope = toScope(request, parsed.data);
  if (scope.size === 0) {
    const message = "There must be at least one subscription that is eligible to contain resources.";
    return toGraphError(400, { code: "NoValidSubscriptionsInQueryRequest", message });
  }
  try {
    const query = parseQuery(parsed.data.query);
    const rows = listRows(request, query.table, scope);
    if (rows === undefined) {
      const message = `Table ${query.table} was not found, or the simulator does not have it.`;
      return toGraphError(400, { code: "DisallowedLogicalTableName", message });
    }
    return answerRows(request, parsed.data, { query, rows: runQuery(query, rows) });
  } catch (error) {
    if (error instanceof InvalidQuery) {
      return toGraphError(400, { code: "InvalidQuery", message: `Query is invalid: ${error.message}.` });
    }
    throw error;
  }
}

/** Runs a query within the caller's quota. */
export function serveQuery(request: ArmRequest): Answer {
  const { isOver, headers } = takeQuota(request);
  const answer = isOver
    ? toGraphError(429, {
        code: "RateLimiting",
        message:
          "Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed. Please see https://aka.ms/resourcegraph-throttling for help.",
      })
    : runBody(request);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}
