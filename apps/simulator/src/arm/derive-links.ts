/**
 * What ARM fills in by itself: default rules of NSGs, provisioning states, and the links back from a shared resource
 * to its users (a subnet's NSG lists the subnet, a public IP names its NIC).
 */
import {
  applyMergePatch,
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  readText,
  toList,
  toObject,
} from "../json.ts";
import type { ArmResource } from "../scenario/world.ts";

interface DefaultRule {
  readonly name: string;
  readonly priority: number;
  readonly direction: "Inbound" | "Outbound";
  readonly access: "Allow" | "Deny";
  readonly source: string;
  readonly destination: string;
}

/** Source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview, "Default security rules". */
const defaultRules: readonly DefaultRule[] = [
  toRule("AllowVnetInBound", 65_000, "Inbound", "VirtualNetwork"),
  toRule("AllowAzureLoadBalancerInBound", 65_001, "Inbound", "AzureLoadBalancer"),
  toRule("DenyAllInBound", 65_500, "Inbound", "*"),
  toRule("AllowVnetOutBound", 65_000, "Outbound", "VirtualNetwork"),
  toRule("AllowInternetOutBound", 65_001, "Outbound", "Internet"),
  toRule("DenyAllOutBound", 65_500, "Outbound", "*"),
];

function toRule(name: string, priority: number, direction: DefaultRule["direction"], tag: string): DefaultRule {
  const both = tag === "VirtualNetwork";
  return {
    name,
    priority,
    direction,
    access: name.startsWith("Deny") ? "Deny" : "Allow",
    source: direction === "Inbound" || both ? tag : "*",
    destination: direction === "Outbound" || both ? tag : "*",
  };
}

function toDefaultRules(groupId: string): Json {
  return defaultRules.map((rule) => ({
    id: `${groupId}/defaultSecurityRules/${rule.name}`,
    name: rule.name,
    type: "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
    properties: {
      provisioningState: "Succeeded",
      protocol: "*",
      sourcePortRange: "*",
      destinationPortRange: "*",
      sourceAddressPrefix: rule.source,
      destinationAddressPrefix: rule.destination,
      access: rule.access,
      priority: rule.priority,
      direction: rule.direction,
      sourcePortRanges: [],
      destinationPortRanges: [],
      sourceAddressPrefixes: [],
      destinationAddressPrefixes: [],
    },
  }));
}

/** Names of arrays whose members are sub-resources, which get ids below their resource. */
const subResourceArrays = [
  "subnets",
  "virtualNetworkPeerings",
  "ipConfigurations",
  "frontendIPConfigurations",
  "backendAddressPools",
  "loadBalancingRules",
  "inboundNatRules",
  "probes",
  "outboundRules",
  "securityRules",
  "routes",
];

function completeSubResources(resource: ArmResource): ArmResource {
  const properties: Record<string, Json> = { provisioningState: "Succeeded", ...resource.properties };
  for (const array of subResourceArrays) {
    const members = properties[array];
    if (isJsonList(members)) {
      properties[array] = members.map((member) => completeMember(resource, array, toObject(member)));
    }
  }
  return { ...resource, properties };
}

function completeMember(resource: ArmResource, array: string, member: JsonObject): Json {
  return {
    id: `${resource.id}/${array}/${readText(member, "name")}`,
    type: `${resource.type}/${array}`,
    ...member,
    properties: { provisioningState: "Succeeded", ...toObject(member["properties"]) },
  };
}

function addDefaultRules(resource: ArmResource): ArmResource {
  const isGroup = resource.type.toLowerCase() === "microsoft.network/networksecuritygroups";
  return isGroup && resource.properties["defaultSecurityRules"] === undefined
    ? { ...resource, properties: { ...resource.properties, defaultSecurityRules: toDefaultRules(resource.id) } }
    : resource;
}

/** One link back: at `target`, `member` lists or names `source`. */
interface Link {
  readonly target: string;
  readonly member: string;
  readonly source: string;
  readonly single: boolean;
}

function listOf(properties: JsonObject, array: string): readonly JsonObject[] {
  return toList(properties[array]).map(toObject);
}

function toSubnetLinks(network: ArmResource): Link[] {
  return listOf(network.properties, "subnets").flatMap((subnet) =>
    ["networkSecurityGroup", "routeTable", "natGateway"].flatMap((member) => {
      const target = readText(subnet, `properties.${member}.id`);
      return target === "" ? [] : [{ target, member: "subnets", source: readText(subnet, "id"), single: false }];
    }),
  );
}

