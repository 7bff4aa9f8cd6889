/** Entries that a workload does not have at all: the doors that were looked for and not found. */
import type { AttackerPosition, CandidateEntry, Resource, Workload } from "@sightline/model";
import type { Ground } from "./gaps.ts";
import type { EstateIndex } from "./lower/estate-index.ts";

interface Sought {
  readonly entry: string;
  readonly detail: string;
  /** Kind that was looked through, by resource kind and coverage kind. */
  readonly kind: Resource["kind"] | "census";
  readonly positions: readonly AttackerPosition[];
}

const outside: readonly AttackerPosition[] = ["internet", "internet-allowlisted", "peer-tenant"];

const soughtForMachines: readonly Sought[] = [
  { entry: "public-ip", kind: "publicIPAddress", positions: outside, detail: "no public IP address is attached to it" },
  {
    entry: "load-balancer",
    kind: "loadBalancer",
    positions: outside,
    detail: "no load balancing rule leads to this port of it",
  },
  {
    entry: "inbound-nat",
    kind: "loadBalancer",
    positions: outside,
    detail: "no inbound NAT rule leads to this port of it",
  },
  { entry: "gateway", kind: "census", positions: ["corp"], detail: "no gateway joins its network to another" },
  { entry: "cluster", kind: "virtualMachine", positions: ["same-cluster"], detail: "it runs in no cluster" },
];

const soughtForPods: readonly Sought[] = [
  {
    entry: "load-balancer",
    kind: "service",
    positions: outside,
    detail: "no load balancer leads to this port of it",
  },
  {
    entry: "node-port",
    kind: "service",
    positions: [...outside, "same-vnet"],
    detail: "no port of a node leads to this port of it",
  },
  { entry: "ingress", kind: "ingress", positions: outside, detail: "no Ingress leads to this port of it" },
  {
    entry: "host-port",
    kind: "pod",
    positions: [...outside, "same-vnet"],
    detail: "this port of it is no port of a host",
  },
  { entry: "gateway", kind: "census", positions: ["corp"], detail: "no gateway joins its network to another" },
];

const soughtForSites: readonly Sought[] = [
  { entry: "private-endpoint", kind: "site", positions: ["same-vnet", "corp"], detail: "it has no private endpoint" },
  { entry: "cluster", kind: "site", positions: ["same-cluster"], detail: "it runs in no cluster" },
];

const soughtFor: Readonly<Record<Workload["kind"], readonly Sought[]>> = {
  virtualMachine: soughtForMachines,
  kubernetes: soughtForPods,
  site: soughtForSites,
};

/** Finds, for a position, the kinds of door it would use and that are not among `present`. */
export type FindAbsent = (position: AttackerPosition, present: ReadonlySet<string>) => readonly CandidateEntry[];

/** One candidate for each kind of door that a workload of this kind might have. */
export function createAbsentFinder(kind: Workload["kind"], ground: Ground, estate: EstateIndex): FindAbsent {
  const { counts, snapshot } = estate;
  const sought = soughtFor[kind].map(({ entry, detail, kind: looked, positions }) => {
    const checked = looked === "census" ? snapshot.census.length : (counts.get(looked) ?? 0);
    const coverage = ground.coverageOf(looked);
    const candidate: CandidateEntry = { entry, obstacles: [{ kind: "no-entry", entry, detail, coverage, checked }] };
    return { positions, candidate };
  });
  return (position, present) =>
    sought
      .filter(({ positions, candidate }) => positions.includes(position) && !present.has(candidate.entry))
      .map(({ candidate }) => candidate);
}
