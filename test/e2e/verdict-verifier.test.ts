/** The writer and the checker of proofs share no code: here the checker judges what the writer wrote, and what it did not. */
import type { ProofBundle, Verdict } from "@sightline/model";
import { type JudgeResult, judge, toProofBundle } from "@sightline/verdict";
import { type Verification, verify } from "@sightline/verifier";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEstate, now } from "../../packages/verdict/src/testing/shop-estate.ts";
import { createExposures, exposuresOf, undetermined } from "../../packages/verdict/src/testing/shop-exposures.ts";
import { inventories, packages, toFinding, vectors } from "../../packages/verdict/src/testing/shop-findings.ts";
import { images } from "../../packages/verdict/src/testing/shop-resources.ts";
import { changeAt, placesOf, replaceValue } from "./bundle-surgery.ts";

const database = { generation: "db-1", checkedAt: "2026-11-21T06:00:00.000Z" };
const snapshot = createEstate();

/** Every image x every package x every vector of the hand-written estate, and the same with one workload undetermined. */
function judgeEverything(): JudgeResult {
  const findings = Object.values(images).flatMap((image) =>
    Object.values(packages).flatMap((of) =>
      [...Object.values(vectors), undefined].map((vector, index) =>
        toFinding(image, { package: of, id: `CVE-2099-1${index}00`, ...(vector === undefined ? {} : { vector }) }),
      ),
    ),
  );
  return judge({ findings, inventories, snapshot, exposures: createExposures(), database, now });
}

const everything = judgeEverything();
const uncertain = judge({
  findings: [toFinding(images.orders, { package: packages.express, vector: vectors.network })],
  inventories,
  snapshot,
  exposures: exposuresOf("orders", [undetermined("internet")]),
  database,
  now,
});

function bundleOf(result: JudgeResult, verdict: Verdict): ProofBundle {
  return toProofBundle(verdict, { evidence: result.evidence, coverage: snapshot.coverage });
}

/** One bundle for each class that occurs, the smallest of it: what the mutations are made of. */
const samples = [...Map.groupBy(everything.verdicts, (verdict) => verdict.class).values()].flatMap((verdicts) => {
  const [verdict] = verdicts;
  return verdict === undefined ? [] : [bundleOf(everything, verdict)];
});

describe("the independent verifier", () => {
  it("accepts every verdict the judge writes", () => {
    const verdicts = [
      ...everything.verdicts.map((verdict) => [everything, verdict] as const),
      ...uncertain.verdicts.map((verdict) => [uncertain, verdict] as const),
    ];
    const rejected = verdicts.flatMap(([result, verdict]) => {
      const checked = verify(bundleOf(result, verdict), { now });
      const isAccepted = checked.ok && checked.class === verdict.class;
      return isAccepted ? [] : [{ class: verdict.class, checked }];
    });
    expect(rejected.slice(0, 3)).toEqual([]);
    expect(verdicts.length).toBeGreaterThan(280);
  });

  it("accepts what came through JSON, as a file does", () => {
    for (const bundle of samples) {
      expect(verify(JSON.parse(JSON.stringify(bundle)), { now }).ok).toBe(true);
    }
  });

  it("covers at least nine classes and both ends of unknown", () => {
    expect(samples.length).toBeGreaterThanOrEqual(9);
    expect(samples.map(({ verdict }) => verdict.class)).toContain("unknown");
  });

  it("rejects a bundle after its evidence has expired, and one from the future", () => {
    const definite = samples.filter(({ verdict }) => verdict.class !== "unknown");
    for (const bundle of definite) {
      expect(codesOf(verify(bundle, { now: bundle.verdict.validUntil }))).toContain("evidence.expired");
      expect(codesOf(verify(bundle, { now: "2026-11-20T00:00:00.000Z" }))).toContain("verdict.time");
    }
  });

  it("tolerates members it does not know", () => {
    const [bundle] = samples;
    expect(verify({ ...bundle, signature: "later" }, { now }).ok).toBe(true);
  });
});

function codesOf(checked: Verification): readonly string[] {
  return checked.ok ? [] : checked.failures.map(({ code }) => code);
}

describe("the independent verifier, on bundles somebody changed", () => {
  const seed = 20_261_121;
  const plans = samples.map((bundle) => ({ bundle, text: JSON.stringify(bundle), places: placesOf(bundle) }));

  it("detects every change of one place: 3,000 seeded mutations", { timeout: 240_000 }, () => {
    const missed: unknown[] = [];
    let tried = 0;
    fc.assert(
      fc.property(fc.nat({ max: plans.length - 1 }), fc.nat(), fc.nat({ max: 1000 }), (which, where, choice) => {
        const plan = plans[which];
        const place = plan?.places[where % plan.places.length];
        if (plan === undefined || place === undefined) {
          return;
        }
        const changed = changeAt(plan.bundle, place, (before) => replaceValue(before, choice));
        if (JSON.stringify(changed) === plan.text) {
          return;
        }
        tried += 1;
        if (verify(changed, { now }).ok) {
          missed.push({ place, choice });
        }
      }),
      { numRuns: 3000, seed },
    );
    expect({ missed }).toEqual({ missed: [] });
    expect(tried).toBeGreaterThan(2900);
    console.log(`verifier: ${tried} of ${tried} mutations detected, seed ${seed}`);
  });
});
