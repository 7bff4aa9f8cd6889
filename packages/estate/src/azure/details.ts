/** Collectors that need more than one list: machines' power state, sites' configuration, scale sets' interfaces. */
import type { ArmClient } from "@sightline/azure";
import type { CollectionGap, NetworkInterface, Resource, Site, VirtualMachine } from "@sightline/model";
import { z } from "zod";
import type { Collected, EstateCollector, SubscriptionContext } from "../collector.ts";
import { type ListIdentity, readerRemedy, recordList, toCoverage, toGap, toTimestamp } from "../recording.ts";
import { armId, parseWire, text } from "../wire.ts";
import { site, siteWebConfiguration } from "./app-service.ts";
import { virtualMachine } from "./compute.ts";
import { networkInterface } from "./network.ts";

const computeVersion = "2024-07-01";
const webVersion = "2024-04-01";
const networkVersion = "2024-05-01";
/** Reads of one subscription that run at the same time; its token bucket refills with 25 a second. */
const parallel = 8;

/** Does all, a few at a time, in order. */
async function mapInParallel<Item, Outcome>(
  items: readonly Item[],
  convert: (item: Item) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let start = 0; start < items.length; start += parallel) {
    outcomes.push(...(await Promise.all(items.slice(start, start + parallel).map(convert))));
  }
  return outcomes;
}

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
  const raw = await arm.list(plan.path, plan.list.source.apiVersion, signal);
  const listed = recordList(plan.list, raw, { schema: plan.schema, startedAt, endedAt: startedAt });
  const detailed = await mapInParallel(listed.resources, plan.complete);
  const gaps = [...listed.coverage.gaps, ...detailed.flatMap((each) => each.gaps)];
  const facts = { pages: raw.pages, count: listed.resources.length, gaps, startedAt, endedAt: toTimestamp(clock) };
  const requestId = raw.requestId === undefined ? {} : { requestId: raw.requestId };
  return {
    resources: detailed.map((each) => each.resource),
    coverage: [toCoverage(plan.list, { ...facts, ...requestId })],
  };
}

function toIdentity(subscriptionId: string, kind: string, apiVersion: string, action: string): ListIdentity {
  const scope = `/subscriptions/${subscriptionId}`;
  const source = { collector: `arm-${kind}`, version: 1, api: "arm", apiVersion, scope, role: "Reader" };
  return { scope, kind, source, action, remedy: readerRemedy(subscriptionId) };
}

/** One further read of one resource: its value through a schema, or the gap. */
async function readDetail<Value>(
  read: { readonly arm: ArmClient; readonly list: ListIdentity; readonly signal?: AbortSignal },
  target: { readonly path: string; readonly apiVersion: string },
  schema: z.ZodType<Value>,
): Promise<{ readonly value: Value } | { readonly gap: CollectionGap }> {
  const answer = await read.arm.get(target.path, target.apiVersion, read.signal);
  if (!answer.ok) {
    return { gap: toGap(answer.failure, read.list, target.path) };
  }
  const parsed = parseWire(schema, answer.value);
  return parsed.ok
    ? { value: parsed.value }
    : {
        gap: { kind: "unreadable", subject: target.path, message: parsed.problem.message, remedy: parsed.problem.next },
      };
}

/** Virtual machines with their instance view: without it nobody knows whether they run. */
const virtualMachines: EstateCollector = {
  id: "arm-virtualMachine",
  version: 1,
  scope: "subscription",
  kinds: ["virtualMachine"],
  permissions: ["Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/instanceView/read"],
  collect: (context) => {
    const { subscriptionId, arm, signal } = context;
    const list = toIdentity(subscriptionId, "virtualMachine", computeVersion, "Microsoft.Compute/virtualMachines/read");
    const read = { arm, list, ...(signal === undefined ? {} : { signal }) };
    return collectDetailed<VirtualMachine>(context, {
      list,
      path: `/subscriptions/${subscriptionId}/providers/Microsoft.Compute/virtualMachines`,
      schema: virtualMachine,
      complete: async (machine) => {
        const target = { path: `${machine.id}?$expand=instanceView`, apiVersion: computeVersion };
        const detail = await readDetail(read, target, virtualMachine);
        return "gap" in detail ? { resource: machine, gaps: [detail.gap] } : { resource: detail.value, gaps: [] };
      },
    });
  },
};

