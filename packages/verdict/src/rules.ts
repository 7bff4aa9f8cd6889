/** The decision, top to bottom. Source: the project's verdict taxonomy (docs/adr); the order is the argument. */
import type { VerdictRule } from "./rule.ts";
import { absent, configExcluded, notDeployed, notExecutable, notRunning, physical } from "./rules/gates.ts";
import { credentialed, foothold, indirect, internet, local, noPath, trusted } from "./rules/reach.ts";

/** Every verdict says which table judged it; the verifier refuses a version it does not know. */
export const rulesVersion = "1";

/** All rules in order. The first that holds decides; those that may hold before it widen the range. */
export const verdictRules: readonly VerdictRule[] = [
  absent,
  notDeployed,
  notExecutable,
  notRunning,
  physical,
  configExcluded,
  local,
  internet,
  credentialed,
  trusted,
  foothold,
  noPath,
  indirect,
];
