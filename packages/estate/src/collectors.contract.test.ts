/** What every collector promises, whatever it reads. */
import { armKey, type CollectionGap } from "@sightline/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Collected, EstateCollector } from "./collector.ts";
import { estateCollectors } from "./collectors.ts";
import { type Alteration, createFailure, createFakeAzure, type FakeCall } from "./testing/fake-azure.ts";
import { createTickingClock, readSampleCluster, sampleSubscription } from "./testing/sample.ts";

interface Round {
  readonly collected: Collected;
  readonly calls: readonly FakeCall[];
}

async function run(collector: EstateCollector, alter?: Alteration): Promise<Round> {
  const { arm, kubernetes, calls } = createFakeAzure(alter);
  const clock = createTickingClock();
  const collected =
    collector.scope === "subscription"
      ? await collector.collect({ subscriptionId: sampleSubscription, arm, clock })
      : await collector.collect({ cluster: readSampleCluster(), kubernetes, clock });
  return { collected, calls };
}

function keysOf({ resources }: Collected): readonly string[] {
  return resources.map(({ id }) => armKey(id));
}

function gapsOf({ coverage }: Collected): readonly CollectionGap[] {
  return coverage.flatMap(({ gaps }) => gaps);
}

/** Resources, and entries that are none. */
function countRead({ resources, census = [], serviceTags = {} }: Collected): number {
  return resources.length + census.length + Object.keys(serviceTags).length;
}

function isComplete({ coverage }: Collected): boolean {
  return coverage.every(({ complete }) => complete);
}

/** A record is complete exactly when it names no gap, in every record a collector ever makes. */
function expectHonest({ coverage }: Collected): void {
  for (const { complete, gaps, startedAt, endedAt } of coverage) {
    expect(complete).toBe(gaps.length === 0);
    expect(Date.parse(endedAt)).toBeGreaterThanOrEqual(Date.parse(startedAt));
  }
}

const failures = [
  { name: "401", failure: createFailure("azure.unauthorized", 401), kind: "denied" },
  { name: "403", failure: createFailure("azure.forbidden", 403), kind: "denied" },
  { name: "404", failure: createFailure("azure.not-found", 404), kind: "failed" },
  { name: "429", failure: createFailure("azure.throttled", 429), kind: "throttled" },
  { name: "500", failure: createFailure("azure.server-error", 500), kind: "failed" },
  { name: "503", failure: createFailure("azure.server-error", 503), kind: "failed" },
] as const;

const garbage: readonly unknown[] = [null, 42, "text", [], {}, { id: 7, metadata: 7, type: 7, values: 7 }];

/** An object with a member nobody knows, in itself and in the parts every answer has. */
function withUnknownMembers(item: unknown): unknown {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    return item;
  }
  const parts = Object.entries(item).map(([name, value]: [string, unknown]) =>
    ["properties", "metadata", "status"].includes(name) && typeof value === "object" && value !== null
      ? [name, { ...value, notKnownYet: { deep: [1] } }]
      : [name, value],
  );
  return { ...Object.fromEntries(parts), notKnownYet: "2031" };
}

it("there are collectors, each with an id of its own", () => {
  const ids = estateCollectors.map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(20);
  expect(new Set(ids).size).toBe(ids.length);
});

describe.each(estateCollectors.map((collector) => [collector.id, collector] as const))("%s", (_id, collector) => {
  it("reads the sample completely and answers for its kinds", async () => {
    const { collected } = await run(collector);
    expect(gapsOf(collected)).toEqual([]);
    expectHonest(collected);
    expect(collected.coverage.map(({ kind }) => kind).toSorted()).toEqual([...collector.kinds].toSorted());
    expect(collected.coverage.every(({ source }) => source.collector === collector.id)).toBe(true);
    expect(collected.coverage.every(({ source }) => source.version === collector.version)).toBe(true);
    expect(collected.coverage.every(({ pages }) => pages > 0)).toBe(true);
    expect(collector.permissions.every((action) => action.endsWith("/read"))).toBe(true);
  });

  it("only reads", async () => {
    const { calls } = await run(collector);
    expect(calls.length).toBeGreaterThan(0);
    for (const { verb, target } of calls) {
      expect(target).toMatch(verb === "query" ? /^(?:network)?resources \|[^;]*$/ : /^\/(?:subscriptions|apis?)\//);
      // ARM's actions that give secrets away are called list…: none may be near.
      expect(target).not.toMatch(/\/list[A-Z]|\/(?:list|action|config\/appsettings)$/);
    }
  });

  it.each(failures.map((row) => [row.name, row] as const))(
    "keeps what it has and names the gap when any one read answers %s",
    async (_name, { failure, kind }) => {
      const whole = await run(collector);
      for (const { index } of whole.calls) {
        const { collected } = await run(collector, (call, answer) =>
          call.index === index ? { items: [], failure } : answer,
        );
        expectHonest(collected);
        expect(isComplete(collected)).toBe(false);
        expect(gapsOf(collected).map((gap) => gap.kind)).toContain(kind);
        expect(keysOf(whole.collected)).toEqual(expect.arrayContaining([...keysOf(collected)]));
      }
    },
  );

  it("keeps the pages that came before a list broke off", async () => {
    const whole = await run(collector);
    const failure = createFailure("azure.server-error", 502);
    const lists = whole.calls.filter(({ verb }) => verb !== "get");
    for (const { index } of lists) {
      const { collected } = await run(collector, (call, { items }) =>
        call.index === index ? { items: items.slice(0, 1), failure } : { items },
      );
      expectHonest(collected);
      expect(isComplete(collected)).toBe(false);
      expect(gapsOf(collected).some((gap) => gap.kind === "failed")).toBe(true);
      expect(countRead(collected) > 0).toBe(countRead(whole.collected) > 0);
    }
  });

  it("names an unreadable entry and keeps the others", async () => {
    const whole = await run(collector);
    for (const { index, verb } of whole.calls) {
      for (const broken of garbage) {
        const { collected } = await run(collector, (call, { items }) =>
          call.index !== index ? { items } : { items: verb === "get" ? [broken] : [...items, broken] },
        );
        expectHonest(collected);
        expect(isComplete(collected)).toBe(false);
        expect(gapsOf(collected).map((gap) => gap.kind)).toContain("unreadable");
        if (verb !== "get") {
          expect(keysOf(collected)).toEqual(keysOf(whole.collected));
        }
      }
    }
  });

  it("reads past members it does not know", async () => {
    const whole = await run(collector);
    const { collected } = await run(collector, (_call, { items }) => ({ items: items.map(withUnknownMembers) }));
    expect(gapsOf(collected)).toEqual([]);
    expect(collected.resources).toEqual(whole.collected.resources);
  });

  it("never throws, whatever comes, and never calls complete what it could not read", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 4 }), async (items) => {
        const { collected } = await run(collector, () => ({ items }));
        expectHonest(collected);
        expect(isComplete(collected) && countRead(collected) === 0 && items.length > 0).toBe(false);
      }),
      { numRuns: 15 },
    );
  });
});
