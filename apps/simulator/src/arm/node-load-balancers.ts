/**
 * Load balancers, public addresses and security rules that the Azure cloud provider keeps for a cluster's Services.
 * Source: cloud-provider-azure (names of frontends and rules), learn.microsoft.com/azure/aks/load-balancer-standard.
 */
import { type Json, type JsonObject, readPath, readText, toList, toObject } from "../json.ts";
import { readName, readNamespace, toStableGuid } from "../kubernetes/objects.ts";
import type { ArmResource } from "../scenario/world.ts";
import { type Naming, toNodeResource } from "./node-naming.ts";

/** A LoadBalancer Service as the cloud provider sees it. */
export interface BalancedService {
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

function toFrontendName(uid: string): string {
  return `a${uid.replaceAll("-", "").slice(0, 31)}`;
}

/** The balanced form of a Service, or `undefined` for one without a load balancer address. */
export function toBalancedService(service: JsonObject, defaultSubnet: string): BalancedService | undefined {
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

/** A static public address. */
export function toPublicAddress(naming: Naming, name: string, address: string, tags: JsonObject): ArmResource {
  return toNodeResource(naming, "Microsoft.Network/publicIPAddresses", name, {
    sku: { name: "Standard", tier: "Regional" },
    tags,
    properties: { ipAddress: address, publicIPAddressVersion: "IPv4", publicIPAllocationMethod: "Static" },
  });
}

/** One load balancer with a frontend and rules for each Service. */
export function toLoadBalancer(naming: Naming, name: string, services: readonly BalancedService[]): ArmResource {
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
  return toNodeResource(naming, "Microsoft.Network/loadBalancers", name, {
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
export function addOutbound(balancer: ArmResource, outboundName: string, naming: Naming): ArmResource {
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

/** The NSG on the nodes' interfaces, with what the Services open. */
export function toNetworkSecurityGroup(naming: Naming, services: readonly BalancedService[]): ArmResource {
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
  return toNodeResource(naming, "Microsoft.Network/networkSecurityGroups", `aks-agentpool-${naming.suffix}-nsg`, {
    properties: { securityRules: rules },
  });
}
