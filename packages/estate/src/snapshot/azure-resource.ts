/** Azure resources as a snapshot stores them: the model's fields, all of them and no others. */
import type {
  ApplicationSecurityGroup,
  AzureResource,
  ContainerRegistry,
  LoadBalancer,
  ManagedCluster,
  NetworkInterface,
  NetworkSecurityGroup,
  OtherResource,
  PublicIPAddress,
  RouteTable,
  Site,
  Subscription,
  VirtualMachine,
  VirtualNetwork,
} from "@sightline/model";
import { z } from "zod";
import { absentOr, armId, armIds, text, texts } from "./stored.ts";

const fields = { id: armId, name: text, subscriptionId: text, location: text };
const child = { id: armId, name: text };
const flag = z.boolean();
const count = z.number();

const subscription = z.strictObject({
  kind: z.literal("subscription"),
  ...fields,
  tenantId: text,
  state: text,
}) satisfies z.ZodType<Subscription>;

const subnet = z.strictObject({
  ...child,
  addressPrefixes: texts,
  networkSecurityGroup: absentOr(armId),
  routeTable: absentOr(armId),
  natGateway: absentOr(armId),
  privateEndpointNetworkPolicies: text,
  delegations: texts,
});

const peering = z.strictObject({
  ...child,
  remoteVirtualNetwork: armId,
  remoteAddressPrefixes: texts,
  peeringState: text,
  allowVirtualNetworkAccess: flag,
  allowForwardedTraffic: flag,
  allowGatewayTransit: flag,
  useRemoteGateways: flag,
});

const virtualNetwork = z.strictObject({
  kind: z.literal("virtualNetwork"),
  ...fields,
  addressPrefixes: texts,
  subnets: z.array(subnet),
  virtualNetworkPeerings: z.array(peering),
}) satisfies z.ZodType<VirtualNetwork>;

const securityRule = z.strictObject({
  name: text,
  priority: count,
  direction: text,
  access: text,
  protocol: text,
  sourceAddressPrefixes: texts,
  sourceApplicationSecurityGroups: armIds,
  sourcePortRanges: texts,
  destinationAddressPrefixes: texts,
  destinationApplicationSecurityGroups: armIds,
  destinationPortRanges: texts,
});

const networkSecurityGroup = z.strictObject({
  kind: z.literal("networkSecurityGroup"),
  ...fields,
  securityRules: z.array(securityRule),
  defaultSecurityRules: z.array(securityRule),
}) satisfies z.ZodType<NetworkSecurityGroup>;

const applicationSecurityGroup = z.strictObject({
  kind: z.literal("applicationSecurityGroup"),
  ...fields,
}) satisfies z.ZodType<ApplicationSecurityGroup>;

const ipConfiguration = z.strictObject({
  ...child,
  primary: flag,
  privateIPAddress: absentOr(text),
  subnet: absentOr(armId),
  publicIPAddress: absentOr(armId),
  applicationSecurityGroups: armIds,
  loadBalancerBackendAddressPools: armIds,
  loadBalancerInboundNatRules: armIds,
  applicationGatewayBackendAddressPools: armIds,
});

const networkInterface = z.strictObject({
  kind: z.literal("networkInterface"),
  ...fields,
  virtualMachine: absentOr(armId),
  networkSecurityGroup: absentOr(armId),
  enableIPForwarding: flag,
  ipConfigurations: z.array(ipConfiguration),
  virtualMachineScaleSet: absentOr(armId),
}) satisfies z.ZodType<NetworkInterface>;

const publicIPAddress = z.strictObject({
  kind: z.literal("publicIPAddress"),
  ...fields,
  ipAddress: absentOr(text),
  publicIPAddressVersion: text,
  sku: text,
  ipConfiguration: absentOr(armId),
}) satisfies z.ZodType<PublicIPAddress>;

const frontend = z.strictObject({
  ...child,
  publicIPAddress: absentOr(armId),
  publicIPPrefix: absentOr(armId),
  privateIPAddress: absentOr(text),
  subnet: absentOr(armId),
});

const backendAddressPool = z.strictObject({
  ...child,
  backendIPConfigurations: armIds,
  loadBalancerBackendAddresses: z.array(z.strictObject({ ipAddress: absentOr(text), virtualNetwork: absentOr(armId) })),
});

const loadBalancingRule = z.strictObject({
  ...child,
  frontendIPConfiguration: armId,
  backendAddressPools: armIds,
  protocol: text,
  frontendPort: count,
  backendPort: count,
  enableFloatingIP: flag,
});

