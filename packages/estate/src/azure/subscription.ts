/** The subscription itself, and the service tags in force for it: one read each. */
import type { Coverage, Subscription } from "@sightline/model";
import { z } from "zod";
import type { EstateCollector, SubscriptionContext } from "../collector.ts";
import {
  type ListIdentity,
  toCoverage,
  toGap,
  toSubscriptionList,
  toTimestamp,
  toUnreadableGap,
} from "../recording.ts";
import { armId, parseWire, text } from "../wire.ts";

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

/** One GET in the form of a list of one page. */
async function readOne<Value>(
  { arm, clock, signal }: SubscriptionContext,
  list: ListIdentity,
  target: {
    readonly path: string;
    readonly schema: z.ZodType<Value>;
    readonly count: (value: Value) => number;
  },
): Promise<{ readonly value?: Value; readonly coverage: Coverage }> {
  const startedAt = toTimestamp(clock);
  const answer = await arm.get(target.path, list.source.apiVersion, signal);
  const endedAt = toTimestamp(clock);
  if (!answer.ok) {
    const gaps = [toGap(answer.failure, list, target.path)];
    return { coverage: toCoverage(list, { raw: { pages: 0 }, count: 0, gaps, startedAt, endedAt }) };
  }
  const { requestId } = answer;
  const raw = { pages: 1, ...(requestId === undefined ? {} : { requestId }) };
  const parsed = parseWire(target.schema, answer.value);
  if (!parsed.ok) {
    const gaps = [toUnreadableGap(parsed.problem, target.path)];
    return { coverage: toCoverage(list, { raw, count: 0, gaps, startedAt, endedAt }) };
  }
  const count = target.count(parsed.value);
  return { value: parsed.value, coverage: toCoverage(list, { raw, count, gaps: [], startedAt, endedAt }) };
}

const subscriptionRead = {
  kind: "subscription",
  collector: "arm-subscription",
  version: 1,
  api: "arm",
  apiVersion: "2022-12-01",
  action: "Microsoft.Resources/subscriptions/read",
} as const;

/** Microsoft.Resources/subscriptions. */
export const subscriptionCollector: EstateCollector = {
  id: subscriptionRead.collector,
  version: subscriptionRead.version,
  scope: "subscription",
  kinds: [subscriptionRead.kind],
  permissions: [subscriptionRead.action],
  collect: async (context) => {
    const list = toSubscriptionList(context.subscriptionId, subscriptionRead);
    const target = { path: list.scope, schema: subscription, count: () => 1 };
    const { value, coverage } = await readOne(context, list, target);
    return { resources: value === undefined ? [] : [value], coverage: [coverage] };
  },
};

const tags = z
  .object({
    values: z.array(z.object({ name: z.string(), properties: z.object({ addressPrefixes: z.array(z.string()) }) })),
  })
  .transform(({ values }) => Object.fromEntries(values.map((each) => [each.name, each.properties.addressPrefixes])));

/** Region asked: the answer holds the prefixes of all regions of the cloud. Other clouds than the public one lack it. */
const anyRegion = "westeurope";

const tagRead = {
  kind: "serviceTags",
  collector: "arm-serviceTags",
  version: 1,
  api: "arm",
  apiVersion: "2024-05-01",
  action: "Microsoft.Network/locations/serviceTags/read",
} as const;

/** Microsoft.Network/locations/serviceTags: what a tag means today, from Azure itself. */
export const serviceTagCollector: EstateCollector = {
  id: tagRead.collector,
  version: tagRead.version,
  scope: "subscription",
  kinds: [tagRead.kind],
  permissions: [tagRead.action],
  collect: async (context) => {
    const list = toSubscriptionList(context.subscriptionId, tagRead);
    const path = `${list.scope}/providers/Microsoft.Network/locations/${anyRegion}/serviceTags`;
    const target = { path, schema: tags, count: (found: z.output<typeof tags>) => Object.keys(found).length };
    const { value, coverage } = await readOne(context, list, target);
    return { resources: [], coverage: [coverage], ...(value === undefined ? {} : { serviceTags: value }) };
  },
};
