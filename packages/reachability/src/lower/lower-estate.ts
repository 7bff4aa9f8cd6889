/** Puts together what elements look at. */
import type { EstateSnapshot } from "@sightline/model";
import type { ElementContext } from "../element.ts";
import { createAddressAlgebra } from "../packet-set/address-set.ts";
import { createPortAlgebra } from "../packet-set/port-set.ts";
import { createRuleJudge } from "../rule-list/decide.ts";
import { collectClusters } from "./cluster.ts";
import { indexEstate, type LoweringContext } from "./estate-index.ts";
import { createPlaces } from "./guarded-place.ts";
import { findUnmodelledTypes } from "./unmodelled-types.ts";
import { createNetworkView } from "./virtual-network.ts";

/** Set algebras, a rule judge and an index over the snapshot. */
export function createLoweringContext(snapshot: EstateSnapshot): LoweringContext {
  const addresses = createAddressAlgebra();
  return { estate: indexEstate(snapshot), addresses, ports: createPortAlgebra(), judge: createRuleJudge(addresses) };
}

/** The context of all elements for one snapshot. */
export function createElementContext(snapshot: EstateSnapshot): ElementContext {
  const context = createLoweringContext(snapshot);
  const types = findUnmodelledTypes(context.estate);
  const view = createNetworkView(context, types);
  const places = createPlaces(context, view);
  return { ...context, view, places, types, clusters: collectClusters(context, places) };
}
