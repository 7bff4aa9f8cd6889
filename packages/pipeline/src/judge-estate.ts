/** Inventories and an estate to verdicts: match, compute reachability, judge. Pure but for the database it asks. */
import { type AdvisoryLookup, match } from "@sightline/matching";
import type { EstateSnapshot, Exposure, Finding, ImageInventory } from "@sightline/model";
import { computeExposures } from "@sightline/reachability";
import { type JudgeOptions, type JudgeResult, judge } from "@sightline/verdict";

/** What is judged. */
export interface JudgeEstateRequest {
  readonly snapshot: EstateSnapshot;
  readonly inventories: readonly ImageInventory[];
  readonly database: AdvisoryLookup & { readonly generation: string; readonly builtAt: string };
  /** The moment of judgement. */
  readonly now: Date;
  readonly options?: JudgeOptions;
}

/** Verdicts with everything they rest on. */
export interface EstateJudgement extends JudgeResult {
  readonly findings: readonly Finding[];
  readonly exposures: readonly Exposure[];
  /** What the reachability model takes for granted everywhere. */
  readonly assumptions: readonly string[];
}

/** Judges every finding of every inventory wherever its image runs in the estate. */
export function judgeEstate(request: JudgeEstateRequest): EstateJudgement {
  const { snapshot, inventories, database, now } = request;
  const findings = inventories.flatMap((inventory) => match({ inventory, database }).findings);
  const { exposures, assumptions } = computeExposures(snapshot, { now });
  const judged = judge({
    findings,
    inventories,
    snapshot,
    exposures,
    database: { generation: database.generation, checkedAt: database.builtAt },
    now: now.toISOString(),
    ...(request.options === undefined ? {} : { options: request.options }),
  });
  return { ...judged, findings, exposures, assumptions };
}
