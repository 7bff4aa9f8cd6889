/** Collects the sample, altered as a test wishes. */
import type { EstateSnapshot } from "@sightline/model";
import { type CollectRequest, collectEstate } from "../collect.ts";
import { type Alteration, createFakeAzure } from "./fake-azure.ts";
import { createTickingClock, sampleSubscription } from "./sample.ts";

/** A round over the sample subscription and its clusters; the second cluster has the same objects as the first. */
export function collectSample(alter?: Alteration, change: Partial<CollectRequest> = {}): Promise<EstateSnapshot> {
  const { arm, kubernetes } = createFakeAzure(alter);
  return collectEstate({
    tenantId: "50000000-0000-4000-8000-00000000000a",
    subscriptionIds: [sampleSubscription],
    arm,
    openCluster: () => kubernetes,
    clock: createTickingClock(),
    ...change,
  });
}
