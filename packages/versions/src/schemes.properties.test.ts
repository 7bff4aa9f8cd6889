import { execFileSync, spawnSync } from "node:child_process";
import type { VersionSchemeId } from "@sightline/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemeFor, versionSchemes } from "./schemes.ts";

const digits = fc.oneof(
  fc.nat({ max: 12 }).map(String),
  fc.constantFrom("0", "00", "01", "007", "10", "20240101", "99999999999999999999"),
);
const word = fc.constantFrom(
  "a",
  "b",
  "rc",
  "alpha",
  "beta",
  "pre",
  "p",
  "sp",
  "final",
  "dev",
  "post",
  "git",
  "z",
  "A",
);
const separator = fc.constantFrom(".", "-", "_", "~", "+", "^", ":", "");
const chunk = fc
  .tuple(separator, fc.oneof({ weight: 3, arbitrary: digits }, { weight: 2, arbitrary: word }))
  .map((parts) => parts.join(""));

/** Text that looks like versions: a number, then pieces every ecosystem knows or half knows. */
const versionLike = fc.tuple(digits, fc.array(chunk, { maxLength: 5 })).map(([first, rest]) => first + rest.join(""));

/** Any UTF-16 code units, unpaired surrogates among them. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xff_ff }), { maxLength: 600 })
  .map((units) => String.fromCharCode(...units));

function parsedBy(id: VersionSchemeId) {
  const scheme = schemeFor(id);
  return versionLike
    .map((text) => scheme.parse(text))
    .filter((version) => version.kind === "version" && (id !== "composer" || version.regular))
    .map((version) => (version.kind === "version" ? version : expect.fail()));
}

describe.each(versionSchemes.map(({ id }) => ({ id })))("the order of $id", ({ id }) => {
  const scheme = schemeFor(id);
  const version = parsedBy(id);

  it("holds both ways round and puts a version beside itself", () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(scheme.compare(a, b)) + Math.sign(scheme.compare(b, a))).toBe(0);
        expect(scheme.compare(a, a)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("is transitive, also through equal versions", () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [low, middle, high] = [a, b, c].toSorted((x, y) => scheme.compare(x, y));
        if (low === undefined || middle === undefined || high === undefined) {
          return;
        }
        expect(scheme.compare(low, middle)).toBeLessThanOrEqual(0);
        expect(scheme.compare(middle, high)).toBeLessThanOrEqual(0);
        expect(scheme.compare(low, high), [low, middle, high].map((v) => v.text).join(" , ")).toBeLessThanOrEqual(0);
        if (scheme.compare(low, high) === 0) {
          expect(scheme.compare(low, middle)).toBe(0);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("answers with a value for any text at all", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(["version", "invalid"]).toContain(scheme.parse(text).kind);
      }),
      { numRuns: 100 },
    );
  });
});

const hasDpkg = spawnSync("sh", ["-c", "command -v dpkg"]).status === 0;

describe.skipIf(!hasDpkg)("dpkg itself", () => {
  it("orders fresh random pairs as we do", () => {
    const part = fc.array(fc.constantFrom("0", "1", "9", "10", "a", "b", "Z", ".", "+", "~", "-", "deb", "u"), {
      minLength: 1,
      maxLength: 6,
    });
    const text = fc
      .tuple(fc.option(fc.nat({ max: 2 })), fc.nat({ max: 3 }), part, fc.option(fc.nat({ max: 3 })))
      .map(([epoch, first, middle, revision]) => {
        const head = epoch === null ? "" : `${epoch}:`;
        return `${head}${first}${middle.join("")}${revision === null ? "" : `-${revision}`}`;
      })
      .filter((candidate) => schemeFor("deb").parse(candidate).kind === "version");
    const seed = 20_260_801;
    const pairs = fc.sample(fc.tuple(text, text), { numRuns: 250, seed });
    // One shell for all pairs: a process for each would take longer than every other test together.
    const script =
      'while read -r a b; do if dpkg --compare-versions "$a" lt "$b"; then echo "<"; elif dpkg --compare-versions "$a" eq "$b"; then echo "="; else echo ">"; fi; done';
    const input = `${pairs.map((pair) => pair.join(" ")).join("\n")}\n`;
    const answers = execFileSync("sh", ["-c", script], { input, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
    const deb = schemeFor("deb");
    const ours = pairs.map(([left, right]) => {
      const a = deb.parse(left);
      const b = deb.parse(right);
      const order = a.kind === "version" && b.kind === "version" ? deb.compare(a, b) : Number.NaN;
      return order === 0 ? "=" : order < 0 ? "<" : ">";
    });
    const theirs = answers.trim().split("\n");
    expect(pairs.map((pair, index) => `${pair.join(" ")} ${ours[index]}`)).toEqual(
      pairs.map((pair, index) => `${pair.join(" ")} ${theirs[index]}`),
    );
  });
});
