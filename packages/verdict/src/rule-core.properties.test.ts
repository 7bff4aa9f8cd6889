import type { DefiniteClass, Truth } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { type CoreFacts, type DecidingFact, type DeliveryMode, decidingFacts, deliveryModes } from "./rule.ts";
import { decide, isSafeClass, toRank } from "./rule-core.ts";
import { toFactsBy } from "./testing/uniform-facts.ts";

/**
 * The decision on complete facts, written down a second time straight from the taxonomy, as nested ifs: the oracle.
 * `config` unknown counts as fulfilled, so only an observed F excludes.
 */
function oracle(holds: (fact: DecidingFact) => boolean, mode: DeliveryMode): DefiniteClass {
  const gates: readonly (readonly [boolean, DefiniteClass])[] = [
    [!holds("present"), "not_exploitable.absent"],
    [!holds("sameImage"), "inert.not_deployed"],
    [!holds("executable"), "not_exploitable.not_executable"],
    [!holds("live"), "inert.not_running"],
    [mode === "physical", "not_exploitable.physical"],
    [!holds("config"), "not_exploitable.config_excluded"],
    [mode === "local", "exploitable.local"],
    [mode !== "inbound", "conditional.indirect"],
  ];
  const shut = gates.find(([closed]) => closed);
  if (shut !== undefined) {
    return shut[1];
  }
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

const truths: readonly Truth[] = ["F", "T", "U"];
const width = decidingFacts.length;
const total = 3 ** width;

function digitAt(code: number, position: number): number {
  return Math.floor(code / 3 ** position) % 3;
}

const positionOf = new Map(decidingFacts.map((fact, position) => [fact, position]));

function toFacts(code: number): CoreFacts {
  return toFactsBy((fact) => truths[digitAt(code, positionOf.get(fact) ?? 0)] ?? "U");
}

/** Bit set (bit = rank) of every class the completions of an assignment lead to, for one mode. */
function completionSets(mode: DeliveryMode): Uint16Array {
  const sets = new Uint16Array(total);
  for (let code = 0; code < total; code += 1) {
    let open = -1;
    for (let position = 0; position < width; position += 1) {
      if (digitAt(code, position) === 2) {
        open = position;
      }
    }
    if (open === -1) {
      sets[code] = 1 << toRank(oracle((fact) => digitAt(code, decidingFacts.indexOf(fact)) === 1, mode));
    } else if (decidingFacts[open] === "config") {
      sets[code] = sets[code - 3 ** open] ?? 0;
    } else {
      sets[code] = (sets[code - 3 ** open] ?? 0) | (sets[code - 2 * 3 ** open] ?? 0);
    }
  }
  return sets;
}

function family(id: DefiniteClass): string {
  return isSafeClass(id) ? "safe" : (id.split(".")[0] ?? id);
}

const classAt = new Map<number, DefiniteClass>();
for (const mode of deliveryModes) {
  for (let code = 0; code < 2 ** width; code += 1) {
    const id = oracle((fact) => ((code >> decidingFacts.indexOf(fact)) & 1) === 1, mode);
    classAt.set(toRank(id), id);
  }
}

function familiesOf(set: number): ReadonlySet<string> {
  return new Set([...classAt].filter(([rank]) => ((set >> rank) & 1) === 1).map(([, id]) => family(id)));
}

const bitOf = (ids: readonly DefiniteClass[]): number => ids.reduce((set, id) => set | (1 << toRank(id)), 0);
const unknownRank = toRank("unknown");

/** Every assignment in every mode, decided once: rank of the class, and ranks of floor and ceiling. */
interface Table {
  readonly completions: Uint16Array;
  readonly possible: Uint16Array;
  readonly class: Uint8Array;
  readonly floor: Uint8Array;
  readonly ceiling: Uint8Array;
}

function toTable(mode: DeliveryMode): Table {
  const table = {
    completions: completionSets(mode),
    possible: new Uint16Array(total),
    class: new Uint8Array(total),
    floor: new Uint8Array(total),
    ceiling: new Uint8Array(total),
  };
  for (let code = 0; code < total; code += 1) {
    const decision = decide(toFacts(code), [mode]);
    table.possible[code] = bitOf(decision.possible);
    table.class[code] = toRank(decision.class);
    table.floor[code] = toRank(decision.floor);
    table.ceiling[code] = toRank(decision.ceiling);
  }
  return table;
}

const tables = new Map(deliveryModes.map((mode) => [mode, toTable(mode)]));

function* assignments(): Generator<{ mode: DeliveryMode; table: Table; code: number }> {
  for (const [mode, table] of tables) {
    for (let code = 0; code < total; code += 1) {
      yield { mode, table, code };
    }
  }
}

describe("decide", () => {
  it(`gives the exact range for every assignment of ${width} three-valued facts in every mode`, () => {
    let definite = 0;
    let violations = 0;
    for (const { table, code } of assignments()) {
      const completions = table.completions[code] ?? 0;
      const lowest = 31 - Math.clz32(completions);
      const highest = 31 - Math.clz32(completions & -completions);
      const rank = table.class[code] ?? 0;
      const exact =
        table.possible[code] === completions && table.floor[code] === lowest && table.ceiling[code] === highest;
      const sound = rank === unknownRank || ((1 << rank) & completions) !== 0;
      definite += rank === unknownRank ? 0 : 1;
      violations += exact && sound ? 0 : 1;
    }
    expect({ assignments: 5 * total, definite, violations }).toEqual({
      assignments: 885_735,
      definite: 797_643,
      violations: 0,
    });
  });

  it("never lets a definite class change its family when an unknown fact is filled in", () => {
    const families = new Map<number, number>();
    let changed = 0;
    for (const { table, code } of assignments()) {
      const completions = table.completions[code] ?? 0;
      const count = families.get(completions) ?? familiesOf(completions).size;
      families.set(completions, count);
      changed += table.class[code] !== unknownRank && count !== 1 ? 1 : 0;
    }
    expect(changed).toBe(0);
  });

  it("unites what several modes allow, and is definite only when they agree", () => {
    const subsets = Array.from({ length: 31 }, (_, bits) => deliveryModes.filter((__, at) => ((bits + 1) >> at) & 1));
    let wrong = 0;
    let checked = 0;
    // Every 131st assignment: coprime to 3, so every truth of every fact occurs with every subset.
    for (let code = 0; code < total; code += 131) {
      for (const [first, ...rest] of subsets) {
        if (first === undefined) {
          continue;
        }
        const decision = decide(toFacts(code), [first, ...rest]);
        const completions = [first, ...rest].reduce((set, mode) => set | (tables.get(mode)?.completions[code] ?? 0), 0);
        const isUnknown = decision.class === "unknown";
        wrong += bitOf(decision.possible) === completions ? 0 : 1;
        wrong += isUnknown ? Number(decision.undecided.length === 0) : Number(familiesOf(completions).size !== 1);
        checked += 1;
      }
    }
    expect({ checked, wrong }).toEqual({ checked: 41_943, wrong: 0 });
  });

  it("never says safe because something is unknown", () => {
    let wrong = 0;
    for (const { mode, table, code } of assignments()) {
      const decided = classAt.get(table.class[code] ?? 0);
      if (mode === "physical" || decided === undefined || !isSafeClass(decided)) {
        continue;
      }
      const isFalse = (fact: DecidingFact): boolean => digitAt(code, decidingFacts.indexOf(fact)) === 0;
      const gate = (["present", "sameImage", "executable", "live", "config"] as const).some(isFalse);
      const cut =
        mode === "inbound" &&
        digitAt(code, decidingFacts.indexOf("inboundOnly")) === 1 &&
        (["reachInternet", "reachTrusted", "reachFoothold"] as const).every(isFalse);
      wrong += gate || cut ? 0 : 1;
    }
    expect(wrong).toBe(0);
  });

  it("is monotone: opening a path, a listener or a sign-in never makes it look safer", () => {
    // `live` and `sameImage` stand for replicas and deployments; all safe classes are one level.
    const opened: readonly (readonly [DecidingFact, Truth, Truth])[] = [
      ["reachInternet", "F", "T"],
      ["reachTrusted", "F", "T"],
      ["reachFoothold", "F", "T"],
      ["authGate", "T", "F"],
      ["needsPrivilege", "T", "F"],
      ["live", "F", "T"],
      ["sameImage", "F", "T"],
      ["inboundOnly", "T", "F"],
    ];
    const level = (rank = 0): number => (isSafeClass(classAt.get(rank) ?? "exploitable.internet") ? 99 : rank);
    const steps = opened.map(([fact, shut, open]) => {
      const position = decidingFacts.indexOf(fact);
      return {
        position,
        shut: truths.indexOf(shut),
        step: (truths.indexOf(open) - truths.indexOf(shut)) * 3 ** position,
      };
    });
    let lowered = 0;
    for (const { table, code } of assignments()) {
      for (const { position, shut, step } of steps) {
        if (digitAt(code, position) !== shut) {
          continue;
        }
        lowered += level(table.ceiling[code + step]) > level(table.ceiling[code]) ? 1 : 0;
        lowered += level(table.floor[code + step]) > level(table.floor[code]) ? 1 : 0;
      }
    }
    expect(lowered).toBe(0);
  });
});
