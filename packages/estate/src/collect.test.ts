import { armKey } from "@sightline/model";
import { describe, expect, it } from "vitest";
import type { CollectStep } from "./collect.ts";
import { estateCollectors } from "./collectors.ts";
import { createFailure } from "./testing/fake-azure.ts";
import { sampleScope, sampleSubscription } from "./testing/sample.ts";
import { collectSample } from "./testing/sample-estate.ts";

describe("a round", () => {
  it("leaves a coverage record for every kind of every collector in every scope", async () => {
    const { coverage } = await collectSample();
    const subscriptionKinds = estateCollectors.flatMap(({ scope, kinds }) => (scope === "subscription" ? kinds : []));
    const clusterKinds = estateCollectors.flatMap(({ scope, kinds }) => (scope === "cluster" ? kinds : []));
    const records = Map.groupBy(coverage, ({ scope }) => scope);
    expect(records.size).toBe(3);
    for (const [scope, list] of records) {
      const expected = scope === sampleScope ? subscriptionKinds : clusterKinds;
      expect(list.map(({ kind }) => kind).toSorted()).toEqual(expected.toSorted());
    }
    expect(new Set(coverage.map(({ id }) => id)).size).toBe(coverage.length);
    expect(coverage.filter(({ complete }) => !complete)).toEqual([]);
  });

  it("orders everything by id, holds each id once, and says when and in which list each was seen", async () => {
    const snapshot = await collectSample();
    const keys = snapshot.resources.map(({ id }) => armKey(id));
    expect(keys).toEqual([...new Set(keys)].toSorted());
    expect(Object.keys(snapshot.observations).toSorted()).toEqual(keys);
    const records = new Map<string, string>(snapshot.coverage.map(({ id, startedAt }) => [id, startedAt]));
    for (const { at, coverage } of Object.values(snapshot.observations)) {
      expect(at).toBe(records.get(coverage));
    }
    const web = snapshot.workloads.filter(({ name }) => name === "web");
    expect(web.map(({ liveness }) => liveness.kind)).toEqual(["live", "live"]);
  });

  it("says which workloads may be started by others", async () => {
    const { workloads } = await collectSample();
    const first = workloads.filter(({ id }) => armKey(id).includes("/aks-bare#"));
    const liveness = Object.fromEntries(first.map(({ name, liveness: { kind } }) => [name, kind]));
    expect(liveness).toMatchObject({
      web: "live",
      store: "live",
      agent: "live",
      report: "live",
      // A HorizontalPodAutoscaler targets it.
      sleeping: "unknown",
      idle: "stopped",
      cache: "stopped",
      suspended: "stopped",
      broken: "stopped",
      "held-back": "unknown",
      "windows-only": "unknown",
      "rollout-1": "unknown",
    });
    const withKeda = workloads.filter(({ id, name }) => armKey(id).includes("/aks-app#") && name === "idle");
    expect(withKeda.map(({ liveness: { kind } }) => kind)).toEqual(["unknown"]);
  });

  it("reads a subscription that is named twice once, whatever its case", async () => {
    const twice = await collectSample(undefined, {
      subscriptionIds: [sampleSubscription.toUpperCase(), sampleSubscription],
    });
    expect(twice).toEqual(await collectSample());
  });

  it("tells of every step", async () => {
    const steps: CollectStep[] = [];
    const failure = createFailure("azure.forbidden", 403);
    await collectSample(({ target }, answer) => (target.endsWith("/routeTables") ? { items: [], failure } : answer), {
      progress: (step) => steps.push(step),
    });
    const inSubscription = estateCollectors.filter(({ scope }) => scope === "subscription").length;
    expect(steps).toHaveLength(inSubscription + 2 * (estateCollectors.length - inSubscription));
    expect(steps).toContainEqual({ collector: "arm-routeTable", scope: sampleSubscription, resources: 0, gaps: 1 });
    expect(steps).toContainEqual({ collector: "arm-virtualNetwork", scope: sampleSubscription, resources: 2, gaps: 0 });
  });

  it("ends where it is cancelled", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const round = collectSample(
      (_call, answer) => {
        controller.abort(reason);
        return answer;
      },
      { signal: controller.signal },
    );
    await expect(round).rejects.toBe(reason);
  });
});
