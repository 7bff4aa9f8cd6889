/**
 * The resources AKS and its cloud provider keep in a cluster's node resource group: scale sets with their NICs, the
 * NSG, the public and internal load balancers, their public addresses. Made from the cluster and its Services, so that
 * both sides agree as they do in Azure.
 * Source: learn.microsoft.com/azure/aks/load-balancer-standard, cloud-provider-azure (rule and frontend names).
 */
import { type Json, type JsonObject, readPath, readText, toList, toObject } from "../json.ts";
import { readName, readNamespace, toStableGuid } from "../kubernetes/objects.ts";
import type { ArmResource, KubernetesObjects, ResourceGroup } from "../scenario/world.ts";

/** What the group is made from. */
export interface NodeGroupInput {
  readonly cluster: ArmResource;
  readonly subscriptionId: string;
  readonly location: string;
  readonly nodes: readonly { readonly name: string; readonly pool: string; readonly address: string }[];
  readonly objects: ReadonlyMap<string, KubernetesObjects>;
  readonly outboundAddress: string;
}

interface Naming {
  readonly prefix: string;
  readonly suffix: string;
  readonly location: string;
}

/** A LoadBalancer Service as the cloud provider sees it. */
interface BalancedService {
  /** `a` and the Service's uid: what everything made for it is called after. */
  readonly name: string;
  readonly service: string;
  readonly address: string;
  readonly internal: boolean;
  readonly subnet: string;
  readonly sourceRanges: readonly string[];
  readonly ports: readonly { readonly protocol: string; readonly port: number }[];
}

const internalAnnotation = "service.beta.kubernetes.io/azure-load-balancer-internal";

function toResource(naming: Naming, type: string, name: string, more: JsonObject): ArmResource {
  const [provider = "", ...kinds] = type.split("/");
  const names = name.split("/");
  const tail = kinds.map((kind, index) => `${kind}/${names[index] ?? ""}`).join("/");
  return {
    id: `${naming.prefix}/providers/${provider}/${tail}`,
    name: names.at(-1) ?? "",
    type,
    location: naming.location,
    ...more,
    properties: toObject(more["properties"]),
  };
}

function toFrontendName(uid: string): string {
  return `a${uid.replaceAll("-", "").slice(0, 31)}`;
}

function toBalancedService(service: JsonObject, defaultSubnet: string): BalancedService | undefined {
  const address = readText(toList(readPath(service, ["status", "loadBalancer", "ingress"]))[0], "ip");
  if (readText(service, "spec.type") !== "LoadBalancer" || address === "") {
    return undefined;
  }
  return {
    name: toFrontendName(readText(service, "metadata.uid")),
    service: `${readNamespace(service)}/${readName(service)}`,
    address,
    internal: toObject(readPath(service, ["metadata", "annotations"]))[internalAnnotation] === "true",
    subnet: defaultSubnet,
    sourceRanges: toList(readPath(service, ["spec", "loadBalancerSourceRanges"])).map(String),
    ports: toList(readPath(service, ["spec", "ports"])).map((port) => ({
      protocol: readText(port, "protocol") === "UDP" ? "Udp" : "Tcp",
      port: Number(toObject(port)["port"] ?? 0),
    })),
  };
}

function toPublicAddress(naming: Naming, name: string, address: string, tags: JsonObject): ArmResource {
  return toResource(naming, "Microsoft.Network/publicIPAddresses", name, {
    sku: { name: "Standard", tier: "Regional" },
    tags,
    properties: { ipAddress: address, publicIPAddressVersion: "IPv4", publicIPAllocationMethod: "Static" },
  });
}

