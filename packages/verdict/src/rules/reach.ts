/** The rules about how far an attacker gets, best position for the attacker first. */
import type { Truth } from "@sightline/model";
import type { CoreFacts, DeliveryMode, VerdictRule } from "../rule.ts";
import { allOf, anyOf, notOf } from "../truth.ts";

const isInbound = (mode: DeliveryMode): boolean => mode === "inbound";

/** The flaw needs code running in the workload already; reach does not matter. */
export const local: VerdictRule = {
  id: "local",
  order: 70,
  class: "exploitable.local",
  applies: (mode) => mode === "local",
  judge: () => ({ truth: "T", because: ["inboundOnly"] }),
};

/** Does something stand in front of the flaw: a sign-in on every path, or privileges the flaw itself needs? */
const gateOf = (facts: CoreFacts): Truth => anyOf([facts.authGate, facts.needsPrivilege]);

/** A path from the internet, no sign-in in front, no privilege needed. */
export const internet: VerdictRule = {
  id: "internet",
  order: 80,
  class: "exploitable.internet",
  applies: isInbound,
  judge: ({ facts }) => ({
    truth: allOf([facts.reachInternet, notOf(gateOf(facts))]),
    because: ["reachInternet", "authGate", "needsPrivilege"],
  }),
};

/**
 * A path from the internet, behind a sign-in or only with privileges. The rule before has taken the open way, so where
 * the gate is unknown a known path leaves only this; where there certainly is no gate, nothing.
 */
export const credentialed: VerdictRule = {
  id: "credentialed",
  order: 90,
  class: "exploitable.credentialed",
  applies: isInbound,
  judge: ({ facts }) => ({
    truth: gateOf(facts) === "F" ? "F" : facts.reachInternet,
    because: ["reachInternet", "authGate", "needsPrivilege"],
  }),
};

/** Only from allow-listed addresses, the corporate network or other tenants. */
export const trusted: VerdictRule = {
  id: "trusted",
  order: 100,
  class: "exploitable.trusted",
  applies: isInbound,
  judge: ({ facts }) => ({ truth: facts.reachTrusted, because: ["reachTrusted"] }),
};

/** Only from inside: the same network, the same cluster, a neighbour. */
export const foothold: VerdictRule = {
  id: "foothold",
  order: 110,
  class: "exploitable.foothold",
  applies: isInbound,
  judge: ({ facts }) => ({ truth: facts.reachFoothold, because: ["reachFoothold"] }),
};

/** Nobody reaches it, and a connection to it is the only way to trigger the flaw. */
export const noPath: VerdictRule = {
  id: "no-path",
  order: 120,
  class: "not_exploitable.no_path",
  applies: isInbound,
  judge: ({ facts }) => ({
    truth: facts.inboundOnly,
    because: ["inboundOnly", "reachInternet", "reachTrusted", "reachFoothold"],
  }),
};

/**
 * Triggered by what the workload fetches or processes. A missing inbound path never excludes it: attacker data may come
 * through a queue, a file share or a server it asks. So this is where everything else ends, and never a safe class.
 */
export const indirect: VerdictRule = {
  id: "indirect",
  order: 130,
  class: "conditional.indirect",
  applies: (mode) => mode === "inbound" || mode === "outbound" || mode === "data",
  judge: () => ({ truth: "T", because: ["inboundOnly"] }),
};
