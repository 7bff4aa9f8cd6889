/**
 * Services: a port on every node, an address of a load balancer, an external address. The translation to the pod's port
 * happens before policies. With `externalTrafficPolicy: Cluster` the node takes the sender's place.
 * Source: kubernetes.io/docs/reference/networking/virtual-ips.
 */
import type { KubernetesService, MissingInput, ServicePort } from "@sightline/model";
import type { ElementContext, NetworkElement } from "../element.ts";
import { toAddressSet } from "../lower/address-prefix.ts";
import type { ClusterView } from "../lower/cluster.ts";
import { internetOrigin } from "../lower/public-entry.ts";
import { findBackends, serviceStationKey } from "../lower/service-backends.ts";
import { type FrontendsByAddress, indexFrontends, joinService } from "../lower/service-frontends.ts";
import { unsupportedInput } from "../missing-input.ts";
import { addressGate, doubtfulGate, type Filter, openGate, shutGate } from "../model/filter.ts";
import type { Destination, Link, Origin, Station } from "../model/network.ts";
import { parseAddress } from "../packet-set/address.ts";
import { hasAddress } from "../packet-set/address-set.ts";

/** One port of one Service. */
interface Door {
  readonly cluster: ClusterView;
  readonly service: KubernetesService;
  readonly port: ServicePort;
  readonly index: number;
  readonly station: string;
}

function keepsSender(service: KubernetesService): boolean {
  return service.externalTrafficPolicy === "Local";
}

function toStation(door: Door, { addresses }: ElementContext): Station {
  const { service, station } = door;
  return {
    key: station,
    resource: service.id,
    destination: { addresses: toAddressSet(addresses, service.clusterIPs), text: service.clusterIPs[0] ?? "" },
    guards: () => [],
    boundaries: () => [],
    sourcePorts: [],
  };
}

function toPodLinks(door: Door, { addresses }: ElementContext): readonly Link[] {
  const { cluster, service, port, station, index } = door;
  return findBackends(service, port, cluster, cluster.podClasses).map(
    (backend): Link => ({
      key: `${station}:${backend.port}>${backend.target.station}`,
      from: { kind: "station", key: station },
      to: backend.target.station,
      kind: "pod",
      entry: "service",
      resource: service.id,
      transform: "dnat",
      authentication: "none",
      carries: (traffic) =>
        traffic.port === backend.port && traffic.protocol === port.protocol ? [{ port: port.port }] : [],
      filters: ({ protocol }) => [
        openGate(addresses, [
          { resource: service.id, rule: `${protocol} ${port.port} to ${backend.port}`, pointer: `/ports/${index}` },
        ]),
      ],
      boundaries: () => [backend.port, backend.port + 1],
      keepsPorts: false,
    }),
  );
}

/** kube-proxy lets only these sources in; a security group, which has the same list, is what shuts. */
function guardSourceRanges(service: KubernetesService, { addresses }: ElementContext): readonly Filter[] {
  if (service.loadBalancerSourceRanges.length === 0) {
    return [];
  }
  const sure = toAddressSet(addresses, service.loadBalancerSourceRanges);
  const missing = unsupportedInput(
    "whether the nodes keep out sources outside loadBalancerSourceRanges",
    service.id,
    "Check the security group of the nodes: it should have the same list.",
  );
  const guards = [{ resource: service.id, rule: "loadBalancerSourceRanges", pointer: "/loadBalancerSourceRanges" }];
  return [addressGate(addresses, { sure, may: addresses.all, missing: [missing] }, { guards, obstacles: [] })];
}

interface Through {
  readonly kind: "node-port" | "service";
  readonly port: number;
  readonly destination?: Destination;
  readonly filters: readonly Filter[];
}

function toNodeLink(door: Door, node: string, through: Through): Link {
  const { service, port, station } = door;
  const { kind, destination, filters } = through;
  return {
    key: `${kind}:${node}:${through.port}/${destination?.text ?? ""}>${station}`,
    from: { kind: "station", key: node },
    to: station,
    kind,
    entry: kind === "node-port" ? "node-port" : "load-balancer",
    resource: service.id,
    transform: "dnat",
    authentication: "none",
    ...(keepsSender(service) ? {} : { becomes: { kind: "node" as const } }),
    carries: (traffic) =>
      traffic.port === port.port && traffic.protocol === port.protocol
        ? [destination === undefined ? { port: through.port } : { port: through.port, destination }]
        : [],
    filters: () => filters,
    boundaries: () => [],
    keepsPorts: false,
  };
}

/** The Service's own addresses outside the cluster: of its load balancer, and external ones. */
function toAddressLinks(door: Door, context: ElementContext): readonly Link[] {
  const { cluster, service, port } = door;
  const ranges = guardSourceRanges(service, context);
  const balanced = service.type === "LoadBalancer" ? service.loadBalancerIngressIPs : [];
  return [...balanced, ...service.externalIPs].flatMap((text) => {
    const destination = { addresses: toAddressSet(context.addresses, [text]), text };
    const through: Through = {
      kind: "service",
      port: port.port,
      destination,
      filters: balanced.includes(text) ? ranges : [],
    };
    return cluster.nodes.classes.map((node) => toNodeLink(door, node.station, through));
  });
}

