/** Ablation: whatever answers are taken away, only gaps are added; nothing is ever completed by not having been read. */
import { armKey, type EstateSnapshot, type Liveness } from "@sightline/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Alteration, createFailure, type FakeAnswer, type FakeCall } from "./testing/fake-azure.ts";
import { collectSample } from "./testing/sample-estate.ts";

const failures = [
  createFailure("azure.unauthorized", 401),
  createFailure("azure.forbidden", 403),
  createFailure("azure.not-found", 404),
  createFailure("azure.throttled", 429),
  createFailure("azure.server-error", 503),
];

/** What happens to an answer: nothing, or it breaks off after some of its items. */
interface Loss {
  readonly keeps: number;
  readonly failure: (typeof failures)[number];
}

const loss: fc.Arbitrary<Loss | undefined> = fc.option(
  fc.record({ keeps: fc.nat({ max: 3 }), failure: fc.constantFrom(...failures) }),
  { nil: undefined, freq: 2 },
);

/** Loses answers by their target, so that a target that is asked for twice is lost twice; says what was lost. */
function createLosses(losses: readonly (Loss | undefined)[]): {
  readonly alter: Alteration;
  readonly lost: Set<string>;
} {
  const byTarget = new Map<string, Loss | undefined>();
  const lost = new Set<string>();
  const alter = ({ verb, target }: FakeCall, answer: FakeAnswer): FakeAnswer => {
    if (!byTarget.has(target)) {
      byTarget.set(target, losses[byTarget.size % losses.length]);
    }
    const found = byTarget.get(target);
    if (found === undefined) {
      return answer;
    }
    lost.add(target);
    return { items: verb === "get" ? [] : answer.items.slice(0, found.keeps), failure: found.failure };
  };
  return { alter, lost };
}

/** What a fuller look may turn each answer into. "Stopped" is never taken back. */
const mayBecome: Readonly<Record<Liveness["kind"], readonly Liveness["kind"][]>> = {
  live: ["live"],
  stopped: ["stopped"],
  unknown: ["unknown", "live", "stopped"],
};

function idsOf(list: readonly { readonly id: string }[]): ReadonlySet<string> {
  return new Set(list.map(({ id }) => armKey(id)));
}

function completeIds({ coverage }: EstateSnapshot): ReadonlySet<string> {
  return new Set(coverage.filter(({ complete }) => complete).map(({ id }) => id));
}

function expectLess(part: EstateSnapshot, whole: EstateSnapshot): void {
  expect(idsOf(part.resources).isSubsetOf(idsOf(whole.resources))).toBe(true);
  expect(completeIds(part).isSubsetOf(completeIds(whole))).toBe(true);
  const counts = new Map(whole.coverage.map(({ id, count }) => [id, count]));
  for (const { id, complete, count, gaps } of part.coverage) {
    expect(complete).toBe(gaps.length === 0);
    if (complete) {
      expect(count).toBe(counts.get(id));
    }
  }
}

function expectNoLivenessInvented(part: EstateSnapshot, whole: EstateSnapshot): void {
  const known = new Map(whole.workloads.map(({ id, liveness }) => [armKey(id), liveness.kind]));
  for (const { id, name, liveness } of part.workloads) {
    const truth = known.get(armKey(id));
    // A part of a workload stands for itself where its owner was lost: of that nobody may say that it does not run.
    const allowed = truth === undefined ? mayBecome[liveness.kind].filter((kind) => kind !== "stopped") : [truth];
    expect(
      mayBecome[liveness.kind].some((kind) => allowed.includes(kind)),
      `${name} ${liveness.kind} (${liveness.reason}), in truth ${truth ?? "part of another"}`,
    ).toBe(true);
  }
}

describe("a round that loses answers", () => {
  it("has less of everything but gaps, and never calls stopped what may run", async () => {
    const whole = await collectSample();
    let rounds = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(loss, { minLength: 1, maxLength: 60 }), async (losses) => {
        const { alter, lost } = createLosses(losses);
        const part = await collectSample(alter);
        expectLess(part, whole);
        expectNoLivenessInvented(part, whole);
        expect(completeIds(part).size < completeIds(whole).size).toBe(lost.size > 0);
        rounds += lost.size > 0 ? 1 : 0;
      }),
      { numRuns: 80 },
    );
    expect(rounds).toBeGreaterThan(10);
  });

  it("says of every single list that is lost that it is not complete", async () => {
    const targets = new Set<string>();
    const whole = await collectSample(({ target }, answer) => {
      targets.add(target);
      return answer;
    });
    for (const lostTarget of targets) {
      for (const keeps of [0, 1]) {
        const part = await collectSample(({ target, verb }, answer) =>
          target === lostTarget
            ? {
                items: verb === "get" ? [] : answer.items.slice(0, keeps),
                failure: createFailure("azure.server-error", 500),
              }
            : answer,
        );
        expectLess(part, whole);
        expectNoLivenessInvented(part, whole);
        expect(completeIds(part).size).toBeLessThan(completeIds(whole).size);
      }
    }
  });
});
