/**
 * The resources AKS and its cloud provider keep in a cluster's node resource group: scale sets with their NICs, the
 * NSG, the public and internal load balancers, their public addresses. Made from the cluster and its Services, so that
 * both sides agree as they do in Azure.
 */
import { readText, toList } from "../json.ts";
import { toStableGuid } from "../kubernetes/objects.ts";
import type { ArmResource, ResourceGroup } from "../scenario/world.ts";
import {
  addOutbound,
  toBalancedService,
  toLoadBalancer,
  toNetworkSecurityGroup,
  toPublicAddress,
} from "./node-load-balancers.ts";
import { type Naming, toPoolSuffix } from "./node-naming.ts";
import { type PoolInput, toPoolResources } from "./node-scale-sets.ts";

/** What the group is made from. */
export interface NodeGroupInput extends PoolInput {
  readonly subscriptionId: string;
  readonly location: string;
  readonly outboundAddress: string;
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