function toNodePortLinks(door: Door): readonly Link[] {
  const { cluster, service, port } = door;
  const hasNodePort = service.type === "NodePort" || service.type === "LoadBalancer";
  const { nodePort } = port;
  return nodePort === undefined || !hasNodePort
    ? []
    : cluster.nodes.classes.map((node) =>
        toNodeLink(door, node.station, { kind: "node-port", port: nodePort, filters: [] }),
      );
}

/** Straight to the Service, for whom nobody knows whether and how they get there. */
function toLooseLinks(door: Door, name: string, filter: Filter, origins: readonly Origin[]): readonly Link[] {
  const { service, port, station } = door;
  return origins.map(
    (origin): Link => ({
      key: `service:${origin.kind}/${name}>${station}`,
      from: { kind: "origin", origin },
      to: station,
      kind: "service",
      entry: "load-balancer",
      resource: service.id,
      transform: "dnat",
      authentication: "none",
      ...(keepsSender(service) ? {} : { becomes: { kind: "node" as const } }),
      carries: (traffic) =>
        traffic.port === port.port && traffic.protocol === port.protocol ? [{ port: port.port }] : [],
      filters: () => [filter],
      boundaries: () => [],
      keepsPorts: false,
    }),
  );
}

function originsOf(address: string, { addresses }: ElementContext): readonly Origin[] {
  const parsed = parseAddress(address);
  const isPublic = parsed === undefined || hasAddress(addresses.internet, parsed);
  const inside: readonly Origin[] = [
    { kind: "network", positions: ["same-vnet"], sources: addresses.all },
    { kind: "corporate", positions: ["corp"], sources: addresses.all },
  ];
  return isPublic ? [internetOrigin(addresses), ...inside] : inside;
}

/** What the load balancer makes of the addresses the Service says it has. */
function toJoinLinks(door: Door, frontends: FrontendsByAddress, context: ElementContext): readonly Link[] {
  const { cluster, service, port } = door;
  const { addresses } = context;
  if (service.type !== "LoadBalancer") {
    return [];
  }
  if (service.loadBalancerIngressIPs.length === 0) {
    const missing: MissingInput = {
      what: `the address of the load balancer of service ${service.namespace}/${service.name}`,
      why: "absent",
      subject: service.id,
      remedy: "Wait until the load balancer has an address, then collect again.",
    };
    return toLooseLinks(door, "", doubtfulGate(addresses, [missing]), originsOf("", context));
  }
  return service.loadBalancerIngressIPs.flatMap((address) => {
    const join = joinService({ address, port }, frontends, { nodes: cluster.nodes, service: service.id }, context);
    if (join.kind === "joined") {
      return [];
    }
    const filter =
      join.kind === "unknown"
        ? doubtfulGate(addresses, [join.missing])
        : shutGate(addresses, [
            {
              kind: "no-rule",
              resource: join.balancer,
              detail: `no rule carries ${port.protocol} ${port.port} of ${address}`,
              removes: "every address",
            },
          ]);
    return toLooseLinks(door, address, filter, originsOf(address, context));
  });
}

/** External addresses of which the snapshot shows no holder may be routed to a node by something outside it. */
function toExternalLinks(door: Door, frontends: FrontendsByAddress, context: ElementContext): readonly Link[] {
  const { service, cluster } = door;
  const held = new Set(
    [...context.estate.interfaceAddresses.values()].map(({ ipConfiguration }) => ipConfiguration.privateIPAddress),
  );
  return service.externalIPs
    .filter((address) => !held.has(address) && !frontends.has(address) && !cluster.nodes.byAddress.has(address))
    .flatMap((address) => {
      const missing = unsupportedInput(
        `what routes the external address ${address} to a node`,
        service.id,
        "Check it by hand.",
      );
      return toLooseLinks(door, address, doubtfulGate(context.addresses, [missing]), originsOf(address, context));
    });
}

function readDoors(cluster: ClusterView): readonly Door[] {
  return cluster.services
    .filter(({ type }) => type !== "ExternalName")
    .flatMap((service) =>
      service.ports.map((port, index) => ({
        cluster,
        service,
        port,
        index,
        station: serviceStationKey(service, index),
      })),
    );
}

/** Kubernetes Services of all clusters. */
export const kubernetesService: NetworkElement = {
  id: "kubernetes-service",
  kinds: ["service", "endpointSlice"],
  assumptions: ["Endpoints that are not ready count as ready."],
  lower: (context) => {
    const frontends = indexFrontends(context);
    const doors = context.clusters.flatMap(readDoors);
    return {
      stations: doors.map((door) => toStation(door, context)),
      links: doors.flatMap((door) => [
        ...toPodLinks(door, context),
        ...toAddressLinks(door, context),
        ...toNodePortLinks(door),
        ...toJoinLinks(door, frontends, context),
        ...toExternalLinks(door, frontends, context),
      ]),
    };
  },
};
