/**
 * App Service sites. The front end takes HTTP and HTTPS, from the internet unless public access is off, filtered by access
 * restrictions; private endpoints are a door of their own, which restrictions do not judge; the scm site is another, behind
 * a sign-in. Integration into a virtual network is outbound only and shuts nothing.
 * Source: learn.microsoft.com/azure/app-service (overview-access-restrictions, overview-private-endpoint, resources-kudu).
 */
import { armKey, type Hop, type MissingInput, type Site, type SiteWebConfiguration } from "@sightline/model";
import type { ElementContext, NetworkElement } from "../element.ts";
import { lowerRestrictions, type RestrictionList } from "../lower/access-restrictions.ts";
import { resourcesOf } from "../lower/estate-index.ts";
import { internetOrigin } from "../lower/public-entry.ts";
import { unknownValueInput, unsupportedInput } from "../missing-input.ts";
import { doubtfulGate, type Filter, openGate, ruleGate, shutGate } from "../model/filter.ts";
import type { Link, Origin, Station } from "../model/network.ts";
import { ephemeralPort } from "../ports.ts";

/** Ports of the front end. */
export const sitePorts = [80, 443] as const;

/** Key of the station of a site. */
export function siteStationKey(site: string): string {
  return `site:${armKey(site)}`;
}

/** Is the front end open to public addresses at all? */
function guardPublicAccess(site: Site, { addresses }: ElementContext): Filter {
  const { publicNetworkAccess, privateEndpointConnections, id } = site;
  switch (publicNetworkAccess.toLowerCase()) {
    case "enabled":
      return openGate(addresses, [
        { resource: id, rule: "publicNetworkAccess Enabled", pointer: "/publicNetworkAccess" },
      ]);
    case "disabled":
      return shutGate(addresses, [
        {
          kind: "rule",
          resource: id,
          rule: "publicNetworkAccess Disabled",
          pointer: "/publicNetworkAccess",
          removes: "every public address",
        },
      ]);
    case "":
      return privateEndpointConnections.length === 0
        ? openGate(addresses, [
            { resource: id, rule: "publicNetworkAccess not set, no private endpoint", pointer: "/publicNetworkAccess" },
          ])
        : doubtfulGate(addresses, [
            unsupportedInput(
              "whether public access is on: it is not set, and depends on whether a private endpoint is approved",
              id,
              "Set publicNetworkAccess to Enabled or Disabled.",
            ),
          ]);
    default:
      return doubtfulGate(addresses, [unknownValueInput("publicNetworkAccess", publicNetworkAccess, id)]);
  }
}

function mainList(web: SiteWebConfiguration): RestrictionList {
  return {
    restrictions: web.ipSecurityRestrictions,
    defaultAction: web.ipSecurityRestrictionsDefaultAction,
    field: "ipSecurityRestrictions",
  };
}

function scmList(web: SiteWebConfiguration): RestrictionList {
  return web.scmIpSecurityRestrictionsUseMain
    ? mainList(web)
    : {
        restrictions: web.scmIpSecurityRestrictions,
        defaultAction: web.scmIpSecurityRestrictionsDefaultAction,
        field: "scmIpSecurityRestrictions",
      };
}

function guardRestrictions(
  site: Site,
  pick: (web: SiteWebConfiguration) => RestrictionList,
  context: ElementContext,
): Filter {
  const { addresses, judge } = context;
  if (site.web === undefined) {
    return doubtfulGate(addresses, [
      {
        what: "access restrictions of the site (config/web)",
        why: "absent",
        subject: site.id,
        remedy: "Let the connection read Microsoft.Web/sites/config/read, then collect again.",
      },
    ]);
  }
  const list = lowerRestrictions(pick(site.web), site, context);
  const query = { protocol: "TCP", port: 443, sourcePort: ephemeralPort, destination: addresses.none } as const;
  return ruleGate(judge.decide(list, query), addresses);
}

function guardHttps(site: Site, port: number, { addresses }: ElementContext): readonly Filter[] {
  return port === 80 && site.httpsOnly
    ? [
        shutGate(addresses, [
          {
            kind: "rule",
            resource: site.id,
            rule: "httpsOnly: HTTP is answered with a redirect",
            pointer: "/httpsOnly",
            removes: "HTTP requests",
          },
        ]),
      ]
    : [];
}

function authenticationOf(site: Site): Hop["authentication"] {
  switch (site.authentication) {
    case "required":
      return "required";
    case "unknown":
      return "unknown";
    default:
      return "none";
  }
}

interface Door {
  readonly name: string;
  readonly kind: Hop["kind"];
  readonly entry: string;
  readonly origin: Origin;
  readonly authentication: Hop["authentication"];
  readonly filters: (port: number) => readonly Filter[];
}

