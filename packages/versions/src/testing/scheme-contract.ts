/** What every version scheme's own test says about it, besides the laws all of them obey (`schemes.properties.test.ts`). */
import { describe, expect, it } from "vitest";
import type { InvalidVersion, Version, VersionScheme } from "../scheme.ts";

/** Samples of one scheme, written by hand from the ecosystem's own documents. */
export interface SchemeSamples {
  /** Regular versions from oldest to newest, no two of one release. */
  readonly ladder: readonly string[];
  /** Spellings of one release. */
  readonly equal: readonly (readonly [string, string])[];
  /** Text in which the scheme sees no version. */
  readonly refused: readonly string[];
  /** Text only a lenient tool would order. */
  readonly irregular: readonly string[];
}

function compareTexts<Parsed extends Version>(left: string, right: string, scheme: VersionScheme<Parsed>): number {
  const a: Parsed | InvalidVersion = scheme.parse(left);
  const b: Parsed | InvalidVersion = scheme.parse(right);
  return a.kind === "invalid" || b.kind === "invalid" ? expect.fail(`${left} or ${right}`) : scheme.compare(a, b);
}

/** Runs the samples; `0 + …` turns the -0 of `Math.sign` into 0. */
export function describeScheme(scheme: VersionScheme, samples: SchemeSamples): void {
  const { ladder, equal, refused, irregular } = samples;
  describe(`the scheme ${scheme.id}`, () => {
    it("orders its ladder, every pair of it both ways", () => {
      ladder.forEach((left, i) => {
        ladder.forEach((right, j) => {
          const order = compareTexts(left, right, scheme);
          expect(0 + Math.sign(order), `${left} against ${right}`).toBe(0 + Math.sign(i - j));
        });
      });
    });

    it("calls its ladder regular", () => {
      expect(ladder.filter((text) => !scheme.isValid(text))).toEqual([]);
    });

    it.each(equal)("takes %s for %s", (left, right) => {
      expect(0 + compareTexts(left, right, scheme)).toBe(0);
    });

    it.each(["", "  ", "1".repeat(10_000), ...refused])("refuses %j with a reason", (text) => {
      const parsed = scheme.parse(text);
      expect(parsed.kind === "invalid" && parsed.reason).toMatch(/\S/);
    });

    it.each(irregular)("orders %s but does not call it regular", (text) => {
      expect(scheme.parse(text)).toMatchObject({ kind: "version", regular: false });
      expect(scheme.isValid(text)).toBe(false);
    });
  });
}
