/** Verdicts take their own word back. */
import type { Verdict } from "@sightline/model";
import { parseInstant } from "./freshness.ts";
import { collectAgain, missing } from "./remedies.ts";

/**
 * The verdict as it reads at a moment: itself while its evidence holds, afterwards `unknown` with the whole range and the
 * old sentence behind the word that it has expired. For reading, not for proof: bundles are made of the original.
 * Throws `verdict.invalid-time` when `now` is no instant.
 */
export function applyExpiry(verdict: Verdict, now: string): Verdict {
  if (parseInstant(now, "now") < parseInstant(verdict.validUntil, verdict.id)) {
    return verdict;
  }
  const { wording, ...rest } = verdict;
  const head = `Undetermined: its evidence expired at ${verdict.validUntil}. It read: `;
  const stale = missing("live", "stale", `the evidence held until ${verdict.validUntil}`, collectAgain);
  return {
    ...rest,
    class: "unknown",
    floor: "not_exploitable.absent",
    ceiling: "exploitable.internet",
    missing: [...verdict.missing.filter(({ why }) => why !== "stale"), stale],
    sentence: `${head}${verdict.sentence}`,
    ...(wording === undefined ? {} : { wording: [{ text: head }, ...wording] }),
  };
}
