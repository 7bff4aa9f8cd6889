/** All entries of an index in memory, for writing and for proving it: four numbers each, no objects. */
import type { IndexEntry } from "./index-page.ts";
import type { BlockPlace, KeyHash } from "./keyed-file-format.ts";

/** Entries by number, in the order of their adding. */
export class EntryTable {
  readonly #high: number[] = [];
  readonly #low: number[] = [];
  readonly #offset: number[] = [];
  readonly #lengthBytes: number[] = [];

  get size(): number {
    return this.#high.length;
  }

  add({ high, low }: KeyHash, { offset, lengthBytes }: BlockPlace): void {
    this.#high.push(high);
    this.#low.push(low);
    this.#offset.push(offset);
    this.#lengthBytes.push(lengthBytes);
  }

  /** The entry with this number, which must be one. */
  at(number: number): IndexEntry {
    const hash = { high: this.highAt(number), low: this.#low[number] ?? 0 };
    return { hash, place: { offset: this.#offset[number] ?? 0, lengthBytes: this.#lengthBytes[number] ?? 0 } };
  }

  highAt(number: number): number {
    return this.#high[number] ?? 0;
  }

  /** Whether two entries have the same hash. */
  isSameHash(one: number, other: number): boolean {
    return this.#high[one] === this.#high[other] && this.#low[one] === this.#low[other];
  }

  /** Numbers by hash; of the same hash in the order of adding. */
  sortByHash(): Uint32Array {
    const high = this.#high;
    const low = this.#low;
    return this.#sort((a, b) => (high[a] ?? 0) - (high[b] ?? 0) || (low[a] ?? 0) - (low[b] ?? 0) || a - b);
  }

  /** Numbers by the place of their blocks. */
  sortByOffset(): Uint32Array {
    const offset = this.#offset;
    return this.#sort((a, b) => (offset[a] ?? 0) - (offset[b] ?? 0));
  }

  #sort(compare: (a: number, b: number) => number): Uint32Array {
    return Uint32Array.from(this.#high.keys()).sort(compare);
  }
}
