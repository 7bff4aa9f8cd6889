import { describe, expect, it } from "vitest";
import { matchPackage } from "./match-package.ts";
import { createAdvisory, createAffected, fixedIn, rangeOf } from "./testing/samples.ts";

function place(ecosystem: string, version: string, ...entries: Parameters<typeof createAffected>[2][]) {
  const affected = entries.map((fields) => createAffected(ecosystem, "p", fields));
  return matchPackage({ ecosystem, name: "p", version }, createAdvisory("X-1", affected));
}

describe("an OSV record", () => {
  it("affects when any of its ranges does", () => {
    const ranges = [...fixedIn("1.0.0"), ...fixedIn("3.0.0", "2.0.0")];
    expect(place("npm", "2.5.0", { ranges })).toMatchObject({
      kind: "affected",
      fix: { kind: "fixed", version: "3.0.0" },
    });
    expect(place("npm", "1.5.0", { ranges })).toMatchObject({ kind: "not-affected" });
  });

  it("is ordered by its ecosystem, whatever its ranges are called", () => {
    expect(place("PyPI", "1.0rc1", { ranges: fixedIn("1.0") })).toMatchObject({ kind: "affected" });
    expect(place("npm", "1.0.0-rc1", { ranges: fixedIn("1.0.0") })).toMatchObject({ kind: "affected" });
    expect(place("Debian:12", "1.0-rc1", { ranges: fixedIn("1.0") })).toMatchObject({ kind: "not-affected" });
  });

  it("may hold several stretches in one range, in any order", () => {
    const ranges = rangeOf({ introduced: "1.28.0" }, { fixed: "1.28.4" }, { introduced: "0" }, { fixed: "1.27.8" });
    expect(place("npm", "1.27.1", { ranges })).toMatchObject({ fix: { version: "1.27.8" } });
    expect(place("npm", "1.28.1", { ranges })).toMatchObject({ fix: { version: "1.28.4" } });
    expect(place("npm", "1.27.9", { ranges })).toMatchObject({ kind: "not-affected" });
  });

  it("begins at the start with 0, and at a pre-release where it says so", () => {
    expect(place("npm", "0.0.0-a", { ranges: fixedIn("1.0.0") })).toMatchObject({ kind: "affected" });
    expect(place("crates.io", "0.0.0-a", { ranges: fixedIn("1.0.0", "0.0.0-0") })).toMatchObject({ kind: "affected" });
    const go = { ranges: fixedIn("1.21.4", "1.21.0-0") };
    expect(place("Go", "go1.21rc2", go)).toMatchObject({ kind: "affected" });
    expect(place("Go", "1.20.11", go)).toMatchObject({ kind: "not-affected" });
  });

  it("without an end has no fix", () => {
    expect(place("npm", "9.0.0", {})).toMatchObject({ kind: "affected", fix: { kind: "none" } });
  });

  it("includes its last affected version and offers no fix for it", () => {
    const ranges = rangeOf({ introduced: "0" }, { lastAffected: "2.0.0" });
    expect(place("npm", "2.0.0", { ranges })).toMatchObject({ kind: "affected", fix: { kind: "unknown" } });
    expect(place("npm", "2.0.1", { ranges })).toMatchObject({ kind: "not-affected" });
  });

  it("affects listed versions besides its ranges, without naming a fix for them", () => {
    const entry = { ranges: fixedIn("1.0.0"), versions: ["1.4.0"] };
    expect(place("npm", "1.4.0", entry)).toMatchObject({ kind: "affected", fix: { kind: "unknown" } });
    expect(place("npm", "1.5.0", entry)).toMatchObject({ kind: "not-affected" });
  });

  it("with versions only affects exactly those", () => {
    const entry = { ranges: [], versions: ["1.0", "1.1"] };
    expect(place("PyPI", "1.0.0", entry)).toMatchObject({ kind: "affected" });
    expect(place("PyPI", "1.2", entry)).toMatchObject({ kind: "not-affected" });
  });

  it("with neither ranges nor versions cannot be decided", () => {
    expect(place("PyPI", "1.0", { ranges: [] })).toMatchObject({ kind: "unknown" });
  });

  it("that names the package twice is fixed where the stretch that holds the version ends", () => {
    const lines = [{ ranges: fixedIn("1.0.5", "1.0.0") }, { ranges: fixedIn("2.0.5", "2.0.0") }];
    expect(place("npm", "2.0.1", ...lines)).toMatchObject({ fix: { version: "2.0.5" } });
    expect(place("npm", "1.0.1", ...lines)).toMatchObject({ fix: { version: "1.0.5" } });
    expect(place("npm", "1.5.0", ...lines)).toMatchObject({ kind: "not-affected" });
  });

  it("that names the package twice over the same version is fixed where both end", () => {
    const both = [{ ranges: fixedIn("1.0.5") }, { ranges: fixedIn("1.0.10") }];
    expect(place("npm", "1.0.1", ...both)).toMatchObject({ fix: { version: "1.0.10" } });
  });

  it("of another ecosystem, release or package says nothing", () => {
    const advisory = createAdvisory("X-1", [createAffected("Debian:11", "p"), createAffected("npm", "q")]);
    expect(matchPackage({ ecosystem: "Debian:12", name: "p", version: "1" }, advisory)).toMatchObject({
      kind: "not-affected",
    });
    expect(matchPackage({ ecosystem: "npm", name: "p", version: "1.0.0" }, advisory)).toMatchObject({
      kind: "not-affected",
    });
    expect(matchPackage({ ecosystem: "npm", name: "q", version: "1.0.0" }, advisory)).toMatchObject({
      kind: "affected",
    });
  });

  it("of an ecosystem nobody can order is decided by listed versions alone", () => {
    const entry = { ranges: fixedIn("2"), versions: ["r5"] };
    expect(place("Nobody:7", "r5", entry)).toMatchObject({ kind: "affected" });
    expect(place("Nobody:7", "1", entry)).toMatchObject({ kind: "unknown" });
  });

  it("of a vendor's rebuild is ordered as what was rebuilt", () => {
    expect(place("Root:Debian:12", "1.0~rc1-1", { ranges: fixedIn("1.0-1") })).toMatchObject({ kind: "affected" });
    expect(place("Echo:PyPI", "1.0", { ranges: fixedIn("1.0rc1") })).toMatchObject({ kind: "not-affected" });
  });

  it("never calls an unreadable version safe", () => {
    expect(place("npm", "unknown", { ranges: fixedIn("1.0.0") })).toMatchObject({ kind: "unknown" });
    expect(place("npm", "5.0.0", { ranges: fixedIn("soon") })).toMatchObject({ kind: "unknown" });
    expect(place("npm", "", { ranges: fixedIn("1.0.0") })).toMatchObject({ kind: "unknown" });
  });
});
