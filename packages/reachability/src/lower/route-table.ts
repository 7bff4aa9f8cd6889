/**
 * Where a subnet sends packets. Longest prefix first, a user-defined route before a system route of the same prefix.
 * Source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview. Routes act on what leaves a subnet; a
 * way in that answers over another way is in doubt, never shut.
 */
import type { MissingInput, Obstacle, Route, RouteTable, Subnet } from "@sightline/model";
import { danglingInput, unsupportedInput } from "../missing-input.ts";
import { type AddressBlock, parsePrefix } from "../packet-set/address.ts";
import type { AddressAlgebra, AddressSet } from "../packet-set/address-set.ts";
import { findResource, type LoweringContext } from "./estate-index.ts";

/** One way out of a subnet and the destinations that take it. */
export interface RouteStep {
  /** `direct`: to where the address is; `dropped`: next hop None; `elsewhere`: through something not modelled. */
  readonly kind: "direct" | "dropped" | "elsewhere";
  readonly destinations: AddressSet;
  readonly missing: readonly MissingInput[];
  readonly obstacle?: Obstacle;
}

/** All ways out of one subnet; their destinations are disjoint. */
export interface SubnetRoutes {
  readonly steps: readonly RouteStep[];
  /** Destinations that are sent directly. */
  readonly direct: AddressSet;
  /** Why others are not, or may not be. */
  readonly missing: readonly MissingInput[];
}

interface Entry {
  readonly block: AddressBlock;
  readonly route?: { readonly table: RouteTable; readonly route: Route; readonly index: number };
}

function blockSize(block: AddressBlock): number {
  return block.family === 4 ? block.to - block.from : Number(block.to - block.from);
}

/** Blocks of a route's prefix: itself, or those of its service tag; `undefined` when the tag is not known. */
function blocksOf(prefix: string, context: LoweringContext): readonly AddressBlock[] | undefined {
  const block = parsePrefix(prefix);
  if (block !== undefined) {
    return [block];
  }
  const tag = context.estate.serviceTags.get(prefix.toLowerCase());
  return tag?.map(parsePrefix).filter((found) => found !== undefined);
}

const directHops = new Set(["vnetlocal", "internet", "virtualnetworkserviceendpoint"]);

function toStep(entry: Entry, destinations: AddressSet): RouteStep {
  const { route } = entry;
  const hop = route?.route.nextHopType.toLowerCase() ?? "internet";
  if (route === undefined || directHops.has(hop)) {
    return { kind: "direct", destinations, missing: [] };
  }
  const { table } = route;
  const pointer = `/routes/${route.index}`;
  if (hop === "none") {
    const removes = `packets to ${route.route.addressPrefix}`;
    const obstacle: Obstacle = { kind: "rule", resource: table.id, rule: route.route.name, pointer, removes };
    const missing = unsupportedInput(
      `answers that route ${route.route.name} drops`,
      table.id,
      "Check whether the flow works without its answers.",
    );
    return { kind: "dropped", destinations, missing: [missing], obstacle };
  }
  const via = route.route.nextHopIpAddress === undefined ? "" : ` ${route.route.nextHopIpAddress}`;
  const missing = unsupportedInput(
    `what the next hop ${route.route.nextHopType}${via} of route ${route.route.name} lets through`,
    table.id,
    "The way through this next hop is not modelled: check its rules by hand.",
  );
  return { kind: "elsewhere", destinations, missing: [missing] };
}

function paintSteps(entries: readonly Entry[], addresses: AddressAlgebra): readonly RouteStep[] {
  const ordered = entries
    .map((entry, index) => ({ entry, index }))
    .sort(
      (left, right) =>
        blockSize(left.entry.block) - blockSize(right.entry.block) ||
        Number(left.entry.route === undefined) - Number(right.entry.route === undefined) ||
        left.index - right.index,
    );
  let rest = addresses.all;
  return ordered.flatMap(({ entry }) => {
    const destinations = addresses.intersect(addresses.fromBlocks([entry.block]), rest);
    rest = addresses.subtract(rest, destinations);
    return destinations === addresses.none ? [] : [toStep(entry, destinations)];
  });
}

function toRoutes(steps: readonly RouteStep[], addresses: AddressAlgebra): SubnetRoutes {
  return {
    steps,
    direct: steps
      .filter((step) => step.kind === "direct")
      .reduce((set, step) => addresses.union(set, step.destinations), addresses.none),
    missing: steps.flatMap((step) => step.missing),
  };
}

function systemEntries(spaces: readonly string[]): readonly Entry[] {
  return [...spaces, "0.0.0.0/0", "::/0"]
    .map(parsePrefix)
    .filter((block) => block !== undefined)
    .map((block) => ({ block }));
}

/** The routes of a subnet; `spaces` are the prefixes with system routes: own network and connected peers. */
export function lowerRoutes(subnet: Subnet, spaces: readonly string[], context: LoweringContext): SubnetRoutes {
  const { addresses, estate } = context;
  if (subnet.routeTable === undefined) {
    return toRoutes(paintSteps(systemEntries(spaces), addresses), addresses);
  }
  const table = findResource(estate, "routeTable", subnet.routeTable);
  if (table === undefined) {
    const missing = [danglingInput("route table", subnet.routeTable, `subnet ${subnet.name}`)];
    return toRoutes([{ kind: "elsewhere", destinations: addresses.all, missing }], addresses);
  }
  const unresolved: MissingInput[] = [];
  const entries = table.routes.flatMap((route, index): readonly Entry[] => {
    const blocks = blocksOf(route.addressPrefix, context);
    if (blocks === undefined) {
      unresolved.push(
        unsupportedInput(`the prefix ${route.addressPrefix} of route ${route.name}`, table.id, "Collect service tags."),
      );
    }
    return (blocks ?? []).map((block) => ({ block, route: { table, route, index } }));
  });
  const steps = paintSteps([...entries, ...systemEntries(spaces)], addresses);
  if (unresolved.length === 0) {
    return toRoutes(steps, addresses);
  }
  const known = toRoutes(steps, addresses);
  const inside = addresses.subtract(known.direct, addresses.internet);
  return { steps, direct: inside, missing: [...known.missing, ...unresolved] };
}
