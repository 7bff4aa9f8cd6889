/** Public addresses, and the interfaces they are attached to: every port, one to one. */
import { type ArmId, armKey, type PublicIPAddress } from "@sightline/model";
import type { ElementContext, NetworkElement } from "../element.ts";
import { findResource, type InterfaceAddress, resourcesOf } from "../lower/estate-index.ts";
import { destinationOf, interfaceStationKey, placeOfInterface } from "../lower/interface-place.ts";
import { guardSku, internetOrigin, publicDestination, publicStationKey } from "../lower/public-entry.ts";
import { danglingInput } from "../missing-input.ts";
import { doubtfulGate, type Filter } from "../model/filter.ts";
import type { Link, Station } from "../model/network.ts";

function publicAddressOf(found: InterfaceAddress, byHolder: ReadonlyMap<string, ArmId>): ArmId | undefined {
  const { ipConfiguration } = found;
  return ipConfiguration.publicIPAddress ?? byHolder.get(armKey(ipConfiguration.id));
}

/** The translation from a public address to the interface behind it. */
function toInterfaceLink(found: InterfaceAddress, id: ArmId, context: ElementContext): Link {
  const { addresses, estate, places } = context;
  const { networkInterface, ipConfiguration } = found;
  const place = places.placeOf(placeOfInterface(found));
  const own = destinationOf(found, place, context);
  const address = findResource(estate, "publicIPAddress", id);
  const isOwn = (candidate: { readonly addresses: unknown }): boolean => candidate.addresses === own.addresses;
  const shared = {
    to: interfaceStationKey(ipConfiguration.id),
    transform: "dnat",
    authentication: "none",
    boundaries: () => [],
    keepsPorts: true,
  } as const;
  if (address === undefined) {
    const missing = danglingInput("public IP address", id, networkInterface.name);
    return {
      ...shared,
      key: `public-interface:${armKey(id)}`,
      from: { kind: "origin", origin: internetOrigin(addresses) },
      kind: "public-ip",
      entry: "public-ip",
      resource: networkInterface.id,
      carries: ({ port, destination }) => (isOwn(destination) ? [{ port }] : []),
      filters: () => [doubtfulGate(addresses, [missing])],
    };
  }
  return {
    ...shared,
    key: `public-interface:${armKey(id)}`,
    from: { kind: "station", key: publicStationKey(id) },
    kind: "network-interface",
    entry: "public-ip",
    resource: address.id,
    carries: ({ port, destination }) => (isOwn(destination) ? [{ port }] : []),
    filters: () => [guardSku(address.sku, address.id, place.hasGroup, addresses)],
  };
}

/** A dynamic address without a value cannot be sent to now; it gets one when its machine starts. */
function guardValue(address: PublicIPAddress, { addresses }: ElementContext): readonly Filter[] {
  return address.ipAddress === undefined
    ? [
        doubtfulGate(addresses, [
          {
            what: `the value of the public IP address ${address.name}, which has none at the moment`,
            why: "absent",
            subject: address.id,
            remedy: "Collect again when the address is in use.",
          },
        ]),
      ]
    : [];
}

/** Public IP addresses. */
export const publicIPAddress: NetworkElement = {
  id: "public-ip-address",
  kinds: ["publicIPAddress"],
  assumptions: [],
  lower: (context) => {
    const { addresses, estate } = context;
    const all = resourcesOf(estate.snapshot, "publicIPAddress");
    const byHolder = new Map(
      all.flatMap(({ id, ipConfiguration }) =>
        ipConfiguration === undefined ? [] : [[armKey(ipConfiguration), id] as const],
      ),
    );
    const stations = all.map(
      (address): Station => ({
        key: publicStationKey(address.id),
        resource: address.id,
        destination: publicDestination(address, addresses),
        entrance: "public",
        guards: () => [],
        boundaries: () => [],
        sourcePorts: [],
      }),
    );
    const fromInternet = all.map(
      (address): Link => ({
        key: `internet:${armKey(address.id)}`,
        from: { kind: "origin", origin: internetOrigin(addresses) },
        to: publicStationKey(address.id),
        kind: "public-ip",
        entry: "public-ip",
        resource: address.id,
        transform: "none",
        authentication: "none",
        carries: ({ port }) => [{ port }],
        filters: () => guardValue(address, context),
        boundaries: () => [],
        keepsPorts: true,
      }),
    );
    const toInterfaces = [...estate.interfaceAddresses.values()].flatMap((found) => {
      const id = publicAddressOf(found, byHolder);
      return id === undefined ? [] : [toInterfaceLink(found, id, context)];
    });
    return { stations, links: [...fromInternet, ...toInterfaces] };
  },
};
