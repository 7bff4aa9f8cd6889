/** All collectors; a new one is one file (or row) and one line here. */
import { censusCollector } from "./azure/census.ts";
import { detailCollectors } from "./azure/details.ts";
import { listCollectors } from "./azure/lists.ts";
import { serviceTagCollector, subscriptionCollector } from "./azure/subscription.ts";
import type { EstateCollector } from "./collector.ts";
import { kubernetesCollectors } from "./kubernetes/lists.ts";

/** Every collector, in the order their reads begin. */
export const estateCollectors: readonly EstateCollector[] = [
  subscriptionCollector,
  ...listCollectors,
  ...detailCollectors,
  serviceTagCollector,
  censusCollector,
  ...kubernetesCollectors,
];
