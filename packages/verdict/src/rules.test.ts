import { verdictClasses } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { type DecidingFact, decidingFacts, deliveryModes } from "./rule.ts";
import { isSafeClass } from "./rule-core.ts";
import { verdictRules } from "./rules.ts";
import { toFactsBy } from "./testing/uniform-facts.ts";

const unknown = toFactsBy(() => "U");
const truths = ["T", "F", "U"] as const;

/** What every rule promises, whoever wrote it. */
describe.each(verdictRules.map((rule) => [rule.id, rule] as const))("rule %s", (_, rule) => {
  const modes = deliveryModes.filter((mode) => rule.applies(mode));

  it("has a class of the taxonomy and speaks about at least one delivery", () => {
    expect(verdictClasses).toContain(rule.class);
    expect(modes.length).toBeGreaterThan(0);
  });

  it("never holds out of ignorance, where it is about reach or safety", () => {
    const isPlain = ["physical", "local", "indirect"].includes(rule.id);
    for (const mode of modes) {
      expect(isPlain || rule.judge({ facts: unknown, mode }).truth !== "T").toBe(true);
    }
  });

  it("names the facts its answer hangs on: changing any other changes nothing", () => {
    const cases = modes.flatMap((mode) => truths.map((base) => ({ mode, facts: toFactsBy(() => base) })));
    for (const { mode, facts } of cases) {
      const { truth, because } = rule.judge({ facts, mode });
      const isRead = (name: DecidingFact): boolean =>
        because.includes(name) || (rule.id === "config-excluded" && name === "config");
      const others = decidingFacts.filter((name) => !isRead(name));
      const changed = others.flatMap((name) => truths.map((other) => ({ ...facts, [name]: other })));
      expect(changed.filter((other) => rule.judge({ facts: other, mode }).truth !== truth)).toEqual([]);
    }
  });

  it("says safe only of a fact known to be false, or of a certain cut", () => {
    if (!isSafeClass(rule.class)) {
      return;
    }
    for (const mode of modes) {
      const { truth } = rule.judge({ facts: toFactsBy(() => "T"), mode });
      expect(truth === "T").toBe(rule.id === "physical" || rule.id === "no-path");
    }
  });
});

describe("the list of rules", () => {
  it("is in ascending order with unique ids, and ends every delivery with a rule that always holds", () => {
    const orders = verdictRules.map(({ order }) => order);
    expect(orders).toEqual([...new Set(orders)].sort((left, right) => left - right));
    expect(new Set(verdictRules.map(({ id }) => id)).size).toBe(verdictRules.length);
    for (const mode of deliveryModes) {
      const truths = verdictRules
        .filter((rule) => rule.applies(mode))
        .map((rule) => rule.judge({ facts: unknown, mode }).truth);
      expect(truths).toContain("T");
    }
  });
});
