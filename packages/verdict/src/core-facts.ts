/** From facts with evidence to the bare truths the rules read. */
import type { Fact, FactName, Truth } from "@sightline/model";
import { type CoreFacts, type DecidingFact, decidingFacts } from "./rule.ts";

/** Truth of every deciding fact; what nobody stated is unknown. */
export function toCoreFacts(facts: readonly Fact[]): CoreFacts {
  const truths = new Map<FactName, Truth>(facts.map(({ name, truth }) => [name, truth]));
  const of = (name: DecidingFact): Truth => truths.get(name) ?? "U";
  return {
    present: of("present"),
    sameImage: of("sameImage"),
    executable: of("executable"),
    live: of("live"),
    config: of("config"),
    inboundOnly: of("inboundOnly"),
    reachInternet: of("reachInternet"),
    authGate: of("authGate"),
    needsPrivilege: of("needsPrivilege"),
    reachTrusted: of("reachTrusted"),
    reachFoothold: of("reachFoothold"),
  };
}

/** Facts in the order in which the decision asks for them, then the rest. */
export function sortFacts(facts: readonly Fact[]): readonly Fact[] {
  const order = new Map<FactName, number>(decidingFacts.map((name, index) => [name, index]));
  const rank = ({ name }: Fact): number => order.get(name) ?? decidingFacts.length;
  return facts.toSorted((left, right) => rank(left) - rank(right) || (left.name < right.name ? -1 : 1));
}
