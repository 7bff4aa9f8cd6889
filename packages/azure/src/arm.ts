/**
 * Reads from Azure Resource Manager and Resource Graph. Outcomes are values: a collector keeps what it got and records
 * what it did not. Sources: learn.microsoft.com/rest/api/azure (paging by `nextLink`, error form, request ids);
 * "Resource Graph: throttling guidance" (quota headers, `$skipToken`).
 */
import { type Clock, type HttpClient, HttpError, Secret } from "@sightline/platform";
import { z } from "zod";
import { AzureError, codeOfStatus, toAzureError } from "./azure-error.ts";
import { type AzureCloud, tokenScopes } from "./cloud.ts";
import type { TokenGiver } from "./identity.ts";

/** One resource read, or why not. */
export type ArmItem =
  | { readonly ok: true; readonly value: unknown; readonly requestId?: string }
  | { readonly ok: false; readonly failure: AzureError };

/** A list as far as it came. Complete only without `failure`. */
export interface ArmList {
  readonly items: readonly unknown[];
  readonly pages: number;
  readonly requestId?: string;
  readonly failure?: AzureError;
}

/** Reads only; see `platform`'s guard. */
export interface ArmClient {
  /** GET of one resource: `path` starts with `/`, api-version apart. */
  get(path: string, apiVersion: string, signal?: AbortSignal): Promise<ArmItem>;
  /** GET of a list, all its pages. */
  list(path: string, apiVersion: string, signal?: AbortSignal): Promise<ArmList>;
  /** A Resource Graph query over subscriptions, all its pages. */
  query(query: string, subscriptionIds: readonly string[], signal?: AbortSignal): Promise<ArmList>;
}

/** What the client stands on. */
export interface ArmClientOptions {
  readonly http: HttpClient;
  readonly tokens: TokenGiver;
  readonly cloud: AzureCloud;
  readonly clock: Clock;
  readonly pagesMax?: number;
}

const answerBytesMax = 64 * 1024 * 1024;
const pagesMaxDefault = 2000;
const graphApiVersion = "2022-10-01";
const graphPageSize = 1000;

const pageSchema = z.object({ value: z.array(z.unknown()), nextLink: z.string().nullish() });
const graphSchema = z.object({
  data: z.array(z.unknown()),
  resultTruncated: z.string().nullish(),
  $skipToken: z.string().nullish(),
});
const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string().nullish() }) });