function toLoadBalancer(naming: Naming, name: string, services: readonly BalancedService[]): ArmResource {
  const id = `${naming.prefix}/providers/Microsoft.Network/loadBalancers/${name}`;
  const pool = { id: `${id}/backendAddressPools/kubernetes` };
  const frontends = services.map((service): Json => {
    const publicAddress = {
      id: `${naming.prefix}/providers/Microsoft.Network/publicIPAddresses/kubernetes-${service.name}`,
    };
    const place = service.internal
      ? { privateIPAddress: service.address, privateIPAllocationMethod: "Static", subnet: { id: service.subnet } }
      : { privateIPAllocationMethod: "Dynamic", publicIPAddress: publicAddress };
    return { name: service.name, properties: place };
  });
  const rules = services.flatMap((service) =>
    service.ports.map(
      (entry): Json => ({
        name: `${service.name}-${entry.protocol.toUpperCase()}-${entry.port}`,
        properties: {
          frontendIPConfiguration: { id: `${id}/frontendIPConfigurations/${service.name}` },
          backendAddressPool: pool,
          backendAddressPools: [pool],
          protocol: entry.protocol,
          frontendPort: entry.port,
          backendPort: entry.port,
          enableFloatingIP: true,
          idleTimeoutInMinutes: 4,
          disableOutboundSnat: true,
        },
      }),
    ),
  );
  return toResource(naming, "Microsoft.Network/loadBalancers", name, {
    sku: { name: "Standard", tier: "Regional" },
    properties: {
      frontendIPConfigurations: frontends,
      backendAddressPools: [{ name: "kubernetes", properties: {} }],
      loadBalancingRules: rules,
      inboundNatRules: [],
      outboundRules: [],
    },
  });
}

/** Gives the public balancer the frontend and pool of the cluster's outbound traffic, which lets nothing in. */
function addOutbound(balancer: ArmResource, outboundName: string, naming: Naming): ArmResource {
  const frontend = { id: `${balancer.id}/frontendIPConfigurations/${outboundName}` };
  const pool = { id: `${balancer.id}/backendAddressPools/aksOutboundBackendPool` };
  const address = { id: `${naming.prefix}/providers/Microsoft.Network/publicIPAddresses/${outboundName}` };
  const { properties } = balancer;
  return {
    ...balancer,
    properties: {
      ...properties,
      frontendIPConfigurations: [
        { name: outboundName, properties: { privateIPAllocationMethod: "Dynamic", publicIPAddress: address } },
        ...toList(properties["frontendIPConfigurations"]),
      ],
      backendAddressPools: [
        { name: "aksOutboundBackendPool", properties: {} },
        ...toList(properties["backendAddressPools"]),
      ],
      outboundRules: [
        {
          name: "aksOutboundRule",
          properties: { frontendIPConfigurations: [frontend], backendAddressPool: pool, protocol: "All" },
        },
      ],
    },
  };
}

function toNetworkSecurityGroup(naming: Naming, services: readonly BalancedService[]): ArmResource {
  const rules = services
    .filter((service) => !service.internal || service.sourceRanges.length > 0)
    .map((service, index): Json => {
      const sources: JsonObject =
        service.sourceRanges.length > 0
          ? { sourceAddressPrefixes: [...service.sourceRanges] }
          : { sourceAddressPrefix: "Internet", sourceAddressPrefixes: [] };
      return {
        name: `k8s-azure-lb_allow_IPv4_${toStableGuid(service.name).replaceAll("-", "")}`,
        properties: {
          priority: 500 + index,
          direction: "Inbound",
          access: "Allow",
          protocol: "Tcp",
          ...sources,
          sourcePortRange: "*",
          sourcePortRanges: [],
          destinationAddressPrefixes: [service.address],
          destinationPortRanges: service.ports.map((entry) => String(entry.port)),
        },
      };
    });
  return toResource(naming, "Microsoft.Network/networkSecurityGroups", `aks-agentpool-${naming.suffix}-nsg`, {
    properties: { securityRules: rules },
  });
}

function toInterface(
  naming: Naming,
  node: NodeGroupInput["nodes"][number],
  more: { instance: number; subnet: string; scaleSet: string; pods: readonly string[]; pools: readonly string[] },
): ArmResource {
  const addresses = [node.address, ...more.pods];
  const name = `${more.scaleSet}/${more.instance}/${more.scaleSet}`;
  return toResource(naming, "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces", name, {
    properties: {
      primary: true,
      enableIPForwarding: false,
      enableAcceleratedNetworking: true,
      virtualMachine: {
        id: `${naming.prefix}/providers/Microsoft.Compute/virtualMachineScaleSets/${more.scaleSet}/virtualMachines/${more.instance}`,
      },
      networkSecurityGroup: {
        id: `${naming.prefix}/providers/Microsoft.Network/networkSecurityGroups/aks-agentpool-${naming.suffix}-nsg`,
      },
      ipConfigurations: addresses.map((address, index) => ({
        name: `ipconfig${index + 1}`,
        properties: {
          primary: index === 0,
          privateIPAddress: address,
          privateIPAllocationMethod: "Dynamic",
          privateIPAddressVersion: "IPv4",
          subnet: { id: more.subnet },
          ...(index === 0 ? { loadBalancerBackendAddressPools: more.pools.map((id) => ({ id })) } : {}),
        },
      })),
    },
  });
}

