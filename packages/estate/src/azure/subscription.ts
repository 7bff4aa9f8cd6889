/** The subscription itself, and the service tags in force for it. */
import type { CollectionGap, Subscription } from "@sightline/model";
import { z } from "zod";
import type { EstateCollector } from "../collector.ts";
import { type ListIdentity, readerRemedy, toCoverage, toGap, toTimestamp } from "../recording.ts";
import { armId, listOf, parseWire, text } from "../wire.ts";

const subscriptionVersion = "2022-12-01";
const tagsVersion = "2024-05-01";

const subscription = z
  .object({ id: armId, subscriptionId: z.string(), displayName: text, tenantId: text, state: text })
  .transform(
    (raw): Subscription => ({
      kind: "subscription",
      id: raw.id,
      name: raw.displayName,
      subscriptionId: raw.subscriptionId.toLowerCase(),
      location: "",
      tenantId: raw.tenantId.toLowerCase(),
      state: raw.state,
    }),
  );

function toIdentity(subscriptionId: string, kind: string, apiVersion: string, action: string): ListIdentity {
  const scope = `/subscriptions/${subscriptionId}`;
  const source = { collector: `arm-${kind}`, version: 1, api: "arm", apiVersion, scope, role: "Reader" };
  return { scope, kind, source, action, remedy: readerRemedy(subscriptionId) };
}

/** Microsoft.Resources/subscriptions. */
export const subscriptionCollector: EstateCollector = {
  id: "arm-subscription",
  version: 1,
  scope: "subscription",
  kinds: ["subscription"],
  permissions: ["Microsoft.Resources/subscriptions/read"],
  collect: async ({ subscriptionId, arm, clock, signal }) => {
    const startedAt = toTimestamp(clock);
    const list = toIdentity(
      subscriptionId,
      "subscription",
      subscriptionVersion,
      "Microsoft.Resources/subscriptions/read",
    );
    const answer = await arm.get(`/subscriptions/${subscriptionId}`, subscriptionVersion, signal);
    const gaps: CollectionGap[] = [];
    const resources: Subscription[] = [];
    if (answer.ok) {
      const parsed = parseWire(subscription, answer.value);
      if (parsed.ok) {
        resources.push(parsed.value);
      } else {
        gaps.push({
          kind: "unreadable",
          subject: list.scope,
          message: parsed.problem.message,
          remedy: parsed.problem.next,
        });
      }
    } else {
      gaps.push(toGap(answer.failure, list, list.scope));
    }
    const facts = { pages: 1, count: resources.length, gaps, startedAt, endedAt: toTimestamp(clock) };
    return { resources, coverage: [toCoverage(list, facts)] };
  },
};

const tags = z.object({
  values: listOf(z.object({ name: z.string(), properties: z.object({ addressPrefixes: listOf(z.string()) }) })),
});

/** Region asked: the answer holds the prefixes of all regions. */
const anyRegion = "westeurope";

/** Microsoft.Network/locations/serviceTags: what a tag means today, from Azure itself. */
export const serviceTagCollector: EstateCollector = {
  id: "arm-serviceTags",
  version: 1,
  scope: "subscription",
  kinds: ["serviceTags"],
  permissions: ["Microsoft.Network/locations/serviceTags/read"],
  collect: async ({ subscriptionId, arm, clock, signal }) => {
    const startedAt = toTimestamp(clock);
    const list = toIdentity(subscriptionId, "serviceTags", tagsVersion, "Microsoft.Network/locations/serviceTags/read");
    const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Network/locations/${anyRegion}/serviceTags`;
    const answer = await arm.get(path, tagsVersion, signal);
    const parsed = answer.ok ? parseWire(tags, answer.value) : undefined;
    const values = parsed?.ok === true ? parsed.value.values : [];
    const gaps: CollectionGap[] = [
      ...(answer.ok ? [] : [toGap(answer.failure, list, path)]),
      ...(parsed?.ok === false
        ? [{ kind: "unreadable" as const, subject: path, message: parsed.problem.message, remedy: parsed.problem.next }]
        : []),
    ];
    const facts = { pages: 1, count: values.length, gaps, startedAt, endedAt: toTimestamp(clock) };
    return {
      resources: [],
      coverage: [toCoverage(list, facts)],
      ...(gaps.length > 0
        ? {}
        : { serviceTags: Object.fromEntries(values.map((each) => [each.name, each.properties.addressPrefixes])) }),
    };
  },
};
