/**
 * Walks backwards from a station to every origin whose traffic could arrive there, and works out what gets through on
 * each way.
 */
import type { MissingInput, TransportProtocol } from "@sightline/model";
import type { Checkpoint, FindCheckpoint } from "./checkpoints.ts";
import { unsupportedInput } from "./missing-input.ts";
import type { Crossing, Link, Network, Origin, SourceView, Station, Traffic } from "./model/network.ts";
import type { AddressAlgebra, AddressSet } from "./packet-set/address-set.ts";
import { ephemeralPort } from "./ports.ts";

/** One link with the station it leads to and the traffic that arrives there. */
export interface Step {
  readonly link: Link;
  readonly station: Station;
  readonly traffic: Traffic;
}

/** A way from an origin to the target, in the order traffic takes it. */
export interface Chain {
  readonly origin: Origin;
  readonly steps: readonly [Step, ...Step[]];
}

/** A step with what stood on it. */
export interface Crossed {
  readonly step: Step;
  readonly checkpoint: Checkpoint;
}

/** What gets through on a chain. */
export interface Passage {
  readonly chain: Chain;
  readonly crossed: readonly Crossed[];
  readonly sources: AddressSet;
  readonly passes: AddressSet;
  readonly may: AddressSet;
  /** Source port with which `passes` get through. */
  readonly sourcePort: number;
  /** The same chain with other source ports, where rules tell them apart. */
  readonly variants: readonly Passage[];
}

/** More ways than this into one port are not walked; that they exist is a missing input. */
const chainsMax = 4096;

interface Walk {
  readonly network: Network;
  readonly protocol: TransportProtocol;
  readonly found: Chain[];
}

function walkBack(walk: Walk, station: Station, traffic: Traffic, later: readonly Step[]): void {
  for (const link of walk.network.linksInto(station)) {
    const step: Step = { link, station, traffic };
    for (const carried of link.carries(traffic)) {
      if (walk.found.length > chainsMax) {
        return;
      }
      if (link.from.kind === "origin") {
        walk.found.push({ origin: link.from.origin, steps: [step, ...later] });
        continue;
      }
      const before = walk.network.stations.get(link.from.key);
      const isNew = before !== station && !later.some((walked) => walked.station === before);
      if (before !== undefined && isNew) {
        const destination = carried.destination ?? before.destination;
        walkBack(walk, before, { protocol: walk.protocol, port: carried.port, destination }, [step, ...later]);
      }
    }
  }
}

/** Every way to the station for this traffic; a way never passes a station twice. */
export function findChains(network: Network, station: Station, traffic: Traffic): readonly Chain[] {
  const walk: Walk = { network, protocol: traffic.protocol, found: [] };
  walkBack(walk, station, traffic, []);
  return walk.found;
}

/** That there were too many ways to walk, if so. */
export function findOverflow(chains: readonly Chain[], station: Station): readonly MissingInput[] {
  return chains.length <= chainsMax
    ? []
    : [
        unsupportedInput(
          `more than ${chainsMax} ways in`,
          station.resource,
          "Report the size of this estate to Sightline.",
        ),
      ];
}

/** Sources of the address families that the chain's destinations have. */
function restrictFamilies(chain: Chain, addresses: AddressAlgebra): AddressSet {
  const seen = chain.steps.map(({ traffic }) => traffic.destination.addresses).filter((set) => set !== addresses.none);
  const has4 = seen.every(({ v4 }) => v4 !== addresses.v4.none);
  const has6 = seen.every(({ v6 }) => v6 !== addresses.v6.none);
  const { v4, v6 } = chain.origin.sources;
  return addresses.fromParts(has4 ? v4 : addresses.v4.none, has6 ? v6 : addresses.v6.none);
}

/** What passages are worked out with. */
export interface PassContext {
  readonly addresses: AddressAlgebra;
  readonly findCheckpoint: FindCheckpoint;
}

function crossSteps(chain: Chain, sourcePort: number, { findCheckpoint }: PassContext): readonly Crossed[] {
  let view: SourceView = { kind: "origin" };
  return chain.steps.map((step) => {
    view = step.link.becomes ?? view;
    const crossing: Crossing = { ...step.traffic, view, sourcePort };
    return { step, checkpoint: findCheckpoint(step, crossing) };
  });
}

function passWith(chain: Chain, sources: AddressSet, sourcePort: number, context: PassContext): Passage {
  const crossed = crossSteps(chain, sourcePort, context);
  const { intersect } = context.addresses;
  return {
    chain,
    crossed,
    sources,
    passes: crossed.reduce((set, { checkpoint }) => intersect(set, checkpoint.passes), sources),
    may: crossed.reduce((set, { checkpoint }) => intersect(set, checkpoint.may), sources),
    sourcePort,
    variants: [],
  };
}

/**
 * What gets through on the chain: with a usual source port, and with each that a rule on the way asks for, as far as that
 * lets others through. All share what may get through with any.
 */
export function passChain(chain: Chain, context: PassContext): readonly Passage[] {
  const { addresses } = context;
  const sources = restrictFamilies(chain, addresses);
  const usual = passWith(chain, sources, ephemeralPort, context);
  const samples = new Set(chain.steps.flatMap(({ station }) => station.sourcePorts));
  if (samples.size === 0) {
    return [usual];
  }
  const rising = [...samples].sort((left, right) => left - right);
  const all = [usual, ...rising.map((sample) => passWith(chain, sources, sample, context))];
  const may = all.reduce((set, passage) => addresses.union(set, passage.may), addresses.none);
  const open = new Map(
    all
      .filter(({ passes }) => passes !== addresses.none)
      .map((passage) => [passage.passes, passage] as const)
      .reverse(),
  );
  const shown = open.size === 0 ? [usual] : [...open.values()].reverse();
  return shown.map((passage) => ({ ...passage, may, variants: all }));
}

/** Why it is not certain what gets through. */
export function doubtsOf({ crossed, variants }: Passage): readonly MissingInput[] {
  const own = crossed.flatMap(({ checkpoint }) =>
    checkpoint.filters.filter(({ passes, may }) => passes !== may).flatMap(({ missing }) => missing),
  );
  return [...own, ...variants.flatMap(doubtsOf)];
}

/**
 * What a passage says and does, without the port it was walked for: passages with equal signs make equal answers.
 */
export function signPassage(passage: Passage, port: number): string {
  const { chain, crossed, sources, sourcePort, passes, may, variants } = passage;
  const steps = crossed.map(({ step: { link, traffic }, checkpoint }) => {
    const at = traffic.port === port ? "*" : traffic.port;
    return `${link.key} ${at} ${traffic.destination.text} ${checkpoint.id}`;
  });
  return `${chain.origin.kind} ${sources.id} ${passes.id} ${may.id} ${sourcePort}\n${steps.join("\n")}${variants.map((one) => signPassage(one, port)).join("\n")}`;
}
