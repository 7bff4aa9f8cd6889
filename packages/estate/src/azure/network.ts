/**
 * Network resources: wire schemas and their reduction to the model. Source: Microsoft.Network REST API 2024-05-01
 * (learn.microsoft.com/rest/api/virtualnetwork, …/load-balancer).
 */
import type {
  ApplicationSecurityGroup,
  IpConfiguration,
  NetworkInterface,
  NetworkSecurityGroup,
  PublicIPAddress,
  RouteTable,
  SecurityRule,
  Subnet,
  VirtualNetwork,
  VirtualNetworkPeering,
} from "@sightline/model";
import { z } from "zod";
import {
  armId,
  envelope,
  flag,
  listOf,
  numeric,
  optional,
  reference,
  references,
  text,
  toFields,
  unite,
} from "../wire.ts";

const child = z.object({ id: armId, name: text });

const securityRule = z
  .object({
    name: text,
    properties: z.object({
      priority: numeric,
      direction: z.string(),
      access: z.string(),
      protocol: z.string(),
      sourceAddressPrefix: z.string().nullish(),
      sourceAddressPrefixes: listOf(z.string()),
      sourceApplicationSecurityGroups: references,
      sourcePortRange: z.string().nullish(),
      sourcePortRanges: listOf(z.string()),
      destinationAddressPrefix: z.string().nullish(),
      destinationAddressPrefixes: listOf(z.string()),
      destinationApplicationSecurityGroups: references,
      destinationPortRange: z.string().nullish(),
      destinationPortRanges: listOf(z.string()),
    }),
  })
  .transform(
    ({ name, properties: each }): SecurityRule => ({
      name,
      priority: each.priority,
      direction: each.direction,
      access: each.access,
      protocol: each.protocol,
      sourceAddressPrefixes: unite(each.sourceAddressPrefix, each.sourceAddressPrefixes),
      sourceApplicationSecurityGroups: each.sourceApplicationSecurityGroups,
      sourcePortRanges: unite(each.sourcePortRange, each.sourcePortRanges),
      destinationAddressPrefixes: unite(each.destinationAddressPrefix, each.destinationAddressPrefixes),
      destinationApplicationSecurityGroups: each.destinationApplicationSecurityGroups,
      destinationPortRanges: unite(each.destinationPortRange, each.destinationPortRanges),
    }),
  )
  .refine(hasEveryPart, { message: "names no source, no destination or no ports" });

/** A rule that names nothing would read as one that matches nothing, and an Allow would be lost. */
function hasEveryPart(rule: SecurityRule): boolean {
  return [
    [...rule.sourceAddressPrefixes, ...rule.sourceApplicationSecurityGroups],
    [...rule.destinationAddressPrefixes, ...rule.destinationApplicationSecurityGroups],
    rule.sourcePortRanges,
    rule.destinationPortRanges,
  ].every((part) => part.length > 0);
}

/** Microsoft.Network/networkSecurityGroups. */
export const networkSecurityGroup = envelope
  .extend({
    properties: z.object({ securityRules: z.array(securityRule), defaultSecurityRules: listOf(securityRule) }),
  })
  .transform(
    (raw): NetworkSecurityGroup => ({
      kind: "networkSecurityGroup",
      ...toFields(raw),
      securityRules: raw.properties.securityRules,
      defaultSecurityRules: raw.properties.defaultSecurityRules,
    }),
  );

/** Microsoft.Network/applicationSecurityGroups. */
export const applicationSecurityGroup = envelope.transform(
  (raw): ApplicationSecurityGroup => ({
    kind: "applicationSecurityGroup",
    ...toFields(raw),
  }),
);

const subnet = child
  .extend({
    properties: z.object({
      addressPrefix: z.string().nullish(),
      addressPrefixes: listOf(z.string()),
      networkSecurityGroup: reference.nullish(),
      routeTable: reference.nullish(),
      natGateway: reference.nullish(),
      privateEndpointNetworkPolicies: text,
      delegations: listOf(z.object({ properties: z.object({ serviceName: text }).nullish() })),
    }),
  })
  .transform(
    (raw): Subnet => ({
      id: raw.id,
      name: raw.name,
      addressPrefixes: [...new Set(unite(raw.properties.addressPrefix, raw.properties.addressPrefixes))],
      ...optional("networkSecurityGroup", raw.properties.networkSecurityGroup?.id),
      ...optional("routeTable", raw.properties.routeTable?.id),
      ...optional("natGateway", raw.properties.natGateway?.id),
      privateEndpointNetworkPolicies: raw.properties.privateEndpointNetworkPolicies,
      delegations: raw.properties.delegations.map((each) => each.properties?.serviceName ?? ""),
    }),
  );

const addressSpace = z.object({ addressPrefixes: listOf(z.string()) }).nullish();

