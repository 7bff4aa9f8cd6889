/** Turns passages that let nobody through into cuts: every candidate entry with everything that stands in its way. */
import type { CandidateEntry, Obstacle, ResourceId } from "@sightline/model";
import type { AddressAlgebra } from "./packet-set/address-set.ts";
import type { Passage } from "./propagate.ts";

/** The link that names the way in: the last one that is not the usual step from a Service to its pods. */
function entryOf({ chain }: Passage): { readonly entry: string; readonly resource: ResourceId | undefined } {
  const link = chain.steps.findLast(({ link: candidate }) => candidate.entry !== "service")?.link;
  return { entry: link?.entry ?? "service", resource: link?.resource };
}

/** Every obstacle of the passage, in the order traffic meets them, once each. */
export function explainShut(passage: Passage, addresses: AddressAlgebra): CandidateEntry {
  const { entry, resource } = entryOf(passage);
  const filters = passage.crossed.flatMap((crossed) => crossed.filters);
  const found = filters.flatMap((filter) => filter.explainRemoval(addresses.subtract(passage.sources, filter.may)));
  const unique = new Map(found.map((obstacle) => [JSON.stringify(obstacle), obstacle]));
  const target = passage.chain.steps.at(-1)?.station.resource;
  const [first, ...others] = unique.values();
  const nothing: Obstacle = {
    kind: "no-entry",
    entry,
    detail: "no source has an address of the family that is needed",
    coverage: [],
    checked: 0,
  };
  const named = resource ?? target;
  return { entry, ...(named === undefined ? {} : { resource: named }), obstacles: [first ?? nothing, ...others] };
}

/** Candidates that say the same, once. */
export function uniqueEntries(entries: readonly CandidateEntry[]): readonly CandidateEntry[] {
  const byContent = new Map(entries.map((entry) => [JSON.stringify(entry), entry]));
  return [...byContent].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, entry]) => entry);
}
