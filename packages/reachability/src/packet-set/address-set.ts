/** Sets of IP addresses of both families, and the ranges every estate shares. */
import { type Address, type AddressBlock, formatAddress, parsePrefix } from "./address.ts";
import {
  countPoints,
  createIntervalAlgebra,
  hasPoint,
  type Interval,
  type IntervalSet,
  intervalsOf,
  type Ordinal,
} from "./interval-set.ts";

/** A set of addresses; hash-consed like its parts, so equal sets are the same object. */
export interface AddressSet {
  readonly id: number;
  readonly v4: IntervalSet<number>;
  readonly v6: IntervalSet<bigint>;
}

/** Operations on address sets. Sets of different algebras must not be mixed. */
export interface AddressAlgebra {
  readonly none: AddressSet;
  readonly all: AddressSet;
  /** Addresses that are routed on the internet: what Azure expands the tag `Internet` to. */
  readonly internet: AddressSet;
  readonly union: (left: AddressSet, right: AddressSet) => AddressSet;
  readonly intersect: (left: AddressSet, right: AddressSet) => AddressSet;
  readonly subtract: (left: AddressSet, right: AddressSet) => AddressSet;
  readonly includes: (outer: AddressSet, inner: AddressSet) => boolean;
  readonly fromBlocks: (blocks: Iterable<AddressBlock>) => AddressSet;
  readonly fromParts: (v4: IntervalSet<number>, v6: IntervalSet<bigint>) => AddressSet;
  readonly v4: ReturnType<typeof createIntervalAlgebra<number>>;
  readonly v6: ReturnType<typeof createIntervalAlgebra<bigint>>;
}

/**
 * IPv4 blocks that are not routed on the internet (RFC 6890) as Azure leaves them out of the tag `Internet`; documentation
 * blocks stay in, as Azure keeps them. 168.63.129.16 is Azure's own address for probes, DNS and the guest agent.
 */
const notInternetV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
];

/** Global unicast, RFC 4291 §2.4 as allocated by IANA. */
const internetV6 = "2000::/3";

function parseBlocks(prefixes: readonly string[]): readonly AddressBlock[] {
  return prefixes.map(parsePrefix).filter((block) => block !== undefined);
}

/** An algebra of address sets; sets live as long as it does. */
export function createAddressAlgebra(): AddressAlgebra {
  const v4 = createIntervalAlgebra<number>(0, 2 ** 32);
  const v6 = createIntervalAlgebra<bigint>(0n, 1n << 128n);
  const known = new Map<number, AddressSet>();
  const fromParts = (part4: IntervalSet<number>, part6: IntervalSet<bigint>): AddressSet => {
    const pair = part4.id * 2 ** 26 + part6.id;
    const set = known.get(pair) ?? { id: known.size, v4: part4, v6: part6 };
    known.set(pair, set);
    return set;
  };
  const fromBlocks = (blocks: Iterable<AddressBlock>): AddressSet => {
    const all = [...blocks];
    return fromParts(
      v4.fromIntervals(all.flatMap((block) => (block.family === 4 ? [[block.from, block.to] as const] : []))),
      v6.fromIntervals(all.flatMap((block) => (block.family === 6 ? [[block.from, block.to] as const] : []))),
    );
  };
  const notInternet = fromBlocks(parseBlocks(notInternetV4)).v4;
  return {
    none: fromParts(v4.none, v6.none),
    all: fromParts(v4.all, v6.all),
    internet: fromParts(v4.subtract(v4.all, notInternet), fromBlocks(parseBlocks([internetV6])).v6),
    union: (left, right) => fromParts(v4.union(left.v4, right.v4), v6.union(left.v6, right.v6)),
    intersect: (left, right) => fromParts(v4.intersect(left.v4, right.v4), v6.intersect(left.v6, right.v6)),
    subtract: (left, right) => fromParts(v4.subtract(left.v4, right.v4), v6.subtract(left.v6, right.v6)),
    includes: (outer, inner) => v4.includes(outer.v4, inner.v4) && v6.includes(outer.v6, inner.v6),
    fromBlocks,
    fromParts,
    v4,
    v6,
  };
}

/** Is the address in the set? */
export function hasAddress(set: AddressSet, address: Address): boolean {
  return address.family === 4 ? hasPoint(set.v4, address.value) : hasPoint(set.v6, address.value);
}

