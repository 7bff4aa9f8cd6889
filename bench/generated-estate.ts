/**
 * Estates to measure on: machines in a hub and its spokes, security groups of many rules, load balancers, and clusters
 * with pods, Services and policies. Seeded, so that every machine computes the same estate.
 */
import {
  type ArmId,
  type Coverage,
  type EstateSnapshot,
  estateFormat,
  type LoadBalancer,
  type NetworkInterface,
  type NetworkSecurityGroup,
  type PublicIPAddress,
  type Resource,
  type SecurityRule,
  toCoverageId,
  type VirtualMachine,
  type VirtualNetwork,
  type Workload,
} from "@sightline/model";
import { toCluster } from "./generated-clusters.ts";
import {
  address,
  createRandom,
  type EstateSize,
  fields,
  id,
  pick,
  type Random,
  subnetId,
  subnetsPerNetwork,
  subscriptionId,
} from "./generated-parts.ts";

const groupId = (index: number): ArmId => id(`Microsoft.Network/networkSecurityGroups/g${index}`);
const networkPrefix = (network: number): string => `10.${network}.0.0/16`;

/** Ports of servers, the usual ones most often. */
function randomPorts(random: Random): string {
  const usual = ["443", "80", "22", "3389", "8080", "1433", "5432", "53", "25", "6379"] as const;
  const rank = Math.floor(random() ** 2 * (usual.length + 6));
  return usual[rank] ?? (rank % 2 === 0 ? "*" : `${1000 * rank}-${1000 * rank + 500}`);
}

function randomPrefix(random: Random, networks: number): string {
  const kind = random();
  if (kind < 0.25) {
    return pick(random, ["*", "Internet"]);
  }
  if (kind < 0.4) {
    return "VirtualNetwork";
  }
  const octet = (max: number): number => Math.floor(random() * max);
  return kind < 0.7
    ? `10.${octet(networks)}.${octet(subnetsPerNetwork)}.0/24`
    : `${20 + octet(180)}.${octet(256)}.${octet(256)}.0/${24 + octet(9)}`;
}

function toGroups(size: EstateSize, random: Random): readonly NetworkSecurityGroup[] {
  return Array.from({ length: size.groups }, (_, index): NetworkSecurityGroup => {
    const securityRules = Array.from({ length: size.rules }, (__, order): SecurityRule => {
      const count = random() < 0.4 ? 1 + Math.floor(random() * 4) : 1;
      return {
        name: `rule-${order}`,
        priority: 100 + order * 10,
        direction: random() < 0.8 ? "Inbound" : "Outbound",
        access: random() < 0.3 ? "Deny" : "Allow",
        protocol: pick(random, ["Tcp", "Tcp", "*", "Udp"]),
        sourceAddressPrefixes: Array.from({ length: count }, () => randomPrefix(random, size.networks)),
        sourceApplicationSecurityGroups: [],
        sourcePortRanges: ["*"],
        destinationAddressPrefixes: ["*"],
        destinationApplicationSecurityGroups: [],
        destinationPortRanges: [randomPorts(random)],
      };
    });
    return {
      kind: "networkSecurityGroup",
      ...fields("Microsoft.Network/networkSecurityGroups", `g${index}`),
      securityRules,
      defaultSecurityRules: [],
    };
  });
}

function toNetworks(size: EstateSize, random: Random): readonly VirtualNetwork[] {
  return Array.from({ length: size.networks }, (_, index): VirtualNetwork => {
    const peers = index === 0 ? Array.from({ length: size.networks - 1 }, (__, spoke) => spoke + 1) : [0];
    return {
      kind: "virtualNetwork",
      ...fields("Microsoft.Network/virtualNetworks", `v${index}`),
      addressPrefixes: [networkPrefix(index)],
      subnets: Array.from({ length: subnetsPerNetwork }, (__, subnet) => ({
        id: subnetId(index, subnet),
        name: `s${subnet}`,
        addressPrefixes: [`10.${index}.${subnet * 32}.0/19`],
        ...(random() < 0.7 ? { networkSecurityGroup: groupId(Math.floor(random() * size.groups)) } : {}),
        privateEndpointNetworkPolicies: "Disabled",
        delegations: [],
      })),
      virtualNetworkPeerings: peers.map((peer) => ({
        id: id(`Microsoft.Network/virtualNetworks/v${index}/virtualNetworkPeerings/p${peer}`),
        name: `p${peer}`,
        remoteVirtualNetwork: id(`Microsoft.Network/virtualNetworks/v${peer}`),
        remoteAddressPrefixes: [networkPrefix(peer)],
        peeringState: "Connected",
        allowVirtualNetworkAccess: true,
        allowForwardedTraffic: false,
        allowGatewayTransit: false,
        useRemoteGateways: false,
      })),
    };
  });
}

interface Machines {
  readonly resources: readonly Resource[];
  readonly workloads: readonly Workload[];
}

