/** Ids of a run of the contoso scenario, and things in it as its APIs gave them. */
import { z } from "zod";
import type { ContosoAzure } from "./contoso-azure.ts";
import type { KeptAnswer } from "./contoso-replay.ts";

/** What the twins are written in: ids of this run, and things as the APIs gave them. */
export interface Names {
  readonly platform: string;
  readonly shop: string;
  readonly legacy: string;
  readonly finance: string;
  /** Object id of the scanner in the tenant. */
  readonly scanner: string;
  /** Host of the API server of aks-shop. */
  readonly cluster: string;
  /** One item of a list whose address ends in `path`, the first whose name fits. */
  item(path: string, name: RegExp): ListItem;
}

/** As much of a list's item as the twins read. */
export interface ListItem {
  readonly id?: string | undefined;
  readonly name: string;
  readonly properties?:
    | {
        readonly securityRules?: readonly SecurityRule[] | undefined;
        readonly virtualNetworkPeerings?: readonly unknown[] | undefined;
      }
    | undefined;
  /** All of it. */
  readonly whole: unknown;
}

/** A rule as ARM gives it. */
export interface SecurityRule {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const listSchema = z.object({ value: z.array(z.unknown()).optional(), items: z.array(z.unknown()).optional() });
const itemSchema = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  metadata: z.object({ name: z.string() }).optional(),
  properties: z
    .object({
      securityRules: z.array(z.object({ name: z.string(), properties: z.record(z.string(), z.unknown()) })).optional(),
      virtualNetworkPeerings: z.array(z.unknown()).optional(),
    })
    .optional(),
});

function toItem(whole: unknown): ListItem {
  const { id, name, metadata, properties } = itemSchema.parse(whole);
  return { id, name: name ?? metadata?.name ?? "", properties, whole };
}

/** Reads the names of this run off the simulator and its answers. */
export function toNames(azure: ContosoAzure, kept: Iterable<KeptAnswer>): Names {
  const answers = [...kept];
  const subscription = (name: string): string => `/subscriptions/${azure.subscriptions.get(name) ?? ""}`;
  const cluster = answers.map(({ url }) => new URL(url).host).find((host) => host.startsWith("aks-shop-")) ?? "";
  return {
    platform: subscription("platform"),
    shop: subscription("shop"),
    legacy: subscription("legacy"),
    finance: subscription("finance"),
    scanner: "a4c7e1d2-58b3-4f69-9d20-7e8f6a5b4c31",
    cluster,
    item: (path, name) => {
      const lists = answers.filter(({ url }) => new URL(url).pathname.endsWith(path));
      const items = lists.flatMap(({ bytes }) => {
        const { value = [], items: objects = [] } = listSchema.parse(JSON.parse(bytes.toString("utf8")));
        return [...value, ...objects].map(toItem);
      });
      const found = items.find((each) => name.test(each.name));
      if (found === undefined) {
        throw new Error(`no item of ${path} is called ${String(name)}`);
      }
      return found;
    },
  };
}