const inboundNatRule = z.strictObject({
  ...child,
  frontendIPConfiguration: armId,
  protocol: text,
  frontendPort: count,
  frontendPortRangeEnd: absentOr(count),
  backendPort: count,
  enableFloatingIP: flag,
  backendIPConfiguration: absentOr(armId),
  backendAddressPool: absentOr(armId),
});

const loadBalancer = z.strictObject({
  kind: z.literal("loadBalancer"),
  ...fields,
  sku: text,
  frontendIPConfigurations: z.array(frontend),
  backendAddressPools: z.array(backendAddressPool),
  loadBalancingRules: z.array(loadBalancingRule),
  inboundNatRules: z.array(inboundNatRule),
}) satisfies z.ZodType<LoadBalancer>;

const routeTable = z.strictObject({
  kind: z.literal("routeTable"),
  ...fields,
  routes: z.array(
    z.strictObject({ name: text, addressPrefix: text, nextHopType: text, nextHopIpAddress: absentOr(text) }),
  ),
  disableBgpRoutePropagation: flag,
}) satisfies z.ZodType<RouteTable>;

const virtualMachine = z.strictObject({
  kind: z.literal("virtualMachine"),
  ...fields,
  networkInterfaces: armIds,
  powerState: absentOr(text),
  osType: text,
  imageReference: absentOr(text),
  identityIds: texts,
}) satisfies z.ZodType<VirtualMachine>;

const managedCluster = z.strictObject({
  kind: z.literal("managedCluster"),
  ...fields,
  nodeResourceGroup: text,
  powerState: text,
  fqdn: absentOr(text),
  privateFqdn: absentOr(text),
  enablePrivateCluster: flag,
  authorizedIPRanges: texts,
  aad: z.strictObject({ managed: flag, enableAzureRBAC: flag, tenantId: absentOr(text) }),
  disableLocalAccounts: flag,
  networkPlugin: text,
  networkPluginMode: text,
  networkPolicy: text,
  networkDataplane: text,
  podCidrs: texts,
  serviceCidrs: texts,
  agentPools: z.array(
    z.strictObject({
      name: text,
      vnetSubnetId: absentOr(armId),
      podSubnetId: absentOr(armId),
      enableNodePublicIP: flag,
      powerState: text,
    }),
  ),
  enabledAddons: texts,
  webAppRoutingEnabled: flag,
  kedaEnabled: absentOr(flag),
}) satisfies z.ZodType<ManagedCluster>;

const restriction = z.strictObject({
  name: text,
  priority: count,
  action: text,
  ipAddress: absentOr(text),
  tag: text,
  vnetSubnetResourceId: absentOr(armId),
  headers: z.record(z.string(), texts),
});

const site = z.strictObject({
  kind: z.literal("site"),
  ...fields,
  siteKind: text,
  state: text,
  enabled: flag,
  hostNames: texts,
  publicNetworkAccess: text,
  virtualNetworkSubnetId: absentOr(armId),
  privateEndpointConnections: armIds,
  httpsOnly: flag,
  clientCertEnabled: flag,
  clientCertMode: text,
  web: absentOr(
    z.strictObject({
      linuxFxVersion: text,
      ipSecurityRestrictions: z.array(restriction),
      ipSecurityRestrictionsDefaultAction: text,
      scmIpSecurityRestrictions: z.array(restriction),
      scmIpSecurityRestrictionsDefaultAction: text,
      scmIpSecurityRestrictionsUseMain: flag,
    }),
  ),
  authentication: z.enum(["required", "optional", "off", "unknown"]),
}) satisfies z.ZodType<Site>;

const registry = z.strictObject({
  kind: z.literal("registry"),
  ...fields,
  loginServer: text,
  sku: text,
  roleAssignmentMode: text,
  publicNetworkAccess: text,
}) satisfies z.ZodType<ContainerRegistry>;

const other = z.strictObject({
  kind: z.literal("other"),
  ...fields,
  type: text,
  references: armIds,
}) satisfies z.ZodType<OtherResource>;

/** One schema for each kind of Azure resource. */
export const azureResources = {
  subscription,
  virtualNetwork,
  networkSecurityGroup,
  applicationSecurityGroup,
  networkInterface,
  publicIPAddress,
  loadBalancer,
  routeTable,
  virtualMachine,
  managedCluster,
  site,
  registry,
  other,
} satisfies Record<AzureResource["kind"], z.ZodType<AzureResource>>;
