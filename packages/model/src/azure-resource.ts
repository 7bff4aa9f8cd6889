/**
 * Azure resources of an estate, reduced to the fields the engine reads; names as ARM spells them. Plural and singular
 * forms of a field are already united. Fields whose values Azure may extend stay `string`: whoever reads them treats an
 * unknown value as undetermined. Source: learn.microsoft.com/azure/templates, type by type.
 */
import type { ArmId } from "./ids.ts";
import type { ManagedCluster } from "./managed-cluster.ts";

/** Fields every Azure resource of the model has. */
export interface AzureResourceFields {
  readonly id: ArmId;
  readonly name: string;
  /** Subscription GUID, lower case. */
  readonly subscriptionId: string;
  readonly location: string;
}

/** Microsoft.Resources/subscriptions. */
export interface Subscription extends AzureResourceFields {
  readonly kind: "subscription";
  readonly tenantId: string;
  readonly state: string;
}

/** One direction's view of a peering. Not transitive. */
export interface VirtualNetworkPeering {
  readonly id: ArmId;
  readonly name: string;
  readonly remoteVirtualNetwork: ArmId;
  readonly remoteAddressPrefixes: readonly string[];
  readonly peeringState: string;
  readonly allowVirtualNetworkAccess: boolean;
  readonly allowForwardedTraffic: boolean;
  readonly allowGatewayTransit: boolean;
  readonly useRemoteGateways: boolean;
}

/** Microsoft.Network/virtualNetworks/subnets. */
export interface Subnet {
  readonly id: ArmId;
  readonly name: string;
  readonly addressPrefixes: readonly string[];
  readonly networkSecurityGroup?: ArmId;
  readonly routeTable?: ArmId;
  readonly natGateway?: ArmId;
  readonly privateEndpointNetworkPolicies: string;
  readonly delegations: readonly string[];
}

/** Microsoft.Network/virtualNetworks, subnets and peerings inline. */
export interface VirtualNetwork extends AzureResourceFields {
  readonly kind: "virtualNetwork";
  readonly addressPrefixes: readonly string[];
  readonly subnets: readonly Subnet[];
  readonly virtualNetworkPeerings: readonly VirtualNetworkPeering[];
}

/** A rule of an NSG. Prefixes may be CIDRs, addresses, `*` or service tags. */
export interface SecurityRule {
  readonly name: string;
  readonly priority: number;
  readonly direction: string;
  readonly access: string;
  /** `Tcp`, `Udp`, `Icmp`, `Esp`, `Ah` or `*`, in any case. */
  readonly protocol: string;
  readonly sourceAddressPrefixes: readonly string[];
  readonly sourceApplicationSecurityGroups: readonly ArmId[];
  readonly sourcePortRanges: readonly string[];
  readonly destinationAddressPrefixes: readonly string[];
  readonly destinationApplicationSecurityGroups: readonly ArmId[];
  readonly destinationPortRanges: readonly string[];
}

/** Microsoft.Network/networkSecurityGroups. Rules in the order Azure lists them; priority decides. */
export interface NetworkSecurityGroup extends AzureResourceFields {
  readonly kind: "networkSecurityGroup";
  readonly securityRules: readonly SecurityRule[];
  /** As Azure lists them; empty when the answer left them out (the engine then uses the documented three). */
  readonly defaultSecurityRules: readonly SecurityRule[];
}

/** Microsoft.Network/applicationSecurityGroups: a name that interfaces carry and rules refer to. */
export interface ApplicationSecurityGroup extends AzureResourceFields {
  readonly kind: "applicationSecurityGroup";
}

/** One address of a network interface, and everything that sends traffic to it. */
export interface IpConfiguration {
  readonly id: ArmId;
  readonly name: string;
  readonly primary: boolean;
  readonly privateIPAddress?: string;
  readonly subnet?: ArmId;
  readonly publicIPAddress?: ArmId;
  readonly applicationSecurityGroups: readonly ArmId[];
  readonly loadBalancerBackendAddressPools: readonly ArmId[];
  readonly loadBalancerInboundNatRules: readonly ArmId[];
  readonly applicationGatewayBackendAddressPools: readonly ArmId[];
}

/** Microsoft.Network/networkInterfaces, those of scale-set instances included. */
export interface NetworkInterface extends AzureResourceFields {
  readonly kind: "networkInterface";
  readonly virtualMachine?: ArmId;
  readonly networkSecurityGroup?: ArmId;
  readonly enableIPForwarding: boolean;
  readonly ipConfigurations: readonly IpConfiguration[];
  /** Scale set that owns it, when it is an instance's. */
  readonly virtualMachineScaleSet?: ArmId;
}

/** Microsoft.Network/publicIPAddresses. */
export interface PublicIPAddress extends AzureResourceFields {
  readonly kind: "publicIPAddress";
  readonly ipAddress?: string;
  readonly publicIPAddressVersion: string;
  /** `Basic` is open unless an NSG closes it; `Standard` is closed unless an NSG opens it. */
  readonly sku: string;
  /** The IP configuration (NIC, load balancer frontend, gateway, …) it is attached to. */
  readonly ipConfiguration?: ArmId;
}

/** An address a load balancer listens on: public or inside a subnet, never both. */
export interface FrontendIPConfiguration {
  readonly id: ArmId;
  readonly name: string;
  readonly publicIPAddress?: ArmId;
  readonly publicIPPrefix?: ArmId;
  readonly privateIPAddress?: string;
  readonly subnet?: ArmId;
}

