import type { AttackerPosition, Exposure, SourceExposure, VerdictClass } from "@sightline/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSafeClass, toRank } from "./rule-core.ts";
import { createEstate } from "./testing/shop-estate.ts";
import {
  clusterPath,
  denied,
  exposuresOf,
  networkPath,
  positions,
  reachable,
  undetermined,
  unreachable,
} from "./testing/shop-exposures.ts";
import { packages, toFinding, vectors } from "./testing/shop-findings.ts";
import { inbound, only, run } from "./testing/shop-judge.ts";
import { images } from "./testing/shop-resources.ts";

type Answer = "shut" | "denied" | "unknown" | "open";

function toAnswer(position: AttackerPosition, answer: Answer): SourceExposure {
  const base = position === "same-cluster" ? clusterPath : networkPath;
  const [first, ...rest] = base.hops;
  const flow = position === "internet" ? { ...first.flow, sourceAddress: "203.0.113.9" } : first.flow;
  switch (answer) {
    case "shut":
      return unreachable(position);
    case "denied":
      return denied(position);
    case "unknown":
      return undetermined(position);
    case "open":
      return reachable(position, { ...base, hops: [{ ...first, from: position, flow }, ...rest] });
  }
}

const finding = toFinding(images.orders, inbound);
const arbitraryAnswers = fc.tuple(...positions.map(() => fc.constantFrom<Answer>("shut", "denied", "unknown", "open")));

function exposuresFor(answers: readonly Answer[]): readonly Exposure[] {
  return exposuresOf(
    "orders",
    positions.map((position, index) => toAnswer(position, answers[index] ?? "unknown")),
  );
}

const level = (id: VerdictClass): number => (isSafeClass(id) ? 99 : toRank(id));

describe("judge, over what the engine may answer", () => {
  it("never looks safer after a way in was opened", () => {
    fc.assert(
      fc.property(arbitraryAnswers, fc.nat({ max: positions.length - 1 }), (answers, opened) => {
        const before = only([finding], { exposures: exposuresFor(answers) });
        const wider = answers.map((answer, index) => (index === opened && answer !== "unknown" ? "open" : answer));
        const after = only([finding], { exposures: exposuresFor(wider) });
        expect(level(after.ceiling)).toBeLessThanOrEqual(level(before.ceiling));
        expect(level(after.floor)).toBeLessThanOrEqual(level(before.floor));
      }),
      { numRuns: 150 },
    );
  });

  it("says safe only when every position was answered with a cut", () => {
    fc.assert(
      fc.property(arbitraryAnswers, (answers) => {
        const verdict = only([finding], { exposures: exposuresFor(answers) });
        const isCut = answers.every((answer) => answer === "shut" || answer === "denied");
        expect(isSafeClass(verdict.class)).toBe(isCut);
        expect(verdict.class === "exploitable.internet").toBe(answers[0] === "open");
      }),
      { numRuns: 150 },
    );
  });

  it("keeps the truth inside its range when an unknown answer becomes known", () => {
    fc.assert(
      fc.property(arbitraryAnswers, arbitraryAnswers, (answers, filling) => {
        const before = only([finding], { exposures: exposuresFor(answers) });
        const filled = answers.map((answer, index) => (answer === "unknown" ? (filling[index] ?? "open") : answer));
        const after = only([finding], { exposures: exposuresFor(filled) });
        expect(toRank(after.ceiling)).toBeGreaterThanOrEqual(toRank(before.ceiling));
        expect(toRank(after.floor)).toBeLessThanOrEqual(toRank(before.floor));
      }),
      { numRuns: 150 },
    );
  });
});

describe("judge, with less and less evidence", () => {
  const findings = Object.values(images).flatMap((image) =>
    Object.values(packages).map((of, index) =>
      toFinding(image, { package: of, vector: vectors.network, id: `CVE-2099-2${index}00` }),
    ),
  );
  const whole = new Map(run(findings).verdicts.map((verdict) => [verdict.id, verdict]));
  const estate = createEstate();

  it.each(estate.coverage.map(({ id, kind }) => [kind, id] as const))(
    "loses certainty, never gains safety, without a complete list of %s",
    (_, id) => {
      const coverage = estate.coverage.map((record) => (record.id === id ? { ...record, complete: false } : record));
      const judged = run(findings, { snapshot: { ...estate, coverage } }).verdicts;
      const gone = run(findings, {
        snapshot: { ...estate, coverage: coverage.filter((record) => record.id !== id) },
      }).verdicts;
      // A header package in an undeployed image is safe for two reasons: losing one leaves the other, and no third appears.
      const changed = [...judged, ...gone].filter((verdict) => {
        const before = whole.get(verdict.id)?.class ?? "unknown";
        const isAsBefore = verdict.class === before || (isSafeClass(verdict.class) && isSafeClass(before));
        return verdict.class !== "unknown" && !isAsBefore;
      });
      expect(changed.map(({ sentence }) => sentence)).toEqual([]);
    },
  );
});
