/**
 * The plug-in point for network elements: each lowers one kind of thing into stations and links. The list is
 * `elements.ts`; how to add one is in docs/how-to/add-a-network-element.md.
 */
import type { ClusterView } from "./lower/cluster.ts";
import type { LoweringContext } from "./lower/estate-index.ts";
import type { Places } from "./lower/guarded-place.ts";
import type { UnmodelledType } from "./lower/unmodelled-types.ts";
import type { NetworkView } from "./lower/virtual-network.ts";
import type { Lowered } from "./model/network.ts";

/** What an element may look at. */
export interface ElementContext extends LoweringContext {
  readonly view: NetworkView;
  readonly places: Places;
  readonly types: readonly UnmodelledType[];
  readonly clusters: readonly ClusterView[];
}

/**
 * One element. It must be honest: a link it is not sure of carries a filter whose `may` lets through what `passes` does
 * not, and whatever refers to something that is not in the snapshot becomes such a link, never no link.
 */
export interface NetworkElement {
  readonly id: string;
  /** Resource kinds it reads. */
  readonly kinds: readonly string[];
  /** What it takes for granted, in words. */
  readonly assumptions: readonly string[];
  readonly lower: (context: ElementContext) => Lowered;
}
