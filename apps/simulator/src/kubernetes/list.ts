/** Lists in pages. Source: kubernetes.io/docs/reference/using-api/api-concepts, "Retrieving large results sets in chunks". */
import { type Answer, type Exchange, toJsonAnswer } from "../http/exchange.ts";
import { isJsonObject, type JsonObject, readText } from "../json.ts";
import type { KubernetesKind } from "./kinds.data.ts";
import { readLabels, readNamespace } from "./objects.ts";
import { toStatus } from "./status.ts";

const tokenLifetimeMs = 5 * 60 * 1000;
const resourceVersion = "1000";

/** What is listed. */
export interface ListInput {
  readonly kind: KubernetesKind;
  readonly groupVersion: string;
  readonly objects: readonly JsonObject[];
  /** Empty = all namespaces. */
  readonly namespace: string;
  readonly now: Date;
}

/** Position in a list and when it was given out; `undefined` for text that is no token of ours. */
function parseToken(token: string): { readonly start: number; readonly at: number } | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (!isJsonObject(value)) {
      return undefined;
    }
    const { start, at } = value;
    return typeof start === "number" && typeof at === "number" ? { start, at } : undefined;
  } catch {
    return undefined;
  }
}

/** Terms joined by commas, as label and field selectors have them; only equality is understood. */
function parseSelector(text: string | null): readonly (readonly [string, string])[] | undefined {
  const terms = text === null || text === "" ? [] : text.split(",");
  const parsed = terms.map((term) => /^([^=!]+)={1,2}(.*)$/.exec(term));
  return parsed.some((match) => match === null)
    ? undefined
    : parsed.map((match) => [match?.[1] ?? "", match?.[2] ?? ""]);
}

function isSelected(object: JsonObject, exchange: Exchange): boolean {
  const labels = readLabels(object);
  const byLabel = parseSelector(exchange.query.get("labelSelector"));
  const byField = parseSelector(exchange.query.get("fieldSelector"));
  return (
    byLabel?.every(([name, value]) => labels[name] === value) === true &&
    byField?.every(([path, value]) => readText(object, path) === value) === true
  );
}

/** Items of a list carry no kind of their own. */
function toItem(object: JsonObject): JsonObject {
  const { kind: _kind, apiVersion: _apiVersion, ...item } = object;
  return item;
}

/** One page of a list; a continue token older than five minutes is `410 Expired`. */
export function answerList(exchange: Exchange, input: ListInput): Answer {
  const token = exchange.query.get("continue");
  const position = token === null || token === "" ? { start: 0, at: input.now.getTime() } : parseToken(token);
  if (position === undefined) {
    return toStatus(400, "BadRequest", "continue key is not valid");
  }
  if (input.now.getTime() - position.at > tokenLifetimeMs) {
    const message =
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.";
    return toStatus(410, "Expired", message);
  }
  const limit = Number(exchange.query.get("limit") ?? "0") || Number.MAX_SAFE_INTEGER;
  const inScope = input.objects.filter(
    (object) => (input.namespace === "" || readNamespace(object) === input.namespace) && isSelected(object, exchange),
  );
  const items = inScope.slice(position.start, position.start + limit);
  const rest = inScope.length - position.start - items.length;
  const next = Buffer.from(JSON.stringify({ start: position.start + limit, at: position.at })).toString("base64url");
  return toJsonAnswer(200, {
    kind: `${input.kind.kind}List`,
    apiVersion: input.groupVersion,
    metadata: { resourceVersion, ...(rest > 0 ? { continue: next, remainingItemCount: rest } : {}) },
    items: items.map(toItem),
  });
}
