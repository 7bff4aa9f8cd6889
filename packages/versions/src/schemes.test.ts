import type { VersionSchemeId } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { schemeFor, toSchemeId, versionSchemes } from "./schemes.ts";

/** Versions from oldest to newest, each of another release; written by hand from the ecosystems' own documents. */
const ladders: Readonly<Partial<Record<VersionSchemeId, readonly string[]>>> = {
  // Debian Policy 5.6.12: ~~ < ~~a < ~ < end < a; then revisions and epochs.
  deb: ["1.0~~", "1.0~~a", "1.0~", "1.0", "1.0-1", "1.0-1+b1", "1.0a", "1.0+dfsg-1", "1.0.1", "1.10", "1:0.1"],
  apk: [
    "1.2_alpha",
    "1.2_alpha1",
    "1.2_beta",
    "1.2_pre3",
    "1.2_rc1",
    "1.2",
    "1.2-r0",
    "1.2-r10",
    "1.2_cvs",
    "1.2_svn",
    "1.2_git20240101",
    "1.2_hg",
    "1.2_p1",
    "1.2_p1-r1",
    "1.2a",
    "1.2.01",
    "1.2.1",
    "1.10",
  ],
  // semver.org §11.
  semver: [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
  ],
  npm: ["2.0.0-rc.1", "2.0.0", "v2.0.1", "2.1.0-0", "2.1.0"],
  cargo: ["0.0.0-0", "0.0.0", "0.1.0"],
  hex: ["1.0.0-dev", "1.0.0-rc.0", "1.0.0"],
  pub: ["1.0.0-dev", "1.0.0", "1.0.0+1", "1.0.0+2", "1.0.1"],
  bitnami: ["1.0.0-rc.1", "1.0.0-7", "1.0.1-0"],
  // PEP 440 "Summary of permitted suffixes and relative ordering".
  pep440: [
    "1.0.dev456",
    "1.0a1",
    "1.0a2.dev456",
    "1.0a12.dev456",
    "1.0a12",
    "1.0b1.dev456",
    "1.0b2",
    "1.0b2.post345.dev456",
    "1.0b2.post345",
    "1.0rc1.dev456",
    "1.0rc1",
    "1.0",
    "1.0+abc.5",
    "1.0+abc.7",
    "1.0+5",
    "1.0.post456.dev34",
    "1.0.post456",
    "1.1.dev1",
    "1!0.1",
  ],
  rpm: ["1.0~rc1-1", "1.0-1", "1.0-1.el8", "1.0^git1-1", "1.0a-1", "1.0.1-1", "1.10-1", "2:0.1-1"],
  rubygems: ["1.0.0.a", "1.0.0.pre", "1.0.0.pre.1", "1.0.0.rc1", "1.0.0", "1.0.1", "1.10"],
  nuget: ["1.0.0-alpha", "1.0.0-Alpha.1", "1.0.0-BETA", "1.0", "1.0.0.1", "1.0.10"],
  composer: ["1.0-dev", "1.0-alpha1", "1.0-beta2", "1.0-RC1", "1.0", "1.0.0", "1.0.1", "1.0pl1"],
  cran: ["0.9", "0.75", "0.75.0", "0.76-1", "0.76-2"],
  // maven.apache.org/pom.html#Version_Order_Specification.
  maven: ["1-alpha-1", "1-beta", "1-m3", "1-rc1", "1-SNAPSHOT", "1", "1-sp", "1-xyz", "1-1", "1.1"],
  go: [
    "v0.0.0-20180116102854-5a71ef0e047d",
    "v0.0.0-20190116102854-5a71ef0e047d",
    "v0.0.1",
    "v1.2.4-0.20240101000000-abcdefabcdef",
    "v1.2.4",
    "v1.3.0+incompatible",
    "go1.21rc2",
    "go1.21.0",
    "v2.0.0",
  ],
};

describe.each(versionSchemes.map((scheme) => ({ id: scheme.id, scheme })))("$id", ({ id, scheme }) => {
  const ladder = ladders[id] ?? [];

  it("has a ladder of versions to be tested with", () => {
    expect(ladder.length).toBeGreaterThan(2);
  });

  it("orders its ladder, every pair of it both ways", () => {
    const versions = ladder.map((text) => scheme.parse(text)).filter((version) => version.kind === "version");
    expect(versions.map((version) => version.text)).toEqual(ladder);
    versions.forEach((left, i) => {
      versions.forEach((right, j) => {
        expect(Math.sign(scheme.compare(left, right)), `${left.text} against ${right.text}`).toBe(Math.sign(i - j));
      });
    });
  });

  it("accepts its ladder as regular", () => {
    expect(ladder.filter((text) => !scheme.isValid(text))).toEqual([]);
  });

  it("refuses the empty text, blanks and endless text as values", () => {
    for (const text of ["", "  ", "1".repeat(10_000)]) {
      expect(scheme.parse(text)).toMatchObject({ kind: "invalid" });
      expect(scheme.isValid(text)).toBe(false);
    }
  });
});

