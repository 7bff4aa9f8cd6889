/** Makes facts, and takes their word back when the evidence has expired. */
import type { EvidenceId, Fact, FactName, MissingFact } from "@sightline/model";
import type { EvidenceBook } from "../evidence.ts";
import { sortIds } from "../evidence.ts";
import { collectAgain, missing, updateDatabase } from "../remedies.ts";

/** What every fact builder is given. */
export interface FactContext {
  readonly book: EvidenceBook;
  readonly nowMs: number;
  /** The moment of judgement, ISO 8601. */
  readonly now: string;
}

/** A fact that evidence settles; expired evidence settles nothing. */
export function toKnownFact(
  context: FactContext,
  name: FactName,
  truth: "T" | "F",
  because: readonly [EvidenceId, ...EvidenceId[]],
): Fact {
  const expired = findExpired(context, because);
  if (expired !== undefined) {
    return toUnknownFact(name, because, expired(name));
  }
  const [first = because[0], ...rest] = sortIds(because);
  return { name, truth, because: [first, ...rest] };
}

/** A fact that nothing settles. */
export function toUnknownFact(name: FactName, because: readonly EvidenceId[], what: MissingFact): Fact {
  return { name, truth: "U", because: sortIds(because), missing: what };
}

/** How the first expired evidence is reported, or nothing when all is fresh. */
export function findExpired(
  { book, nowMs }: FactContext,
  because: readonly EvidenceId[],
): ((name: FactName) => MissingFact) | undefined {
  const stale = sortIds(because)
    .flatMap((id) => book.get(id) ?? [])
    .find(({ validUntil }) => Date.parse(validUntil) <= nowMs);
  if (stale === undefined) {
    return undefined;
  }
  const detail = `${stale.kind} was read at ${stale.observedAt} and held until ${stale.validUntil}`;
  return (name) => missing(name, "stale", detail, stale.source.api === "scan" ? updateDatabase : collectAgain);
}
