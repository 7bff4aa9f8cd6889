/** IPv4 addresses as numbers, so that a simulated cluster can give them out one after the other. */

export function toNumber(address: string): number {
  return address.split(".").reduce((total, part) => total * 256 + Number(part), 0);
}

export function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** Gives out consecutive addresses, the first one included. */
export function createAddresses(first: string, taken: ReadonlySet<string> = new Set()): () => string {
  let next = toNumber(first);
  return () => {
    while (taken.has(toAddress(next))) {
      next += 1;
    }
    const address = toAddress(next);
    next += 1;
    return address;
  };
}
