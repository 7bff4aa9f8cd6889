/** Load balancers. Source: Microsoft.Network REST API 2024-05-01, loadBalancers. */
import type {
  BackendAddressPool,
  FrontendIPConfiguration,
  InboundNatRule,
  LoadBalancer,
  LoadBalancingRule,
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

const sku = z.object({ name: text }).nullish();

const frontend = child
  .extend({
    properties: z.object({
      publicIPAddress: reference.nullish(),
      publicIPPrefix: reference.nullish(),
      privateIPAddress: z.string().nullish(),
      subnet: reference.nullish(),
    }),
  })
  .transform(
    ({ id, name, properties: each }): FrontendIPConfiguration => ({
      id,
      name,
      ...optional("publicIPAddress", each.publicIPAddress?.id),
      ...optional("publicIPPrefix", each.publicIPPrefix?.id),
      ...optional("privateIPAddress", each.privateIPAddress),
      ...optional("subnet", each.subnet?.id),
    }),
  );

const loadBalancingRule = child
  .extend({
    properties: z.object({
      frontendIPConfiguration: reference,
      backendAddressPool: reference.nullish(),
      backendAddressPools: references,
      protocol: z.string(),
      frontendPort: numeric,
      backendPort: numeric.nullish(),
      enableFloatingIP: flag,
    }),
  })
  .transform(
    ({ id, name, properties: each }): LoadBalancingRule => ({
      id,
      name,
      frontendIPConfiguration: each.frontendIPConfiguration.id,
      backendAddressPools: [...new Set(unite(each.backendAddressPool?.id, each.backendAddressPools))],
      protocol: each.protocol,
      frontendPort: each.frontendPort,
      backendPort: each.backendPort ?? each.frontendPort,
      enableFloatingIP: each.enableFloatingIP,
    }),
  );

const inboundNatRule = child
  .extend({
    properties: z.object({
      frontendIPConfiguration: reference,
      protocol: z.string(),
      frontendPort: numeric.nullish(),
      frontendPortRangeStart: numeric.nullish(),
      frontendPortRangeEnd: numeric.nullish(),
      backendPort: numeric,
      enableFloatingIP: flag,
      backendIPConfiguration: reference.nullish(),
      backendAddressPool: reference.nullish(),
    }),
  })
  .transform(({ id, name, properties: each }, context): InboundNatRule => {
    // A rule for a pool has a range and port 0, a rule for one address a port and no range (or one of 0).
    const frontendPort = each.frontendPortRangeStart || each.frontendPort;
    if (!frontendPort) {
      context.addIssue({ code: "custom", message: "names no frontend port" });
      return z.NEVER;
    }
    return {
      id,
      name,
      frontendIPConfiguration: each.frontendIPConfiguration.id,
      protocol: each.protocol,
      frontendPort,
      ...optional("frontendPortRangeEnd", each.frontendPortRangeEnd || undefined),
      backendPort: each.backendPort,
      enableFloatingIP: each.enableFloatingIP,
      ...optional("backendIPConfiguration", each.backendIPConfiguration?.id),
      ...optional("backendAddressPool", each.backendAddressPool?.id),
    };
  });

const backendAddress = z
  .object({
    properties: z.object({ ipAddress: z.string().nullish(), virtualNetwork: reference.nullish() }).nullish(),
  })
  .transform(({ properties }) => ({
    ...optional("ipAddress", properties?.ipAddress),
    ...optional("virtualNetwork", properties?.virtualNetwork?.id),
  }));

const backendAddressPool = child
  .extend({
    properties: z
      .object({ backendIPConfigurations: references, loadBalancerBackendAddresses: listOf(backendAddress) })
      .nullish(),
  })
  .transform(
    ({ id, name, properties }): BackendAddressPool => ({
      id,
      name,
      backendIPConfigurations: properties?.backendIPConfigurations ?? [],
      loadBalancerBackendAddresses: properties?.loadBalancerBackendAddresses ?? [],
    }),
  );

/** Microsoft.Network/loadBalancers. */
export const loadBalancer = envelope
  .extend({
    sku,
    properties: z.object({
      frontendIPConfigurations: z.array(frontend),
      backendAddressPools: z.array(backendAddressPool),
      loadBalancingRules: z.array(loadBalancingRule),
      // Global load balancers have no such list.
      inboundNatRules: listOf(inboundNatRule),
    }),
  })
  .transform(
    (raw): LoadBalancer => ({
      kind: "loadBalancer",
      ...toFields(raw),
      sku: raw.sku?.name || "Basic",
      frontendIPConfigurations: raw.properties.frontendIPConfigurations,
      backendAddressPools: raw.properties.backendAddressPools,
      loadBalancingRules: raw.properties.loadBalancingRules,
      inboundNatRules: raw.properties.inboundNatRules,
    }),
  );
