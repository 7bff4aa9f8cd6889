/** Which package stands in which advisory, gathered advisory by advisory, given out by package. */
import { type Posting, postingBytes, writePosting } from "./records.ts";

/** Gathers postings while advisories are written. Five numbers for each. */
export class PostingTable {
  readonly #numberByPackage = new Map<string, number>();
  readonly #package: number[] = [];
  readonly #advisoryOffset: number[] = [];
  readonly #advisoryLength: number[] = [];
  readonly #affectedOffset: number[] = [];
  readonly #affectedLength: number[] = [];

  add(packageKey: string, { advisory, affected }: Posting): void {
    const known = this.#numberByPackage.get(packageKey);
    const number = known ?? this.#numberByPackage.size;
    if (known === undefined) {
      this.#numberByPackage.set(packageKey, number);
    }
    this.#package.push(number);
    this.#advisoryOffset.push(advisory.offset);
    this.#advisoryLength.push(advisory.lengthBytes);
    this.#affectedOffset.push(affected.offset);
    this.#affectedLength.push(affected.lengthBytes);
  }

  /** Packages in the order in which they were first named, each with its postings in the order of their adding. */
  *listBlocks(): Iterable<readonly [packageKey: string, block: Buffer]> {
    const order = this.#sortByPackage();
    let end = 0;
    for (const [packageKey, number] of this.#numberByPackage) {
      const start = end;
      while (this.#package[order[end] ?? -1] === number) {
        end += 1;
      }
      yield [packageKey, this.#toBlock(order.subarray(start, end))];
    }
  }

  #toBlock(numbers: Uint32Array): Buffer {
    const block = Buffer.allocUnsafe(numbers.length * postingBytes);
    for (const [position, number] of numbers.entries()) {
      writePosting(block, position, {
        advisory: toPlace(this.#advisoryOffset[number], this.#advisoryLength[number]),
        affected: toPlace(this.#affectedOffset[number], this.#affectedLength[number]),
      });
    }
    return block;
  }

  /** Posting numbers by package number, within a package as they were added: a counting sort. */
  #sortByPackage(): Uint32Array {
    const next = new Uint32Array(this.#numberByPackage.size + 1);
    for (const number of this.#package) {
      next[number + 1] = (next[number + 1] ?? 0) + 1;
    }
    for (let number = 1; number < next.length; number += 1) {
      next[number] = (next[number] ?? 0) + (next[number - 1] ?? 0);
    }
    const order = new Uint32Array(this.#package.length);
    for (const [index, number] of this.#package.entries()) {
      const position = next[number] ?? 0;
      order[position] = index;
      next[number] = position + 1;
    }
    return order;
  }
}

/** The arrays grow together, so the numbers are there. */
function toPlace(offset = 0, lengthBytes = 0): Posting["advisory"] {
  return { offset, lengthBytes };
}
