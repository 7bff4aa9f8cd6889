/**
 * The census: how many resources of which type there are, whether the engine knows the type or not. What is there but
 * not modelled may open a way in; a verdict must know of it. Source: learn.microsoft.com, "Azure Resource Graph table
 * and resource type reference".
 */
import type { CensusEntry, Coverage, OtherResource } from "@sightline/model";
import { z } from "zod";
import type { EstateCollector, SubscriptionContext } from "../collector.ts";
import {
  fromArmList,
  type ListIdentity,
  type RawList,
  readItems,
  toCoverage,
  toSubscriptionList,
  toTimestamp,
} from "../recording.ts";
import { armId, envelope, toFields } from "../wire.ts";
import { listedTypes } from "./lists.ts";

/** Types read by other collectors than the plain lists, or parts of what they read. */
const collectedTypes: ReadonlySet<string> = new Set([
  ...listedTypes,
  "microsoft.compute/virtualmachines",
  "microsoft.compute/virtualmachinescalesets",
  "microsoft.web/sites",
]);

const otherResource = envelope.extend({ properties: z.unknown() }).transform(
  (raw): OtherResource => ({
    kind: "other",
    ...toFields(raw),
    type: raw.type,
    references: referencesIn(raw.properties),
  }),
);

const referencesMax = 1000;
const visitsMax = 100_000;

/**
 * Every ARM id written anywhere in a resource's properties: what it may touch, without knowing its meaning. Where there
 * are too many to name them all, none: some left out would read as "it touches nothing else".
 */
function referencesIn(properties: unknown): OtherResource["references"] {
  const found = new Set<z.output<typeof armId>>();
  const waiting: unknown[] = [properties];
  let visits = 0;
  while (waiting.length > 0 && visits <= visitsMax && found.size <= referencesMax) {
    visits += 1;
    const value = waiting.pop();
    if (typeof value === "string" && /^\/subscriptions\//i.test(value)) {
      const id = armId.safeParse(value);
      if (id.success) {
        found.add(id.data);
      }
    } else if (typeof value === "object" && value !== null) {
      for (const member of Object.values(value)) {
        waiting.push(member);
      }
    }
  }
  return waiting.length > 0 || found.size > referencesMax ? [] : [...found].toSorted();
}

const censusRead = {
  kind: "census",
  collector: "resource-graph-census",
  version: 2,
  api: "resource-graph",
  apiVersion: "2022-10-01",
  action: "*/read",
} as const;

/**
 * Rules of Azure Virtual Network Manager in force on these networks. They may admit what a security group denies, and
 * their manager may live in another subscription, so that the resources of this one do not show it.
 */
const adminRules = "microsoft.network/effectivesecurityadminrules";

const typeCounts = "resources | summarize count() by type";
const adminRuleCounts = `networkresources | where type =~ '${adminRules}' | summarize count() by type`;

/** Counts by type, and the resources of types nobody else reads. */
export const censusCollector: EstateCollector = {
  id: censusRead.collector,
  version: censusRead.version,
  scope: "subscription",
  kinds: ["census", "other"],
  permissions: [censusRead.action],
  collect: async (context) => {
    const list = toSubscriptionList(context.subscriptionId, censusRead);
    const counted = await countTypes(context, list);
    const unknown = counted.census.filter(({ type }) => !collectedTypes.has(type) && type !== adminRules);
    const others = await collectOthers(
      context,
      toSubscriptionList(context.subscriptionId, { ...censusRead, kind: "other" }),
      { types: unknown.map(({ type }) => type), census: counted.coverage },
    );
    return {
      resources: others.resources,
      coverage: [counted.coverage, others.coverage],
      census: counted.census,
    };
  },
};

async function query(
  { arm, subscriptionId, signal }: SubscriptionContext,
  list: ListIdentity,
  text: string,
): Promise<RawList> {
  return fromArmList(await arm.query(text, [subscriptionId], signal), list);
}

async function countTypes(
  context: SubscriptionContext,
  list: ListIdentity,
): Promise<{ readonly census: readonly CensusEntry[]; readonly coverage: Coverage }> {
  const entry = z
    .object({ type: z.string(), count_: z.number() })
    .transform((raw): CensusEntry => ({ scope: list.scope, type: raw.type.toLowerCase(), count: raw.count_ }));
  const startedAt = toTimestamp(context.clock);
  const raw = await query(context, list, typeCounts);
  const rules = await query(context, list, adminRuleCounts);
  const { values, gaps } = readItems(entry, [...raw.items, ...rules.items]);
  const facts = {
    raw: { ...raw, pages: raw.pages + rules.pages },
    count: values.length,
    gaps: [...gaps, ...(rules.gap === undefined ? [] : [rules.gap])],
    startedAt,
    endedAt: toTimestamp(context.clock),
  };
  return { census: values, coverage: toCoverage(list, facts) };
}

/** Resources of the given types. What the census misses is missing here as well: its gaps are this list's, too. */
async function collectOthers(
  context: SubscriptionContext,
  list: ListIdentity,
  { types, census }: { readonly types: readonly string[]; readonly census: Coverage },
): Promise<{ readonly resources: readonly OtherResource[]; readonly coverage: Coverage }> {
  const startedAt = toTimestamp(context.clock);
  const quoted = types.map((type) => `'${type.replaceAll("'", "")}'`).join(", ");
  const nothing: RawList = { items: [], pages: 0 };
  const text = `resources | where type in~ (${quoted}) | project id, name, type, location, properties`;
  const raw = types.length === 0 ? nothing : await query(context, list, text);
  const { values, gaps } = readItems(otherResource, raw.items);
  const endedAt = toTimestamp(context.clock);
  const facts = { raw, count: values.length, gaps: [...census.gaps, ...gaps], startedAt, endedAt };
  return { resources: values, coverage: toCoverage(list, facts) };
}
