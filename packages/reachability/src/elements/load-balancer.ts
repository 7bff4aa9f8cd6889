/**
 * Load balancers: a public or private frontend whose rules carry ports to the members of pools. The client's address is
 * kept; security groups see the member's address, or with floating IP the frontend's.
 */
import { armKey, type FrontendIPConfiguration, type LoadBalancer } from "@sightline/model";
import type { ElementContext, NetworkElement } from "../element.ts";
import { toAddressSet } from "../lower/address-prefix.ts";
import { findResource, type InterfaceAddress, networkKeyOfSubnet, resourcesOf } from "../lower/estate-index.ts";
import { destinationOf, interfaceStationKey, placeOfInterface } from "../lower/interface-place.ts";
import {
  carriesProtocol,
  type Forwarding,
  findMembers,
  type Member,
  readForwardings,
} from "../lower/load-balancer-rules.ts";
import { guardSku, internetOrigin, publicDestination, publicStationKey } from "../lower/public-entry.ts";
import { danglingInput, unknownValueInput } from "../missing-input.ts";
import { doubtfulGate, type Filter, openGate } from "../model/filter.ts";
import type { Destination, Link, Station } from "../model/network.ts";
import { parseAddress } from "../packet-set/address.ts";
import { hasAddress } from "../packet-set/address-set.ts";

/** A frontend with what is known of its address. */
interface Frontend {
  readonly balancer: LoadBalancer;
  readonly configuration: FrontendIPConfiguration;
  readonly key: string;
  readonly destination: Destination;
  readonly isPublic: boolean;
}

function toFrontend(balancer: LoadBalancer, configuration: FrontendIPConfiguration, context: ElementContext): Frontend {
  const { addresses, estate } = context;
  const { publicIPAddress, publicIPPrefix, privateIPAddress = "" } = configuration;
  const address = publicIPAddress === undefined ? undefined : findResource(estate, "publicIPAddress", publicIPAddress);
  const own = { addresses: toAddressSet(addresses, [privateIPAddress]), text: privateIPAddress };
  return {
    balancer,
    configuration,
    key: `frontend:${armKey(configuration.id)}`,
    destination: address === undefined ? own : publicDestination(address, addresses),
    isPublic: publicIPAddress !== undefined || publicIPPrefix !== undefined,
  };
}

function toFrontendStation(frontend: Frontend, { estate }: ElementContext): Station {
  const { balancer, configuration, key, destination, isPublic } = frontend;
  const { subnet, publicIPAddress } = configuration;
  const behindAddress = publicIPAddress !== undefined && estate.byKey.has(armKey(publicIPAddress));
  return {
    key,
    resource: balancer.id,
    destination,
    ...(isPublic || subnet === undefined ? {} : { network: networkKeyOfSubnet(subnet) }),
    ...(behindAddress ? {} : { entrance: isPublic ? "public" : "private" }),
    guards: () => [],
    boundaries: () => [],
    sourcePorts: [],
  };
}

/** How the internet gets to a frontend; a frontend that says of no address whether it is public may be. */
function toFrontendLinks(frontend: Frontend, context: ElementContext): readonly Link[] {
  const { addresses, estate } = context;
  const { balancer, configuration, key } = frontend;
  const { publicIPAddress, publicIPPrefix, privateIPAddress, subnet } = configuration;
  const isPrivate = !frontend.isPublic && (privateIPAddress !== undefined || subnet !== undefined);
  if (isPrivate) {
    return [];
  }
  const read = publicIPAddress !== undefined && findResource(estate, "publicIPAddress", publicIPAddress) !== undefined;
  const missing =
    publicIPPrefix !== undefined || read
      ? []
      : [doubtfulGate(addresses, [danglingInput("public IP address", publicIPAddress ?? "", balancer.name)])];
  return [
    {
      key: `load-balancer:${key}`,
      from: read
        ? { kind: "station", key: publicStationKey(publicIPAddress) }
        : { kind: "origin", origin: internetOrigin(addresses) },
      to: key,
      kind: "load-balancer",
      entry: "load-balancer",
      resource: balancer.id,
      transform: "none",
      authentication: "none",
      carries: ({ port }) => [{ port }],
      filters: () => missing,
      boundaries: () => [],
      keepsPorts: true,
    },
  ];
}

function guardForwarding(
  frontend: Frontend,
  rule: Forwarding,
  hasGroup: "yes" | "no" | "unknown",
  context: ElementContext,
): readonly Filter[] {
  const { addresses } = context;
  const { balancer } = frontend;
  const guard = openGate(addresses, [{ resource: balancer.id, rule: rule.name, pointer: rule.pointer }]);
  const sku = frontend.isPublic ? [guardSku(balancer.sku, balancer.id, hasGroup, addresses)] : [];
  const protocol =
    rule.protocols === "unknown"
      ? [doubtfulGate(addresses, [unknownValueInput(`protocol of rule ${rule.name}`, "?", balancer.id)])]
      : [];
  return [guard, ...sku, ...protocol];
}

