import { describe, expect, it } from "vitest";
import { toProofBundle } from "./proof.ts";
import { createEstate } from "./testing/shop-estate.ts";
import { toFinding } from "./testing/shop-findings.ts";
import { inbound, only, run } from "./testing/shop-judge.ts";
import { images } from "./testing/shop-resources.ts";

const { coverage } = createEstate();

describe("toProofBundle", () => {
  it("holds what the verdict cites, the rules behind its paths and the lists behind its cuts, and nothing else", () => {
    const both = run([toFinding(images.web, inbound), toFinding(images.ledger, inbound)]);
    for (const verdict of both.verdicts) {
      const bundle = toProofBundle(verdict, { evidence: both.evidence, coverage });
      const text = JSON.stringify(bundle.verdict) + JSON.stringify(bundle.evidence.map(({ value }) => value));
      expect(bundle.evidence.length).toBeLessThan(both.evidence.length);
      expect(bundle.evidence.every(({ id }) => text.includes(id))).toBe(true);
      const cited = new Set(bundle.evidence.flatMap((piece) => piece.coverage));
      expect(bundle.coverage.map(({ id }) => id)).toEqual([...cited].sort());
    }
    const open = both.verdicts.find((verdict) => verdict.class === "exploitable.internet");
    const rules =
      open &&
      toProofBundle(open, { evidence: both.evidence, coverage }).evidence.find(
        ({ kind, value }) => kind === "guard" && JSON.stringify(value).includes("AllowHttps"),
      );
    expect(rules?.value).toMatchObject({
      list: "security-rules",
      rule: "AllowHttps",
      rules: [{ name: "DenyScanners" }, { name: "AllowHttps" }],
    });
  });

  it("is sealed: the seal changes with any list the proof rests on", () => {
    const estate = createEstate();
    const counted = { ...estate, coverage: estate.coverage.map((record) => ({ ...record, count: record.count + 1 })) };
    const finding = toFinding(images.ledger, inbound);
    expect(only([finding], { snapshot: counted }).inputsHash).not.toBe(only([finding]).inputsHash);
    expect(only([finding], { snapshot: counted }).id).toBe(only([finding]).id);
  });

  it("refuses to make a bundle with a hole", () => {
    const { verdicts, evidence } = run([toFinding(images.ledger, inbound)]);
    const [verdict] = verdicts;
    const missing = expect.objectContaining({ code: "verdict.evidence-missing" });
    expect(() => verdict && toProofBundle(verdict, { evidence: evidence.slice(1), coverage })).toThrow(missing);
    expect(() => verdict && toProofBundle(verdict, { evidence, coverage: [] })).toThrow(missing);
  });
});
