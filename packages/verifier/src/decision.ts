/**
 * The rule table of version 1, written for this check alone, and the range of an incomplete set of facts found by filling
 * in every unknown. Where the writer of a verdict reasons, this one tries everything.
 */
import type { Truth } from "./bundle.ts";

/** Version of the rules this check knows. */
export const knownRulesVersion = "1";

/** Facts that decide. */
const decidingFacts = [
  "present",
  "sameImage",
  "executable",
  "live",
  "config",
  "inboundOnly",
  "reachInternet",
  "authGate",
  "needsPrivilege",
  "reachTrusted",
  "reachFoothold",
] as const;

/** One of {@link decidingFacts}. */
type DecidingFact = (typeof decidingFacts)[number];

/** Truth of each deciding fact. */
export type Truths = ReadonlyMap<string, Truth>;

/** Classes from the most exploitable to the least. */
const knownClasses = [
  "exploitable.internet",
  "exploitable.credentialed",
  "exploitable.trusted",
  "exploitable.foothold",
  "conditional.indirect",
  "exploitable.local",
  "inert.not_running",
  "inert.not_deployed",
  "not_exploitable.no_path",
  "not_exploitable.not_executable",
  "not_exploitable.config_excluded",
  "not_exploitable.physical",
  "not_exploitable.absent",
] as const;

type ClassId = (typeof knownClasses)[number];

/** Rule ids by the class they give. */
export const classOfRule: ReadonlyMap<string, ClassId> = new Map([
  ["absent", "not_exploitable.absent"],
  ["not-deployed", "inert.not_deployed"],
  ["not-executable", "not_exploitable.not_executable"],
  ["not-running", "inert.not_running"],
  ["physical", "not_exploitable.physical"],
  ["config-excluded", "not_exploitable.config_excluded"],
  ["local", "exploitable.local"],
  ["internet", "exploitable.internet"],
  ["credentialed", "exploitable.credentialed"],
  ["trusted", "exploitable.trusted"],
  ["foothold", "exploitable.foothold"],
  ["no-path", "not_exploitable.no_path"],
  ["indirect", "conditional.indirect"],
]);

/** Is nobody able to exploit it there? */
function isSafe(id: string): boolean {
  return id.startsWith("not_exploitable.") || id.startsWith("inert.");
}

/** What the facts allow. */
export interface Range {
  readonly class: string;
  readonly floor: string;
  readonly ceiling: string;
  /** Every class some filling leads to, most exploitable first. */
  readonly possible: readonly string[];
}

/** Fills in every unknown, for every mode, and looks at what comes out. */
export function decideByTrying(truths: Truths, modes: readonly string[]): Range | undefined {
  const possible = new Set<ClassId>();
  const certain = new Set<ClassId>();
  const unknown = decidingFacts.filter((name) => truthOf(truths, name) === "U");
  for (const mode of modes) {
    for (let bits = 0; bits < 2 ** unknown.length; bits += 1) {
      const filled = (name: DecidingFact): boolean => {
        const position = unknown.indexOf(name);
        return position === -1 ? truthOf(truths, name) === "T" : ((bits >> position) & 1) === 1;
      };
      possible.add(classOf(filled, mode));
    }
    // The gates taken to be open: what then still holds, holds whatever is unknown.
    certain.add(classOf((name) => truthOf(truths, name) !== "F", mode));
  }
  const reached = knownClasses.filter((id) => possible.has(id));
  const [ceiling] = reached;
  const floor = reached.at(-1);
  if (ceiling === undefined || floor === undefined) {
    return undefined;
  }
  const holding = knownClasses.find((id) => certain.has(id)) ?? "unknown";
  const definite = reached.length === 1 || reached.every(isSafe);
  return { class: definite ? holding : "unknown", floor, ceiling, possible: reached };
}

/** An advisory's own condition counts as met unless it is observed not to be. */
function truthOf(truths: Truths, name: DecidingFact): Truth {
  const truth = truths.get(name) ?? "U";
  return name === "config" && truth === "U" ? "T" : truth;
}

function classOf(holds: (name: DecidingFact) => boolean, mode: string): ClassId {
  if (!holds("present")) {
    return "not_exploitable.absent";
  }
  if (!holds("sameImage")) {
    return "inert.not_deployed";
  }
  if (!holds("executable")) {
    return "not_exploitable.not_executable";
  }
  if (!holds("live")) {
    return "inert.not_running";
  }
  if (mode === "physical") {
    return "not_exploitable.physical";
  }
  if (!holds("config")) {
    return "not_exploitable.config_excluded";
  }
  if (mode === "local") {
    return "exploitable.local";
  }
  return mode === "inbound" ? inboundClass(holds) : "conditional.indirect";
}

function inboundClass(holds: (name: DecidingFact) => boolean): ClassId {
  if (holds("reachInternet")) {
    return holds("authGate") || holds("needsPrivilege") ? "exploitable.credentialed" : "exploitable.internet";
  }
  if (holds("reachTrusted")) {
    return "exploitable.trusted";
  }
  if (holds("reachFoothold")) {
    return "exploitable.foothold";
  }
  return holds("inboundOnly") ? "not_exploitable.no_path" : "conditional.indirect";
}
