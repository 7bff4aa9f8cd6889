/**
 * Exposures of generated estates: machines in a hub and its spokes, security groups of many rules, load balancers, and
 * clusters with pods, Services and policies. Seeded, so every machine computes the same estate.
 */
import {
  type ArmId,
  type Coverage,
  type EstateSnapshot,
  estateFormat,
  type KubernetesId,
  type KubernetesService,
  type LoadBalancer,
  type ManagedCluster,
  type Namespace,
  type NetworkInterface,
  type NetworkPolicy,
  type NetworkSecurityGroup,
  type Pod,
  type PublicIPAddress,
  type Resource,
  type SecurityRule,
  toArmId,
  toCoverageId,
  toKubernetesId,
  type VirtualMachine,
  type VirtualNetwork,
  type Workload,
} from "@sightline/model";
import { computeExposures } from "@sightline/reachability";

interface Size {
  readonly name: string;
  readonly networks: number;
  readonly machines: number;
  readonly groups: number;
  readonly rules: number;
  readonly balancers: number;
  readonly clusters: number;
  readonly podsPerCluster: number;
  readonly policiesPerCluster: number;
  readonly runs: number;
}

const sizes: readonly Size[] = [
  {
    name: "E1",
    networks: 3,
    machines: 20,
    groups: 6,
    rules: 8,
    balancers: 2,
    clusters: 1,
    podsPerCluster: 40,
    policiesPerCluster: 12,
    runs: 5,
  },
  {
    name: "E2",
    networks: 12,
    machines: 500,
    groups: 40,
    rules: 15,
    balancers: 8,
    clusters: 2,
    podsPerCluster: 1000,
    policiesPerCluster: 50,
    runs: 3,
  },
];

const large: Size = {
  name: "E3",
  networks: 120,
  machines: 10_000,
  groups: 2000,
  rules: 50,
  balancers: 80,
  clusters: 12,
  podsPerCluster: 1667,
  policiesPerCluster: 84,
  runs: 1,
};

const subnetsPerNetwork = 5;
const subscriptionId = "33333333-3333-3333-3333-333333333333";

type Random = () => number;

