/** Network interfaces: an address of a virtual network with what stands before it. */
import type { NetworkElement } from "../element.ts";
import { toAddressSet } from "../lower/address-prefix.ts";
import type { InterfaceAddress, LoweringContext } from "../lower/estate-index.ts";
import type { Places } from "../lower/guarded-place.ts";
import { destinationOf, interfaceStationKey, placeOfInterface } from "../lower/interface-place.ts";
import { danglingInput } from "../missing-input.ts";
import type { Station } from "../model/network.ts";

function toStation(found: InterfaceAddress, places: Places, context: LoweringContext): Station {
  const place = places.placeOf(placeOfInterface(found));
  const { networkInterface, ipConfiguration } = found;
  return {
    key: interfaceStationKey(ipConfiguration.id),
    resource: networkInterface.id,
    destination: destinationOf(found, place, context),
    ...(place.network === undefined
      ? { networkDoubt: danglingInput("subnet", ipConfiguration.subnet ?? "(none named)", networkInterface.id) }
      : { network: place.network }),
    entrance: "private",
    guards: place.guards,
    boundaries: () => place.boundaries,
    sourcePorts: place.sourcePorts,
  };
}

/** Every address of every interface, and the nodes of which only the address is known. */
export const networkInterface: NetworkElement = {
  id: "network-interface",
  kinds: ["networkInterface", "networkSecurityGroup", "routeTable"],
  assumptions: [
    "A guest's own firewall is not looked at: what arrives at an interface arrives at the workload.",
    "Gateways do not announce a default route that diverts answers to public senders.",
  ],
  lower: (context) => {
    const { estate, places, addresses, clusters } = context;
    const loose = clusters.flatMap(({ nodes }) => nodes.loose);
    return {
      stations: [
        ...[...estate.interfaceAddresses.values()].map((found) => toStation(found, places, context)),
        ...loose.map((node): Station => {
          const place = places.placeOf(node.place);
          return {
            key: node.station,
            resource: node.place.holder,
            destination: { addresses: toAddressSet(addresses, [node.address]), text: node.address },
            ...(place.network === undefined
              ? { networkDoubt: danglingInput("subnet of node", node.address, node.place.holder) }
              : { network: place.network }),
            entrance: "private",
            guards: place.guards,
            boundaries: () => place.boundaries,
            sourcePorts: place.sourcePorts,
          };
        }),
      ],
      links: [],
    };
  },
};
