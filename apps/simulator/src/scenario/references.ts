/**
 * Short forms of a scenario, unfolded:
 * - `arm:production/rg-shop/Microsoft.Network/virtualNetworks/vnet` → the ARM id; `.` stands for the subscription the
 *   text is in, and the later parts may be left out (`arm:production`).
 * - `{digest:shop/web}` inside any text → the digest of that recipe's image.
 */
import { type Json, mapStrings } from "../json.ts";
import type { Scenario } from "./schema.ts";

/** What references are looked up in. Faults are collected in `problems`. */
export interface ReferenceContext {
  /** Subscription ids by name. */
  readonly subscriptions: ReadonlyMap<string, string>;
  /** Image digests by recipe. */
  readonly digests: ReadonlyMap<string, string>;
  readonly problems: string[];
}

export function createReferenceContext(
  scenario: Scenario,
  digests: ReadonlyMap<string, string>,
  problems: string[],
): ReferenceContext {
  return { subscriptions: new Map(scenario.subscriptions.map(({ name, id }) => [name, id])), digests, problems };
}

function unfoldArm(text: string, context: ReferenceContext, here: string | undefined): string {
  const [subscription = "", group, ...rest] = text.slice("arm:".length).split("/");
  const id = subscription === "." ? here : context.subscriptions.get(subscription);
  if (id === undefined) {
    context.problems.push(`${text}: there is no subscription named ${subscription}`);
    return text;
  }
  const groupPart = group === undefined ? "" : `/resourceGroups/${group}`;
  return `/subscriptions/${id}${groupPart}${rest.length === 0 ? "" : `/providers/${rest.join("/")}`}`;
}

/** One text unfolded; `here` is the subscription it is in. */
export function unfoldText(text: string, context: ReferenceContext, here?: string): string {
  const whole = text.startsWith("arm:") ? unfoldArm(text, context, here) : text;
  return whole.replaceAll(/\{digest:([^}]+)\}/g, (match, recipe: string) => {
    const digest = context.digests.get(recipe);
    if (digest === undefined) {
      context.problems.push(`${match}: there is no recipe for ${recipe}`);
    }
    return digest ?? match;
  });
}

/** Every text of a value unfolded. */
export function unfold(value: Json, context: ReferenceContext, here?: string): Json {
  return mapStrings(value, (text) => unfoldText(text, context, here));
}
