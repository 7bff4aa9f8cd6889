/** Collectors that need more than one list: machines' power state, sites' configuration, scale sets' interfaces. */
import type { CollectionGap, NetworkInterface, Resource, Site, VirtualMachine } from "@sightline/model";
import type { z } from "zod";
import type { Collected, EstateCollector, SubscriptionContext } from "../collector.ts";
import { mapInParallel } from "../map-in-parallel.ts";
import {
  fromArmList,
  type ListIdentity,
  readItems,
  toCoverage,
  toGap,
  toSubscriptionList,
  toTimestamp,
  toUnreadableGap,
} from "../recording.ts";
import { parseWire } from "../wire.ts";
import { site, siteAuthentication, siteWebConfiguration } from "./app-service.ts";
import { virtualMachine, virtualMachineScaleSet } from "./compute.ts";
import { networkInterface } from "./network.ts";

const computeVersion = "2024-07-01";
const webVersion = "2024-04-01";
const networkVersion = "2024-05-01";
const version = 1;

/** Reads of one subscription that run at the same time; its token bucket refills with 25 a second. */
const parallel = 8;

interface Detailed<Item extends Resource> {
  readonly resource: Item;
  readonly gaps: readonly CollectionGap[];
}

/** A list whose every item is completed by further reads; what a further read did not give is a gap of the list. */
async function collectDetailed<Item extends Resource>(
  context: SubscriptionContext,
  plan: {
    readonly list: ListIdentity;
    readonly path: string;
    readonly schema: z.ZodType<Item>;
    readonly complete: (item: Item) => Promise<Detailed<Item>>;
  },
): Promise<Collected> {
  const { arm, clock, signal } = context;
  const startedAt = toTimestamp(clock);
  const answer = await arm.list(plan.path, plan.list.source.apiVersion, signal);
  const raw = fromArmList(answer, plan.list);
  const listed = readItems(plan.schema, raw.items);
  const detailed = await mapInParallel(listed.values, parallel, plan.complete);
  const gaps = [...listed.gaps, ...detailed.flatMap((each) => each.gaps)];
  const facts = { raw, count: detailed.length, gaps, startedAt, endedAt: toTimestamp(clock) };
  return { resources: detailed.map((each) => each.resource), coverage: [toCoverage(plan.list, facts)] };
}

/** One further read of one resource: its value through a schema, or the gap. */
async function readDetail<Value>(
  { arm, signal }: SubscriptionContext,
  list: ListIdentity,
  target: { readonly path: string; readonly schema: z.ZodType<Value> },
): Promise<{ readonly value: Value } | { readonly gap: CollectionGap }> {
  const answer = await arm.get(target.path, list.source.apiVersion, signal);
  if (!answer.ok) {
    return { gap: toGap(answer.failure, list, target.path) };
  }
  const parsed = parseWire(target.schema, answer.value);
  return parsed.ok ? { value: parsed.value } : { gap: toUnreadableGap(parsed.problem, target.path) };
}

const machinePermissions = [
  "Microsoft.Compute/virtualMachines/read",
  "Microsoft.Compute/virtualMachines/instanceView/read",
] as const;

/** Virtual machines with their instance view: without it nobody knows whether they run. */
const virtualMachines: EstateCollector = {
  id: "arm-virtualMachine",
  version,
  scope: "subscription",
  kinds: ["virtualMachine"],
  permissions: machinePermissions,
  collect: (context) => {
    const list = toSubscriptionList(context.subscriptionId, {
      kind: "virtualMachine",
      collector: "arm-virtualMachine",
      version,
      api: "arm",
      apiVersion: computeVersion,
      action: machinePermissions[0],
    });
    return collectDetailed<VirtualMachine>(context, {
      list,
      path: `${list.scope}/providers/Microsoft.Compute/virtualMachines`,
      schema: virtualMachine,
      complete: async (machine) => {
        const path = `${machine.id}?$expand=instanceView`;
        const detail = await readDetail(context, list, { path, schema: virtualMachine });
        return "gap" in detail ? { resource: machine, gaps: [detail.gap] } : { resource: detail.value, gaps: [] };
      },
    });
  },
};

