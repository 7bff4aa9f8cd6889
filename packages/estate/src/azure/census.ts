/**
 * The census: how many resources of which type there are, whether the engine knows the type or not. What is there but
 * not modelled may open a way in; a verdict must know of it. Source: Resource Graph, table `resources`.
 */
import type { ArmList } from "@sightline/azure";
import type { CensusEntry, CollectionGap, OtherResource } from "@sightline/model";
import { z } from "zod";
import type { EstateCollector } from "../collector.ts";
import { type ListIdentity, readerRemedy, toCoverage, toGap, toTimestamp } from "../recording.ts";
import { armId, envelope, parseWire, toFields } from "../wire.ts";
import { listedTypes } from "./lists.ts";

const graphVersion = "2022-10-01";

const counted = z.object({ type: z.string(), count_: z.number() });

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

/** Every ARM id written anywhere in a resource's properties: what it may touch, without knowing its meaning. */
function referencesIn(properties: unknown): OtherResource["references"] {
  const found = new Set<z.output<typeof armId>>();
  const waiting: unknown[] = [properties];
  for (let visited = 0; waiting.length > 0 && visited < 100_000 && found.size < referencesMax; visited += 1) {
    const value = waiting.pop();
    if (typeof value === "string" && /^\/subscriptions\//i.test(value)) {
      const id = armId.safeParse(value);
      if (id.success) {
        found.add(id.data);
      }
    } else if (typeof value === "object" && value !== null) {
      waiting.push(...Object.values(value));
    }
  }
  return [...found].sort();
}

/** Counts by type, and the resources of types nobody else reads. */
export const censusCollector: EstateCollector = {
  id: "resource-graph-census",
  version: 1,
  scope: "subscription",
  kinds: ["census", "other"],
  permissions: ["*/read"],
  collect: async ({ subscriptionId, arm, clock, signal }) => {
    const startedAt = toTimestamp(clock);
    const scope = `/subscriptions/${subscriptionId}`;
    const source = {
      collector: "resource-graph-census",
      version: 1,
      api: "resource-graph",
      apiVersion: graphVersion,
      scope,
      role: "Reader",
    };
    const identity = (kind: string): ListIdentity => ({
      scope,
      kind,
      source,
      action: "*/read",
      remedy: readerRemedy(subscriptionId),
    });
    const census = await arm.query("resources | summarize count() by type", [subscriptionId], signal);
    const gaps: CollectionGap[] =
      census.failure === undefined ? [] : [toGap(census.failure, identity("census"), scope)];
    const entries: CensusEntry[] = [];
    for (const item of census.items) {
      const parsed = parseWire(counted, item);
      if (parsed.ok) {
        entries.push({ scope, type: parsed.value.type.toLowerCase(), count: parsed.value.count_ });
      } else {
        gaps.push({ kind: "unreadable", subject: scope, message: parsed.problem.message, remedy: parsed.problem.next });
      }
    }
    const facts = { pages: census.pages, count: entries.length, gaps, startedAt, endedAt: toTimestamp(clock) };
    const others = await collectOthers(
      {
        query: (query) => arm.query(query, [subscriptionId], signal),
        identity: identity("other"),
        now: () => toTimestamp(clock),
      },
      entries.map((entry) => entry.type).filter((type) => !collectedTypes.has(type)),
    );
    return {
      resources: others.resources,
      coverage: [toCoverage(identity("census"), facts), others.coverage],
      census: entries,
    };
  },
};

async function collectOthers(
  reading: {
    readonly query: (query: string) => Promise<ArmList>;
    readonly identity: ListIdentity;
    readonly now: () => string;
  },
  types: readonly string[],
): Promise<{ readonly resources: readonly OtherResource[]; readonly coverage: ReturnType<typeof toCoverage> }> {
  const startedAt = reading.now();
  if (types.length === 0) {
    return {
      resources: [],
      coverage: toCoverage(reading.identity, { pages: 0, count: 0, gaps: [], startedAt, endedAt: startedAt }),
    };
  }
  const quoted = types.map((type) => `'${type.replaceAll("'", "")}'`).join(", ");
  const raw = await reading.query(
    `resources | where type in~ (${quoted}) | project id, name, type, location, properties`,
  );
  const resources: OtherResource[] = [];
  const gaps: CollectionGap[] =
    raw.failure === undefined ? [] : [toGap(raw.failure, reading.identity, reading.identity.scope)];
  for (const item of raw.items) {
    const parsed = parseWire(otherResource, item);
    if (parsed.ok) {
      resources.push(parsed.value);
    } else {
      gaps.push({
        kind: "unreadable",
        subject: parsed.problem.subject,
        message: parsed.problem.message,
        remedy: parsed.problem.next,
      });
    }
  }
  const facts = { pages: raw.pages, count: resources.length, gaps, startedAt, endedAt: reading.now() };
  return { resources, coverage: toCoverage(reading.identity, facts) };
}
