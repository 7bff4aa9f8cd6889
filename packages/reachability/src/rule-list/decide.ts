/**
 * What a rule list lets through: for a destination, protocol and port, the sources it surely admits and those it may
 * admit, with the winning rule of every source. Lists are compiled once for each set of rules that match, so ports that
 * behave alike share one decision.
 */
import type { TransportProtocol } from "@sightline/model";
import type { Address } from "../packet-set/address.ts";
import type { AddressAlgebra, AddressSet } from "../packet-set/address-set.ts";
import { countAtOrBelow, hasPoint } from "../packet-set/interval-set.ts";
import { type DecisionMap, type Layer, sourcesOf, toDecisionMap, winnerAt } from "./decision-map.ts";
import type { Doubtful, Rule, RuleList, RuleQuery } from "./rule.ts";

/** Winning rules of both address families. */
export interface Winners {
  readonly v4: DecisionMap<number>;
  readonly v6: DecisionMap<bigint>;
}

/** The answer of a rule list. */
export interface Decision {
  /** The same number for the same object, within one judge. */
  readonly id: number;
  readonly list: RuleList;
  /** Admitted however the doubts turn out. */
  readonly sure: AddressSet;
  /** Admitted if every doubt turns out for the attacker. */
  readonly may: AddressSet;
  /** Winners when every doubt turns out against the attacker; explains `sure`. */
  readonly strict: Winners;
  /** Winners when every doubt turns out for the attacker; explains what lies outside `may`. */
  readonly lenient: Winners;
  /** Rules of which it is not certain whether or what they match. */
  readonly doubted: readonly Rule[];
}

/** Compiles and remembers decisions; one for each computation. */
export interface RuleJudge {
  readonly decide: (list: RuleList, query: RuleQuery) => Decision;
}

/** `no`, `maybe`, `yes`. */
type Match = 0 | 1 | 2;

function both(left: Match, right: Match): Match {
  return left < right ? left : right;
}

function matchPoint(ports: Doubtful<Rule["ports"]["sure"]>, port: number): Match {
  return hasPoint(ports.sure, port) ? 2 : hasPoint(ports.may, port) ? 1 : 0;
}

function matchProtocol(protocols: Doubtful<ReadonlySet<TransportProtocol>>, protocol: TransportProtocol): Match {
  return protocols.sure.has(protocol) ? 2 : protocols.may.has(protocol) ? 1 : 0;
}

function matchDestination(rule: Rule, destination: AddressSet, addresses: AddressAlgebra): Match {
  if (addresses.includes(rule.destinations.sure, destination)) {
    return 2;
  }
  return addresses.intersect(rule.destinations.may, destination) === addresses.none ? 0 : 1;
}

/** Protocols without ports match every port (Azure ignores the ports of ICMP rules). */
function matchFlow(rule: Rule, query: RuleQuery): Match {
  const protocol = matchProtocol(rule.protocols, query.protocol);
  if (protocol === 0 || query.protocol === "ICMP") {
    return protocol;
  }
  const ports = both(matchPoint(rule.ports, query.port), matchPoint(rule.sourcePorts, query.sourcePort));
  return both(protocol, ports);
}

interface Reading {
  readonly index: number;
  readonly rule: Rule;
  readonly match: Match;
}

/** How the doubts are read: all against the attacker, or all for the attacker. */
type Reader = "strict" | "lenient";

function allows(rule: Rule | undefined, reader: Reader): boolean {
  return rule?.effect === "allow" || (rule?.effect === "unknown" && reader === "lenient");
}

/** What the rule matches under this reading: an allowing rule as little as possible when strict, a denying one as much. */
function sourcesUnder({ rule, match }: Reading, reader: Reader, addresses: AddressAlgebra): AddressSet {
  const asMuch = allows(rule, reader) === (reader === "lenient");
  if (asMuch) {
    return match === 0 ? addresses.none : rule.sources.may;
  }
  return match === 2 ? rule.sources.sure : addresses.none;
}

function findWinners(readings: readonly Reading[], reader: Reader, addresses: AddressAlgebra): Winners {
  const layers = readings.map((reading) => ({ index: reading.index, set: sourcesUnder(reading, reader, addresses) }));
  const v4 = layers.map(({ index, set }): Layer<number> => ({ index, sources: set.v4 }));
  const v6 = layers.map(({ index, set }): Layer<bigint> => ({ index, sources: set.v6 }));
  return { v4: toDecisionMap(v4, addresses.v4), v6: toDecisionMap(v6, addresses.v6) };
}

function isDoubted({ rule, match }: Reading): boolean {
  return match === 1 || rule.effect === "unknown" || rule.sources.sure !== rule.sources.may;
}

function compile(list: RuleList, matches: readonly Match[], addresses: AddressAlgebra): Omit<Decision, "id"> {
  const readings = list.rules.flatMap((rule, index): readonly Reading[] => {
    const match = matches[index] ?? 0;
    return match === 0 ? [] : [{ index, rule, match }];
  });
  const doubted = readings.filter(isDoubted);
  const strict = findWinners(readings, "strict", addresses);
  const lenient = doubted.length === 0 ? strict : findWinners(readings, "lenient", addresses);
  const admitted = (winners: Winners, reader: Reader): AddressSet => {
    const wanted = (winner: number): boolean => allows(list.rules[winner], reader);
    return addresses.fromParts(
      sourcesOf(winners.v4, addresses.v4, wanted),
      sourcesOf(winners.v6, addresses.v6, wanted),
    );
  };
  const sure = admitted(strict, "strict");
  return {
    list,
    sure,
    may: doubted.length === 0 ? sure : admitted(lenient, "lenient"),
    strict,
    lenient,
    doubted: doubted.map(({ rule }) => rule),
  };
}

