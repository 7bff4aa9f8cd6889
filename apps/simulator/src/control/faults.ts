/**
 * Faults as data: which requests go wrong, how, and how often. They act between the wire and the simulated APIs, so
 * that no API knows about them.
 */
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { type Answer, type Delivery, decodePath, type Exchange, type Handler } from "../http/exchange.ts";
import { isJsonObject, type Json } from "../json.ts";

const pattern = z.string().describe("`*` stands for any text; case does not count");

/** One fault. Every given part of `match` must fit; exactly what `effect` says then happens. */
export const faultSchema = z.strictObject({
  name: z.string().optional(),
  match: z
    .strictObject({
      host: pattern.optional(),
      method: z.string().optional(),
      path: pattern.optional(),
      /** Matched against the query as `name=value&…`, decoded. */
      query: pattern.optional(),
    })
    .prefault({}),
  /** Requests to let through first. */
  after: z.int().min(0).default(0),
  /** How often it happens; without it, always. */
  count: z.int().min(1).optional(),
  effect: z
    .strictObject({
      delayMs: z.int().min(0).max(600_000).optional(),
      status: z.int().min(200).max(599).optional(),
      headers: z.record(z.string(), z.string()).optional(),
      /** Text is sent as it is, anything else as JSON. */
      body: z.json().optional(),
      /** Closes the connection without an answer. */
      reset: z.boolean().optional(),
      /** Sends only this many bytes of the real body under its full length, then closes. */
      truncateBytes: z.int().min(0).optional(),
      /** Replaces the real body by bytes that are not what they claim to be. */
      garbage: z.boolean().optional(),
      /** Makes every page of a list name itself as the next one. */
      endlessPaging: z.boolean().optional(),
    })
    .refine((effect) => Object.keys(effect).length > 0, "names no effect"),
});

export type Fault = z.infer<typeof faultSchema>;

/** A fault under way: how many requests it has seen. */
export interface ActiveFault {
  readonly id: number;
  readonly fault: Fault;
  seen: number;
}

function toPattern(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`, "is");
}

function isMatch(match: Fault["match"], exchange: Exchange): boolean {
  const fits = (wanted: string | undefined, actual: string): boolean =>
    wanted === undefined || toPattern(wanted).test(actual);
  const query = [...exchange.query].map(([name, value]) => `${name}=${value}`).join("&");
  return (
    fits(match.host, exchange.host) &&
    fits(match.method, exchange.method) &&
    fits(match.path, decodePath(exchange.path)) &&
    fits(match.query, query)
  );
}

/** The first fault that fits the request and is due; counts the request. */
function takeFault(faults: readonly ActiveFault[], exchange: Exchange): Fault | undefined {
  for (const active of faults) {
    const { fault } = active;
    if (isMatch(fault.match, exchange)) {
      const number = active.seen;
      active.seen += 1;
      if (number >= fault.after && (fault.count === undefined || number < fault.after + fault.count)) {
        return fault;
      }
    }
  }
  return undefined;
}

/** Whether a fault answers by itself, without asking the API. */
function isSelfAnswering(fault: Fault): boolean {
  return fault.effect.status !== undefined || fault.effect.reset === true;
}

/** The answer of a fault that needs no API. */
function toFaultAnswer(fault: Fault): Answer {
  const { status = 500, headers = {}, body } = fault.effect;
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const isJson = body !== undefined && typeof body !== "string";
  return { status, headers: { ...(isJson ? { "content-type": "application/json" } : {}), ...headers }, body: text };
}

function toEndlessBody(body: Answer["body"], self: string): string | undefined {
  try {
    const value: unknown = JSON.parse(String(body));
    return isJsonObject(value) ? JSON.stringify(toEndlessPage(value, self)) : undefined;
  } catch {
    return undefined;
  }
}

function toEndlessPage(page: Readonly<Record<string, Json>>, self: string): Json {
  if (isJsonObject(page["metadata"])) {
    return { ...page, metadata: { ...page["metadata"], continue: "again" } };
  }
  const link = "@odata.context" in page ? "@odata.nextLink" : "data" in page ? "$skipToken" : "nextLink";
  return { ...page, [link]: link === "$skipToken" ? "again" : self };
}

/** Changes the API's own answer as a fault says. */
function alterAnswer(fault: Fault, answer: Answer, exchange: Exchange): Answer {
  const { effect } = fault;
  const headers = { ...answer.headers, ...effect.headers };
  if (effect.garbage === true) {
    return { ...answer, headers, body: "\u0000<<<\u0007{not what it claims to be" };
  }
  if (effect.endlessPaging !== true) {
    return { ...answer, headers };
  }
  const self = `${exchange.origin}${exchange.path}?${exchange.query.toString()}`;
  const link = `<${exchange.path}?${exchange.query.toString()}>; rel="next"`;
  const body = toEndlessBody(answer.body, self);
  const isRegistry = exchange.path.startsWith("/v2/") || exchange.path.startsWith("/acr/");
  return { ...answer, headers: isRegistry ? { ...headers, link } : headers, ...(body === undefined ? {} : { body }) };
}

function toDelivery(fault: Fault): Delivery {
  if (fault.effect.reset === true) {
    return { kind: "reset" };
  }
  return fault.effect.truncateBytes === undefined
    ? { kind: "whole" }
    : { kind: "truncated", bytes: fault.effect.truncateBytes };
}

/** Puts the faults of a list between a handler and the wire; `name` of the one that acted goes with the answer. */
export async function answerWithFaults(
  exchange: Exchange,
  faults: readonly ActiveFault[],
  handler: Handler,
): Promise<{ readonly answer: Answer; readonly fault?: string }> {
  const fault = takeFault(faults, exchange);
  if (fault === undefined) {
    return { answer: await handler(exchange) };
  }
  if (fault.effect.delayMs !== undefined) {
    await setTimeout(fault.effect.delayMs);
  }
  const answer = isSelfAnswering(fault) ? toFaultAnswer(fault) : alterAnswer(fault, await handler(exchange), exchange);
  return { answer: { ...answer, delivery: toDelivery(fault) }, fault: fault.name ?? "unnamed" };
}
