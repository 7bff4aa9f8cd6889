/** Turns passages that let nobody through into cuts: every candidate entry with everything that stands in its way. */
import type { CandidateEntry, Obstacle, ResourceId } from "@sightline/model";
import type { AddressAlgebra } from "./packet-set/address-set.ts";
import type { Passage } from "./propagate.ts";

/** The link that names the way in: the last one that is not the usual step from a Service to its pods. */
export function entryOf({ chain }: Passage): { readonly entry: string; readonly resource: ResourceId | undefined } {
  const link = chain.steps.findLast(({ link: candidate }) => candidate.entry !== "service")?.link;
  return { entry: link?.entry ?? "service", resource: link?.resource };
}

function explainAnew(passage: Passage, addresses: AddressAlgebra): CandidateEntry {
  const { entry, resource } = entryOf(passage);
  const filters = passage.crossed.flatMap(({ checkpoint }) => checkpoint.filters);
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

/** Explains shut passages; passages with equal checkpoints get the same object. */
export interface Explainer {
  /** Every obstacle of the passage, in the order traffic meets them, once each. */
  readonly explainShut: (passage: Passage) => CandidateEntry;
  /** Candidates that say the same once, in a fixed order. */
  readonly uniqueEntries: (entries: readonly CandidateEntry[]) => readonly CandidateEntry[];
  /** Equal texts for entries that say the same. */
  readonly signEntry: (entry: CandidateEntry) => string;
}

/** So many explanations are kept; they are made again when needed. */
const entriesMax = 10_000;

/** An explainer with an empty memory; one for each computation. */
export function createExplainer(addresses: AddressAlgebra): Explainer {
  const bySign = new Map<string, CandidateEntry>();
  const texts = new WeakMap<CandidateEntry, string>();
  const signEntry = (entry: CandidateEntry): string => {
    const text = texts.get(entry) ?? JSON.stringify(entry);
    texts.set(entry, text);
    return text;
  };
  return {
    signEntry,
    explainShut: (passage) => {
      const { entry, resource } = entryOf(passage);
      const checkpoints = passage.crossed.map(({ checkpoint }) => checkpoint.id).join();
      const target = passage.chain.steps.at(-1)?.station.key ?? "";
      const sign = `${entry} ${resource ?? target} ${passage.sources.id} ${checkpoints}`;
      const known = bySign.get(sign);
      if (known !== undefined) {
        return known;
      }
      if (bySign.size >= entriesMax) {
        bySign.clear();
      }
      const made = explainAnew(passage, addresses);
      bySign.set(sign, made);
      return made;
    },
    uniqueEntries: (entries) => {
      const byText = new Map([...new Set(entries)].map((entry) => [signEntry(entry), entry]));
      return [...byText].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, entry]) => entry);
    },
  };
}
