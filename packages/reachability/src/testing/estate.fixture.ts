/** Small estates for tests: every constructor gives a resource that is harmless until a test says otherwise. */
import {
  type ArmId,
  type Coverage,
  type EstateSnapshot,
  estateFormat,
  type InboundNatRule,
  type IpConfiguration,
  type LoadBalancer,
  type LoadBalancingRule,
  type NetworkInterface,
  type NetworkSecurityGroup,
  type OtherResource,
  type PublicIPAddress,
  type Resource,
  type Route,
  type RouteTable,
  type SecurityRule,
  type Subnet,
  toArmId,
  toCoverageId,
  type VirtualMachine,
  type VirtualNetwork,
  type VirtualNetworkPeering,
  type Workload,
} from "@sightline/model";

/** Any part of an object, for the fields a test cares about. */
type With<Kind> = Partial<Kind>;

/** The subscription of all fixtures. */
export const subscriptionId = "11111111-1111-1111-1111-111111111111";

/** An ARM id below the fixtures' resource group; throws on bad text, which only a broken test has. */
export function armId(path: string, group = "rg"): ArmId {
  const id = toArmId(`/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/${path}`);
  if (id === undefined) {
    throw new Error(`not an ARM id: ${path}`);
  }
  return id;
}

/** Fields every Azure resource has. */
export const fields = (type: string, name: string, group?: string) =>
  ({ id: armId(`${type}/${name}`, group), name, subscriptionId, location: "westeurope" }) as const;

/** Ids of the usual resources, by name. */
export const idOf = {
  network: (name: string): ArmId => armId(`Microsoft.Network/virtualNetworks/${name}`),
  subnet: (network: string, name: string): ArmId =>
    armId(`Microsoft.Network/virtualNetworks/${network}/subnets/${name}`),
  group: (name: string): ArmId => armId(`Microsoft.Network/networkSecurityGroups/${name}`),
  table: (name: string): ArmId => armId(`Microsoft.Network/routeTables/${name}`),
  publicIp: (name: string): ArmId => armId(`Microsoft.Network/publicIPAddresses/${name}`),
  balancer: (name: string): ArmId => armId(`Microsoft.Network/loadBalancers/${name}`),
  frontend: (name: string): ArmId => armId(`Microsoft.Network/loadBalancers/${name}/frontendIPConfigurations/front`),
  pool: (name: string): ArmId => armId(`Microsoft.Network/loadBalancers/${name}/backendAddressPools/pool`),
  nic: (name: string): ArmId => armId(`Microsoft.Network/networkInterfaces/${name}`),
  ipConfiguration: (name: string): ArmId => armId(`Microsoft.Network/networkInterfaces/${name}/ipConfigurations/ip`),
  machine: (name: string): ArmId => armId(`Microsoft.Compute/virtualMachines/${name}`),
  cluster: (name: string): ArmId => armId(`Microsoft.ContainerService/managedClusters/${name}`),
  site: (name: string): ArmId => armId(`Microsoft.Web/sites/${name}`),
  applicationGroup: (name: string): ArmId => armId(`Microsoft.Network/applicationSecurityGroups/${name}`),
};

/** A subnet of a network. */
export function subnet(network: string, name: string, prefix: string, more: With<Subnet> = {}): Subnet {
  return {
    id: idOf.subnet(network, name),
    name,
    addressPrefixes: [prefix],
    privateEndpointNetworkPolicies: "Disabled",
    delegations: [],
    ...more,
  };
}

/** A virtual network. */
export function network(
  name: string,
  prefix: string,
  subnets: readonly Subnet[],
  more: With<VirtualNetwork> = {},
): VirtualNetwork {
  return {
    kind: "virtualNetwork",
    ...fields("Microsoft.Network/virtualNetworks", name),
    addressPrefixes: [prefix],
    subnets,
    virtualNetworkPeerings: [],
    ...more,
  };
}

