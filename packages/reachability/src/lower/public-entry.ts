/**
 * Public addresses. Sources: learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses (a Standard address
 * is closed until a security group allows traffic, a Basic one is open), load-balancer/skus.
 */
import { armKey, type PublicIPAddress, type ResourceId } from "@sightline/model";
import { unknownValueInput } from "../missing-input.ts";
import { doubtfulGate, type Filter, openGate, shutGate } from "../model/filter.ts";
import type { Destination, Origin } from "../model/network.ts";
import type { AddressAlgebra } from "../packet-set/address-set.ts";
import { toAddressSet } from "./address-prefix.ts";
import type { GuardedPlace } from "./guarded-place.ts";

/** Anyone on the internet. */
export function internetOrigin(addresses: AddressAlgebra): Origin {
  return {
    kind: "public",
    positions: ["internet", "internet-allowlisted", "peer-tenant"],
    sources: addresses.internet,
  };
}

/** Key of the station of a public address. */
export function publicStationKey(publicIPAddress: string): string {
  return `public:${armKey(publicIPAddress)}`;
}

/** The public address as flows show it; its value may be unknown while it is dynamic and unused. */
export function publicDestination(publicIPAddress: PublicIPAddress, addresses: AddressAlgebra): Destination {
  const text = publicIPAddress.ipAddress ?? "";
  return { addresses: toAddressSet(addresses, [text]), text };
}

/** What the SKU of a public entry does before any security group: `resource` is what carries the SKU. */
export function guardSku(
  sku: string,
  resource: ResourceId,
  hasGroup: GuardedPlace["hasGroup"],
  addresses: AddressAlgebra,
): Filter {
  switch (sku.toLowerCase()) {
    case "":
    case "basic":
      return openGate(addresses, [{ resource, rule: "the Basic SKU is open where no security group closes it" }]);
    case "standard":
    case "standardv2":
      return hasGroup === "no"
        ? shutGate(addresses, [
            {
              kind: "no-rule",
              resource,
              detail: "the Standard SKU lets nothing in while no network security group allows it",
              removes: "every address of the internet",
            },
          ])
        : openGate(addresses, []);
    default:
      return doubtfulGate(addresses, [unknownValueInput("sku", sku, resource)]);
  }
}
