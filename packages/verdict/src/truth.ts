/** Three-valued logic. Source: Kleene's strong logic of indeterminacy (Introduction to Metamathematics, §64). */
import type { Truth } from "@sightline/model";

/** False as soon as one is false, true only when all are. */
export function allOf(truths: readonly Truth[]): Truth {
  if (truths.includes("F")) {
    return "F";
  }
  return truths.includes("U") ? "U" : "T";
}

/** True as soon as one is true, false only when all are. */
export function anyOf(truths: readonly Truth[]): Truth {
  if (truths.includes("T")) {
    return "T";
  }
  return truths.includes("U") ? "U" : "F";
}

/** Unknown stays unknown. */
export function notOf(truth: Truth): Truth {
  switch (truth) {
    case "T":
      return "F";
    case "F":
      return "T";
    case "U":
      return "U";
  }
}
