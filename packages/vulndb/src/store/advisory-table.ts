/** What is kept in memory of every advisory while a generation is built: an id and six numbers, no objects. */
import type { BlockPlace } from "./keyed-file-format.ts";

/** What is kept of one advisory, besides its id. */
export interface AdvisoryEntry {
  /** Where it stands in the spool. */
  readonly place: BlockPlace;
  readonly source: string;
  readonly modifiedMs: number;
  /** What it is sorted by. */
  readonly sortKey: string;
  /** The ecosystems it touches as one text, which thousands of advisories share. */
  readonly ecosystems: string;
}

/** Entries by id. An entry that is set again or deleted leaves its numbers behind; there are few of those. */
export class AdvisoryTable {
  readonly #numberById = new Map<string, number>();
  readonly #offset: number[] = [];
  readonly #lengthBytes: number[] = [];
  readonly #modifiedMs: number[] = [];
  readonly #source: number[] = [];
  readonly #sortKey: number[] = [];
  readonly #ecosystems: number[] = [];
  readonly #texts: string[] = [];
  readonly #numberByText = new Map<string, number>();

  get size(): number {
    return this.#numberById.size;
  }

  set(id: string, { place, source, modifiedMs, sortKey, ecosystems }: AdvisoryEntry): void {
    this.#numberById.set(id, this.#offset.length);
    this.#offset.push(place.offset);
    this.#lengthBytes.push(place.lengthBytes);
    this.#modifiedMs.push(modifiedMs);
    this.#source.push(this.#toTextNumber(source));
    this.#sortKey.push(this.#toTextNumber(sortKey));
    this.#ecosystems.push(this.#toTextNumber(ecosystems));
  }

  get(id: string): AdvisoryEntry | undefined {
    const number = this.#numberById.get(id);
    return number === undefined ? undefined : this.#at(number);
  }

  delete(id: string): void {
    this.#numberById.delete(id);
  }

  /** All entries, by sort key and then by id, so that the same content gives the same order however it came. */
  *listSorted(): Iterable<readonly [id: string, entry: AdvisoryEntry]> {
    const ids = [...this.#numberById.keys()].sort((a, b) => {
      const [keyA, keyB] = [this.#sortKeyOf(a), this.#sortKeyOf(b)];
      const [one, other] = keyA === keyB ? [a, b] : [keyA, keyB];
      return one < other ? -1 : 1;
    });
    for (const id of ids) {
      yield [id, this.#at(this.#numberById.get(id) ?? -1)];
    }
  }

  #sortKeyOf(id: string): string {
    return this.#textAt(this.#sortKey, this.#numberById.get(id) ?? -1);
  }

  #at(number: number): AdvisoryEntry {
    return {
      place: { offset: this.#offset[number] ?? 0, lengthBytes: this.#lengthBytes[number] ?? 0 },
      source: this.#textAt(this.#source, number),
      modifiedMs: this.#modifiedMs[number] ?? 0,
      sortKey: this.#textAt(this.#sortKey, number),
      ecosystems: this.#textAt(this.#ecosystems, number),
    };
  }

  #textAt(column: readonly number[], number: number): string {
    return this.#texts[column[number] ?? -1] ?? "";
  }

  #toTextNumber(text: string): number {
    const known = this.#numberByText.get(text);
    const number = known ?? this.#texts.length;
    if (known === undefined) {
      this.#numberByText.set(text, number);
      this.#texts.push(text);
    }
    return number;
  }
}