function toLink(site: Site, door: Door): Link {
  const { name, kind, entry, origin, authentication, filters } = door;
  return {
    key: `site:${name}>${armKey(site.id)}`,
    from: { kind: "origin", origin },
    to: siteStationKey(site.id),
    kind,
    entry,
    resource: site.id,
    transform: "proxy",
    authentication,
    carries: ({ protocol, port }) => (protocol === "TCP" && (port === 80 || port === 443) ? [{ port }] : []),
    filters: ({ port }) => filters(port),
    boundaries: () => sitePorts.flatMap((port) => [port, port + 1]),
    keepsPorts: false,
  };
}

/** A site in an App Service Environment has its front end where the environment has it, which is not modelled. */
function hostDoubts(context: ElementContext): readonly Filter[] {
  return context.types
    .filter(({ effect }) => effect === "site-host")
    .map(({ missing }) => doubtfulGate(context.addresses, [missing]));
}

function toPublicDoors(site: Site, context: ElementContext): readonly Door[] {
  const origin = internetOrigin(context.addresses);
  const common = [...hostDoubts(context), guardPublicAccess(site, context)];
  const main = guardRestrictions(site, mainList, context);
  const scm = guardRestrictions(site, scmList, context);
  return [
    {
      name: "front end",
      kind: "site-frontend",
      entry: "site-frontend",
      origin,
      authentication: authenticationOf(site),
      filters: (port) => [...common, main, ...guardHttps(site, port, context)],
    },
    {
      name: "scm",
      kind: "site-frontend",
      entry: "scm-site",
      origin,
      authentication: "required",
      filters: (port) => [...common, scm, ...guardHttps(site, port, context)],
    },
  ];
}

/** Doors for hosts of virtual networks: private endpoints, and restrictions that admit a subnet. */
function toNetworkDoors(site: Site, context: ElementContext): readonly Door[] {
  const { addresses } = context;
  const hosts: Origin = { kind: "network", positions: ["same-vnet", "corp"], sources: addresses.all };
  const admitted = site.web?.ipSecurityRestrictions.find(
    ({ vnetSubnetResourceId, action }) => vnetSubnetResourceId !== undefined && action.toLowerCase() !== "deny",
  );
  const door = (name: string, missing: MissingInput, kind: Hop["kind"]): Door => ({
    name,
    kind,
    entry: kind,
    origin: hosts,
    authentication: authenticationOf(site),
    filters: () => [doubtfulGate(addresses, [missing])],
  });
  const endpoint = unsupportedInput(
    "which networks reach the private endpoint of the site, and whether it is approved",
    site.id,
    "Check the private endpoint connections of the site by hand.",
  );
  const subnet = unsupportedInput(
    `whether subnet ${admitted?.vnetSubnetResourceId ?? ""}, which a restriction admits, has the service endpoint Microsoft.Web`,
    site.id,
    "Check the service endpoints of the subnet by hand.",
  );
  return [
    ...(site.privateEndpointConnections.length > 0 ? [door("private endpoint", endpoint, "private-endpoint")] : []),
    ...(admitted === undefined ? [] : [door("admitted subnet", subnet, "site-frontend")]),
  ];
}

/**
 * What passes requests on to sites: it sends from its own public address, from an admitted subnet, or over a private
 * endpoint. A site that admits nobody is out of its reach as well.
 */
function toProxyDoors(site: Site, context: ElementContext): readonly Door[] {
  const { addresses, types } = context;
  const relevant = types.filter(
    ({ effect }) => effect === "proxy" || effect === "public-proxy" || effect === "unknown",
  );
  const [missing, ...others] = relevant.map((type) => type.missing);
  if (missing === undefined) {
    return [];
  }
  const positions = ["internet", "internet-allowlisted", "peer-tenant", "corp", "same-vnet"] as const;
  const door = (name: string, sources: Origin["sources"], filters: readonly Filter[]): Door => ({
    name: `unmodelled ${name}`,
    kind: "site-frontend",
    entry: "unmodelled",
    origin: { kind: "unmodelled", positions, sources },
    authentication: "unknown",
    filters: () => [doubtfulGate(addresses, [missing, ...others]), ...filters],
  });
  const open = [guardPublicAccess(site, context), guardRestrictions(site, mainList, context)];
  const inside = toNetworkDoors(site, context).map(({ name }) => door(name, addresses.all, []));
  return [door("front end", addresses.internet, open), ...inside];
}

function toStation(site: Site, { addresses }: ElementContext): Station {
  return {
    key: siteStationKey(site.id),
    resource: site.id,
    destination: { addresses: addresses.none, text: site.hostNames[0] ?? site.name },
    guards: () => [],
    boundaries: () => [],
    sourcePorts: [],
  };
}

/** App Service sites and function apps. */
export const site: NetworkElement = {
  id: "site",
  kinds: ["site"],
  assumptions: [
    "App Service front ends forward HTTP and HTTPS only; FTP and remote debugging need credentials and are not judged.",
  ],
  lower: (context) => {
    const sites = resourcesOf(context.estate.snapshot, "site");
    return {
      stations: sites.map((one) => toStation(one, context)),
      links: sites.flatMap((one) =>
        [...toPublicDoors(one, context), ...toNetworkDoors(one, context), ...toProxyDoors(one, context)].map((door) =>
          toLink(one, door),
        ),
      ),
    };
  },
};