/** What is remembered of one list. */
interface ListMemory {
  /** Where the behaviour of the list changes with the port: a query's cell is how many of these are at or below it. */
  readonly boundaries: readonly number[];
  readonly sourceBoundaries: readonly number[];
  readonly byMatches: Map<string, Decision>;
  /** Per destination: decisions by cell. */
  readonly byDestination: Map<number, DestinationMemory>;
}

interface DestinationMemory {
  readonly matches: readonly Match[];
  readonly byCell: Map<string, Decision>;
}

function createListMemory(list: RuleList): ListMemory {
  const rising = (values: readonly number[]): readonly number[] => [...values].sort((left, right) => left - right);
  return {
    boundaries: rising(portBoundaries(list)),
    sourceBoundaries: rising(sourcePortSamples(list)),
    byMatches: new Map(),
    byDestination: new Map(),
  };
}

/** A judge with an empty memory. */
export function createRuleJudge(addresses: AddressAlgebra): RuleJudge {
  const memories = new Map<RuleList, ListMemory>();
  let made = 0;
  const memoryOf = (list: RuleList): ListMemory => {
    const memory = memories.get(list) ?? createListMemory(list);
    memories.set(list, memory);
    return memory;
  };
  const destinationOf = (list: RuleList, memory: ListMemory, destination: AddressSet): DestinationMemory => {
    const known = memory.byDestination.get(destination.id);
    if (known !== undefined) {
      return known;
    }
    const matches = list.rules.map((rule) => matchDestination(rule, destination, addresses));
    const fresh = { matches, byCell: new Map<string, Decision>() };
    memory.byDestination.set(destination.id, fresh);
    return fresh;
  };
  const compileOnce = (list: RuleList, memory: ListMemory, matches: readonly Match[]): Decision => {
    const key = matches.join("");
    const known = memory.byMatches.get(key);
    if (known !== undefined) {
      return known;
    }
    made += 1;
    const decision = { ...compile(list, matches, addresses), id: made };
    memory.byMatches.set(key, decision);
    return decision;
  };
  return {
    decide: (list, query) => {
      const memory = memoryOf(list);
      const destination = destinationOf(list, memory, query.destination);
      const portCell = countAtOrBelow(memory.boundaries, query.port);
      const cell = `${query.protocol}${portCell}/${countAtOrBelow(memory.sourceBoundaries, query.sourcePort)}`;
      const known = destination.byCell.get(cell);
      if (known !== undefined) {
        return known;
      }
      const matches = list.rules.map((rule, index) => both(destination.matches[index] ?? 0, matchFlow(rule, query)));
      const decision = compileOnce(list, memory, matches);
      destination.byCell.set(cell, decision);
      return decision;
    },
  };
}

/** The rule that decides about `source`, read strictly or leniently; `undefined` when none matches. */
export function decidingRule(decision: Decision, source: Address, reader: Reader): Rule | undefined {
  const winners = decision[reader];
  const winner = source.family === 4 ? winnerAt(winners.v4, source.value) : winnerAt(winners.v6, source.value);
  return decision.list.rules[winner];
}

/** A rule with the sources it keeps out even if every doubt turns out for the attacker. */
interface Denial {
  readonly rule: Rule;
  readonly sources: AddressSet;
}

const denials = new WeakMap<Decision, readonly Denial[]>();

function findDenials(decision: Decision, addresses: AddressAlgebra): readonly Denial[] {
  const { lenient, list } = decision;
  const winners = new Set([...lenient.v4.winners, ...lenient.v6.winners]);
  return [...winners]
    .sort((left, right) => left - right)
    .flatMap((winner) => {
      const rule = list.rules[winner];
      if (rule === undefined || allows(rule, "lenient")) {
        return [];
      }
      const only = (candidate: number): boolean => candidate === winner;
      const v4 = sourcesOf(lenient.v4, addresses.v4, only);
      const v6 = sourcesOf(lenient.v6, addresses.v6, only);
      return [{ rule, sources: addresses.fromParts(v4, v6) }];
    });
}

/** Rules that keep some of `removed` out even if every doubt turns out for the attacker, in list order. */
export function denyingRules(decision: Decision, removed: AddressSet, addresses: AddressAlgebra): readonly Rule[] {
  const known = denials.get(decision) ?? findDenials(decision, addresses);
  denials.set(decision, known);
  return known
    .filter(({ sources }) => addresses.intersect(sources, removed) !== addresses.none)
    .map(({ rule }) => rule);
}

/** First ports of the ranges in which the list behaves alike. */
export function portBoundaries(list: RuleList): readonly number[] {
  return [...new Set(list.rules.flatMap((rule) => [...rule.ports.sure.toggles, ...rule.ports.may.toggles]))];
}

/** Source ports that show every behaviour the list has: one usual ephemeral port, and each edge of a narrower range. */
export function sourcePortSamples(list: RuleList): readonly number[] {
  return [
    ...new Set(list.rules.flatMap((rule) => [...rule.sourcePorts.sure.toggles, ...rule.sourcePorts.may.toggles])),
  ].filter((port) => port > 0 && port < 65_536);
}
