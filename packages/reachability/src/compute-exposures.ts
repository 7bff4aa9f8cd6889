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
import { createAbsentFinder } from "./absent-entries.ts";
import { createCheckpoints } from "./checkpoints.ts";
import type { ElementContext } from "./element.ts";
import { pod } from "./elements/pod.ts";
import { networkElements } from "./elements.ts";
import { createExplainer, type Explainer } from "./explain.ts";
import { findGround, type Ground } from "./gaps.ts";
import { type JudgementMatter, judgePositions } from "./judge-position.ts";
import { toAddressSet } from "./lower/address-prefix.ts";
import { createElementContext } from "./lower/lower-estate.ts";
import { uniqueInputs } from "./missing-input.ts";
import { joinLowered, type Network } from "./model/network.ts";
import { dividePorts, joinRanges } from "./ports.ts";
import { findChains, findOverflow, type Passage, type PassContext, passChain, signPassage } from "./propagate.ts";
import { signAnswer } from "./sign-answer.ts";
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
  readonly passing: PassContext;
  readonly explainer: Explainer;
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
    passing: { addresses: context.addresses, findCheckpoint: createCheckpoints(context.addresses) },
    explainer: createExplainer(context.addresses),
    tenants: findTenants(context),
    doubts: context.types.filter(({ effect }) => effect === "rules").map(({ missing }) => missing),
  };
}

/** What gets through to the targets on one port. */
interface Found {
  readonly passages: readonly Passage[];
  /** That there were too many ways to walk, if so. */
  readonly overflow: readonly MissingInput[];
}

function passTargets(
  targets: readonly Target[],
  protocol: TransportProtocol,
  port: number,
  { network, passing }: Estate,
): Found {
  const found = targets.map(({ station, destination }) => {
    const chains = findChains(network, station, { protocol, port, destination });
    return { chains, overflow: findOverflow(chains, station) };
  });
  return {
    passages: found.flatMap(({ chains }) => chains.flatMap((chain) => passChain(chain, passing))),
    overflow: found.flatMap(({ overflow }) => overflow),
  };
}

/** A port to show a range by: one that a container declares, else its first. */
function choosePort(range: PortRange, declared: readonly number[]): number {
  return declared.find((port) => range.from <= port && port <= range.to) ?? range.from;
}

interface Question {
  readonly workload: Workload;
  readonly targets: readonly Target[];
  readonly ground: Ground;
  readonly lost: readonly MissingInput[];
  readonly absent: JudgementMatter["absent"];
}

function judgeCell(question: Question, found: Found, estate: Estate): readonly SourceExposure[] {
  return judgePositions({
    addresses: estate.context.addresses,
    explainer: estate.explainer,
    passages: found.passages,
    gaps: [...question.ground.gaps, ...question.lost, ...found.overflow],
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

/** Ranges on whose ports the same passages do the same, with the port they are shown by. */
interface Cell {
  readonly ranges: readonly PortRange[];
  readonly port: number;
  readonly found: Found;
}

function divideCells(question: Question, protocol: TransportProtocol, estate: Estate): readonly Cell[] {
  const { workload, targets } = question;
  const stations = [...new Set(targets.map(({ station }) => station))];
  const divided = dividePorts(stations, protocol, estate.network);
  const ranges = workload.kind === "site" ? divided.filter(({ from }) => from === 80 || from === 443) : divided;
  const declared = declaredPorts(workload, protocol);
  const walked = ranges.map((range) => {
    const port = choosePort(range, declared);
    const found = passTargets(targets, protocol, port, estate);
    const sign = found.passages.map((passage) => signPassage(passage, port)).join("\n\n");
    return { range, port, found, sign };
  });
  return [...Map.groupBy(walked, ({ sign }) => sign).values()].flatMap((group) => {
    const shown = group.find(({ port }) => declared.includes(port)) ?? group[0];
    return shown === undefined
      ? []
      : [{ ranges: group.map(({ range }) => range), port: shown.port, found: shown.found }];
  });
}

function exposeProtocol(question: Question, protocol: TransportProtocol, estate: Estate): readonly Exposure[] {
  const { workload } = question;
  const answered = divideCells(question, protocol, estate).map(({ ranges, port, found }) => {
    const sources = judgeCell(question, found, estate);
    return {
      ranges,
      sources,
      sign: signAnswer(sources, port, estate.explainer),
      isDeclared: declaredPorts(workload, protocol).includes(port),
    };
  });
  return [...Map.groupBy(answered, ({ sign }) => sign).values()].flatMap((group) => {
    const shown = group.find(({ isDeclared }) => isDeclared) ?? group[0];
    const ports = joinRanges(group.flatMap(({ ranges }) => ranges));
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
    absent: createAbsentFinder(workload.kind, ground, estate.context.estate),
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
