/** Names and ids inside a cluster's node resource group. */
import { type JsonObject, toObject } from "../json.ts";
import { toStableGuid } from "../kubernetes/objects.ts";
import type { ArmResource } from "../scenario/world.ts";

/** What every resource of the group has in common: the start of its id, the digits in its name, its place. */
export interface Naming {
  readonly prefix: string;
  readonly suffix: string;
  readonly location: string;
}

/** A resource of the group. */
export function toNodeResource(naming: Naming, type: string, name: string, more: JsonObject): ArmResource {
  const [provider = "", ...kinds] = type.split("/");
  const names = name.split("/");
  const tail = kinds.map((kind, index) => `${kind}/${names[index] ?? ""}`).join("/");
  return {
    id: `${naming.prefix}/providers/${provider}/${tail}`,
    name: names.at(-1) ?? "",
    type,
    location: naming.location,
    ...more,
    properties: toObject(more["properties"]),
  };
}

/** The eight digits in the names of a cluster's pools and NSG. */
export function toPoolSuffix(clusterId: string): string {
  const digits = Number.parseInt(toStableGuid(clusterId).slice(0, 8), 16) % 90_000_000;
  return String(10_000_000 + digits);
}