/** One side of a connected peering. */
export function peering(
  from: string,
  to: string,
  prefix: string,
  more: With<VirtualNetworkPeering> = {},
): VirtualNetworkPeering {
  return {
    id: armId(`Microsoft.Network/virtualNetworks/${from}/virtualNetworkPeerings/to-${to}`),
    name: `to-${to}`,
    remoteVirtualNetwork: idOf.network(to),
    remoteAddressPrefixes: [prefix],
    peeringState: "Connected",
    allowVirtualNetworkAccess: true,
    allowForwardedTraffic: false,
    allowGatewayTransit: false,
    useRemoteGateways: false,
    ...more,
  };
}

/** A security rule: inbound TCP from anywhere to anything, unless said otherwise. */
export function rule(name: string, priority: number, access: string, more: With<SecurityRule> = {}): SecurityRule {
  return {
    name,
    priority,
    direction: "Inbound",
    access,
    protocol: "Tcp",
    sourceAddressPrefixes: ["*"],
    sourceApplicationSecurityGroups: [],
    sourcePortRanges: ["*"],
    destinationAddressPrefixes: ["*"],
    destinationApplicationSecurityGroups: [],
    destinationPortRanges: ["*"],
    ...more,
  };
}

/** A security group without listed defaults. */
export function group(
  name: string,
  rules: readonly SecurityRule[],
  more: With<NetworkSecurityGroup> = {},
): NetworkSecurityGroup {
  return {
    kind: "networkSecurityGroup",
    ...fields("Microsoft.Network/networkSecurityGroups", name),
    securityRules: rules,
    defaultSecurityRules: [],
    ...more,
  };
}

/** A route table. */
export function routeTable(name: string, routes: readonly Route[]): RouteTable {
  return {
    kind: "routeTable",
    ...fields("Microsoft.Network/routeTables", name),
    routes,
    disableBgpRoutePropagation: false,
  };
}

/** A public address of the Standard SKU. */
export function publicIp(name: string, ipAddress: string, more: With<PublicIPAddress> = {}): PublicIPAddress {
  return {
    kind: "publicIPAddress",
    ...fields("Microsoft.Network/publicIPAddresses", name),
    ipAddress,
    publicIPAddressVersion: "IPv4",
    sku: "Standard",
    ...more,
  };
}

/** A network interface with one address, of the machine of the same name. */
export function nic(
  name: string,
  place: { readonly network: string; readonly subnet: string; readonly address: string },
  more: With<IpConfiguration> & { readonly nic?: With<NetworkInterface> } = {},
): NetworkInterface {
  const { nic: ownFields, ...configuration } = more;
  return {
    kind: "networkInterface",
    ...fields("Microsoft.Network/networkInterfaces", name),
    virtualMachine: idOf.machine(name),
    enableIPForwarding: false,
    ipConfigurations: [
      {
        id: idOf.ipConfiguration(name),
        name: "ip",
        primary: true,
        privateIPAddress: place.address,
        subnet: idOf.subnet(place.network, place.subnet),
        applicationSecurityGroups: [],
        loadBalancerBackendAddressPools: [],
        loadBalancerInboundNatRules: [],
        applicationGatewayBackendAddressPools: [],
        ...configuration,
      },
    ],
    ...ownFields,
  };
}

/** A running machine with the interface of its own name. */
export function machine(name: string): VirtualMachine {
  return {
    kind: "virtualMachine",
    ...fields("Microsoft.Compute/virtualMachines", name),
    networkInterfaces: [idOf.nic(name)],
    powerState: "PowerState/running",
    osType: "Linux",
    identityIds: [],
  };
}

/** A load balancing rule of a load balancer's one frontend and pool. */
export function balancingRule(
  balancer: string,
  name: string,
  ports: readonly [number, number],
  more: With<LoadBalancingRule> = {},
): LoadBalancingRule {
  return {
    id: armId(`Microsoft.Network/loadBalancers/${balancer}/loadBalancingRules/${name}`),
    name,
    frontendIPConfiguration: idOf.frontend(balancer),
    backendAddressPools: [idOf.pool(balancer)],
    protocol: "Tcp",
    frontendPort: ports[0],
    backendPort: ports[1],
    enableFloatingIP: false,
    ...more,
  };
}