/** Has the set no address at all? */
export function isEmpty(set: AddressSet): boolean {
  return set.v4.toggles.length === 0 && set.v6.toggles.length === 0;
}

/** The lowest address, IPv4 before IPv6; `undefined` for the empty set. */
export function firstAddress(set: AddressSet): Address | undefined {
  const [v4] = set.v4.toggles;
  const [v6] = set.v6.toggles;
  if (v4 !== undefined) {
    return { family: 4, value: v4 };
  }
  return v6 === undefined ? undefined : { family: 6, value: v6 };
}

const wideness = new WeakMap<AddressSet, boolean>();

/**
 * More addresses than any list of known partners holds: 2^20 of IPv4 (a /12), or 2^100 of IPv6 (a /28). Whoever lets that
 * many in lets the internet in.
 */
export function isWide(set: AddressSet): boolean {
  const known = wideness.get(set) ?? (countPoints(set.v4) >= 2 ** 20 || countPoints(set.v6) >= 2 ** 100);
  wideness.set(set, known);
  return known;
}

const largestLength = (from: bigint, to: bigint, bits: number): number => {
  let length = bits;
  while (length > 0) {
    const size = 1n << BigInt(bits - length + 1);
    if (from % size !== 0n || from + size > to) {
      break;
    }
    length -= 1;
  }
  return length;
};

function* prefixesOf(from: bigint, to: bigint, family: 4 | 6): Iterable<string> {
  const bits = family === 4 ? 32 : 128;
  let start = from;
  while (start < to) {
    const length = largestLength(start, to, bits);
    const address: Address = family === 4 ? { family, value: Number(start) } : { family, value: start };
    yield length === bits ? formatAddress(address) : `${formatAddress(address)}/${length}`;
    start += 1n << BigInt(bits - length);
  }
}

function* allPrefixesOf(set: AddressSet): Iterable<string> {
  for (const [from, to] of intervalsOf(set.v4)) {
    yield* prefixesOf(BigInt(from), BigInt(to), 4);
  }
  for (const [from, to] of intervalsOf(set.v6)) {
    yield* prefixesOf(from, to, 6);
  }
}

/** The set as CIDR prefixes, IPv4 first, at most `max`; the last one says that there are more. */
export function formatAddressSet(set: AddressSet, max: number): readonly string[] {
  const prefixes: string[] = [];
  for (const prefix of allPrefixesOf(set)) {
    if (prefixes.length === max) {
      return [...prefixes, "…"];
    }
    prefixes.push(prefix);
  }
  return prefixes;
}

/** The largest aligned block of `bits` bits around the value that lies in `[low, high)`, as its size in bits. */
function blockBits(value: bigint, low: bigint, high: bigint, bits: number): number {
  let length = bits;
  while (length > 0) {
    const shift = BigInt(bits - length + 1);
    const from = (value >> shift) << shift;
    if (from < low || from + (1n << shift) > high) {
      break;
    }
    length -= 1;
  }
  return length;
}

const heldPrefixes = new WeakMap<AddressSet, Map<number | bigint, string>>();

/** The largest prefix inside the set that holds the address; `undefined` when the set does not hold it. */
export function prefixHolding(set: AddressSet, address: Address): string | undefined {
  if (!hasAddress(set, address)) {
    return undefined;
  }
  const known = heldPrefixes.get(set) ?? new Map<number | bigint, string>();
  heldPrefixes.set(set, known);
  const text = known.get(address.value) ?? findPrefix(set, address);
  known.set(address.value, text);
  return text;
}

function findPrefix(set: AddressSet, address: Address): string {
  const bits = address.family === 4 ? 32 : 128;
  const intervals: readonly Interval<Ordinal>[] = address.family === 4 ? intervalsOf(set.v4) : intervalsOf(set.v6);
  const [low = 0n, high = 0n] = intervals.find(([from, to]) => from <= address.value && address.value < to) ?? [];
  const length = blockBits(BigInt(address.value), BigInt(low), BigInt(high), bits);
  const shift = BigInt(bits - length);
  const from = (BigInt(address.value) >> shift) << shift;
  const first: Address = address.family === 4 ? { family: 4, value: Number(from) } : { family: 6, value: from };
  return length === bits ? formatAddress(first) : `${formatAddress(first)}/${length}`;
}
