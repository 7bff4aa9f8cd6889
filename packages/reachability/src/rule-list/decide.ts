/**
 * What a rule list lets through: for a destination, protocol and port, the sources it surely admits and those it may
 * admit, with the winning rule of every source. Lists are compiled once for each set of rules that match, so ports that
 * behave alike share one decision.
 */
import type { TransportProtocol } from "@sightline/model";
import type { Address } from "../packet-set/address.ts";
import type { AddressAlgebra, AddressSet } from "../packet-set/address-set.ts";
import { hasPoint } from "../packet-set/interval-set.ts";
import { type DecisionMap, type Layer, sourcesOf, toDecisionMap, winnerAt } from "./decision-map.ts";
import type { Doubtful, Rule, RuleList, RuleQuery } from "./rule.ts";

/** Winning rules of both address families. */
export interface Winners {
  readonly v4: DecisionMap<number>;
  readonly v6: DecisionMap<bigint>;
}

/** The answer of a rule list. */
export interface Decision {
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
function matchRule(rule: Rule, query: RuleQuery, addresses: AddressAlgebra): Match {
  const protocol = matchProtocol(rule.protocols, query.protocol);
  const ports =
    query.protocol === "ICMP"
      ? 2
      : both(matchPoint(rule.ports, query.port), matchPoint(rule.sourcePorts, query.sourcePort));
  const match = both(protocol, ports);
  return match === 0 ? 0 : both(match, matchDestination(rule, query.destination, addresses));
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

function compile(list: RuleList, matches: readonly Match[], addresses: AddressAlgebra): Decision {
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

/** A judge with an empty memory. */
export function createRuleJudge(addresses: AddressAlgebra): RuleJudge {
  const decisions = new Map<RuleList, Map<string, Decision>>();
  return {
    decide: (list, query) => {
      const matches = list.rules.map((rule) => matchRule(rule, query, addresses));
      const key = matches.join("");
      const known = decisions.get(list) ?? new Map<string, Decision>();
      decisions.set(list, known);
      const decision = known.get(key) ?? compile(list, matches, addresses);
      known.set(key, decision);
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

/** Rules that keep some of `removed` out even if every doubt turns out for the attacker, in list order. */
export function denyingRules(decision: Decision, removed: AddressSet, addresses: AddressAlgebra): readonly Rule[] {
  const { lenient, list } = decision;
  const winners = new Set([...lenient.v4.winners, ...lenient.v6.winners]);
  return [...winners]
    .sort((left, right) => left - right)
    .flatMap((winner) => {
      const rule = list.rules[winner];
      const only = (candidate: number): boolean => candidate === winner;
      const won = addresses.fromParts(
        sourcesOf(lenient.v4, addresses.v4, only),
        sourcesOf(lenient.v6, addresses.v6, only),
      );
      const denies = rule !== undefined && !allows(rule, "lenient");
      return denies && addresses.intersect(won, removed) !== addresses.none ? [rule] : [];
    });
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
