/** An interface's address: its station, its place, and how filters see it. */
import { armKey } from "@sightline/model";
import type { Destination } from "../model/network.ts";
import { toAddressSet } from "./address-prefix.ts";
import type { InterfaceAddress, LoweringContext } from "./estate-index.ts";
import type { GuardedPlace, PlaceQuery } from "./guarded-place.ts";

/** Key of the station of an interface's address. */
export function interfaceStationKey(ipConfiguration: string): string {
  return `interface:${armKey(ipConfiguration)}`;
}

/** How an interface's address is placed. */
export function placeOfInterface({ networkInterface, ipConfiguration }: InterfaceAddress): PlaceQuery {
  const { subnet } = ipConfiguration;
  const { networkSecurityGroup } = networkInterface;
  return {
    ...(subnet === undefined ? {} : { subnet }),
    holder: networkInterface.id,
    ...(networkSecurityGroup === undefined ? {} : { interfaceGroup: networkSecurityGroup }),
  };
}

/** The address as filters see it; one without a value may be any of its subnet. */
export function destinationOf(
  { ipConfiguration }: InterfaceAddress,
  place: GuardedPlace,
  { addresses }: LoweringContext,
): Destination {
  const text = ipConfiguration.privateIPAddress;
  const known = text === undefined ? addresses.none : toAddressSet(addresses, [text]);
  return { addresses: known === addresses.none ? place.subnetAddresses : known, text: text ?? "" };
}
