import { describe, expect, it } from "vitest";
import { createFindingKey, match } from "./match.ts";
import { debian, github, only, run } from "./testing/reports.ts";
import {
  createInventory,
  createLookup,
  debPackage,
  fixedIn,
  npmPackage,
  pypiPackage,
  sampleDigest,
} from "./testing/samples.ts";

describe("known exploitation", () => {
  const kev = {
    cve: "CVE-2024-4001",
    dateAdded: "2024-05-01",
    dueDate: "2024-05-22",
    ransomware: true,
    requiredAction: "Update.",
  };
  const advisory = github("GHSA-kev", "npm/left", {}, ["CVE-2024-4001"]);
  const item = npmPackage({ name: "left", version: "1.0.0" });

  it("is joined through any CVE of the alias set", () => {
    expect(only(run([item], [advisory], { kev: [kev] })).kev).toEqual(kev);
    expect(only(run([item], [advisory])).kev).toBeUndefined();
  });

  it("comes from the given catalogue instead of the database's, when one is given", () => {
    const given = { ...kev, ransomware: false };
    const report = match({
      inventory: createInventory([item]),
      database: createLookup([advisory], { kev: [kev] }),
      kev: new Map([[kev.cve, given]]),
    });
    expect(only(report).kev).toEqual(given);
  });
});

describe("what cannot be decided", () => {
  it("is an unknown finding for a package without a version, and stands among the unmatched", () => {
    const item = npmPackage({ name: "left", version: "" });
    const report = run([item], [github("GHSA-u1", "npm/left", { ranges: fixedIn("2.0.0") }, [])]);
    expect(only(report)).toMatchObject({ status: "unknown", reason: "the installed version is not stated" });
    expect(report.unmatched).toEqual([{ purl: item.purl, reason: "the installed version is not stated" }]);
  });

  it("is unmatched with the reason on an unknown distribution", () => {
    const { ecosystem: _, ...item } = debPackage({ name: "bash", version: "5" });
    const inventory = createInventory([item], { distribution: { kind: "unknown", reason: "there is no os-release" } });
    const report = match({ inventory, database: createLookup([]) });
    expect(report.unmatched).toEqual([
      { purl: item.purl, reason: "the distribution is not known: there is no os-release" },
    ]);
  });

  it("is unmatched with the reason on a distribution without advisories", () => {
    const { ecosystem: _, ...item } = debPackage({ name: "bash", version: "5" });
    const distribution = { kind: "known", id: "acme", versionId: "1", name: "Acme Linux 1" } as const;
    const report = match({ inventory: createInventory([item], { distribution }), database: createLookup([]) });
    expect(report.unmatched).toEqual([{ purl: item.purl, reason: "no advisories are published for Acme Linux 1" }]);
  });

  it("is unmatched with the reason on a release the database does not cover", () => {
    const item = debPackage({ name: "bash", version: "4.4-5", ecosystem: "Debian:9" });
    const report = run([item], [debian("CVE-2024-5001", "bash", {})]);
    expect(report.unmatched).toEqual([
      { purl: item.purl, reason: expect.stringContaining("no advisories for Debian:9") },
    ]);
  });

  it("is unmatched with the reason for a type of package without a rule", () => {
    const item = { ...npmPackage({ name: "x", version: "1" }), type: "swift", purl: "pkg:swift/x@1" };
    expect(run([item], []).unmatched).toEqual([
      { purl: "pkg:swift/x@1", reason: "packages of type swift are not matched against advisories" },
    ]);
  });

  it("is an unknown finding for an advisory that names neither ranges nor versions", () => {
    const advisory = github("GHSA-u2", "npm/left", { ranges: [] }, []);
    expect(only(run([npmPackage({ name: "left", version: "1.0.0" })], [advisory])).status).toBe("unknown");
  });
});