const sitePermissions = ["Microsoft.Web/sites/read", "Microsoft.Web/sites/config/read"] as const;

/** App Service sites with `config/web` and the authentication settings (the read without secrets). */
const sites: EstateCollector = {
  id: "arm-site",
  version,
  scope: "subscription",
  kinds: ["site"],
  permissions: sitePermissions,
  collect: (context) => {
    const list = toSubscriptionList(context.subscriptionId, {
      kind: "site",
      collector: "arm-site",
      version,
      api: "arm",
      apiVersion: webVersion,
      action: sitePermissions[0],
    });
    return collectDetailed<Site>(context, {
      list,
      path: `${list.scope}/providers/Microsoft.Web/sites`,
      schema: site,
      complete: async (each) => {
        const part = { ...list, action: sitePermissions[1] };
        const web = await readDetail(context, part, { path: `${each.id}/config/web`, schema: siteWebConfiguration });
        const path = `${each.id}/config/authsettingsV2`;
        const authentication = await readDetail(context, part, { path, schema: siteAuthentication });
        const resource: Site = {
          ...each,
          ...("gap" in web ? {} : { web: web.value }),
          authentication: "gap" in authentication ? "unknown" : authentication.value,
        };
        return { resource, gaps: [web, authentication].flatMap((detail) => ("gap" in detail ? [detail.gap] : [])) };
      },
    });
  },
};

const interfacePermissions = [
  "Microsoft.Compute/virtualMachineScaleSets/read",
  "Microsoft.Compute/virtualMachineScaleSets/networkInterfaces/read",
] as const;

/** Interfaces of scale-set instances: AKS nodes have no others. */
const scaleSetInterfaces: EstateCollector = {
  id: "arm-scaleSetNetworkInterface",
  version,
  scope: "subscription",
  kinds: ["scaleSetNetworkInterface"],
  permissions: interfacePermissions,
  collect: async ({ subscriptionId, arm, clock, signal }) => {
    const startedAt = toTimestamp(clock);
    const list = toSubscriptionList(subscriptionId, {
      kind: "scaleSetNetworkInterface",
      collector: "arm-scaleSetNetworkInterface",
      version,
      api: "arm",
      apiVersion: networkVersion,
      action: interfacePermissions[1],
    });
    const path = `${list.scope}/providers/Microsoft.Compute/virtualMachineScaleSets`;
    const answer = await arm.list(path, computeVersion, signal);
    const sets = fromArmList(answer, { ...list, action: interfacePermissions[0] });
    const { values, gaps } = readItems(virtualMachineScaleSet, sets.items);
    const uniform = values.filter(({ isFlexible }) => !isFlexible);
    const answers = await mapInParallel(uniform, parallel, async ({ id }) =>
      fromArmList(await arm.list(`${id}/networkInterfaces`, networkVersion, signal), { ...list, scope: id }),
    );
    const read = answers.map((raw) => readItems<NetworkInterface>(networkInterface, raw.items));
    const resources = read.flatMap((each) => each.values);
    const pages = sets.pages + answers.reduce((sum, raw) => sum + raw.pages, 0);
    const facts = {
      raw: { ...sets, pages },
      count: resources.length,
      gaps: [...gaps, ...read.flatMap((each) => each.gaps), ...answers.flatMap(({ gap }) => gap ?? [])],
      startedAt,
      endedAt: toTimestamp(clock),
    };
    return { resources, coverage: [toCoverage(list, facts)] };
  },
};

/** Collectors with further reads. */
export const detailCollectors: readonly EstateCollector[] = [virtualMachines, sites, scaleSetInterfaces];
