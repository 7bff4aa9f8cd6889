/** From a snapshot to the exposures of all workloads. Pure: the same snapshot gives the same exposures, byte for byte. */
import {
  armKey,
  type EstateSnapshot,
  type Exposure,
  type MissingInput,
  type PortRange,
  type SourceExposure,
  type TransportProtocol,
  type Workload,
} from "@sightline/model";
import { findAbsentEntries } from "./absent-entries.ts";
import type { ElementContext } from "./element.ts";
import { pod } from "./elements/pod.ts";
import { networkElements } from "./elements.ts";
import { findGround, type Ground } from "./gaps.ts";
import { type JudgementMatter, judgePositions } from "./judge-position.ts";
import { toAddressSet } from "./lower/address-prefix.ts";
import { createElementContext } from "./lower/lower-estate.ts";
import { uniqueInputs } from "./missing-input.ts";
import { joinLowered, type Network, type Station } from "./model/network.ts";
import { dividePorts, joinRanges } from "./ports.ts";
import { findChains, findOverflow, type Passage, passChain } from "./propagate.ts";
import { findTargets, type Target } from "./targets.ts";

/** Result of {@link computeExposures}. */
export interface ComputedExposures {
  /** Ordered as the snapshot's workloads, then by protocol, then by first port. */
  readonly exposures: readonly Exposure[];
  /** What the model takes for granted everywhere, in words. */
  readonly assumptions: readonly string[];
}

/** Options of {@link computeExposures}. */
export interface ComputeOptions {
  /** The present. Lists older than their time to live then count as stale; without it every list counts as fresh. */
  readonly now?: Date;
}

interface Estate {
  readonly context: ElementContext;
  readonly network: Network;
  readonly tenants: JudgementMatter["tenants"];
  readonly doubts: readonly MissingInput[];
}

const protocolsOf: Readonly<Record<Workload["kind"], readonly TransportProtocol[]>> = {
  virtualMachine: ["TCP", "UDP"],
  kubernetes: ["TCP", "UDP", "SCTP"],
  site: ["TCP"],
};

/** Public addresses of any Azure customer, as far as the service tags tell. */
function findTenants({ addresses, estate }: ElementContext): JudgementMatter["tenants"] {
  const prefixes = [...estate.serviceTags.values()].flat();
  const known = addresses.intersect(toAddressSet(addresses, prefixes), addresses.internet);
  return { known, complete: estate.serviceTags.has("azurecloud") };
}

function lowerEstate(snapshot: EstateSnapshot): Estate {
  const context = createElementContext(snapshot);
  return {
    context,
    network: joinLowered(networkElements.map((element) => element.lower(context))),
    tenants: findTenants(context),
    doubts: context.types.filter(({ effect }) => effect === "rules").map(({ missing }) => missing),
  };
}

function passTargets(
  targets: readonly Target[],
  protocol: TransportProtocol,
  port: number,
  { network, context }: Estate,
): { readonly passages: readonly Passage[]; readonly overflow: readonly MissingInput[] } {
  const found = targets.map(({ station, destination }) => {
    const chains = findChains(network, station, { protocol, port, destination });
    return { chains, overflow: findOverflow(chains, station) };
  });
  return {
    passages: found.flatMap(({ chains }) => chains.map((chain) => passChain(chain, context.addresses))),
    overflow: found.flatMap(({ overflow }) => overflow),
  };
}

/** A port to show a range by: one that a container declares, else its first. */
function choosePort(range: PortRange, declared: readonly number[]): number {
  return declared.find((port) => range.from <= port && port <= range.to) ?? range.from;
}

interface Cell {
  readonly range: PortRange;
  readonly sources: readonly SourceExposure[];
}

/** The answer without the port it was worked out for, so that ranges with the same answer can be joined. */
function signCell({ sources }: Cell, port: number): string {
  return JSON.stringify(sources, (key, value: unknown) =>
    (key === "port" || key === "destinationPort") && value === port ? "*" : value,
  );
}

interface Question {
  readonly workload: Workload;
  readonly targets: readonly Target[];
  readonly ground: Ground;
  readonly lost: readonly MissingInput[];
  readonly absent: JudgementMatter["absent"];
}