describe("language packages an operating-system package owns", () => {
  const owner = debPackage({
    name: "python3-requests",
    version: "2.28.1+dfsg-1",
    sourcePackage: { name: "requests", version: "2.28.1+dfsg-1" },
  });
  const owned = pypiPackage({ name: "requests", version: "2.28.1", ownedBy: owner.purl });
  const advisory = github("GHSA-own", "PyPI/requests", { ranges: fixedIn("2.31.0") }, ["CVE-2024-6001"]);

  it("are matched through their owner alone, and say so", () => {
    const report = run(
      [owner, owned],
      [advisory, debian("CVE-2024-6001", "requests", { ranges: fixedIn("2.28.1+dfsg-1") })],
    );
    expect(report.findings).toEqual([]);
    expect(report.unmatched).toEqual([{ purl: owned.purl, reason: `owned by ${owner.purl}, whose advisories decide` }]);
  });

  it("are matched by their own name where the owner cannot be matched", () => {
    const lost = { ...owner, ecosystem: "Debian:9" };
    expect(run([lost, owned], [advisory], { ecosystems: ["Debian:12"] }).findings.map((f) => f.package.purl)).toEqual([
      owned.purl,
    ]);
    expect(run([owned], [advisory]).findings).toHaveLength(1);
    expect(
      run([{ ...owner, sourcePackage: { name: "requests", version: "" } }, owned], [advisory], {
        ecosystems: ["Debian:12"],
      }).findings,
    ).toHaveLength(1);
  });
});

describe("records that only warn", () => {
  it("stand apart from findings", () => {
    const warning = github("RUSTSEC-2024-1", "npm/left", { informational: "unmaintained" }, []);
    const report = run([npmPackage({ name: "left", version: "1.0.0" })], [warning]);
    expect(report.findings).toEqual([]);
    expect(report.warnings).toEqual([
      {
        purl: "pkg:npm/left@1.0.0",
        advisory: "RUSTSEC-2024-1",
        class: "unmaintained",
        summary: "About RUSTSEC-2024-1",
      },
    ]);
  });

  it("do not hide a vulnerability that has the same id elsewhere", () => {
    const warning = github("RUSTSEC-2024-2", "npm/left", { informational: "unsound" }, ["CVE-2024-7001"]);
    const real = github("GHSA-real", "npm/left", {}, ["CVE-2024-7001"]);
    expect(only(run([npmPackage({ name: "left", version: "1.0.0" })], [warning, real])).vulnerability).toBe(
      "CVE-2024-7001",
    );
  });
});

describe("the report", () => {
  const packages = [npmPackage({ name: "a", version: "1.0.0" }), npmPackage({ name: "b", version: "1.0.0" })];
  const advisories = ["GHSA-2", "CVE-2024-8002", "CVE-2024-8001", "GHSA-1"].flatMap((id) =>
    ["a", "b"].map((name) => github(id, `npm/${name}`, {}, [])),
  );

  it("has the same order and the same bytes whatever the order of the advisories", () => {
    const forth = run(packages, advisories);
    const back = run(packages, advisories.toReversed());
    expect(JSON.stringify(back)).toBe(JSON.stringify(forth));
    expect(forth.findings.slice(0, 4).map(({ vulnerability }) => vulnerability)).toEqual([
      "CVE-2024-8001",
      "CVE-2024-8002",
      "GHSA-1",
      "GHSA-2",
    ]);
  });

  it("names the database generation it rests on", () => {
    expect(run([], []).database).toEqual({
      generation: "20260101T000000Z-0123456789abcdef",
      builtAt: "2026-01-01T00:00:00Z",
    });
  });

  it("keys a finding by image, package instance and vulnerability alone", () => {
    const finding = only(run([npmPackage({ name: "a", version: "1.0.0" })], [github("GHSA-k", "npm/a", {}, [])]));
    const parts = { image: sampleDigest ?? "", purl: "pkg:npm/a@1.0.0", path: "/lib/npm/db", vulnerability: "GHSA-k" };
    expect(finding.key).toBe(createFindingKey(parts));
    expect(finding.imageDigest).toBe(sampleDigest);
    expect(createFindingKey({ ...parts, path: "/other" })).not.toBe(finding.key);
    // Changing this value would orphan every stored finding.
    expect(finding.key).toBe("0dd6a560927fbb3c99038ae8dab4e874d1f83ab28d169b0f07442591af8cdc06");
  });

  it("tells images without a digest apart by their source and name", () => {
    const keyOf = (name: string) => {
      const inventory = createInventory([npmPackage({ name: "a", version: "1.0.0" })], {
        image: { source: "rootfs", name },
      });
      return only(match({ inventory, database: createLookup([github("GHSA-k", "npm/a", {}, [])]) })).key;
    };
    expect(keyOf("/one")).not.toBe(keyOf("/two"));
  });
});
