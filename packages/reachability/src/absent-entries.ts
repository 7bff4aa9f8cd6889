/** Entries that a workload does not have at all: the doors that were looked for and not found. */
import type { AttackerPosition, CandidateEntry, Resource, Workload } from "@sightline/model";
import type { ElementContext } from "./element.ts";
import type { Ground } from "./gaps.ts";
import type { Network, Station } from "./model/network.ts";
import type { Target } from "./targets.ts";

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
  { entry: "load-balancer", kind: "loadBalancer", positions: outside, detail: "no load balancing rule leads to it" },
  { entry: "inbound-nat", kind: "loadBalancer", positions: outside, detail: "no inbound NAT rule leads to it" },
  { entry: "gateway", kind: "census", positions: ["corp"], detail: "no gateway joins its network to another" },
  { entry: "cluster", kind: "virtualMachine", positions: ["same-cluster"], detail: "it runs in no cluster" },
];

const soughtForPods: readonly Sought[] = [
  {
    entry: "load-balancer",
    kind: "service",
    positions: outside,
    detail: "no Service of type LoadBalancer leads to it",
  },
  {
    entry: "node-port",
    kind: "service",
    positions: [...outside, "same-vnet"],
    detail: "no port of a node leads to it",
  },
  { entry: "ingress", kind: "ingress", positions: outside, detail: "no Ingress leads to it" },
  { entry: "host-port", kind: "pod", positions: [...outside, "same-vnet"], detail: "its pods use no port of the host" },
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

/** Entries of all links that lead to the station, however far away. */
function entriesInto(station: Station, network: Network, seen: Set<string>): ReadonlySet<string> {
  if (seen.has(station.key)) {
    return new Set();
  }
  seen.add(station.key);
  return network.linksInto(station).reduce<ReadonlySet<string>>((entries, link) => {
    const from = link.from.kind === "station" ? network.stations.get(link.from.key) : undefined;
    const further = from === undefined ? new Set<string>() : entriesInto(from, network, seen);
    return entries.union(further).union(new Set([link.entry]));
  }, new Set());
}

/** For each position, one candidate for each kind of door that the workload does not have and the position would use. */
export function findAbsentEntries(
  matter: { readonly workload: Workload; readonly targets: readonly Target[]; readonly ground: Ground },
  context: ElementContext,
  network: Network,
): (position: AttackerPosition) => readonly CandidateEntry[] {
  const { workload, targets, ground } = matter;
  const { counts, snapshot } = context.estate;
  const seen = new Set<string>();
  const present = targets.reduce<ReadonlySet<string>>(
    (entries, { station }) => entries.union(entriesInto(station, network, seen)),
    new Set(),
  );
  const absent = soughtFor[workload.kind]
    .filter(({ entry }) => !present.has(entry))
    .map(({ entry, detail, kind, positions }) => {
      const checked = kind === "census" ? snapshot.census.length : (counts.get(kind) ?? 0);
      const coverage = ground.coverageOf(kind);
      const candidate: CandidateEntry = { entry, obstacles: [{ kind: "no-entry", entry, detail, coverage, checked }] };
      return { positions, candidate };
    });
  return (position) => absent.filter(({ positions }) => positions.includes(position)).map(({ candidate }) => candidate);
}
