/** Label selectors. Source: kubernetes.io/docs/concepts/overview/working-with-objects/labels. */
import type { LabelSelector, LabelSelectorRequirement } from "@sightline/model";

/** Labels of one object. */
export type Labels = Readonly<Record<string, string>>;

/** Does it match, or is it not known (an operator the engine does not know)? */
export type SelectorMatch = "yes" | "no" | "maybe";

/** The weaker of two answers of which both must hold. */
export function bothMatch(left: SelectorMatch, right: SelectorMatch): SelectorMatch {
  if (left === "no" || right === "no") {
    return "no";
  }
  return left === "maybe" || right === "maybe" ? "maybe" : "yes";
}

function matchRequirement({ key, operator, values }: LabelSelectorRequirement, labels: Labels): SelectorMatch {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value) ? "yes" : "no";
    case "NotIn":
      return value !== undefined && values.includes(value) ? "no" : "yes";
    case "Exists":
      return value === undefined ? "no" : "yes";
    case "DoesNotExist":
      return value === undefined ? "yes" : "no";
    default:
      return "maybe";
  }
}

/** Does every label of `wanted` stand among `labels`? */
export function hasLabels(wanted: Labels, labels: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

/** Both parts of a selector must hold; an empty selector matches everything. */
export function matchSelector(selector: LabelSelector, labels: Labels): SelectorMatch {
  const start: SelectorMatch = hasLabels(selector.matchLabels, labels) ? "yes" : "no";
  return selector.matchExpressions.reduce<SelectorMatch>(
    (match, requirement) => bothMatch(match, matchRequirement(requirement, labels)),
    start,
  );
}
