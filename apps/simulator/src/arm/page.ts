/** Pages of ARM lists. Source: Azure REST API guidelines, "Collections", `nextLink`. */
import { type Answer, toJsonAnswer } from "../http/exchange.ts";
import type { JsonObject } from "../json.ts";
import type { ArmRequest } from "./arm-request.ts";
import { toArmError } from "./errors.ts";

/** One page of a list, with a link to the next when there is more. Pages hold `$top` entries, at most the setting's. */
export function answerPage(request: ArmRequest, entries: readonly JsonObject[]): Answer {
  const { exchange, world } = request;
  const token = exchange.query.get("$skiptoken") ?? exchange.query.get("$skipToken");
  const start = token === null ? 0 : Number(Buffer.from(token, "base64url").toString("utf8"));
  if (!Number.isInteger(start) || start < 0) {
    return toArmError(400, "InvalidSkipToken", "The skip token is invalid.");
  }
  const top = Number(exchange.query.get("$top") ?? world.scenario.settings.armPageSize);
  const size = Math.max(1, Math.min(top || 1, world.scenario.settings.armPageSize));
  const value = entries.slice(start, start + size);
  if (start + size >= entries.length) {
    return toJsonAnswer(200, { value });
  }
  const query = new URLSearchParams(exchange.query);
  query.set("$skiptoken", Buffer.from(String(start + size)).toString("base64url"));
  query.delete("$skipToken");
  return toJsonAnswer(200, { value, nextLink: `${exchange.origin}${exchange.path}?${query.toString()}` });
}
