/** The knowledge base in one place. Its version stands in every verdict. */
import { inertPackages } from "./inert-packages.data.ts";
import { mavenPackages } from "./maven.data.ts";
import { networkPackages } from "./network-packages.data.ts";
import { npmNetworkPackages } from "./npm-network.data.ts";
import { npmUtilityPackages } from "./npm-utility.data.ts";
import { otherPackages } from "./other-ecosystems.data.ts";
import { type DeliveryOverride, deliveryOverrides } from "./overrides.data.ts";
import { parserPackages } from "./parser-packages.data.ts";
import { pypiPackages } from "./pypi.data.ts";
import { createRoleLookup, type RoleEntry, type RoleLookup } from "./role.ts";
import { systemPackages } from "./system-packages.data.ts";

/** Raised with every change of a statement below: verdicts of different versions are not compared. */
export const knowledgeVersion = "2026.11.2";

/** Every statement about packages. */
export const roleEntries: readonly RoleEntry[] = [
  ...inertPackages,
  ...systemPackages,
  ...networkPackages,
  ...parserPackages,
  ...npmNetworkPackages,
  ...npmUtilityPackages,
  ...pypiPackages,
  ...mavenPackages,
  ...otherPackages,
];

/** Finds what is known about a package. */
export const lookUpRole: RoleLookup = createRoleLookup(roleEntries);

const overridesById = new Map(deliveryOverrides.flatMap((entry) => entry.ids.map((id) => [id, entry] as const)));

/** Finds what is known about the delivery of one flaw, by any of its ids. */
export function lookUpOverride(ids: readonly string[]): DeliveryOverride | undefined {
  const found = ids.find((id) => overridesById.has(id));
  return found === undefined ? undefined : overridesById.get(found);
}