function toScaleSet(naming: Naming, name: string, pool: string, capacity: number): ArmResource {
  return toResource(naming, "Microsoft.Compute/virtualMachineScaleSets", name, {
    sku: { name: "Standard_D4s_v5", tier: "Standard", capacity },
    tags: { "aks-managed-poolName": pool, "aks-managed-orchestrator": "Kubernetes" },
    properties: { orchestrationMode: "Uniform", singlePlacementGroup: false },
  });
}

function listPodAddresses(input: NodeGroupInput, node: string): string[] {
  return [...(input.objects.get("pods")?.values() ?? [])]
    .filter((pod) => readText(pod, "spec.nodeName") === node && readPath(pod, ["spec", "hostNetwork"]) !== true)
    .map((pod) => readText(pod, "status.podIP"));
}

function toPoolResources(input: NodeGroupInput, naming: Naming, pool: Json, pools: readonly string[]): ArmResource[] {
  const name = readText(pool, "name");
  const scaleSet = `aks-${name}-${naming.suffix}-vmss`;
  const nodes = input.nodes.filter((node) => node.pool === name);
  const isFlat = readText(input.cluster, "properties.networkProfile.networkPluginMode") !== "overlay";
  const interfaces = nodes.map((node, instance) =>
    toInterface(naming, node, {
      instance,
      scaleSet,
      subnet: readText(pool, "vnetSubnetID"),
      pods: isFlat ? listPodAddresses(input, node.name) : [],
      pools,
    }),
  );
  return [toScaleSet(naming, scaleSet, name, nodes.length), ...interfaces];
}

/** The eight digits in the names of a cluster's pools and NSG. */
export function toPoolSuffix(clusterId: string): string {
  const digits = Number.parseInt(toStableGuid(clusterId).slice(0, 8), 16) % 90_000_000;
  return String(10_000_000 + digits);
}

/** The group and everything in it. */
export function toNodeResourceGroup(input: NodeGroupInput): {
  readonly group: ResourceGroup;
  readonly resources: readonly ArmResource[];
} {
  const groupName = readText(input.cluster, "properties.nodeResourceGroup");
  const prefix = `/subscriptions/${input.subscriptionId}/resourceGroups/${groupName}`;
  const naming: Naming = { prefix, suffix: toPoolSuffix(input.cluster.id), location: input.location };
  const agentPools = toList(input.cluster.properties["agentPoolProfiles"]);
  const subnet = readText(agentPools[0], "vnetSubnetID");
  const services = [...(input.objects.get("services")?.values() ?? [])].flatMap(
    (service) => toBalancedService(service, subnet) ?? [],
  );
  const external = services.filter((service) => !service.internal);
  const internal = services.filter((service) => service.internal);
  const outboundName = toStableGuid(`${input.cluster.id}/outbound`);
  const balancers = [
    addOutbound(toLoadBalancer(naming, "kubernetes", external), outboundName, naming),
    ...(internal.length === 0 ? [] : [toLoadBalancer(naming, "kubernetes-internal", internal)]),
  ];
  const pools = balancers.flatMap((balancer) =>
    toList(balancer.properties["backendAddressPools"]).map(
      (pool) => `${balancer.id}/backendAddressPools/${readText(pool, "name")}`,
    ),
  );
  const addresses = [
    toPublicAddress(naming, outboundName, input.outboundAddress, { "aks-managed-type": "aks-slb-managed-outbound-ip" }),
    ...external.map((service) =>
      toPublicAddress(naming, `kubernetes-${service.name}`, service.address, { "k8s-azure-service": service.service }),
    ),
  ];
  return {
    group: {
      id: prefix,
      name: groupName,
      subscriptionId: input.subscriptionId,
      location: input.location,
      managedBy: input.cluster.id,
      tags: { "aks-managed-cluster-name": input.cluster.name },
    },
    resources: [
      ...balancers,
      ...addresses,
      toNetworkSecurityGroup(naming, services),
      ...agentPools.flatMap((pool) => toPoolResources(input, naming, pool, pools)),
    ],
  };
}