const equals: readonly (readonly [VersionSchemeId, string, string])[] = [
  ["deb", "0:1.0", "1.0-0"],
  ["deb", "1.001", "1.1"],
  ["apk", "1-r1", "1-r01"],
  ["npm", "=v1.2.3+build", "1.2.3"],
  ["semver", "1.2", "1.2.0"],
  ["pep440", "1.0-alpha.1", "1a1"],
  ["pep440", "v1.0.0", "1"],
  ["pep440", "1.0-1", "1.0.post1"],
  ["rpm", "0:1.0-1", "1.0-1"],
  ["rubygems", "1.2.0-x86_64-linux", "1.2"],
  ["rubygems", "1.0.0-beta", "1.0.0.pre.beta"],
  ["nuget", "1.0.0-BETA+a", "1.0-beta"],
  ["maven", "1.0.0.Final", "1"],
  ["go", "go1.22.3 X:boringcrypto", "v1.22.3"],
  ["go", "v1.0.0+incompatible", "v1.0.0"],
  ["bitnami", "2.3.1-5", "2.3.1-1"],
];

describe("spellings of one release", () => {
  it.each(equals)("%s: %s is %s", (id, left, right) => {
    const scheme = schemeFor(id);
    const a = scheme.parse(left);
    const b = scheme.parse(right);
    expect(a.kind === "version" && b.kind === "version" && scheme.compare(a, b)).toBe(0);
  });
});

const refused: readonly (readonly [VersionSchemeId, string])[] = [
  ["deb", "a:1.0"],
  ["deb", "99999999999:1.0"],
  ["deb", "1.0-"],
  ["deb", "1 2"],
  ["npm", "latest"],
  ["npm", "workspace:*"],
  ["pep440", "0.1-bulbasaur"],
  ["rubygems", "beta"],
  ["nuget", "1.2.3.4.5"],
  ["cran", "1.0a"],
  ["go", "(devel)"],
  ["opaque", "1.0"],
  ["conda", "1.0"],
];

describe("text that is no version", () => {
  it.each(refused)("%s: %s is refused with a reason", (id, text) => {
    const parsed = schemeFor(id).parse(text);
    expect(parsed).toMatchObject({ kind: "invalid" });
    expect(parsed.kind === "invalid" && parsed.reason).toMatch(/\S/);
  });
});

const irregular: readonly (readonly [VersionSchemeId, string])[] = [
  ["deb", "1.0_2"],
  ["apk", "1.0-ruff"],
  ["apk", "1..2"],
  ["semver", "1.2.3.4"],
  ["rpm", "1.1.α"],
  ["composer", "1.0-BETA1"],
  ["rubygems", "1beta"],
];

describe("text only a lenient tool would order", () => {
  it.each(irregular)("%s: %s has a place in the order but is not regular", (id, text) => {
    expect(schemeFor(id).parse(text)).toMatchObject({ kind: "version", regular: false });
  });
});

describe("toSchemeId", () => {
  it("takes release and vendor off the ecosystem", () => {
    expect(
      ["Debian:12", "Ubuntu:Pro:22.04:LTS", "Alpine:v3.20", "Red Hat:enterprise_linux:9::baseos", "npm"].map(
        toSchemeId,
      ),
    ).toEqual(["deb", "deb", "apk", "rpm", "npm"]);
    expect(["Root:Debian:12", "TuxCare:Alpine:v3.16", "Echo:PyPI", "Root:npm"].map(toSchemeId)).toEqual([
      "deb",
      "apk",
      "pep440",
      "npm",
    ]);
  });

  it("knows no order for ecosystems it has not heard of", () => {
    expect(toSchemeId("GIT")).toBe("opaque");
    expect(toSchemeId("")).toBe("opaque");
  });
});

describe("a local build of a Python release", () => {
  it("is a rebuild of that release and of no other", () => {
    const pep440 = schemeFor("pep440");
    const read = (text: string) => {
      const version = pep440.parse(text);
      if (version.kind === "invalid") {
        throw new Error(text);
      }
      return version;
    };
    expect(pep440.isRebuildOf(read("2.0.0+cu118"), read("2.0"))).toBe(true);
    expect(pep440.isRebuildOf(read("2.0.0+cu118"), read("2.0.1"))).toBe(false);
    expect(pep440.isRebuildOf(read("2.0.0"), read("2.0.0"))).toBe(false);
    expect(pep440.isRebuildOf(read("2.0.0+a"), read("2.0.0+b"))).toBe(false);
  });
});
