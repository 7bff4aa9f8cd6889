/**
 * What is in the estate, may pass traffic of outsiders on and is not modelled: application gateways, firewalls, types
 * nobody knows. It reaches a station only through what stands before the station, so a security group that admits nobody
 * keeps it out as well.
 */
import type { MissingInput } from "@sightline/model";
import type { ElementContext, NetworkElement } from "../element.ts";
import { toAddressSet } from "../lower/address-prefix.ts";
import type { UnmodelledType } from "../lower/unmodelled-types.ts";
import { isTypeIn } from "../lower/virtual-network.ts";
import { doubtfulGate } from "../model/filter.ts";
import type { Link, Origin, Station } from "../model/network.ts";
import type { AddressSet } from "../packet-set/address-set.ts";

/** Service tags that hold every address a public proxy sends from. */
const tagOfType: ReadonlyMap<string, string> = new Map([
  ["microsoft.cdn/profiles", "AzureFrontDoor.Backend"],
  ["microsoft.cdn/profiles/afdendpoints", "AzureFrontDoor.Backend"],
  ["microsoft.network/frontdoors", "AzureFrontDoor.Backend"],
  ["microsoft.signalrservice/signalr", "AzureSignalR"],
  ["microsoft.signalrservice/webpubsub", "AzureSignalR"],
  ["microsoft.logic/workflows", "LogicApps"],
]);

const outside = ["internet", "internet-allowlisted", "peer-tenant", "corp"] as const;

interface Sender {
  readonly name: string;
  readonly sources: AddressSet;
  readonly missing: readonly [MissingInput, ...MissingInput[]];
}

function toLink(station: Station, { name, sources, missing }: Sender, { addresses }: ElementContext): Link {
  const origin: Origin = { kind: "unmodelled", positions: outside, sources };
  return {
    key: `unmodelled:${name}>${station.key}`,
    from: { kind: "origin", origin },
    to: station.key,
    kind: "same-network",
    entry: "unmodelled",
    resource: station.resource,
    transform: "proxy",
    authentication: "unknown",
    carries: ({ port }) => [{ port }],
    filters: () => [doubtfulGate(addresses, missing)],
    boundaries: () => [],
    keepsPorts: true,
  };
}

/** Types whose resources can send to a station of this network, from inside. */
function typesNear(station: Station, context: ElementContext): readonly UnmodelledType[] {
  const near = station.network === undefined ? undefined : context.view.componentOf(station.network);
  return context.types.filter(
    (type) => (type.effect === "proxy" || type.effect === "unknown") && (near === undefined || isTypeIn(type, near)),
  );
}

function toPrivateLinks(station: Station, context: ElementContext): readonly Link[] {
  const [first, ...others] = typesNear(station, context).map(({ missing }) => missing);
  return first === undefined
    ? []
    : [toLink(station, { name: "inside", sources: context.addresses.all, missing: [first, ...others] }, context)];
}

/** Public proxies meet public entries like any other sender of the internet, from the addresses of their service. */
function toPublicLinks(station: Station, context: ElementContext): readonly Link[] {
  const { addresses, estate, types } = context;
  return types
    .filter((type) => type.effect === "public-proxy" || type.effect === "proxy" || type.effect === "unknown")
    .map((type) => {
      const prefixes = estate.serviceTags.get(tagOfType.get(type.type)?.toLowerCase() ?? "");
      const sources = prefixes === undefined ? addresses.internet : toAddressSet(addresses, prefixes);
      return toLink(station, { name: type.type, sources, missing: [type.missing] }, context);
    });
}

/** Everything that is not modelled. */
export const unmodelled: NetworkElement = {
  id: "unmodelled",
  kinds: ["other"],
  assumptions: [],
  lower: (context) => ({
    stations: [],
    links: [],
    linksInto: (station) => {
      if (station.entrance === "public") {
        return toPublicLinks(station, context);
      }
      return station.entrance === "private" ? toPrivateLinks(station, context) : [];
    },
  }),
};
