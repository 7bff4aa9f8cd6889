/**
 * IP addresses and prefixes as numbers. Sources: RFC 791 (dotted quad), RFC 4291 §2.2 (IPv6 text), RFC 4632 (CIDR),
 * RFC 5952 (the one way IPv6 is printed).
 */

/** One address; IPv4 as an unsigned 32-bit number, IPv6 as an unsigned 128-bit bigint. */
export type Address = { readonly family: 4; readonly value: number } | { readonly family: 6; readonly value: bigint };

/** A block of addresses, `[from, to)`. */
export type AddressBlock =
  | { readonly family: 4; readonly from: number; readonly to: number }
  | { readonly family: 6; readonly from: bigint; readonly to: bigint };

const quadForm = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

function parseQuad(text: string): number | undefined {
  const parts = quadForm.exec(text)?.slice(1);
  if (parts === undefined || parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith("0")))) {
    return undefined;
  }
  return parts.reduce((value, part) => value * 256 + Number(part), 0);
}

/** `1:2`, or with an IPv4 tail `1:2:10.0.0.1`, as 16-bit groups; empty text is no group. */
function parseGroups(text: string): readonly number[] | undefined {
  if (text === "") {
    return [];
  }
  const parts = text.split(":");
  const tail = parts.at(-1) ?? "";
  const quad = tail.includes(".") ? parseQuad(tail) : undefined;
  const groups = quad === undefined ? parts : parts.slice(0, -1);
  if (groups.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) {
    return undefined;
  }
  const values = groups.map((group) => Number.parseInt(group, 16));
  return quad === undefined ? values : [...values, Math.floor(quad / 65_536), quad % 65_536];
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) {
    return undefined;
  }
  const head = parseGroups(halves[0] ?? "");
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? "") : [];
  if (head === undefined || tail === undefined) {
    return undefined;
  }
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) {
    return undefined;
  }
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return groups.reduce((value, group) => value * 65_536n + BigInt(group), 0n);
}

/** The address, or `undefined` when the text is none. Leading zeros in a dotted quad are refused (RFC 6943 §3.1.1). */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(":")) {
    const value = parseIpv6(text);
    return value === undefined ? undefined : { family: 6, value };
  }
  const value = parseQuad(text);
  return value === undefined ? undefined : { family: 4, value };
}

function toBlock(address: Address, length: number): AddressBlock | undefined {
  if (address.family === 4) {
    if (length > 32) {
      return undefined;
    }
    const size = 2 ** (32 - length);
    const from = Math.floor(address.value / size) * size;
    return { family: 4, from, to: from + size };
  }
  if (length > 128) {
    return undefined;
  }
  const size = 1n << BigInt(128 - length);
  const from = (address.value / size) * size;
  return { family: 6, from, to: from + size };
}

/** The block a CIDR prefix or a single address names; host bits are masked off, as Azure does. `undefined`: neither. */
export function parsePrefix(text: string): AddressBlock | undefined {
  const [addressText = "", lengthText, ...rest] = text.trim().split("/");
  const address = parseAddress(addressText);
  if (address === undefined || rest.length > 0) {
    return undefined;
  }
  if (lengthText === undefined) {
    return toBlock(address, address.family === 4 ? 32 : 128);
  }
  return /^\d{1,3}$/.test(lengthText) ? toBlock(address, Number(lengthText)) : undefined;
}

/** The longest run of two or more zero groups, the first of equals: `[start, length]`. */
function longestZeroRun(groups: readonly number[]): readonly [number, number] {
  let best: readonly [number, number] = [0, 0];
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) {
      start = index + 1;
    } else if (index + 1 - start > best[1]) {
      best = [start, index + 1 - start];
    }
  }
  return best[1] >= 2 ? best : [0, 0];
}

function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(16 * (7 - index))) & 0xffffn));
  const [start, length] = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  return length === 0 ? hex.join(":") : `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

/** The address in its usual text form. */
export function formatAddress(address: Address): string {
  if (address.family === 6) {
    return formatIpv6(address.value);
  }
  return [24, 16, 8, 0].map((shift) => Math.floor(address.value / 2 ** shift) % 256).join(".");
}