interface Call {
  readonly url: string;
  readonly purpose: string;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

interface Answer {
  readonly body: unknown;
  readonly headers: Headers;
  readonly requestId?: string;
}

/** Makes a client for one identity in one cloud. */
export function createArmClient(options: ArmClientOptions): ArmClient {
  const toUrl = (path: string, apiVersion: string): string => {
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
    query: (query, subscriptionIds, signal) => queryPages(options, query, subscriptionIds, signal),
  };
}

function requestIdOf(answer: Answer): { readonly requestId?: string } {
  return answer.requestId === undefined ? {} : { requestId: answer.requestId };
}

function toFailure(error: unknown, subject: string): AzureError {
  if (error instanceof AzureError) {
    return error;
  }
  if (error instanceof HttpError) {
    const message = `No usable answer came for ${subject}: ${error.message}`;
    return toAzureError({ code: "azure.unreachable", subject, message, azureCode: error.code, cause: error });
  }
  throw error;
}

async function send(options: ArmClientOptions, call: Call): Promise<Answer> {
  const { token } = await options.tokens.tokenFor(tokenScopes.resourceManager(options.cloud));
  const subject = new URL(call.url).pathname;
  const response = await options.http.request({
    method: call.body === undefined ? "GET" : "POST",
    url: call.url,
    towards: "cloud",
    purpose: call.purpose,
    headers: {
      accept: "application/json",
      authorization: new Secret(`Bearer ${token.reveal()}`),
      ...(call.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(call.body === undefined ? {} : { body: call.body }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
    throttleKey: throttleKeyOf(subject),
    bufferBytesMax: answerBytesMax,
  });
  const requestId = response.headers.get("x-ms-correlation-request-id") ?? response.headers.get("x-ms-request-id");
  const facts = requestId === null ? {} : { requestId };
  if (response.status !== 200) {
    throw await toAnswerError({ response, subject, ...facts });
  }
  try {
    return { body: await response.readJson(answerBytesMax), headers: response.headers, ...facts };
  } catch (cause) {
    const message = `The answer for ${subject} is not JSON.`;
    throw toAzureError({ code: "azure.answer-invalid", subject, message, status: 200, ...facts, cause });
  }
}

/** Azure counts reads per subscription: a pause in one must not hold up the others. */
function throttleKeyOf(path: string): string {
  return /^\/subscriptions\/[^/]+/i.exec(path)?.[0].toLowerCase() ?? path;
}

async function toAnswerError(call: {
  readonly response: Awaited<ReturnType<HttpClient["request"]>>;
  readonly subject: string;
  readonly requestId?: string;
}): Promise<AzureError> {
  const { response, subject } = call;
  const body = await response.readJson(answerBytesMax).catch(() => undefined);
  const parsed = errorSchema.safeParse(body);
  const azureCode = parsed.success ? parsed.data.error.code : `HTTP ${response.status}`;
  const said = parsed.success ? (parsed.data.error.message ?? "") : "";
  return toAzureError({
    code: codeOfStatus(response.status),
    subject,
    message: `Azure answered ${response.status} ${azureCode} for ${subject}.${said === "" ? "" : ` ${said}`}`,
    status: response.status,
    azureCode,
    ...(call.requestId === undefined ? {} : { requestId: call.requestId }),
  });
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
      seen.add(url);
      const answer: Answer = await send(options, { ...first, url });
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

/** A next link is followed only on Azure's own host: the token goes with it. */
function assertPage(
  options: ArmClientOptions,
  page: { readonly url: string; readonly subject: string; readonly seen: ReadonlySet<string> },
): void {
  const { url, subject, seen } = page;
  const refuse = (reason: string): AzureError =>
    toAzureError({ code: "azure.paging-refused", subject, message: `The list ${subject} was given up: ${reason}.` });
  if (URL.parse(url)?.origin !== new URL(options.cloud.resourceManager).origin) {
    throw refuse("its next page is on another host");
  }
  if (seen.has(url)) {
    throw refuse("a page names itself or an earlier page as the next");
  }
  if (seen.size >= (options.pagesMax ?? pagesMaxDefault)) {
    throw refuse(`it has more than ${options.pagesMax ?? pagesMaxDefault} pages`);
  }
}

function parsePage<Schema extends z.ZodType>(schema: Schema, answer: Answer, subject: string): z.output<Schema> {
  const parsed = schema.safeParse(answer.body);
  if (!parsed.success) {
    const message = `The answer for ${subject} is not a page of a list.`;
    throw toAzureError({ code: "azure.answer-invalid", subject, message, status: 200, ...requestIdOf(answer) });
  }
  return parsed.data;
}

async function queryPages(
  options: ArmClientOptions,
  query: string,
  subscriptionIds: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ArmList> {
  const subject = "/providers/Microsoft.ResourceGraph/resources";
  const url = `${options.cloud.resourceManager}${subject}?api-version=${graphApiVersion}`;
  const items: unknown[] = [];
  const seen = new Set<string>();
  let skipToken: string | undefined;
  let pages = 0;
  try {
    do {
      assertPage(options, { url: `${url}#${skipToken ?? ""}`, subject, seen });
      seen.add(`${url}#${skipToken ?? ""}`);
      const paging = {
        resultFormat: "objectArray",
        $top: graphPageSize,
        ...(skipToken === undefined ? {} : { $skipToken: skipToken }),
      };
      const body = JSON.stringify({ subscriptions: subscriptionIds, query, options: paging });
      const answer = await send(options, { url, purpose: "resource-graph-query", body, signal });
      const page = parsePage(graphSchema, answer, subject);
      items.push(...page.data);
      pages += 1;
      skipToken = page.$skipToken ?? undefined;
      if (skipToken === undefined && page.resultTruncated === "true") {
        const message = "Resource Graph cut the result and gave no way to go on.";
        throw toAzureError({ code: "azure.paging-refused", subject, message, ...requestIdOf(answer) });
      }
      await waitForQuota(options.clock, answer.headers, signal);
    } while (skipToken !== undefined);
    return { items, pages };
  } catch (error) {
    return { items, pages, failure: toFailure(error, subject) };
  }
}

const quotaWaitMaxMs = 60_000;

/** Resource Graph says beforehand when the next query would be refused: `hh:mm:ss` until the quota is full again. */
async function waitForQuota(clock: Clock, headers: Headers, signal: AbortSignal | undefined): Promise<void> {
  const remaining = headers.get("x-ms-user-quota-remaining");
  const resets = /^(\d+):(\d+):(\d+)/.exec(headers.get("x-ms-user-quota-resets-after") ?? "");
  if (remaining === null || Number(remaining) > 0 || resets === null) {
    return;
  }
  const [hours = 0, minutes = 0, seconds = 0] = resets.slice(1).map(Number);
  await clock.sleep(Math.min(((hours * 60 + minutes) * 60 + seconds) * 1000, quotaWaitMaxMs), signal);
}