function toMachine(
  size: EstateSize,
  random: Random,
  index: number,
): readonly (NetworkInterface | VirtualMachine | PublicIPAddress)[] {
  const [network, subnet] = [index % size.networks, Math.floor(random() * subnetsPerNetwork)];
  const name = `m${index}`;
  const machine: VirtualMachine = {
    kind: "virtualMachine",
    ...fields("Microsoft.Compute/virtualMachines", name),
    networkInterfaces: [id(`Microsoft.Network/networkInterfaces/${name}`)],
    powerState: "PowerState/running",
    osType: "Linux",
    identityIds: [],
  };
  const isPublic = random() < 0.1;
  const publicIp: PublicIPAddress = {
    kind: "publicIPAddress",
    ...fields("Microsoft.Network/publicIPAddresses", name),
    ipAddress: `20.${Math.floor(index / 65_536)}.${Math.floor(index / 256) % 256}.${index % 256}`,
    publicIPAddressVersion: "IPv4",
    sku: "Standard",
  };
  const nic: NetworkInterface = {
    kind: "networkInterface",
    ...fields("Microsoft.Network/networkInterfaces", name),
    virtualMachine: machine.id,
    ...(random() < 0.3 ? { networkSecurityGroup: groupId(Math.floor(random() * size.groups)) } : {}),
    enableIPForwarding: false,
    ipConfigurations: [
      {
        id: id(`Microsoft.Network/networkInterfaces/${name}/ipConfigurations/ip`),
        name: "ip",
        primary: true,
        privateIPAddress: address(network, subnet, Math.floor(index / size.networks)),
        subnet: subnetId(network, subnet),
        ...(isPublic ? { publicIPAddress: publicIp.id } : {}),
        applicationSecurityGroups: [],
        loadBalancerBackendAddressPools: [],
        loadBalancerInboundNatRules: [],
        applicationGatewayBackendAddressPools: [],
      },
    ],
  };
  return isPublic ? [machine, nic, publicIp] : [machine, nic];
}

function toMachines(size: EstateSize, random: Random): Machines {
  const resources = Array.from({ length: size.machines }, (_, index) => toMachine(size, random, index)).flat();
  const machines = resources.filter((resource) => resource.kind === "virtualMachine");
  return {
    resources,
    workloads: machines.map(
      (machine): Workload => ({
        id: machine.id,
        kind: "virtualMachine",
        name: machine.name,
        members: [machine.id],
        containers: [],
        liveness: { kind: "live", reason: "running" },
      }),
    ),
  };
}

function toBalancers(size: EstateSize, random: Random): readonly Resource[] {
  return Array.from({ length: size.balancers }, (_, index): readonly Resource[] => {
    const name = `lb${index}`;
    const part = (rest: string): ArmId => id(`Microsoft.Network/loadBalancers/${name}/${rest}`);
    const publicIp: PublicIPAddress = {
      kind: "publicIPAddress",
      ...fields("Microsoft.Network/publicIPAddresses", name),
      ipAddress: `20.200.${index >> 8}.${index & 255}`,
      publicIPAddressVersion: "IPv4",
      sku: "Standard",
    };
    const members = Array.from({ length: 4 }, () => Math.floor(random() * size.machines));
    const balancer: LoadBalancer = {
      kind: "loadBalancer",
      ...fields("Microsoft.Network/loadBalancers", name),
      sku: "Standard",
      frontendIPConfigurations: [{ id: part("frontendIPConfigurations/f"), name: "f", publicIPAddress: publicIp.id }],
      backendAddressPools: [
        {
          id: part("backendAddressPools/p"),
          name: "p",
          backendIPConfigurations: members.map((member) =>
            id(`Microsoft.Network/networkInterfaces/m${member}/ipConfigurations/ip`),
          ),
          loadBalancerBackendAddresses: [],
        },
      ],
      loadBalancingRules: [80, 443].map((port) => ({
        id: part(`loadBalancingRules/r${port}`),
        name: `r${port}`,
        frontendIPConfiguration: part("frontendIPConfigurations/f"),
        backendAddressPools: [part("backendAddressPools/p")],
        protocol: "Tcp",
        frontendPort: port,
        backendPort: port + 8000,
        enableFloatingIP: false,
      })),
      inboundNatRules: [],
    };
    return [publicIp, balancer];
  }).flat();
}

function completeList(kind: string, scope: string): Coverage {
  return {
    id: toCoverageId(`${kind}@${scope}`),
    scope,
    kind,
    complete: true,
    pages: 1,
    count: 0,
    startedAt: "2026-11-01T00:00:00Z",
    endedAt: "2026-11-01T00:00:01Z",
    source: { collector: "bench", version: 1, api: "arm", apiVersion: "2024-05-01", scope },
    gaps: [],
  };
}

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
];
const clusterKinds = ["namespace", "pod", "service", "ingress", "networkPolicy", "endpointSlice"];

/** The estate of a size; the same for the same seed. */
export function generateEstate(size: EstateSize, seed: number): EstateSnapshot {
  const random = createRandom(seed);
  const machines = toMachines(size, random);
  const clusters = Array.from({ length: size.clusters }, (_, index) => toCluster(size, random, index));
  return {
    format: estateFormat,
    tenantId: "44444444-4444-4444-4444-444444444444",
    subscriptionIds: [subscriptionId],
    takenAt: "2026-11-01T00:00:02Z",
    resources: [
      ...toNetworks(size, random),
      ...toGroups(size, random),
      ...machines.resources,
      ...toBalancers(size, random),
      ...clusters.flatMap(({ resources }) => resources),
    ],
    workloads: [...machines.workloads, ...clusters.flatMap(({ workloads }) => workloads)],
    observations: {},
    coverage: [
      ...subscriptionKinds.map((kind) => completeList(kind, `/subscriptions/${subscriptionId}`)),
      ...clusters.flatMap(({ id: cluster }) => clusterKinds.map((kind) => completeList(kind, cluster.toLowerCase()))),
    ],
    census: [],
    serviceTags: { AzureCloud: ["20.0.0.0/8"] },
    problems: [],
  };
}
