import { describe, expect, it } from "vitest";
import { deliveryOverrides } from "./knowledge/overrides.data.ts";
import { listNamedEvidence } from "./proof.ts";
import { exposuresOf, undetermined } from "./testing/shop-exposures.ts";
import { packages, toFinding, vectors } from "./testing/shop-findings.ts";
import { inbound, incomplete, run } from "./testing/shop-judge.ts";
import { images } from "./testing/shop-resources.ts";

/** Every image x package x vector, with and without gaps: all sentences the templates can make of the shop. */
const results = [
  run(
    Object.values(images).flatMap((image) =>
      Object.values(packages).flatMap((of) =>
        [...Object.values(vectors), undefined].map((vector, index) =>
          toFinding(image, { package: of, id: `CVE-2099-1${index}00`, ...(vector === undefined ? {} : { vector }) }),
        ),
      ),
    ),
  ),
  // Every flaw of which something is known, in every kind of place.
  run(
    Object.values(images).flatMap((image) =>
      deliveryOverrides.flatMap(({ ids }) =>
        ids.map((id) => toFinding(image, { package: packages.nginx, id, vector: vectors.network })),
      ),
    ),
  ),
  run([toFinding(images.orders, inbound)], { exposures: exposuresOf("orders", [undetermined("internet")]) }),
  run([toFinding(images.ledger, inbound), toFinding(images.nowhere, inbound)], { snapshot: incomplete("pod") }),
];
const verdicts = results.flatMap((result) => result.verdicts);

function wordsOf(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

describe("sentences", () => {
  it("come in pieces that are the sentence, and every slot is evidence of the proof", () => {
    for (const verdict of verdicts) {
      const parts = verdict.wording ?? [];
      expect(parts.map(({ text }) => text).join("")).toBe(verdict.sentence);
      const known = new Set(listNamedEvidence({ ...verdict, wording: [] }));
      for (const { evidence } of parts) {
        expect(evidence === undefined || known.has(evidence)).toBe(true);
      }
      expect(parts.some(({ evidence }) => evidence !== undefined)).toBe(true);
    }
  });

  it("have at most 45 words in head and reason, one to three sentences, and end", () => {
    for (const { sentence } of verdicts) {
      const [head = ""] = sentence.split(/(?<=[a-z0-9)”])\. (?=[A-Z])/);
      expect([sentence, wordsOf(head) <= 45]).toEqual([sentence, true]);
      expect(sentence.split(/(?<=[a-z0-9)”])\. (?=[A-Z])/).length).toBeLessThanOrEqual(3);
      expect(sentence.endsWith(".")).toBe(true);
    }
  });

  it("begin with the phrase of their class and count in singular and plural", () => {
    const phrases = {
      "exploitable.": /^(?:Exploitable |Not exploitable from the internet: )/,
      "not_exploitable.": /^Not exploitable because /,
      "inert.": /^Inert because /,
      "conditional.": /^No direct path because /,
      unknown: /^Undetermined: /,
    };
    for (const verdict of verdicts) {
      const [, phrase] = Object.entries(phrases).find(([prefix]) => verdict.class.startsWith(prefix)) ?? [];
      expect(verdict.sentence).toMatch(phrase ?? /never/);
      expect(verdict.sentence).not.toMatch(
        /\b1 (?:objects|containers|subscriptions)\b|\b(?:[02-9]|\d\d+) (?:object|container|subscription)\b/,
      );
      expect(verdict.sentence).not.toMatch(/undefined|\[object|\.\.|\s\s/);
    }
  });

  it("name a residual wherever they reassure about the internet only", () => {
    const inside = verdicts.filter((verdict) => verdict.class === "exploitable.foothold");
    expect(inside.length).toBeGreaterThan(0);
    for (const { sentence } of inside) {
      expect(sentence).toMatch(/It stays reachable from the same /);
    }
  });
});
