/** What may become of verdicts when less is known: each stays as it is or becomes unknown. */
import { armKey, type EstateSnapshot, type Verdict, type VerdictClass } from "@sightline/model";
import type { EstateJudgement } from "@sightline/pipeline";
import type { KeptAnswer } from "./contoso-replay.ts";

/** A snapshot and what was judged of it. */
export interface Judged {
  readonly snapshot: EstateSnapshot;
  readonly judgement: EstateJudgement;
}

function membersOf(snapshot: EstateSnapshot, workload: string): readonly string[] {
  const found = snapshot.workloads.find(({ id }) => armKey(id) === armKey(workload));
  return (found?.members ?? []).map(armKey);
}

/** Verdicts on the same finding in what the workload is made of: its id changes when a controller was not read. */
function findOld({ unit }: Verdict, whole: Judged, less: Judged): readonly Verdict[] {
  const same = whole.judgement.verdicts.filter((each) => each.unit.finding === unit.finding);
  const exact = same.filter((each) => each.unit.workload === unit.workload && each.unit.container === unit.container);
  if (exact.length > 0) {
    return exact;
  }
  const members = new Set(membersOf(less.snapshot, unit.workload));
  return same.filter((each) => membersOf(whole.snapshot, each.unit.workload).some((member) => members.has(member)));
}

function isSafe(of: VerdictClass): boolean {
  return of.startsWith("not_exploitable.") || of.startsWith("inert.");
}

/** What is safe for two reasons may lose one of them: then it is filed under the other, which was as true before. */
function isAllowed(verdict: Verdict, whole: Judged, less: Judged): boolean {
  if (verdict.class === "unknown") {
    return true;
  }
  if (verdict.unit.workload === "none") {
    // Nothing that depends on where it runs may be said of an image that runs nobody knows where.
    return verdict.class === "not_exploitable.not_executable";
  }
  return findOld(verdict, whole, less).some(
    (old) => old.class === verdict.class || (isSafe(old.class) && isSafe(verdict.class)),
  );
}

/**
 * Facts that are known of a verdict, where they were not known or known otherwise when everything was read. Save that a
 * way in may look open while the policies that shut it were not read: what that makes of the class is checked there.
 */
function findNewFacts(verdict: Verdict, whole: Judged, less: Judged): readonly string[] {
  const [old] = verdict.unit.workload === "none" ? [] : findOld(verdict, whole, less);
  const before = new Map(old?.facts.map(({ name, truth }) => [name, truth]));
  return verdict.facts
    .filter(({ name, truth }) => truth !== "U" && !(name.startsWith("reach") && truth === "T") && before.has(name))
    .filter(({ name, truth }) => before.get(name) !== truth)
    .map(({ name, truth }) => `${name} is ${truth}, was ${String(before.get(name))}`);
}

/** What verdicts of `less` claim that `whole` did not, as text. */
export function findFalseClaims(whole: Judged, less: Judged): readonly string[] {
  return less.judgement.verdicts.flatMap((verdict) => {
    const { unit } = verdict;
    const claims = [...(isAllowed(verdict, whole, less) ? [] : [verdict.class]), ...findNewFacts(verdict, whole, less)];
    return claims.map((claim) => `${unit.vulnerability} in ${unit.workload}: ${claim}`);
  });
}

/** Ids of the coverage records that are not complete. */
export function listIncomplete({ coverage }: EstateSnapshot): readonly string[] {
  return coverage.filter(({ complete }) => !complete).map(({ id }) => id);
}

/** What a request reads, over all scopes: the end of an ARM list's or object's path, a query, a Kubernetes list. */
export function toReadKind({ url, body }: KeptAnswer): string {
  const { pathname } = new URL(url);
  if (body !== "") {
    return /networkresources/.test(body) ? "effective rules" : /summarize/.test(body) ? "census" : "details by query";
  }
  const [owner = "", last = ""] = pathname.split("/").slice(-2);
  if (owner === "subscriptions") {
    return "subscription";
  }
  return /^(?:virtualMachines|virtualMachineScaleSets|locations)$/i.test(owner) ? owner : `${owner}/${last}`;
}

/** Whether an answer is one of those that can be taken away: not a sign-in, not the question for an API's version. */
export function isRead({ url }: KeptAnswer): boolean {
  const { pathname } = new URL(url);
  return !pathname.includes("/oauth2/") && pathname !== "/version";
}

/** The same answer gone wrong. */
export const waysToFail: Readonly<Record<"denied" | "failing" | "garbage", (answer: KeptAnswer) => KeptAnswer>> = {
  denied: (answer) =>
    withBody(
      answer,
      403,
      JSON.stringify({ reason: "Forbidden", error: { code: "AuthorizationFailed", message: "no" } }),
    ),
  failing: (answer) => withBody(answer, 500, "{}"),
  garbage: (answer) => withBody(answer, 200, '"not what was asked for"'),
};

function withBody(answer: KeptAnswer, status: number, body: string): KeptAnswer {
  return { ...answer, status, headers: [["content-type", "application/json"]], bytes: Buffer.from(body) };
}
