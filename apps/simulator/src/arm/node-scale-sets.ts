/** Scale sets of a cluster's pools and the interfaces of their instances. */
import { type Json, readPath, readText } from "../json.ts";
import type { ArmResource, KubernetesObjects } from "../scenario/world.ts";
import { type Naming, toNodeResource } from "./node-naming.ts";

/** What the pools are made from. */
export interface PoolInput {
  readonly cluster: ArmResource;
  readonly nodes: readonly { readonly name: string; readonly pool: string; readonly address: string }[];
  readonly objects: ReadonlyMap<string, KubernetesObjects>;
}

/** What the interfaces of a scale set have in common. */
interface PoolNetwork {
  readonly scaleSet: string;
  readonly subnet: string;
  readonly groupId: string;
  readonly pools: readonly string[];
}

function toScaleSet(naming: Naming, network: PoolNetwork, more: { pool: string; capacity: number }): ArmResource {
  const configuration: Json = {
    name: network.scaleSet,
    properties: {
      primary: true,
      enableIPForwarding: false,
      networkSecurityGroup: { id: network.groupId },
      ipConfigurations: [
        {
          name: "ipconfig1",
          properties: {
            primary: true,
            subnet: { id: network.subnet },
            loadBalancerBackendAddressPools: network.pools.map((id) => ({ id })),
          },
        },
      ],
    },
  };
  return toNodeResource(naming, "Microsoft.Compute/virtualMachineScaleSets", network.scaleSet, {
    sku: { name: "Standard_D4s_v5", tier: "Standard", capacity: more.capacity },
    tags: { "aks-managed-poolName": more.pool, "aks-managed-orchestrator": "Kubernetes" },
    properties: {
      orchestrationMode: "Uniform",
      singlePlacementGroup: false,
      virtualMachineProfile: {
        storageProfile: { osDisk: { osType: "Linux" } },
        networkProfile: { networkInterfaceConfigurations: [configuration] },
      },
    },
  });
}

function toInterface(
  naming: Naming,
  node: PoolInput["nodes"][number],
  more: { readonly instance: number; readonly network: PoolNetwork; readonly pods: readonly string[] },
): ArmResource {
  const { scaleSet, subnet, pools, groupId } = more.network;
  const addresses = [node.address, ...more.pods];
  const scaleSetId = `${naming.prefix}/providers/Microsoft.Compute/virtualMachineScaleSets/${scaleSet}`;
  const name = `${scaleSet}/${more.instance}/${scaleSet}`;
  return toNodeResource(naming, "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces", name, {
    properties: {
      primary: true,
      enableIPForwarding: false,
      enableAcceleratedNetworking: true,
      virtualMachine: { id: `${scaleSetId}/virtualMachines/${more.instance}` },
      networkSecurityGroup: { id: groupId },
      ipConfigurations: addresses.map((address, index) => ({
        name: `ipconfig${index + 1}`,
        properties: {
          primary: index === 0,
          privateIPAddress: address,
          privateIPAllocationMethod: "Dynamic",
          privateIPAddressVersion: "IPv4",
          subnet: { id: subnet },
          ...(index === 0 ? { loadBalancerBackendAddressPools: pools.map((id) => ({ id })) } : {}),
        },
      })),
    },
  });
}

function listPodAddresses(input: PoolInput, node: string): string[] {
  return [...(input.objects.get("pods")?.values() ?? [])]
    .filter((pod) => readText(pod, "spec.nodeName") === node && readPath(pod, ["spec", "hostNetwork"]) !== true)
    .map((pod) => readText(pod, "status.podIP"));
}

/** The scale set of a pool and one interface per node; with flat networking it holds the pods' addresses too. */
export function toPoolResources(input: PoolInput, naming: Naming, pool: Json, pools: readonly string[]): ArmResource[] {
  const name = readText(pool, "name");
  const nodes = input.nodes.filter((node) => node.pool === name);
  const isFlat = readText(input.cluster, "properties.networkProfile.networkPluginMode") !== "overlay";
  const network: PoolNetwork = {
    scaleSet: `aks-${name}-${naming.suffix}-vmss`,
    subnet: readText(pool, "vnetSubnetID"),
    groupId: `${naming.prefix}/providers/Microsoft.Network/networkSecurityGroups/aks-agentpool-${naming.suffix}-nsg`,
    pools,
  };
  const interfaces = nodes.map((node, instance) =>
    toInterface(naming, node, { instance, network, pods: isFlat ? listPodAddresses(input, node.name) : [] }),
  );
  return [toScaleSet(naming, network, { pool: name, capacity: nodes.length }), ...interfaces];
}
