/** What is missing, and the cheapest thing that mends it: always a command somebody can run. */
import { armKey, type Coverage, type FactName, type MissingFact, type MissingInput } from "@sightline/model";

/** Why a fact is unknown. */
type Why = MissingFact["why"];

/** Subscription of an ARM or Kubernetes id, or nothing. */
export function parseSubscription(id: string): string | undefined {
  return /^\/subscriptions\/([0-9a-f-]{36})(?:\/|#|$)/i.exec(id)?.[1]?.toLowerCase();
}

const assign = "az role assignment create --assignee <application id>";
const clusterReader = "Azure Kubernetes Service RBAC Reader";

/** Grants that let a scope be read again: on clusters the Kubernetes role, elsewhere Reader. */
export function remedyForScope(scope: string): MissingFact["remedy"] {
  const subscription =
    parseSubscription(scope.startsWith("/") ? scope : `/subscriptions/${scope}`) ?? "<subscription id>";
  return /\/managedclusters\//i.test(scope)
    ? { command: `${assign} --role "${clusterReader}" --scope /subscriptions/${subscription}`, role: clusterReader }
    : { command: `${assign} --role Reader --scope /subscriptions/${subscription}`, role: "Reader" };
}

/** Reads the estate again. */
export const collectAgain: MissingFact["remedy"] = { command: "sightline azure collect --out estate.json" };

/** Brings the advisory database up to date. */
export const updateDatabase: MissingFact["remedy"] = { command: "sightline db import <folder>" };

/** Facts about packages come from the knowledge base; anybody may add one. */
export function remedyForKnowledge(type: string, name: string): MissingFact["remedy"] {
  return { command: `add ${type}/${name} to packages/verdict/src/knowledge` };
}

/** A missing fact. */
export function missing(fact: FactName, why: Why, detail: string, remedy: MissingFact["remedy"]): MissingFact {
  return { fact, why, detail, remedy };
}

/** What a coverage record lacks, in the words of its first gap. */
export function missingFromCoverage(fact: FactName, coverage: Coverage): MissingFact {
  const [gap] = coverage.gaps;
  const scope = coverage.scope.split("/").at(-1) ?? coverage.scope;
  if (gap === undefined) {
    return missing(
      fact,
      "absent",
      `the list of ${coverage.kind} in ${scope} is incomplete`,
      remedyForScope(coverage.scope),
    );
  }
  const denied = gap.kind === "denied";
  const status = "status" in gap && gap.status !== undefined ? ` (${gap.status})` : "";
  return missing(
    fact,
    denied ? "denied" : gap.kind === "not-modelled" ? "unsupported" : "absent",
    `${coverage.kind} in ${scope} could not be read${status}`,
    {
      ...(denied ? remedyForScope(coverage.scope) : {}),
      command: gap.remedy === "" ? remedyForScope(coverage.scope).command : gap.remedy,
    },
  );
}

/** What the reachability engine lacked, in its own words. */
export function missingFromInput(fact: FactName, input: MissingInput): MissingFact {
  const remedy = input.remedy === "" ? remedyForScope(armKey(input.subject)) : { command: input.remedy };
  return missing(fact, input.why, input.what, remedy);
}

/** Same statement once, in a fixed order, so that the same inputs read the same. */
export function sortMissing(list: readonly MissingFact[]): readonly MissingFact[] {
  const byText = new Map(
    list.map((item) => [`${item.fact}\n${item.detail}\n${item.why}\n${item.remedy.command}`, item]),
  );
  return [...byText].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, item]) => item);
}