/** A port of a frontend, spread over backend pools. */
export interface LoadBalancingRule {
  readonly id: ArmId;
  readonly name: string;
  readonly frontendIPConfiguration: ArmId;
  readonly backendAddressPools: readonly ArmId[];
  readonly protocol: string;
  /** 0 with protocol `All` = every port (HA ports). */
  readonly frontendPort: number;
  readonly backendPort: number;
  /** Floating IP: the destination address and port stay those of the frontend. */
  readonly enableFloatingIP: boolean;
}

/** A port of a frontend (or a range of them), forwarded to one backend. */
export interface InboundNatRule {
  readonly id: ArmId;
  readonly name: string;
  readonly frontendIPConfiguration: ArmId;
  readonly protocol: string;
  readonly frontendPort: number;
  readonly frontendPortRangeEnd?: number;
  readonly backendPort: number;
  readonly enableFloatingIP: boolean;
  readonly backendIPConfiguration?: ArmId;
  readonly backendAddressPool?: ArmId;
}

/** Members that a load balancer sends to. */
export interface BackendAddressPool {
  readonly id: ArmId;
  readonly name: string;
  readonly backendIPConfigurations: readonly ArmId[];
  /** Members given by address instead of by NIC. */
  readonly loadBalancerBackendAddresses: readonly { readonly ipAddress?: string; readonly virtualNetwork?: ArmId }[];
}

/** Microsoft.Network/loadBalancers. */
export interface LoadBalancer extends AzureResourceFields {
  readonly kind: "loadBalancer";
  readonly sku: string;
  readonly frontendIPConfigurations: readonly FrontendIPConfiguration[];
  readonly backendAddressPools: readonly BackendAddressPool[];
  readonly loadBalancingRules: readonly LoadBalancingRule[];
  readonly inboundNatRules: readonly InboundNatRule[];
}

/** One user-defined route. Source: Microsoft.Network/routeTables/routes. */
export interface Route {
  readonly name: string;
  readonly addressPrefix: string;
  readonly nextHopType: string;
  readonly nextHopIpAddress?: string;
}

/** Microsoft.Network/routeTables. */
export interface RouteTable extends AzureResourceFields {
  readonly kind: "routeTable";
  readonly routes: readonly Route[];
  readonly disableBgpRoutePropagation: boolean;
}

/** Microsoft.Compute/virtualMachines with the part of the instance view that says whether it runs. */
export interface VirtualMachine extends AzureResourceFields {
  readonly kind: "virtualMachine";
  readonly networkInterfaces: readonly ArmId[];
  /** From the instance view, `PowerState/running`; absent = not read. */
  readonly powerState?: string;
  readonly osType: string;
  /** Images it runs as containers, when a tag or extension says; usually empty. */
  readonly imageReference?: string;
  readonly identityIds: readonly string[];
}

/** A rule of App Service access restrictions. Source: Microsoft.Web/sites/config `ipSecurityRestrictions`. */
export interface IpSecurityRestriction {
  readonly name: string;
  readonly priority: number;
  readonly action: string;
  /** CIDR, `Any`, or a service tag when `tag` is `ServiceTag`. */
  readonly ipAddress?: string;
  readonly tag: string;
  readonly vnetSubnetResourceId?: ArmId;
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

/** Microsoft.Web/sites: a web app or function app. */
export interface Site extends AzureResourceFields {
  readonly kind: "site";
  /** ARM's `kind`: `app,linux,container`, `functionapp`, … */
  readonly siteKind: string;
  readonly state: string;
  readonly enabled: boolean;
  readonly hostNames: readonly string[];
  /** `Enabled`, `Disabled` or empty (= decided by private endpoints: public while there are none). */
  readonly publicNetworkAccess: string;
  readonly virtualNetworkSubnetId?: ArmId;
  readonly privateEndpointConnections: readonly ArmId[];
  readonly httpsOnly: boolean;
  readonly clientCertEnabled: boolean;
  readonly clientCertMode: string;
  /** Absent when `config/web` could not be read: then nothing about reachability is known. */
  readonly web?: SiteWebConfiguration;
  readonly authentication: "required" | "optional" | "off" | "unknown";
}

/** Microsoft.Web/sites/config `web`: what decides who may reach the site. */
export interface SiteWebConfiguration {
  /** `DOCKER|host/repo:tag` or a built-in stack. */
  readonly linuxFxVersion: string;
  readonly ipSecurityRestrictions: readonly IpSecurityRestriction[];
  readonly ipSecurityRestrictionsDefaultAction: string;
  readonly scmIpSecurityRestrictions: readonly IpSecurityRestriction[];
  readonly scmIpSecurityRestrictionsDefaultAction: string;
  readonly scmIpSecurityRestrictionsUseMain: boolean;
}

/** Microsoft.ContainerRegistry/registries. */
export interface ContainerRegistry extends AzureResourceFields {
  readonly kind: "registry";
  readonly loginServer: string;
  readonly sku: string;
  /** `AbacRepositoryPermissions` = AcrPull is ignored. Empty = the classic mode. */
  readonly roleAssignmentMode: string;
  readonly publicNetworkAccess: string;
}

/** A resource of a type that is read only to be counted (census) or whose meaning is not modelled. */
export interface OtherResource extends AzureResourceFields {
  readonly kind: "other";
  /** ARM type, `Microsoft.Network/applicationGateways`. */
  readonly type: string;
  /** Subnets and IP configurations it refers to, when they could be found: what it may touch. */
  readonly references: readonly ArmId[];
}

/** Any Azure resource of an estate. */
export type AzureResource =
  | Subscription
  | VirtualNetwork
  | NetworkSecurityGroup
  | ApplicationSecurityGroup
  | NetworkInterface
  | PublicIPAddress
  | LoadBalancer
  | RouteTable
  | VirtualMachine
  | ManagedCluster
  | Site
  | ContainerRegistry
  | OtherResource;
