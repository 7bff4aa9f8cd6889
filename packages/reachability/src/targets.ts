/** The stations at which a workload is met. */
import { armKey, type MissingInput, type ResourceId, type Workload } from "@sightline/model";
import type { ElementContext } from "./element.ts";
import { siteStationKey } from "./elements/site.ts";
import { findResource } from "./lower/estate-index.ts";
import { interfaceStationKey } from "./lower/interface-place.ts";
import { danglingInput } from "./missing-input.ts";
import type { Destination, Network, Station } from "./model/network.ts";

/** A station with an address under which traffic is meant for the workload. */
export interface Target {
  readonly station: Station;
  readonly destination: Destination;
}

/** All targets of a workload, and members that were not found. */
export interface Targets {
  readonly targets: readonly Target[];
  readonly missing: readonly MissingInput[];
}

/** The station under its own address, and under the frontend addresses that load balancers with floating IP deliver. */
function toTargets(station: Station, network: Network): readonly Target[] {
  const delivered = network.linksInto(station).flatMap(({ delivers }) => delivers ?? []);
  const unique = new Map(delivered.map((destination) => [destination.addresses, destination]));
  return [station.destination, ...unique.values()].map((destination) => ({ station, destination }));
}

function findMachine(member: ResourceId, context: ElementContext, network: Network): Targets {
  const { estate } = context;
  const machine = findResource(estate, "virtualMachine", member);
  const named = machine?.networkInterfaces ?? [];
  const found = new Map(
    [armKey(member), ...named.map(armKey)].flatMap((key) =>
      estate.addressesOf(key).map(({ ipConfiguration }) => [armKey(ipConfiguration.id), ipConfiguration] as const),
    ),
  );
  const unread = named.filter((id) => estate.addressesOf(armKey(id)).length === 0);
  const stations = [...found.values()]
    .map(({ id }) => network.stations.get(interfaceStationKey(id)))
    .filter((station) => station !== undefined);
  const lost = machine === undefined || found.size === 0 ? [danglingInput("network interface", member, member)] : [];
  return {
    targets: stations.flatMap((station) => toTargets(station, network)),
    missing: [...lost, ...unread.map((id) => danglingInput("network interface", id, member))],
  };
}

function findPods(workload: Workload, context: ElementContext, network: Network): Targets {
  const cluster = workload.cluster === undefined ? "" : armKey(workload.cluster);
  const classes = context.clusters.find(({ key }) => key === cluster)?.podClasses;
  const found = workload.members.map((member) => ({ member, one: classes?.ofPod(armKey(member)) }));
  const idle = classes?.ofPod(armKey(workload.id));
  const met = [...new Set([...found.map(({ one }) => one), idle].filter((one) => one !== undefined))];
  const stations = met.map(({ station }) => network.stations.get(station)).filter((station) => station !== undefined);
  const lost = found.flatMap(({ member, one }) =>
    one === undefined ? [danglingInput("pod", member, workload.name)] : [],
  );
  return {
    targets: stations.map((station) => ({ station, destination: station.destination })),
    missing: met.length === 0 ? [danglingInput("pods of", workload.id, workload.name), ...lost] : lost,
  };
}

function findSite(member: ResourceId, network: Network): Targets {
  const station = network.stations.get(siteStationKey(member));
  return station === undefined
    ? { targets: [], missing: [danglingInput("site", member, member)] }
    : { targets: [{ station, destination: station.destination }], missing: [] };
}

/** Finds the stations of a workload's members. */
export function findTargets(workload: Workload, context: ElementContext, network: Network): Targets {
  const { kind, members, id } = workload;
  if (kind === "kubernetes") {
    return findPods(workload, context, network);
  }
  const own: readonly ResourceId[] = members.length > 0 ? members : [id];
  const parts = own.map((member) =>
    kind === "site" ? findSite(member, network) : findMachine(member, context, network),
  );
  return {
    targets: parts.flatMap(({ targets }) => targets),
    missing: parts.flatMap(({ missing }) => missing),
  };
}