/** An inbound NAT rule of a load balancer's one frontend. */
export function natRule(
  balancer: string,
  name: string,
  ports: readonly [number, number],
  more: With<InboundNatRule> = {},
): InboundNatRule {
  return {
    id: armId(`Microsoft.Network/loadBalancers/${balancer}/inboundNatRules/${name}`),
    name,
    frontendIPConfiguration: idOf.frontend(balancer),
    protocol: "Tcp",
    frontendPort: ports[0],
    backendPort: ports[1],
    enableFloatingIP: false,
    ...more,
  };
}

/** A Standard load balancer with one frontend and one pool. */
export function balancer(
  name: string,
  front: {
    readonly publicIp?: string;
    readonly privateAddress?: string;
    readonly network?: string;
    readonly subnet?: string;
  },
  members: readonly string[],
  more: With<LoadBalancer> = {},
): LoadBalancer {
  return {
    kind: "loadBalancer",
    ...fields("Microsoft.Network/loadBalancers", name),
    sku: "Standard",
    frontendIPConfigurations: [
      {
        id: idOf.frontend(name),
        name: "front",
        ...(front.publicIp === undefined ? {} : { publicIPAddress: idOf.publicIp(front.publicIp) }),
        ...(front.privateAddress === undefined ? {} : { privateIPAddress: front.privateAddress }),
        ...(front.network === undefined ? {} : { subnet: idOf.subnet(front.network, front.subnet ?? "default") }),
      },
    ],
    backendAddressPools: [
      {
        id: idOf.pool(name),
        name: "pool",
        backendIPConfigurations: members.map(idOf.ipConfiguration),
        loadBalancerBackendAddresses: [],
      },
    ],
    loadBalancingRules: [],
    inboundNatRules: [],
    ...more,
  };
}

/** A resource of a type the engine does not model. */
export function other(type: string, name: string, references: readonly ArmId[] = []): OtherResource {
  return { kind: "other", ...fields(type, name), type, references };
}

/** A live workload of one machine. */
export function machineWorkload(name: string): Workload {
  return {
    id: idOf.machine(name),
    kind: "virtualMachine",
    name,
    members: [idOf.machine(name)],
    containers: [],
    liveness: { kind: "live", reason: "PowerState/running" },
  };
}

/** Kinds every complete snapshot lists in its subscription. */
const subscriptionKinds = [
  "census",
  "virtualNetwork",
  "networkSecurityGroup",
  "networkInterface",
  "publicIPAddress",
  "loadBalancer",
  "routeTable",
  "virtualMachine",
  "managedCluster",
  "site",
];

const clusterKinds = ["namespace", "pod", "service", "ingress", "ingressClass", "networkPolicy", "endpointSlice"];

/** A complete list. */
export function completeList(kind: string, scope: string, more: With<Coverage> = {}): Coverage {
  return {
    id: toCoverageId(`${kind}@${scope}`),
    scope,
    kind,
    complete: true,
    pages: 1,
    count: 0,
    startedAt: "2026-11-01T00:00:00Z",
    endedAt: "2026-11-01T00:00:01Z",
    source: { collector: "fixture", version: 1, api: "arm", apiVersion: "2024-05-01", scope },
    gaps: [],
    ...more,
  };
}

/** A complete snapshot of these resources and workloads. */
export function snapshot(
  resources: readonly Resource[],
  workloads: readonly Workload[],
  more: With<EstateSnapshot> = {},
): EstateSnapshot {
  const clusters = resources.filter((resource) => resource.kind === "managedCluster");
  return {
    format: estateFormat,
    tenantId: "22222222-2222-2222-2222-222222222222",
    subscriptionIds: [subscriptionId],
    takenAt: "2026-11-01T00:00:02Z",
    resources,
    workloads,
    observations: {},
    coverage: [
      ...subscriptionKinds.map((kind) => completeList(kind, `/subscriptions/${subscriptionId}`)),
      ...clusters.flatMap(({ id }) => clusterKinds.map((kind) => completeList(kind, id.toLowerCase()))),
    ],
    census: [],
    problems: [],
    ...more,
  };
}
