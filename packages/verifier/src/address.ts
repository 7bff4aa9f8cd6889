/** Internet addresses: reading, prefixes, and which are public. Sources: RFC 791, RFC 4291, RFC 4632. */

/** Bits of an address, most significant first, as one number and the width of the family. */
interface Address {
  readonly width: 32 | 128;
  readonly bits: bigint;
}

/** Ranges that nobody has on the internet. Sources: RFC 1918, 6598, 3927, 1122, 4193, 4291. Documentation ranges stand for strangers. */
const privateRanges = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
  "::/127",
  "fc00::/7",
  "fe80::/10",
  "ff00::/8",
];

function readAddress(text: string): Address | undefined {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (octets !== undefined) {
    return octets.every((octet) => octet < 256)
      ? { width: 32, bits: octets.reduce((bits, octet) => bits * 256n + BigInt(octet), 0n) }
      : undefined;
  }
  if (!text.includes(":") || !/^[0-9a-f:]+$/i.test(text) || text.split("::").length > 2) {
    return undefined;
  }
  const [left = "", right] = text.split("::");
  const front = left === "" ? [] : left.split(":");
  const back = right === undefined || right === "" ? [] : right.split(":");
  const filler = right === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...Array.from({ length: Math.max(0, filler) }, () => "0"), ...back];
  return groups.length === 8 && groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? { width: 128, bits: groups.reduce((bits, group) => bits * 65536n + BigInt(Number.parseInt(group, 16)), 0n) }
    : undefined;
}

/** Is it an address at all? */
export function isAddress(text: string): boolean {
  return readAddress(text) !== undefined;
}

/** Is it a prefix or a bare address? */
export function isPrefix(text: string): boolean {
  return isAddress(text.split("/")[0] ?? "");
}

/** Does a prefix (or bare address) hold an address? */
export function holds(prefix: string, address: string): boolean {
  const [network = "", length, ...more] = prefix.split("/");
  const inside = readAddress(address);
  const outside = readAddress(network);
  if (inside === undefined || outside === undefined || inside.width !== outside.width || more.length > 0) {
    return false;
  }
  const kept = length === undefined ? outside.width : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (kept < 0 || kept > outside.width) {
    return false;
  }
  const shift = BigInt(outside.width - kept);
  return inside.bits >> shift === outside.bits >> shift;
}

/** Could a stranger on the internet have it? */
export function isPublic(address: string): boolean {
  return isAddress(address) && !privateRanges.some((range) => holds(range, address));
}
