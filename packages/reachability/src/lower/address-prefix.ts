/**
 * What an address prefix of a rule stands for. Source: learn.microsoft.com/azure/virtual-network/service-tags-overview.
 * Tags that Azure computes per subnet are computed; others come from the snapshot, and are in doubt when it has none.
 */
import type { MissingInput } from "@sightline/model";
import { unsupportedInput } from "../missing-input.ts";
import { parsePrefix } from "../packet-set/address.ts";
import type { AddressAlgebra, AddressSet } from "../packet-set/address-set.ts";
import { type Doubtful, exactly } from "../rule-list/rule.ts";
import type { LoweringContext } from "./estate-index.ts";

/** Where a rule list stands, as far as its tags depend on it. */
export interface TagScope {
  /** `VirtualNetwork` as seen from the subnet. */
  readonly virtualNetwork: Doubtful<AddressSet>;
  /** `Internet` as seen from the subnet. */
  readonly internet: Doubtful<AddressSet>;
  /** Why it is not certain what the tags stand for. */
  readonly missing: readonly MissingInput[];
}

/** A resolved prefix. */
export interface ResolvedPrefix extends Doubtful<AddressSet> {
  readonly missing: readonly MissingInput[];
}

/** Where health probes come from, and nothing else (IPv4 and IPv6). */
const probePrefixes = ["168.63.129.16/32", "fe80::1234:5678:9abc/128"];

/** Platform addresses that some tags stand for besides public ones: DNS and probes, instance metadata. */
const platformPrefixes = [...probePrefixes, "169.254.0.0/16"];

/** Prefixes as a set; what does not parse is left out. */
export function toAddressSet(addresses: AddressAlgebra, prefixes: readonly string[]): AddressSet {
  return addresses.fromBlocks(prefixes.map(parsePrefix).filter((block) => block !== undefined));
}

function resolveTag(tag: string, subject: string, context: LoweringContext): ResolvedPrefix {
  const { addresses, estate } = context;
  const prefixes = estate.serviceTags.get(tag.toLowerCase());
  if (prefixes !== undefined) {
    return { ...exactly(toAddressSet(addresses, prefixes)), missing: [] };
  }
  const platform = toAddressSet(addresses, platformPrefixes);
  return {
    sure: addresses.none,
    may: addresses.union(addresses.internet, platform),
    missing: [
      {
        what: `addresses of the service tag ${tag}`,
        why: "absent",
        subject,
        remedy: "Collect the service tags of the region, then judge again.",
      },
    ],
  };
}

function resolveComputed(text: string, scope: TagScope, addresses: AddressAlgebra): Doubtful<AddressSet> | undefined {
  switch (text.toLowerCase()) {
    case "*":
    case "any":
      return exactly(addresses.all);
    case "virtualnetwork":
      return scope.virtualNetwork;
    case "internet":
      return scope.internet;
    case "azureloadbalancer":
      return exactly(toAddressSet(addresses, probePrefixes));
    default:
      return undefined;
  }
}

/** A prefix, address, tag or `*` of a rule. `subject` is the resource that is named when it cannot be resolved. */
export function resolvePrefix(
  text: string,
  scope: TagScope,
  subject: string,
  context: LoweringContext,
): ResolvedPrefix {
  const { addresses } = context;
  const computed = resolveComputed(text.trim(), scope, addresses);
  if (computed !== undefined) {
    return { ...computed, missing: computed.sure === computed.may ? [] : scope.missing };
  }
  const block = parsePrefix(text);
  if (block !== undefined) {
    return { ...exactly(addresses.fromBlocks([block])), missing: [] };
  }
  if (/^[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)*$/.test(text.trim())) {
    return resolveTag(text.trim(), subject, context);
  }
  const missing = unsupportedInput(
    `the address prefix ${JSON.stringify(text)}`,
    subject,
    "Correct the rule, or report the form to Sightline.",
  );
  return { sure: addresses.none, may: addresses.all, missing: [missing] };
}

/** The union of several prefixes. */
export function resolvePrefixes(
  texts: readonly string[],
  scope: TagScope,
  subject: string,
  context: LoweringContext,
): ResolvedPrefix {
  const { addresses } = context;
  const parts = texts.map((text) => resolvePrefix(text, scope, subject, context));
  return {
    sure: parts.reduce((union, part) => addresses.union(union, part.sure), addresses.none),
    may: parts.reduce((union, part) => addresses.union(union, part.may), addresses.none),
    missing: parts.flatMap((part) => part.missing),
  };
}
