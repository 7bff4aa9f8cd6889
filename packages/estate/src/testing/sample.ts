/** The sample answers of testdata: one small subscription and one cluster, with the oddities real answers have. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ArmId, type ManagedCluster, toArmId } from "@sightline/model";
import type { Clock } from "@sightline/platform";
import { z } from "zod";
import { managedCluster } from "../azure/container-service.ts";

/** GUID of the sample subscription. */
export const sampleSubscription = "10000000-0000-4000-8000-000000000001";

/** Its id. */
export const sampleScope = `/subscriptions/${sampleSubscription}`;

const samples = new Map<string, unknown>();

/** One sample answer, the same object each time. */
export function readSample(name: string): unknown {
  if (!samples.has(name)) {
    const text = readFileSync(join(import.meta.dirname, "../testdata", `${name}.json`), "utf8");
    samples.set(name, JSON.parse(text));
  }
  return samples.get(name);
}

/** One sample answer that is a list. */
export function readSampleList(name: string): readonly unknown[] {
  return z.array(z.unknown()).parse(readSample(name));
}

/** Text as an ARM id, in tests where it certainly is one. */
export function asArmId(text: string): ArmId {
  return z.custom<ArmId>((value) => typeof value === "string" && toArmId(value) !== undefined).parse(text);
}

/** The running cluster of the sample. */
export function readSampleCluster(): ManagedCluster {
  return managedCluster.parse(readSampleList("azure/managed-clusters")[0]);
}

/** A clock that starts on 2026-01-01 and moves on by a second whenever it is read. */
export function createTickingClock(): Clock {
  let elapsedMs = 0;
  return {
    nowMs: () => {
      elapsedMs += 1000;
      return Date.UTC(2026, 0, 1) + elapsedMs;
    },
    elapsedMs: () => elapsedMs,
    sleep: (ms) => {
      elapsedMs += ms;
      return Promise.resolve();
    },
  };
}