function judgeCell(
  question: Question,
  protocol: TransportProtocol,
  port: number,
  estate: Estate,
): readonly SourceExposure[] {
  const { passages, overflow } = passTargets(question.targets, protocol, port, estate);
  return judgePositions({
    addresses: estate.context.addresses,
    passages,
    gaps: [...question.ground.gaps, ...question.lost, ...overflow],
    doubts: question.workload.kind === "site" ? [] : estate.doubts,
    coverage: question.ground.coverage,
    tenants: estate.tenants,
    inCluster: question.workload.kind === "kubernetes",
    absent: question.absent,
  });
}

function declaredPorts(workload: Workload, protocol: TransportProtocol): readonly number[] {
  return workload.containers.flatMap(({ declaredPorts: ports }) =>
    ports.filter((port) => port.protocol === protocol).map(({ port }) => port),
  );
}

/** What an answer takes for granted beyond what holds everywhere: of pods, who counts as their neighbour. */
function assumptionsOf({ kind }: Workload): readonly string[] {
  return kind === "kubernetes" ? pod.assumptions : [];
}

function exposeProtocol(question: Question, protocol: TransportProtocol, estate: Estate): readonly Exposure[] {
  const { workload, targets } = question;
  const stations: readonly Station[] = [...new Set(targets.map(({ station }) => station))];
  const divided = dividePorts(stations, protocol, estate.network);
  const ranges = workload.kind === "site" ? divided.filter(({ from }) => from === 80 || from === 443) : divided;
  const declared = declaredPorts(workload, protocol);
  const cells = ranges.map((range) => {
    const port = choosePort(range, declared);
    const cell = { range, sources: judgeCell(question, protocol, port, estate) };
    return { ...cell, sign: signCell(cell, port), isDeclared: declared.includes(port) };
  });
  return [...Map.groupBy(cells, ({ sign }) => sign).values()].flatMap((group) => {
    const shown = group.find(({ isDeclared }) => isDeclared) ?? group[0];
    const ports = joinRanges(group.map(({ range }) => range));
    return shown === undefined
      ? []
      : [{ workload: workload.id, protocol, ports, sources: shown.sources, assumptions: assumptionsOf(workload) }];
  });
}

function createQuestion(workload: Workload, estate: Estate, grounds: (workload: Workload) => Ground): Question {
  const { targets, missing } = findTargets(workload, estate.context, estate.network);
  const ground = grounds(workload);
  return {
    workload,
    targets,
    ground,
    lost: uniqueInputs(missing),
    absent: findAbsentEntries({ workload, targets, ground }, estate.context, estate.network),
  };
}

/** Ground is the same for all workloads of a kind, and of a cluster. */
function rememberGrounds(snapshot: EstateSnapshot, options: ComputeOptions): (workload: Workload) => Ground {
  const grounds = new Map<string, Ground>();
  return ({ kind, cluster }) => {
    const key = `${kind}|${cluster === undefined ? "" : armKey(cluster)}`;
    const scope = cluster === undefined ? {} : { cluster: armKey(cluster) };
    const known = grounds.get(key) ?? findGround(snapshot, kind, { ...scope, now: options.now });
    grounds.set(key, known);
    return known;
  };
}

/**
 * From where every workload of the snapshot can be reached, port by port.
 *
 * Promises: every workload is answered for every port of TCP and UDP (sites: 80 and 443; pods: SCTP as well) and for the
 * positions internet, internet-allowlisted, corp, peer-tenant, same-vnet and same-cluster; `neighbour` and
 * `authenticated` are not answered here. `unreachable` is said only when every way in was looked at, every list it rests
 * on is complete (and fresh, with `now`), and nothing on the way was in doubt. Ports that behave alike share an exposure.
 * Bounded by the snapshot; throws nothing of its own.
 */
export function computeExposures(snapshot: EstateSnapshot, options: ComputeOptions = {}): ComputedExposures {
  const estate = lowerEstate(snapshot);
  const grounds = rememberGrounds(snapshot, options);
  const exposures = snapshot.workloads.flatMap((workload) => {
    const question = createQuestion(workload, estate, grounds);
    return protocolsOf[workload.kind].flatMap((protocol) => exposeProtocol(question, protocol, estate));
  });
  return { exposures, assumptions: networkElements.flatMap(({ assumptions }) => assumptions) };
}
