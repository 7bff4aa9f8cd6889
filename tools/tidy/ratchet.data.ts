/**
 * Files longer than the limit that were there before they could be split. An entry may only shrink: tidy fails when a
 * file grows past its entry and when an entry is larger than its file. No entry lifts the hard stop.
 */
export interface RatchetEntry {
  readonly path: string;
  readonly lines: number;
  /** Why it is not split yet. */
  readonly reason: string;
}

export const ratchet: readonly RatchetEntry[] = [];
