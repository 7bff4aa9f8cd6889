import type { BuiltImage } from "../image/build-image.ts";
import type { ReadScenario } from "./read-scenario.ts";
import type { SimulatedClock } from "./world.ts";

/** What a world is made from. The clusters' authorities are the caller's, so that it can serve with them. */
export interface WorldInput {
  readonly read: ReadScenario;
  readonly images: readonly BuiltImage[];
  readonly clock: SimulatedClock;
  /** PEM of the authority of each cluster, in the scenario's order. */
  readonly clusterCaPems: readonly string[];
}
