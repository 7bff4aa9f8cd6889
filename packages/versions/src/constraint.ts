/** Version constraints as other projects' suites write them: `>= 1.0, < 2.0 || = 3.1`; comma is and, `||` is or. */
import type { Version, VersionScheme } from "./scheme.ts";

/** `unknown` when the version or a bound cannot be read. */
export type ConstraintOutcome = "satisfied" | "unsatisfied" | "unknown";

const comparators: Readonly<Record<string, (order: number) => boolean>> = {
  "": (order) => order === 0,
  "=": (order) => order === 0,
  "==": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function matchBound(text: string, version: Version, scheme: VersionScheme): ConstraintOutcome {
  const [, operator = "", boundText = ""] = /^\s*([<>=!]*)\s*(.*?)\s*$/.exec(text) ?? [];
  const accepts = comparators[operator];
  const bound = scheme.parse(boundText);
  if (accepts === undefined || bound.kind === "invalid") {
    return "unknown";
  }
  const order = scheme.isRebuildOf(version, bound) ? 0 : scheme.compare(version, bound);
  return accepts(order) ? "satisfied" : "unsatisfied";
}

/** The weakest of several: one failure fails, one unknown keeps the whole unknown. */
function matchAll(bounds: readonly string[], version: Version, scheme: VersionScheme): ConstraintOutcome {
  const outcomes = bounds.map((bound) => matchBound(bound, version, scheme));
  if (outcomes.includes("unsatisfied")) {
    return "unsatisfied";
  }
  return outcomes.includes("unknown") ? "unknown" : "satisfied";
}

/** Whether a version satisfies a constraint; the empty constraint admits every version. */
export function matchConstraint(constraint: string, text: string, scheme: VersionScheme): ConstraintOutcome {
  if (constraint.trim() === "") {
    return "satisfied";
  }
  const version = scheme.parse(text);
  if (version.kind === "invalid") {
    return "unknown";
  }
  const outcomes = constraint.split("||").map((part) => matchAll(part.split(","), version, scheme));
  if (outcomes.includes("satisfied")) {
    return "satisfied";
  }
  return outcomes.includes("unknown") ? "unknown" : "unsatisfied";
}