/** Small seeded generator (mulberry32). */
function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function pick<Value>(random: Random, values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

function id(path: string): ArmId {
  const made = toArmId(`/subscriptions/${subscriptionId}/resourceGroups/rg/providers/${path}`);
  if (made === undefined) {
    throw new Error(`not an id: ${path}`);
  }
  return made;
}

const fields = (type: string, name: string) => ({
  id: id(`${type}/${name}`),
  name,
  subscriptionId,
  location: "westeurope",
});
const subnetId = (network: number, subnet: number): ArmId =>
  id(`Microsoft.Network/virtualNetworks/v${network}/subnets/s${subnet}`);
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

function toGroups(size: Size, random: Random): readonly NetworkSecurityGroup[] {
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

function toNetworks(size: Size, random: Random): readonly VirtualNetwork[] {
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

const address = (network: number, subnet: number, host: number): string =>
  `10.${network}.${subnet * 32 + Math.floor((host + 4) / 250)}.${((host + 4) % 250) + 2}`;

interface Machines {
  readonly resources: readonly Resource[];
  readonly workloads: readonly Workload[];
}

function toMachine(
  size: Size,
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

function toMachines(size: Size, random: Random): Machines {
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

function toBalancers(size: Size, random: Random): readonly Resource[] {
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

function toPolicy(cluster: ArmId, index: number, namespaces: number, random: Random): NetworkPolicy {
  const namespace = `ns${index % namespaces}`;
  const open = random() < 0.1;
  return {
    kind: "networkPolicy",
    id: toKubernetesId({ cluster, kind: "networkPolicy", namespace, name: `p${index}` }),
    cluster,
    namespace,
    name: `p${index}`,
    labels: {},
    annotations: {},
    podSelector: { matchLabels: random() < 0.3 ? {} : { app: `a${Math.floor(random() * 20)}` }, matchExpressions: [] },
    policyTypes: ["Ingress"],
    ingress: [
      {
        peers: open
          ? []
          : [{ podSelector: { matchLabels: { tier: pick(random, ["web", "api", "db"]) }, matchExpressions: [] } }],
        ports: random() < 0.5 ? [] : [{ protocol: "TCP", port: pick(random, [80, 8080, 5432]) }],
      },
    ],
  };
}

interface ClusterObjects {
  readonly resources: readonly Resource[];
  readonly workloads: readonly Workload[];
  readonly id: ArmId;
}

function toCluster(size: Size, random: Random, index: number): ClusterObjects {
  const managed: ManagedCluster = {
    kind: "managedCluster",
    ...fields("Microsoft.ContainerService/managedClusters", `c${index}`),
    nodeResourceGroup: `mc_c${index}`,
    powerState: "Running",
    enablePrivateCluster: false,
    authorizedIPRanges: [],
    aad: { managed: true, enableAzureRBAC: true },
    disableLocalAccounts: true,
    networkPlugin: "azure",
    networkPluginMode: "overlay",
    networkPolicy: pick(random, ["", "calico", "azure"]),
    networkDataplane: "azure",
    podCidrs: ["192.168.0.0/16"],
    serviceCidrs: ["172.16.0.0/16"],
    agentPools: [
      {
        name: "pool",
        vnetSubnetId: subnetId(index % size.networks, 0),
        enableNodePublicIP: false,
        powerState: "Running",
      },
    ],
    enabledAddons: [],
    webAppRoutingEnabled: false,
  };
  const cluster = managed.id;
  const namespaces = Math.max(1, Math.ceil(size.podsPerCluster / 100));
  const objectId = (kind: string, namespace: string, name: string): KubernetesId =>
    toKubernetesId({ cluster, kind, namespace, name });
  const spaces = Array.from(
    { length: namespaces },
    (_, number): Namespace => ({
      kind: "namespace",
      id: objectId("namespace", "", `ns${number}`),
      cluster,
      namespace: "",
      name: `ns${number}`,
      labels: { "kubernetes.io/metadata.name": `ns${number}` },
      annotations: {},
    }),
  );
  const replicas = 5;
  const pods = Array.from({ length: size.podsPerCluster }, (_, number): Pod => {
    const app = Math.floor(number / replicas);
    const namespace = `ns${app % namespaces}`;
    return {
      kind: "pod",
      id: objectId("pod", namespace, `pod${number}`),
      cluster,
      namespace,
      name: `pod${number}`,
      labels: { app: `a${app % 20}`, tier: ["web", "api", "db"][app % 3] ?? "web", name: `n${app}` },
      annotations: {},
      phase: "Running",
      podIPs: [`192.168.${number >> 8}.${number & 255}`],
      hostIP: address(index % size.networks, 0, index),
      nodeName: "node",
      hostNetwork: false,
      containers: [
        {
          name: "main",
          image: "example.azurecr.io/app:1",
          ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
          init: false,
          state: "running",
        },
      ],
      owners: [],
    };
  });
  const services = Array.from(
    { length: Math.ceil(size.podsPerCluster / (replicas * 4)) },
    (_, number): KubernetesService => {
      const app = number * 4;
      const namespace = `ns${app % namespaces}`;
      return {
        kind: "service",
        id: objectId("service", namespace, `svc${app}`),
        cluster,
        namespace,
        name: `svc${app}`,
        labels: {},
        annotations: {},
        type: number % 5 === 0 ? "NodePort" : "ClusterIP",
        selector: { name: `n${app}` },
        ports: [
          {
            name: "http",
            protocol: "TCP",
            port: 80,
            targetPort: "http",
            ...(number % 5 === 0 ? { nodePort: 30_000 + number } : {}),
          },
        ],
        clusterIPs: [],
        externalIPs: [],
        loadBalancerSourceRanges: [],
        loadBalancerIngressIPs: [],
        externalTrafficPolicy: "Cluster",
      };
    },
  );
  const policies = Array.from({ length: size.policiesPerCluster }, (_, number) =>
    toPolicy(cluster, number, namespaces, random),
  );
  const groups = Map.groupBy(pods, (pod) => pod.labels["name"] ?? "");
  const workloads = [...groups].map(([name, members]): Workload => {
    const namespace = members[0]?.namespace ?? "";
    return {
      id: objectId("deployment", namespace, name),
      kind: "kubernetes",
      name,
      cluster,
      namespace,
      members: members.map((pod) => pod.id),
      containers: [
        {
          name: "main",
          image: { kind: "tag-only", name: "example.azurecr.io/app:1", reason: "generated" },
          declaredPorts: [{ port: 8080, protocol: "TCP" }],
        },
      ],
      liveness: { kind: "live", reason: "running" },
    };
  });
  return { resources: [managed, ...spaces, ...pods, ...services, ...policies], workloads, id: cluster };
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
function generateEstate(size: Size, seed: number): EstateSnapshot {
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

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

function measure(size: Size): object {
  const estate = generateEstate(size, 20_261_101);
  const walls: number[] = [];
  const cpus: number[] = [];
  let exposures = 0;
  for (let run = 0; run < size.runs; run += 1) {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    exposures = computeExposures(estate).exposures.length;
    const used = process.cpuUsage(cpu);
    walls.push(performance.now() - started);
    cpus.push((used.user + used.system) / 1000);
  }
  return {
    estate: size.name,
    workloads: estate.workloads.length,
    resources: estate.resources.length,
    exposures,
    runs: size.runs,
    wallMedianMs: Math.round(median(walls)),
    wallMinMs: Math.round(Math.min(...walls)),
    cpuMedianMs: Math.round(median(cpus)),
    rssMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}

/** Time to compute all exposures of estates E1 and E2, and of E3 when `SIGHTLINE_TEST_LARGE` is set. */
export function run(): Promise<object> {
  const wanted = process.env["SIGHTLINE_TEST_LARGE"] === undefined ? sizes : [...sizes, large];
  return Promise.resolve({ results: wanted.map(measure) });
}