const authentication = z
  .object({
    properties: z.object({
      platform: z.object({ enabled: z.boolean().nullish() }).nullish(),
      globalValidation: z
        .object({
          requireAuthentication: z.boolean().nullish(),
          unauthenticatedClientAction: text,
          excludedPaths: z.array(z.string()).nullish(),
        })
        .nullish(),
    }),
  })
  .transform(({ properties }): Site["authentication"] => {
    if (properties.platform?.enabled !== true) {
      return "off";
    }
    const rule = properties.globalValidation;
    const demanded =
      rule?.requireAuthentication === true ||
      (rule !== null && rule !== undefined && !["", "AllowAnonymous"].includes(rule.unauthenticatedClientAction));
    // An excluded path stays open to everyone: such a gate does not stand on every way in.
    return demanded && (rule?.excludedPaths ?? []).length === 0 ? "required" : "optional";
  });

/** App Service sites with `config/web` and the authentication settings (the read without secrets). */
const sites: EstateCollector = {
  id: "arm-site",
  version: 1,
  scope: "subscription",
  kinds: ["site"],
  permissions: ["Microsoft.Web/sites/read", "Microsoft.Web/sites/config/read"],
  collect: (context) => {
    const { subscriptionId, arm, signal } = context;
    const list = toIdentity(subscriptionId, "site", webVersion, "Microsoft.Web/sites/config/read");
    const read = { arm, list, ...(signal === undefined ? {} : { signal }) };
    return collectDetailed<Site>(context, {
      list,
      path: `/subscriptions/${subscriptionId}/providers/Microsoft.Web/sites`,
      schema: site,
      complete: async (each) => {
        const target = (name: string): { path: string; apiVersion: string } => ({
          path: `${each.id}/config/${name}`,
          apiVersion: webVersion,
        });
        const web = await readDetail(read, target("web"), siteWebConfiguration);
        const auth = await readDetail(read, target("authsettingsV2"), authentication);
        const resource: Site = {
          ...each,
          ...("gap" in web ? {} : { web: web.value }),
          authentication: "gap" in auth ? "unknown" : auth.value,
        };
        return { resource, gaps: [...("gap" in web ? [web.gap] : []), ...("gap" in auth ? [auth.gap] : [])] };
      },
    });
  },
};

const scaleSet = z.object({ id: armId });

/** Interfaces of scale-set instances: AKS nodes have no others. */
const scaleSetInterfaces: EstateCollector = {
  id: "arm-scaleSetNetworkInterface",
  version: 1,
  scope: "subscription",
  kinds: ["scaleSetNetworkInterface"],
  permissions: [
    "Microsoft.Compute/virtualMachineScaleSets/read",
    "Microsoft.Compute/virtualMachineScaleSets/networkInterfaces/read",
  ],
  collect: async ({ subscriptionId, arm, clock, signal }) => {
    const startedAt = toTimestamp(clock);
    const action = "Microsoft.Compute/virtualMachineScaleSets/networkInterfaces/read";
    const list = toIdentity(subscriptionId, "scaleSetNetworkInterface", networkVersion, action);
    const type = "Microsoft.Compute/virtualMachineScaleSets";
    const sets = await arm.list(`/subscriptions/${subscriptionId}/providers/${type}`, computeVersion, signal);
    const gaps: CollectionGap[] = sets.failure === undefined ? [] : [toGap(sets.failure, list, list.scope)];
    const ids = sets.items.flatMap((item) => {
      const parsed = parseWire(scaleSet, item);
      if (!parsed.ok) {
        gaps.push({
          kind: "unreadable",
          subject: parsed.problem.subject,
          message: parsed.problem.message,
          remedy: parsed.problem.next,
        });
      }
      return parsed.ok ? [parsed.value.id] : [];
    });
    const lists = await mapInParallel(ids, (id) => arm.list(`${id}/networkInterfaces`, networkVersion, signal));
    const read = lists.map((raw) =>
      recordList<NetworkInterface>(list, raw, { schema: networkInterface, startedAt, endedAt: startedAt }),
    );
    const resources = read.flatMap((each) => each.resources);
    return {
      resources,
      coverage: [
        toCoverage(list, {
          pages: sets.pages + lists.reduce((sum, each) => sum + each.pages, 0),
          count: resources.length,
          gaps: [...gaps, ...read.flatMap((each) => each.coverage.gaps)],
          startedAt,
          endedAt: toTimestamp(clock),
        }),
      ],
    };
  },
};

/** Collectors with further reads. */
export const detailCollectors: readonly EstateCollector[] = [virtualMachines, sites, scaleSetInterfaces];
