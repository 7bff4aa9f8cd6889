/**
 * What one thing on the way does to traffic, seen by source address: which sources surely pass, which may pass, and the
 * words for both. Vendor-independent: a rule list, a missing assignment and a policy engine all end up as filters.
 */
import type { Guard, MissingInput, Obstacle, ResourceId } from "@sightline/model";
import { type Address, formatAddress } from "../packet-set/address.ts";
import {
  type AddressAlgebra,
  type AddressSet,
  formatAddressSet,
  isEmpty,
  prefixHolding,
} from "../packet-set/address-set.ts";
import { type Decision, decidingRule, denyingRules } from "../rule-list/decide.ts";
import type { Rule } from "../rule-list/rule.ts";

/** One thing on the way. `passes` is part of `may`. */
export interface Filter {
  /** Sources that get through, however the doubts turn out. */
  readonly passes: AddressSet;
  /** Sources that get through if the doubts turn out for the attacker. */
  readonly may: AddressSet;
  /** Equal for filters that do and say the same. */
  readonly sign: string;
  /** Why the two differ. */
  readonly missing: readonly MissingInput[];
  /** Why a source that passes does so, on its way to the destination. */
  readonly explainPass: (source: Address | undefined, destination: Address | undefined) => readonly Guard[];
  /** What keeps these sources out; empty when nothing does. */
  readonly explainRemoval: (removed: AddressSet) => readonly Obstacle[];
}

/** Everything gets through, for the reason given. */
export function openGate(addresses: AddressAlgebra, guards: readonly Guard[]): Filter {
  return {
    passes: addresses.all,
    may: addresses.all,
    sign: guards.length === 0 ? "" : JSON.stringify(guards),
    missing: [],
    explainPass: () => guards,
    explainRemoval: () => [],
  };
}

/** Nothing gets through. */
export function shutGate(addresses: AddressAlgebra, obstacles: readonly [Obstacle, ...Obstacle[]]): Filter {
  return {
    passes: addresses.none,
    may: addresses.none,
    sign: JSON.stringify(obstacles),
    missing: [],
    explainPass: () => [],
    explainRemoval: () => obstacles,
  };
}

/** Nobody knows whether anything gets through. */
export function doubtfulGate(addresses: AddressAlgebra, missing: readonly [MissingInput, ...MissingInput[]]): Filter {
  return {
    passes: addresses.none,
    may: addresses.all,
    sign: JSON.stringify(missing),
    missing,
    explainPass: () => [],
    explainRemoval: () => [],
  };
}

/** Sources in `sure` pass, sources in `may` may pass; `shut` says what stops the others. */
export function addressGate(
  addresses: AddressAlgebra,
  sets: { readonly sure: AddressSet; readonly may: AddressSet; readonly missing: readonly MissingInput[] },
  explain: { readonly guards: readonly Guard[]; readonly obstacles: readonly Obstacle[] },
): Filter {
  return {
    passes: sets.sure,
    may: addresses.union(sets.sure, sets.may),
    sign: JSON.stringify([sets.sure.id, sets.may.id, sets.missing, explain]),
    missing: sets.missing,
    explainPass: () => explain.guards,
    explainRemoval: (removed) => (isEmpty(removed) ? [] : explain.obstacles),
  };
}

/** Words for one family of a set, if it is most of the internet. */
function describeFamily(
  set: AddressSet,
  whole: AddressSet,
  name: string,
  addresses: AddressAlgebra,
): readonly string[] {
  if (isEmpty(set)) {
    return [];
  }
  const exceptions = formatAddressSet(addresses.subtract(whole, set), 4);
  if (exceptions.length > 4) {
    return formatAddressSet(set, 4);
  }
  const except = exceptions.length === 0 ? "" : ` except ${exceptions.join(", ")}`;
  return [`every ${name} address of the internet${except}`];
}

const descriptions = new WeakMap<AddressSet, readonly string[]>();

/** Words for a set of sources: prefixes, or what is left out where it is most of the internet. */
export function describeSources(set: AddressSet, addresses: AddressAlgebra): readonly string[] {
  const words = descriptions.get(set) ?? describeAnew(set, addresses);
  descriptions.set(set, words);
  return words;
}

function describeAnew(set: AddressSet, addresses: AddressAlgebra): readonly string[] {
  if (set === addresses.all) {
    return ["every address"];
  }
  const { internet, fromParts, v4, v6 } = addresses;
  const [whole4, whole6] = [fromParts(internet.v4, v6.none), fromParts(v4.none, internet.v6)];
  return [
    ...describeFamily(fromParts(set.v4, v6.none), whole4, "IPv4", addresses),
    ...describeFamily(fromParts(v4.none, set.v6), whole6, "IPv6", addresses),
  ];
}

function toGuard(decision: Decision, rule: Rule, source: Address, destination: Address | undefined): Guard {
  const { list } = decision;
  const held = [source, destination].filter((address) => address !== undefined);
  const expansions = Object.fromEntries(
    [...list.expansions].map(([name, set]) => [
      name,
      [...new Set(held.map((address) => prefixHolding(set, address)).filter((prefix) => prefix !== undefined))],
    ]),
  );
  return {
    resource: list.resource,
    rule: rule.name,
    ...(rule.priority === undefined ? {} : { priority: rule.priority }),
    ...(rule.pointer === undefined ? {} : { pointer: rule.pointer }),
    ...(list.expansions.size === 0 ? {} : { expansions }),
  };
}

function toObstacle(resource: ResourceId, rule: Rule, removes: string): Obstacle {
  return {
    kind: "rule",
    resource,
    rule: rule.name,
    ...(rule.priority === undefined ? {} : { priority: rule.priority }),
    ...(rule.pointer === undefined ? {} : { pointer: rule.pointer }),
    removes,
  };
}

/** A rule list's decision as a filter. */
export function ruleGate(decision: Decision, addresses: AddressAlgebra): Filter {
  const { list } = decision;
  return {
    passes: decision.sure,
    may: decision.may,
    sign: `rules ${decision.id}`,
    missing: decision.doubted.flatMap((rule) => rule.missing),
    explainPass: (source, destination) => {
      const rule = source === undefined ? undefined : decidingRule(decision, source, "strict");
      return rule === undefined || source === undefined ? [] : [toGuard(decision, rule, source, destination)];
    },
    explainRemoval: (removed) => {
      if (isEmpty(removed)) {
        return [];
      }
      const removes = describeSources(removed, addresses).join(", ");
      const denying = denyingRules(decision, removed, addresses);
      return denying.length > 0
        ? denying.map((rule) => toObstacle(list.resource, rule, removes))
        : [{ kind: "no-rule", resource: list.resource, detail: "no rule allows it", removes }];
    },
  };
}

/** An address as text, for flows; the empty set has none. */
export function addressText(address: Address | undefined): string {
  return address === undefined ? "" : formatAddress(address);
}
