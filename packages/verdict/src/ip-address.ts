/** Addresses and prefixes, far enough to tell which prefixes hold an address. Sources: RFC 791, RFC 4291 §2.2, RFC 4632. */

/** An address as a number with the width of its family. */
export interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** Reads an IPv4 or IPv6 address. */
export function parseIpAddress(text: string): IpAddress | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** Does the prefix (`10.0.0.0/8`, a bare address) hold the address? Anything else holds nothing. */
export function isInPrefix(prefix: string, address: IpAddress): boolean {
  const [network = "", length] = prefix.split("/");
  const parsed = parseIpAddress(network);
  if (parsed === undefined || parsed.bits !== address.bits) {
    return false;
  }
  const width = length === undefined ? parsed.bits : Number(length);
  if (!Number.isInteger(width) || width < 0 || width > parsed.bits) {
    return false;
  }
  const drop = BigInt(parsed.bits - width);
  return parsed.value >> drop === address.value >> drop;
}

function parseIpv4(text: string): IpAddress | undefined {
  const parts = text.split(".");
  const isOctet = (part: string): boolean => /^\d{1,3}$/.test(part) && Number(part) <= 255;
  if (parts.length !== 4 || !parts.every(isOctet)) {
    return undefined;
  }
  return { bits: 32, value: parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
}

function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split("::");
  if (halves.length > 2) {
    return undefined;
  }
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const groups = halves.length === 2 ? [...head, ...zeros(8 - head.length - tail.length), ...tail] : head;
  if (groups.length !== 8 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) {
    return undefined;
  }
  return { bits: 128, value: groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n) };
}

function zeros(count: number): readonly string[] {
  return Array.from({ length: Math.max(count, 0) }, () => "0");
}
