/** What the estate holds beyond what the engine models, from the census and from resources of other types. */
import { armKey, type MissingInput, type OtherResource } from "@sightline/model";
import { unsupportedInput } from "../missing-input.ts";
import { type ArmTypeEffect, armTypeEffects } from "./arm-types.data.ts";
import { type EstateIndex, networkKeyOfSubnet, resourcesOf } from "./estate-index.ts";

/** A type that is present and may matter. */
export interface UnmodelledType {
  readonly type: string;
  readonly effect: Exclude<ArmTypeEffect, "modelled" | "none"> | "unknown";
  readonly count: number;
  /** Keys of the virtual networks its resources are in; `everywhere` when that is not known of all of them. */
  readonly networks: ReadonlySet<string> | "everywhere";
  readonly missing: MissingInput;
}

function countCensus(estate: EstateIndex): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const entry of estate.snapshot.census) {
    const type = entry.type.toLowerCase();
    counts.set(type, (counts.get(type) ?? 0) + entry.count);
  }
  return counts;
}

/** Networks a resource touches; `undefined` when it names none or one that cannot be placed. */
function networksOf(estate: EstateIndex, resource: OtherResource): readonly string[] | undefined {
  const networks = resource.references.map((reference) => {
    const key = armKey(reference);
    const address = estate.interfaceAddresses.get(key)?.ipConfiguration;
    if (address?.subnet !== undefined) {
      return networkKeyOfSubnet(address.subnet);
    }
    return key.includes("/virtualnetworks/") ? networkKeyOfSubnet(key) : undefined;
  });
  const known = networks.filter((network) => network !== undefined);
  return known.length > 0 ? known : undefined;
}

function placesOf(
  estate: EstateIndex,
  resources: readonly OtherResource[],
  count: number,
): ReadonlySet<string> | "everywhere" {
  const places = resources.map((resource) => networksOf(estate, resource));
  const known = places.filter((place) => place !== undefined);
  return resources.length >= count && known.length === places.length ? new Set(known.flat()) : "everywhere";
}

/** A type nobody knows may pass traffic on; one of the network provider may besides change routes and rules. */
function effectOf(type: string): ArmTypeEffect | "unknown" {
  return armTypeEffects.get(type) ?? (type.startsWith("microsoft.network/") ? "rules" : "unknown");
}

/** Every type in the estate that is neither modelled nor known to be harmless, in order of name. */
export function findUnmodelledTypes(estate: EstateIndex): readonly UnmodelledType[] {
  const census = countCensus(estate);
  const others = Map.groupBy(resourcesOf(estate.snapshot, "other"), (resource) => resource.type.toLowerCase());
  const types = [...new Set([...census.keys(), ...others.keys()])].sort();
  return types.flatMap((type) => {
    const effect = effectOf(type);
    const resources = others.get(type) ?? [];
    const count = Math.max(census.get(type) ?? 0, resources.length);
    if (count === 0 || effect === "modelled" || effect === "none") {
      return [];
    }
    const missing = unsupportedInput(
      `what ${count} ${count === 1 ? "resource" : "resources"} of type ${resources[0]?.type ?? type} let through`,
      resources[0]?.id ?? type,
      "Not modelled yet: check these resources by hand.",
    );
    return [{ type, effect, count, networks: placesOf(estate, resources, count), missing }];
  });
}
