/** One request to Resource Manager and what its answer means. Source: learn.microsoft.com/rest/api/azure (error form, request ids). */
import { type Clock, type HttpClient, HttpError, Secret } from "@sightline/platform";
import { z } from "zod";
import { AzureError, codeOfStatus, toAzureError } from "./azure-error.ts";
import { type AzureCloud, tokenScopes } from "./cloud.ts";
import type { TokenGiver } from "./identity.ts";

/** What the client stands on. */
export interface ArmClientOptions {
  readonly http: HttpClient;
  readonly tokens: TokenGiver;
  readonly cloud: AzureCloud;
  readonly clock: Clock;
  readonly pagesMax?: number;
}

/** A list as far as it came. Complete only without `failure`. */
export interface ArmList {
  readonly items: readonly unknown[];
  readonly pages: number;
  readonly requestId?: string;
  readonly failure?: AzureError;
}

/** One request. */
export interface Call {
  readonly url: string;
  readonly purpose: string;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

/** One answer, 200 and JSON. */
export interface Answer {
  readonly body: unknown;
  readonly headers: Headers;
  readonly requestId?: string;
}

const answerBytesMax = 64 * 1024 * 1024;
const pagesMaxDefault = 2000;
const messageLengthMax = 1000;

const refusalSchema = z.object({ code: z.string(), message: z.string().nullish() });
const errorSchema = z.union([
  z
    .object({ error: refusalSchema.extend({ details: z.array(z.unknown()).nullish() }) })
    .transform(({ error }) => error),
  // App Service answers some errors in the form it had before there was ARM.
  z
    .object({ Code: z.string(), Message: z.string().nullish() })
    .transform(({ Code: code, Message: message }) => ({ code, message, details: [] })),
]);

/** The correlation id, where the answer has one. */
export function requestIdOf(answer: Answer): { readonly requestId?: string } {
  return answer.requestId === undefined ? {} : { requestId: answer.requestId };
}

/** What Azure answered, or that it did not, as a value; everything else is thrown on. */
export function toFailure(error: unknown, subject: string): AzureError {
  if (error instanceof AzureError) {
    return error;
  }
  // Whoever cancelled wants an end, not a snapshot full of gaps; a refused write is a fault of ours.
  const isOurs = error instanceof HttpError && (error.code === "http.cancelled" || error.code === "http.write-refused");
  if (error instanceof HttpError && !isOurs) {
    const message = `No usable answer came for ${subject}: ${error.message}`;
    return toAzureError({ code: "azure.unreachable", subject, message, azureCode: error.code, cause: error });
  }
  throw error;
}

/** Sends one request with a token. Throws AzureError for every answer but 200, and what http and tokens throw. */
export async function send(options: ArmClientOptions, call: Call): Promise<Answer> {
  const { token } = await options.tokens.tokenFor(tokenScopes.resourceManager(options.cloud), call.signal);
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
  const { code: azureCode, message: said } = readRefusal(body) ?? { code: `HTTP ${response.status}`, message: "" };
  const words = (said ?? "").slice(0, messageLengthMax);
  return toAzureError({
    // Resource Graph says so where no subscription of the query may be read at all.
    code: azureCode === "NoValidSubscriptionsInQueryRequest" ? "azure.forbidden" : codeOfStatus(response.status),
    subject,
    message: `Azure answered ${response.status} ${azureCode} for ${subject}.${words === "" ? "" : ` ${words}`}`,
    status: response.status,
    azureCode,
    ...(call.requestId === undefined ? {} : { requestId: call.requestId }),
    ...homeTenantOf(response.headers.get("www-authenticate")),
  });
}

/** Azure's code and words. Under a plain `BadRequest` the code that says something stands in the details. */
function readRefusal(body: unknown): z.infer<typeof refusalSchema> | undefined {
  const error = errorSchema.safeParse(body).data;
  const [detail] = error?.details?.flatMap((each) => refusalSchema.safeParse(each).data ?? []) ?? [];
  return error?.code === "BadRequest" && detail !== undefined ? detail : error;
}

/** A subscription of another tenant is refused with the address of that tenant's login. */
function homeTenantOf(challenge: string | null): { readonly homeTenant?: string } {
  const homeTenant = /authorization_uri="https:\/\/[^/"]+\/([0-9a-f-]{36})/i.exec(challenge ?? "")?.[1];
  return homeTenant === undefined ? {} : { homeTenant };
}

/** A next link is followed only on Azure's own host: the token goes with it. */
export function assertPage(
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

/** The page inside an answer. Throws `azure.answer-invalid`. */
export function parsePage<Schema extends z.ZodType>(schema: Schema, answer: Answer, subject: string): z.output<Schema> {
  const parsed = schema.safeParse(answer.body);
  if (!parsed.success) {
    const message = `The answer for ${subject} is not a page of a list.`;
    throw toAzureError({ code: "azure.answer-invalid", subject, message, status: 200, ...requestIdOf(answer) });
  }
  return parsed.data;
}
