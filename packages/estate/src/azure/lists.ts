/** Collectors that are one ARM list for each subscription: a row each. */
import type { Resource } from "@sightline/model";
import type { z } from "zod";
import type { EstateCollector } from "../collector.ts";
import { fromArmList, readItems, toCoverage, toSubscriptionList, toTimestamp } from "../recording.ts";
import { containerRegistry } from "./container-registry.ts";
import { managedCluster } from "./container-service.ts";
import { loadBalancer } from "./load-balancing.ts";
import {
  applicationSecurityGroup,
  networkInterface,
  networkSecurityGroup,
  publicIPAddress,
  routeTable,
  virtualNetwork,
} from "./network.ts";

interface ListRow {
  readonly kind: string;
  /** ARM type; the list's path and the action it needs follow from it. */
  readonly type: string;
  readonly apiVersion: string;
  readonly schema: z.ZodType<Resource>;
}

const networkVersion = "2024-05-01";

const rows: readonly ListRow[] = [
  {
    kind: "virtualNetwork",
    type: "Microsoft.Network/virtualNetworks",
    apiVersion: networkVersion,
    schema: virtualNetwork,
  },
  {
    kind: "networkSecurityGroup",
    type: "Microsoft.Network/networkSecurityGroups",
    apiVersion: networkVersion,
    schema: networkSecurityGroup,
  },
  {
    kind: "applicationSecurityGroup",
    type: "Microsoft.Network/applicationSecurityGroups",
    apiVersion: networkVersion,
    schema: applicationSecurityGroup,
  },
  {
    kind: "networkInterface",
    type: "Microsoft.Network/networkInterfaces",
    apiVersion: networkVersion,
    schema: networkInterface,
  },
  {
    kind: "publicIPAddress",
    type: "Microsoft.Network/publicIPAddresses",
    apiVersion: networkVersion,
    schema: publicIPAddress,
  },
  { kind: "loadBalancer", type: "Microsoft.Network/loadBalancers", apiVersion: networkVersion, schema: loadBalancer },
  { kind: "routeTable", type: "Microsoft.Network/routeTables", apiVersion: networkVersion, schema: routeTable },
  {
    kind: "managedCluster",
    type: "Microsoft.ContainerService/managedClusters",
    apiVersion: "2024-09-01",
    schema: managedCluster,
  },
  {
    kind: "registry",
    type: "Microsoft.ContainerRegistry/registries",
    apiVersion: "2025-04-01",
    schema: containerRegistry,
  },
];

function toCollector(row: ListRow): EstateCollector {
  const { kind, type, apiVersion, schema } = row;
  const identity = {
    kind,
    collector: `arm-${kind}`,
    version: 1,
    api: "arm",
    apiVersion,
    action: `${type}/read`,
  } as const;
  return {
    id: identity.collector,
    version: identity.version,
    scope: "subscription",
    kinds: [kind],
    permissions: [identity.action],
    collect: async ({ subscriptionId, arm, clock, signal }) => {
      const startedAt = toTimestamp(clock);
      const list = toSubscriptionList(subscriptionId, identity);
      const raw = fromArmList(await arm.list(`${list.scope}/providers/${type}`, apiVersion, signal), list);
      const { values, gaps } = readItems(schema, raw.items);
      const facts = { raw, count: values.length, gaps, startedAt, endedAt: toTimestamp(clock) };
      return { resources: values, coverage: [toCoverage(list, facts)] };
    },
  };
}

/** One collector for each row. */
export const listCollectors: readonly EstateCollector[] = rows.map(toCollector);

/** ARM types the engine reads as resources of their own, lower case. */
export const listedTypes: readonly string[] = rows.map((row) => row.type.toLowerCase());