const peering = child
  .extend({
    properties: z.object({
      remoteVirtualNetwork: reference,
      remoteAddressSpace: addressSpace,
      remoteVirtualNetworkAddressSpace: addressSpace,
      peeringState: z.string(),
      // Read as `false` when missing, it would hide a way in.
      allowVirtualNetworkAccess: z.boolean(),
      allowForwardedTraffic: flag,
      allowGatewayTransit: flag,
      useRemoteGateways: flag,
    }),
  })
  .transform(
    ({ id, name, properties: each }): VirtualNetworkPeering => ({
      id,
      name,
      remoteVirtualNetwork: each.remoteVirtualNetwork.id,
      remoteAddressPrefixes:
        each.remoteVirtualNetworkAddressSpace?.addressPrefixes ?? each.remoteAddressSpace?.addressPrefixes ?? [],
      peeringState: each.peeringState,
      allowVirtualNetworkAccess: each.allowVirtualNetworkAccess,
      allowForwardedTraffic: each.allowForwardedTraffic,
      allowGatewayTransit: each.allowGatewayTransit,
      useRemoteGateways: each.useRemoteGateways,
    }),
  );

/** Microsoft.Network/virtualNetworks with subnets and peerings inline. */
export const virtualNetwork = envelope
  .extend({ properties: z.object({ addressSpace, subnets: z.array(subnet), virtualNetworkPeerings: listOf(peering) }) })
  .transform(
    (raw): VirtualNetwork => ({
      kind: "virtualNetwork",
      ...toFields(raw),
      addressPrefixes: raw.properties.addressSpace?.addressPrefixes ?? [],
      subnets: raw.properties.subnets,
      virtualNetworkPeerings: raw.properties.virtualNetworkPeerings,
    }),
  );

const ipConfiguration = child
  .extend({
    properties: z.object({
      primary: flag,
      privateIPAddress: z.string().nullish(),
      subnet: reference.nullish(),
      publicIPAddress: reference.nullish(),
      applicationSecurityGroups: references,
      loadBalancerBackendAddressPools: references,
      loadBalancerInboundNatRules: references,
      applicationGatewayBackendAddressPools: references,
    }),
  })
  .transform(
    ({ id, name, properties: each }): IpConfiguration => ({
      id,
      name,
      primary: each.primary,
      ...optional("privateIPAddress", each.privateIPAddress),
      ...optional("subnet", each.subnet?.id),
      ...optional("publicIPAddress", each.publicIPAddress?.id),
      applicationSecurityGroups: each.applicationSecurityGroups,
      loadBalancerBackendAddressPools: each.loadBalancerBackendAddressPools,
      loadBalancerInboundNatRules: each.loadBalancerInboundNatRules,
      applicationGatewayBackendAddressPools: each.applicationGatewayBackendAddressPools,
    }),
  );

const scaleSetInstance = /^(.*\/virtualMachineScaleSets\/[^/]+)\/virtualMachines\/[^/]+\/networkInterfaces\//i;

/** Microsoft.Network/networkInterfaces, and the interfaces of scale-set instances (same form, longer id). */
export const networkInterface = envelope
  .extend({
    properties: z.object({
      virtualMachine: reference.nullish(),
      networkSecurityGroup: reference.nullish(),
      enableIPForwarding: flag,
      ipConfigurations: z.array(ipConfiguration),
    }),
  })
  .transform((raw): NetworkInterface => {
    const scaleSet = armId.safeParse(scaleSetInstance.exec(raw.id)?.[1]);
    return {
      kind: "networkInterface",
      ...toFields(raw),
      ...optional("virtualMachine", raw.properties.virtualMachine?.id),
      ...optional("networkSecurityGroup", raw.properties.networkSecurityGroup?.id),
      enableIPForwarding: raw.properties.enableIPForwarding,
      ipConfigurations: raw.properties.ipConfigurations,
      ...optional("virtualMachineScaleSet", scaleSet.data),
    };
  });

const sku = z.object({ name: text }).nullish();

/** Microsoft.Network/publicIPAddresses. A missing SKU means Basic, as the REST reference says. */
export const publicIPAddress = envelope
  .extend({
    sku,
    properties: z.object({
      ipAddress: z.string().nullish(),
      publicIPAddressVersion: text,
      ipConfiguration: reference.nullish(),
    }),
  })
  .transform(
    (raw): PublicIPAddress => ({
      kind: "publicIPAddress",
      ...toFields(raw),
      ...optional("ipAddress", raw.properties.ipAddress),
      publicIPAddressVersion: raw.properties.publicIPAddressVersion || "IPv4",
      sku: raw.sku?.name || "Basic",
      ...optional("ipConfiguration", raw.properties.ipConfiguration?.id),
    }),
  );

/** Microsoft.Network/routeTables. */
export const routeTable = envelope
  .extend({
    properties: z.object({
      routes: z.array(
        z.object({
          name: text,
          properties: z.object({
            addressPrefix: z.string(),
            nextHopType: z.string(),
            nextHopIpAddress: z.string().nullish(),
          }),
        }),
      ),
      disableBgpRoutePropagation: flag,
    }),
  })
  .transform(
    (raw): RouteTable => ({
      kind: "routeTable",
      ...toFields(raw),
      routes: raw.properties.routes.map(({ name, properties: each }) => ({
        name,
        addressPrefix: each.addressPrefix,
        nextHopType: each.nextHopType,
        ...optional("nextHopIpAddress", each.nextHopIpAddress || undefined),
      })),
      disableBgpRoutePropagation: raw.properties.disableBgpRoutePropagation,
    }),
  );