function toInterfaceLinks(nic: ArmResource): Link[] {
  const group = readText(nic, "properties.networkSecurityGroup.id");
  const owned = group === "" ? [] : [{ target: group, member: "networkInterfaces", source: nic.id, single: false }];
  return [...owned, ...listOf(nic.properties, "ipConfigurations").flatMap(toIpConfigurationLinks)];
}

function toIpConfigurationLinks(configuration: JsonObject): Link[] {
  const source = readText(configuration, "id");
  const publicAddress = readText(configuration, "properties.publicIPAddress.id");
  const pools = toList(toObject(configuration["properties"])["loadBalancerBackendAddressPools"]);
  return [
    ...(publicAddress === "" ? [] : [{ target: publicAddress, member: "ipConfiguration", source, single: true }]),
    ...pools.map((pool) => ({
      target: readText(pool, "id"),
      member: "backendIPConfigurations",
      source,
      single: false,
    })),
  ];
}

function toMachineLinks(machine: ArmResource): Link[] {
  const interfaces = toList(toObject(machine.properties["networkProfile"])["networkInterfaces"]);
  return interfaces.map((entry) => ({
    target: readText(entry, "id"),
    member: "virtualMachine",
    source: machine.id,
    single: true,
  }));
}

function toFrontendLinks(resource: ArmResource): Link[] {
  return ["frontendIPConfigurations", "ipConfigurations"].flatMap((array) =>
    listOf(resource.properties, array).flatMap(toIpConfigurationLinks),
  );
}

function toLinks(resource: ArmResource): Link[] {
  switch (resource.type.toLowerCase()) {
    case "microsoft.network/virtualnetworks":
      return toSubnetLinks(resource);
    case "microsoft.network/networkinterfaces":
      return toInterfaceLinks(resource);
    case "microsoft.compute/virtualmachines":
      return toMachineLinks(resource);
    case "microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces":
      return toInterfaceLinks(resource);
    default:
      return resource.type.toLowerCase().startsWith("microsoft.network/") ? toFrontendLinks(resource) : [];
  }
}

function addLink(properties: JsonObject, link: Link): JsonObject {
  if (link.single) {
    return properties[link.member] === undefined ? { ...properties, [link.member]: { id: link.source } } : properties;
  }
  const present = toList(properties[link.member]);
  const known = present.some((entry) => readText(entry, "id").toLowerCase() === link.source.toLowerCase());
  return known ? properties : { ...properties, [link.member]: [...present, { id: link.source }] };
}

/** Puts a link into a resource, or into the member of one of its arrays that has the target's id. */
function applyLink(resource: ArmResource, link: Link): ArmResource {
  if (resource.id.toLowerCase() === link.target.toLowerCase()) {
    return { ...resource, properties: addLink(resource.properties, link) };
  }
  const changed: Record<string, Json> = {};
  for (const array of subResourceArrays) {
    const members = resource.properties[array];
    if (isJsonList(members)) {
      changed[array] = members.map((member) =>
        isJsonObject(member) && readText(member, "id").toLowerCase() === link.target.toLowerCase()
          ? { ...member, properties: addLink(toObject(member["properties"]), link) }
          : member,
      );
    }
  }
  return { ...resource, properties: toObject(applyMergePatch(resource.properties, changed)) };
}

function findHolder(resources: ReadonlyMap<string, ArmResource>, target: string): ArmResource | undefined {
  for (let id = target.toLowerCase(); id.includes("/providers/"); id = id.slice(0, id.lastIndexOf("/"))) {
    const resource = resources.get(id);
    if (resource !== undefined) {
      return resource;
    }
  }
  return undefined;
}

/** Completes every resource of a world in place of the map's values. */
export function deriveLinks(resources: Map<string, ArmResource>): void {
  for (const [key, resource] of resources) {
    resources.set(key, addDefaultRules(completeSubResources(resource)));
  }
  for (const link of [...resources.values()].flatMap(toLinks)) {
    const holder = findHolder(resources, link.target);
    if (holder !== undefined) {
      resources.set(holder.id.toLowerCase(), applyLink(holder, link));
    }
  }
}
