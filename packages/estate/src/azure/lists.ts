/** Collectors that are one ARM list for each subscription: a row each. */
import type { Resource } from "@sightline/model";
import type { z } from "zod";
import type { EstateCollector } from "../collector.ts";
import { readerRemedy, recordList, toTimestamp } from "../recording.ts";
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
  readonly query?: string;
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
    apiVersion: "2025-03-01-preview",
    schema: containerRegistry,
  },
];

function toCollector(row: ListRow): EstateCollector {
  const id = `arm-${row.kind}`;
  const action = `${row.type}/read`;
  return {
    id,
    version: 1,
    scope: "subscription",
    kinds: [row.kind],
    permissions: [action],
    collect: async ({ subscriptionId, arm, clock, signal }) => {
      const startedAt = toTimestamp(clock);
      const raw = await arm.list(`/subscriptions/${subscriptionId}/providers/${row.type}`, row.apiVersion, signal);
      const scope = `/subscriptions/${subscriptionId}`;
      const source = { collector: id, version: 1, api: "arm", apiVersion: row.apiVersion, scope, role: "Reader" };
      const list = { scope, kind: row.kind, source, action, remedy: readerRemedy(subscriptionId) };
      const { resources, coverage } = recordList(list, raw, {
        schema: row.schema,
        startedAt,
        endedAt: toTimestamp(clock),
      });
      return { resources, coverage: [coverage] };
    },
  };
}

/** One collector for each row. */
export const listCollectors: readonly EstateCollector[] = rows.map(toCollector);

/** ARM types the engine reads as resources of their own, lower case. */
export const listedTypes: readonly string[] = rows.map((row) => row.type.toLowerCase());
