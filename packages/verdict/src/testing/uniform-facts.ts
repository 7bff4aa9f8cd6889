/** Facts for tests of the rules. */
import type { Truth } from "@sightline/model";
import type { CoreFacts, DecidingFact } from "../rule.ts";

/** Every fact as a function of its name says. */
export function toFactsBy(truthOf: (fact: DecidingFact) => Truth): CoreFacts {
  return {
    present: truthOf("present"),
    sameImage: truthOf("sameImage"),
    executable: truthOf("executable"),
    live: truthOf("live"),
    config: truthOf("config"),
    inboundOnly: truthOf("inboundOnly"),
    reachInternet: truthOf("reachInternet"),
    authGate: truthOf("authGate"),
    needsPrivilege: truthOf("needsPrivilege"),
    reachTrusted: truthOf("reachTrusted"),
    reachFoothold: truthOf("reachFoothold"),
  };
}
