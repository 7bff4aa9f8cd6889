/** The gates before any question of reach: is it there, deployed, able to run, running, and triggerable at all. */
import type { DefiniteClass } from "@sightline/model";
import type { DecidingFact, VerdictRule } from "../rule.ts";
import { notOf } from "../truth.ts";

function gateOn(rule: { id: string; order: number; class: DefiniteClass }, fact: DecidingFact): VerdictRule {
  return {
    ...rule,
    applies: () => true,
    judge: ({ facts }) => ({ truth: notOf(facts[fact]), because: [fact] }),
  };
}

/** The component is not there, or a fixed version is. */
export const absent = gateOn({ id: "absent", order: 10, class: "not_exploitable.absent" }, "present");

/** No workload runs this image: known only when everything that runs images has been read. */
export const notDeployed = gateOn({ id: "not-deployed", order: 20, class: "inert.not_deployed" }, "sameImage");

/** The component cannot run there: headers, documentation, a kernel inside a container. */
export const notExecutable = gateOn(
  { id: "not-executable", order: 30, class: "not_exploitable.not_executable" },
  "executable",
);

/** Nothing runs, and neither traffic nor a schedule starts it. */
export const notRunning = gateOn({ id: "not-running", order: 40, class: "inert.not_running" }, "live");

/** CVSS AV:P from every source: somebody would have to stand in the Azure datacentre. */
export const physical: VerdictRule = {
  id: "physical",
  order: 50,
  class: "not_exploitable.physical",
  applies: (mode) => mode === "physical",
  judge: () => ({ truth: "T", because: ["inboundOnly"] }),
};

/**
 * The advisory's stated condition is observed false. Most advisories state none, so an unknown condition counts as
 * fulfilled: it is listed among the assumptions, and never makes anything unknown.
 */
export const configExcluded: VerdictRule = {
  id: "config-excluded",
  order: 60,
  class: "not_exploitable.config_excluded",
  applies: () => true,
  judge: ({ facts }) => ({ truth: facts.config === "F" ? "T" : "F", because: facts.config === "F" ? ["config"] : [] }),
};