interface Backend {
  readonly station: string;
  readonly own: Destination;
  readonly hasGroup: "yes" | "no" | "unknown";
}

function toMemberLink(frontend: Frontend, rule: Forwarding, backend: Backend, context: ElementContext): Link {
  const seen = rule.floating ? frontend.destination : backend.own;
  const carriesPort = (port: number): boolean => rule.everyPort || port === rule.backendPort;
  return {
    key: `${rule.kind}:${frontend.key}${rule.pointer}>${backend.station}`,
    from: { kind: "station", key: frontend.key },
    to: backend.station,
    kind: rule.kind === "inbound-nat" ? "inbound-nat" : "network-interface",
    entry: rule.kind,
    resource: frontend.balancer.id,
    transform: rule.floating ? "none" : "dnat",
    authentication: "none",
    carries: (traffic) =>
      carriesProtocol(rule, traffic.protocol) &&
      carriesPort(traffic.port) &&
      traffic.destination.addresses === seen.addresses
        ? [{ port: rule.everyPort ? traffic.port : rule.frontendPort }]
        : [],
    filters: () => guardForwarding(frontend, rule, backend.hasGroup, context),
    ...(rule.floating ? { delivers: frontend.destination } : {}),
    boundaries: () => (rule.everyPort ? [] : [rule.backendPort, rule.backendPort + 1]),
    keepsPorts: rule.everyPort,
  };
}

function toMember(found: InterfaceAddress, context: ElementContext): Member<Backend> {
  const { ipConfiguration } = found;
  const place = context.places.placeOf(placeOfInterface(found));
  const own = destinationOf(found, place, context);
  const named = [...ipConfiguration.loadBalancerBackendAddressPools, ...ipConfiguration.loadBalancerInboundNatRules];
  return {
    behind: { station: interfaceStationKey(ipConfiguration.id), own, hasGroup: place.hasGroup },
    ipConfiguration: armKey(ipConfiguration.id),
    named: named.map(armKey),
    ...(ipConfiguration.privateIPAddress === undefined ? {} : { address: ipConfiguration.privateIPAddress }),
    ...(place.network === undefined ? {} : { network: place.network }),
  };
}

function linkMembers(
  frontends: readonly Frontend[],
  members: readonly Member<Backend>[],
  context: ElementContext,
): readonly Link[] {
  const byKey = new Map(frontends.map((frontend) => [armKey(frontend.configuration.id), frontend]));
  const balancers = [...new Set(frontends.map(({ balancer }) => balancer))];
  const behind = findMembers(balancers, members);
  return balancers.flatMap((balancer) =>
    readForwardings(balancer).flatMap((rule) => {
      const frontend = byKey.get(armKey(rule.frontend));
      return frontend === undefined
        ? []
        : behind(rule).map((backend) => toMemberLink(frontend, rule, backend, context));
    }),
  );
}

/** Addresses that pools are given instead of interfaces. */
function givenAddresses({ backendAddressPools }: LoadBalancer): readonly string[] {
  return backendAddressPools.flatMap((pool) => pool.loadBalancerBackendAddresses.flatMap((one) => one.ipAddress ?? []));
}

/** Load balancers. A member that is given by address and is no interface is a pod or a loose node: linked when asked. */
export const loadBalancer: NetworkElement = {
  id: "load-balancer",
  kinds: ["loadBalancer"],
  assumptions: ["Health probes succeed: what a rule could deliver counts as delivered."],
  lower: (context) => {
    const frontends = resourcesOf(context.estate.snapshot, "loadBalancer").flatMap((balancer) =>
      balancer.frontendIPConfigurations.map((configuration) => toFrontend(balancer, configuration, context)),
    );
    const addressed = frontends.filter(({ balancer }) => givenAddresses(balancer).length > 0);
    const given = [...new Set(addressed.flatMap(({ balancer }) => givenAddresses(balancer)))].map((text) => ({
      text,
      address: parseAddress(text),
    }));
    return {
      stations: frontends.map((frontend) => toFrontendStation(frontend, context)),
      links: [
        ...frontends.flatMap((frontend) => toFrontendLinks(frontend, context)),
        ...linkMembers(
          frontends,
          [...context.estate.interfaceAddresses.values()].map((found) => toMember(found, context)),
          context,
        ),
      ],
      linksInto: ({ key, destination, network }) => {
        const isOther = network !== undefined && !key.startsWith("interface:") && !key.startsWith("frontend:");
        const behind: Backend = { station: key, own: destination, hasGroup: "unknown" };
        const held = given.filter(({ address }) => address !== undefined && hasAddress(destination.addresses, address));
        const members = held.map(({ text }) => ({ behind, named: [], address: text, network: network ?? "" }));
        return isOther && members.length > 0 ? linkMembers(addressed, members, context) : [];
      },
    };
  },
};
