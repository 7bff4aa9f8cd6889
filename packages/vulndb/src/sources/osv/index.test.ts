import type { Advisory } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { type RawRecord, toAffected, toRecord } from "../../bucket.fixture.ts";
import type { Normalised } from "../../source.ts";
import { osvSource } from "./index.ts";

function normalise(record: unknown): Normalised {
  return osvSource.normalise(record, "place.json");
}

function toAdvisory(record: RawRecord): Advisory {
  const { facts, rejects } = normalise(record);
  const [fact] = facts;
  if (fact?.kind !== "advisory") {
    throw new Error(`no advisory: ${JSON.stringify({ facts, rejects })}`);
  }
  return fact.advisory;
}

function affectedOf(affected: RawRecord, id = "OSV-1"): Advisory["affected"] {
  return toAdvisory(toRecord(id, { affected: [affected] })).affected;
}

const gitRange = { type: "GIT", repo: "https://example.org/x", events: [{ introduced: "0" }, { fixed: "abc" }] };

describe("affected ranges", () => {
  it("skips commit ranges and keeps the version range beside them", () => {
    const versionRange = { type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "2.0" }] };
    const record = toRecord("PYSEC-2023-1", {
      affected: [toAffected("PyPI", "x", { ranges: [gitRange, versionRange] })],
    });
    expect(toAdvisory(record).affected[0]?.ranges).toEqual([{ events: [{ introduced: "0" }, { fixed: "2.0" }] }]);
    expect(normalise(record).notes).toEqual(["git-range-skipped"]);
  });

  it("keeps a package of which only commits are known, without a range, so that it stays undecided", () => {
    expect(affectedOf(toAffected("PyPI", "x", { ranges: [gitRange] }))).toMatchObject([{ ranges: [], versions: [] }]);
  });

  it("keeps a fault in a commit range from costing the version range", () => {
    const ranges = [
      { type: "GIT", events: "?" },
      { type: "SEMVER", events: [{ introduced: "1.0.0" }] },
    ];
    expect(affectedOf(toAffected("npm", "x", { ranges }))[0]?.ranges).toEqual([{ events: [{ introduced: "1.0.0" }] }]);
  });

  it("keeps several pairs in one range in the order they are written, sorted or not", () => {
    const events = ["1.28.0", "1.27.0", "1.8.0"].flatMap((introduced) => [
      { introduced },
      { fixed: `${introduced}-x` },
    ]);
    expect(
      affectedOf(toAffected("kubernetes", "k8s.io/x", { ranges: [{ type: "SEMVER", events }] }))[0]?.ranges,
    ).toEqual([{ events }]);
  });

  it("keeps starts as written: 0, 0.0.0-0 and prerelease bounds", () => {
    const events = [{ introduced: "0" }, { introduced: "0.0.0-0" }, { introduced: "1.21.0-0" }, { fixed: "1.21.4" }];
    expect(affectedOf(toAffected("Go", "stdlib", { ranges: [{ type: "SEMVER", events }] }))[0]?.ranges).toEqual([
      { events },
    ]);
  });

  it("keeps a range without an end open", () => {
    const ranges = [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }];
    expect(affectedOf(toAffected("Debian:12", "zlib", { ranges }))[0]?.ranges).toEqual([
      { events: [{ introduced: "0" }] },
    ]);
  });

  it("reads last_affected as inclusive end, and does not make a fix of it", () => {
    const ranges = [{ type: "SEMVER", events: [{ introduced: "0" }, { last_affected: "2.0.0" }] }];
    expect(affectedOf(toAffected("npm", "x", { ranges }))[0]?.ranges).toEqual([
      { events: [{ introduced: "0" }, { lastAffected: "2.0.0" }] },
    ]);
  });

  it("ignores a limit, which only ever makes a range shorter", () => {
    const record = toRecord("OSV-1", {
      affected: [
        toAffected("npm", "x", { ranges: [{ type: "SEMVER", events: [{ introduced: "1" }, { limit: "2" }] }] }),
      ],
    });
    expect(toAdvisory(record).affected[0]?.ranges).toEqual([{ events: [{ introduced: "1" }] }]);
    expect(normalise(record).notes).toEqual(["limit-event-ignored"]);
  });

  it("takes a range that never begins to begin at the start", () => {
    const record = toRecord("OSV-1", {
      affected: [toAffected("npm", "x", { ranges: [{ type: "SEMVER", events: [{ fixed: "2.0.0" }] }] })],
    });
    expect(toAdvisory(record).affected[0]?.ranges).toEqual([{ events: [{ introduced: "0" }, { fixed: "2.0.0" }] }]);
    expect(normalise(record).notes).toEqual(["range-start-assumed"]);
  });

  it("does not tell ranges apart by their type", () => {
    const events = [{ introduced: "0" }, { fixed: "1.2.3" }];
    const [semver, ecosystem] = ["SEMVER", "ECOSYSTEM"].map((type) =>
      affectedOf(toAffected("npm", "x", { ranges: [{ type, events }] })),
    );
    expect(semver).toEqual(ecosystem);
  });

  it("keeps exact versions with ranges, without ranges, and keeps an entry that has neither", () => {
    expect(affectedOf(toAffected("Maven", "a:b", { versions: ["1.0", "1.1"] }))[0]).toMatchObject({
      versions: ["1.0", "1.1"],
      ranges: [{}],
    });
    expect(affectedOf({ package: { ecosystem: "Maven", name: "a:b" }, versions: ["1.0"] })[0]).toMatchObject({
      versions: ["1.0"],
      ranges: [],
    });
    expect(affectedOf({ package: { ecosystem: "PyPI", name: "a" } })[0]).toMatchObject({ versions: [], ranges: [] });
  });

  it("keeps a package that stands twice in one record twice", () => {
    const affected = ["1.module_el8.1", "2.module_el8.2"].map((fixed) =>
      toAffected("AlmaLinux:8", "nodejs", {
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
      }),
    );
    expect(toAdvisory(toRecord("ALSA-2024:1", { affected })).affected).toHaveLength(2);
  });
});

describe("Go's custom ranges", () => {
  const custom = [{ type: "ECOSYSTEM", events: [{ introduced: "2.9.0" }, { fixed: "2.9.12" }] }];
  const unbounded = { type: "SEMVER", events: [{ introduced: "0" }] };
  const toGo = (ranges: readonly unknown[]): RawRecord =>
    toAffected("Go", "github.com/rancher/rancher", { ranges, ecosystem_specific: { custom_ranges: custom } });

  it("replace the unbounded range, but builds from a commit stay affected, with no fix to offer", () => {
    const record = toRecord("GO-2025-3982", { affected: [toGo([unbounded])] });
    expect(toAdvisory(record).affected[0]?.ranges).toEqual([
      { events: [{ introduced: "2.9.0" }, { fixed: "2.9.12" }] },
      { events: [{ introduced: "0" }, { lastAffected: "0.0.0" }] },
    ]);
    expect(normalise(record).notes).toEqual(["custom-range-used"]);
  });

  it("add to a range that has an end", () => {
    const bounded = { type: "SEMVER", events: [{ introduced: "0" }, { fixed: "1.0.0" }] };
    expect(affectedOf(toGo([bounded]))[0]?.ranges).toEqual([
      { events: [{ introduced: "0" }, { fixed: "1.0.0" }] },
      { events: [{ introduced: "2.9.0" }, { fixed: "2.9.12" }] },
    ]);
  });

  it("leave the unbounded range in place when they cannot be read", () => {
    const affected = toAffected("Go", "x", {
      ranges: [unbounded],
      ecosystem_specific: { custom_ranges: [{ type: 1 }] },
    });
    expect(affectedOf(affected)[0]?.ranges).toEqual([{ events: [{ introduced: "0" }] }]);
  });
});

describe("records that are not stored", () => {
  it("are those that were withdrawn", () => {
    expect(normalise(toRecord("GO-2021-1", { withdrawn: "2022-01-01T00:00:00Z" })).facts).toEqual([
      { kind: "dropped", id: "GO-2021-1", reason: "withdrawn", modified: "2026-01-02T03:04:05Z" },
    ]);
  });

  it.each(["ALBA-2021:4604", "ALEA-2021:4539", "RHBA-2024:1", "RHEA-2024:1", "RLBA-2024:1"])(
    "are bug-fix and enhancement notices such as %s",
    (id) => {
      expect(normalise(toRecord(id)).facts).toMatchObject([{ kind: "dropped", reason: "not-a-vulnerability" }]);
    },
  );

  it.each(["ALSA-2024:1", "RHSA-2024:1", "BIT-x-1", "ALBACORE-1"])("are not security notices such as %s", (id) => {
    expect(toAdvisory(toRecord(id)).id).toBe(id);
  });

  it("are those about commits only, and those about nothing", () => {
    for (const affected of [[{ ranges: [gitRange] }], [], undefined]) {
      expect(normalise(toRecord("CVE-2020-1", { affected })).facts).toMatchObject([{ reason: "no-package" }]);
    }
  });
});

describe("malformed records", () => {
  it.each([
    ["no object", 7, "place.json", "record: "],
    ["no id", { modified: "2026-01-01T00:00:00Z" }, "place.json", "id: "],
    ["no date", { id: "X-1" }, "X-1", "modified: "],
    ["no list of affected packages", toRecord("X-1", { affected: { package: {} } }), "X-1", "affected: "],
  ])("are rejected by name: %s", (_, record, id, place) => {
    const { facts, rejects } = normalise(record);
    expect(facts).toEqual([]);
    expect(rejects).toEqual([{ id, reason: expect.stringMatching(`^${place}`) }]);
  });

  it.each([
    ["a version that is a number", { ranges: [{ type: "SEMVER", events: [{ introduced: 0 }] }] }, "ranges.0.events.0"],
    ["an unknown kind of range", { ranges: [{ type: "MOON", events: [] }] }, "ranges.0"],
    ["versions that are no list", { versions: "1.0" }, "versions"],
    ["unreadable ranges beside exact versions", { ranges: 7, versions: ["1.0"] }, "ranges"],
  ])("leave a package undecided of which cannot be read what is affected: %s", (_, changes, place) => {
    const record = toRecord("X-1", { affected: [toAffected("npm", "a", changes), toAffected("npm", "b")] });
    expect(toAdvisory(record).affected).toMatchObject([
      { name: "a", ranges: [], versions: [] },
      { name: "b", ranges: [{}] },
    ]);
    expect(normalise(record).rejects).toEqual([
      { id: "X-1", reason: expect.stringContaining(`affected[0]: ${place}`) },
    ]);
  });

  it("lose the part that does not say whom it is about, and keep the rest", () => {
    const record = toRecord("X-1", {
      affected: [toAffected("npm", "a", { package: { ecosystem: "npm" } }), toAffected("npm", "b")],
    });
    expect(toAdvisory(record).affected.map(({ name }) => name)).toEqual(["b"]);
    expect(normalise(record).rejects).toEqual([
      { id: "X-1", reason: expect.stringContaining("affected[0]: package.name") },
    ]);
  });

  it("are nothing but rejects when no part is left", () => {
    const { facts, rejects } = normalise(toRecord("X-1", { affected: [7, "x"] }));
    expect(facts).toEqual([]);
    expect(rejects).toHaveLength(2);
  });

  it("keep their packages whatever is wrong with what only describes them", () => {
    const record = toRecord("X-1", {
      summary: 7,
      details: null,
      aliases: "CVE-1",
      related: [1, "CVE-2", null],
      upstream: null,
      published: 3,
      withdrawn: false,
      severity: "high",
      references: [{ url: 7 }, "x", { url: "javascript:alert(1)" }, { url: "https://example.org/a" }],
      database_specific: "x",
      affected: [toAffected("npm", "a", { severity: 3, ecosystem_specific: [], database_specific: 7 })],
    });
    expect(normalise(record).rejects).toEqual([]);
    expect(toAdvisory(record)).toMatchObject({
      summary: "",
      aliases: [],
      related: ["CVE-2"],
      severity: [],
      references: ["https://example.org/a"],
      affected: [{ name: "a", severity: [] }],
    });
  });
});

describe("ids of other records", () => {
  it("stay apart: aliases are the same vulnerability, upstream and related are not", () => {
    const record = toRecord("DSA-1-1", { aliases: ["GHSA-x"], upstream: ["CVE-1", "CVE-2"], related: ["CVE-3"] });
    expect(toAdvisory(record)).toMatchObject({
      aliases: ["GHSA-x"],
      upstream: ["CVE-1", "CVE-2"],
      related: ["CVE-3"],
    });
  });

  it("may all be missing", () => {
    expect(toAdvisory(toRecord("RUSTSEC-2020-1"))).toMatchObject({ aliases: [], upstream: [], related: [] });
  });
});

describe("severity", () => {
  const vector = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:H";

  it("reads vectors, words as scores, and says the same thing once", () => {
    const severity = [
      { type: "CVSS_V3", score: vector },
      { type: "CVSS_V3", score: vector },
      { type: "Ubuntu", score: "medium" },
    ];
    expect(toAdvisory(toRecord("UBUNTU-CVE-2021-1", { severity })).severity).toEqual([
      { kind: "cvss", version: "3.1", vector, source: "ubuntu" },
      { kind: "label", label: "medium", source: "ubuntu" },
    ]);
  });

  it("keeps what a package says of itself with the package", () => {
    const record = toRecord("BIT-x-1", {
      affected: [toAffected("Bitnami", "x", { severity: [{ type: "CVSS_V3", score: vector }] })],
      database_specific: { severity: "High" },
    });
    expect(toAdvisory(record)).toMatchObject({
      severity: [{ kind: "label", label: "high", source: "bitnami" }],
      affected: [{ severity: [{ kind: "cvss", vector, source: "bitnami" }] }],
    });
  });

  it("reads GitHub's MODERATE as medium", () => {
    expect(toAdvisory(toRecord("GHSA-1", { database_specific: { severity: "MODERATE" } })).severity).toEqual([
      { kind: "label", label: "medium", source: "github" },
    ]);
  });

  it("reads the rating at the start of a summary, but only where it is one", () => {
    const summary = "Important: openssl security update";
    expect(toAdvisory(toRecord("ALSA-2024:1", { summary })).severity).toEqual([
      { kind: "label", label: "high", source: "almalinux" },
    ]);
    expect(toAdvisory(toRecord("GHSA-1", { summary })).severity).toEqual([]);
  });

  it("leaves out what it cannot read, and says so", () => {
    const severity = [{ type: "CVSS_V3", score: "7.5" }, { type: "MOON", score: "full" }, 7];
    const record = toRecord("GHSA-1", { severity });
    expect(toAdvisory(record).severity).toEqual([]);
    expect(normalise(record).notes).toEqual(["severity-unreadable", "severity-unreadable", "severity-unreadable"]);
  });
});

describe("what feeds say about a package", () => {
  it("keeps RustSec's class of warnings", () => {
    const affected = toAffected("crates.io", "x", { database_specific: { informational: "unmaintained" } });
    expect(affectedOf(affected)[0]?.informational).toBe("unmaintained");
    expect(
      affectedOf(toAffected("crates.io", "x", { database_specific: { informational: null } }))[0],
    ).not.toHaveProperty("informational");
  });

  it("keeps Debian's urgency word for word", () => {
    expect(
      affectedOf(toAffected("Debian:12", "x", { ecosystem_specific: { urgency: "not yet assigned" } })),
    ).toMatchObject([{ urgency: "not yet assigned" }]);
  });

  it.each([
    [[{ binary_name: "libssl3", binary_version: "3" }, { binary_name: "openssl" }, { binary_name: "libssl3" }]],
    [[{ libssl3: "3.0.8-1", openssl: "3.0.8-1" }]],
  ])("reads the names of binary packages from %j", (binaries) => {
    expect(
      affectedOf(toAffected("Ubuntu:24.04:LTS", "openssl", { ecosystem_specific: { binaries } }))[0]?.binaries,
    ).toEqual(["libssl3", "openssl"]);
  });

  it("spells ecosystems as OSV does, and says when it does not know one", () => {
    expect(affectedOf(toAffected("kubernetes", "k8s.io/x"))[0]?.ecosystem).toBe("Kubernetes");
    const record = toRecord("X-1", { affected: [toAffected("Solaris:11", "x")] });
    expect(toAdvisory(record).affected[0]?.ecosystem).toBe("Solaris:11");
    expect(normalise(record).notes).toEqual(["ecosystem-unknown"]);
  });

  it("never depends on who converted the record", () => {
    const converted = toRecord("DSA-1-1", { database_specific: { converted_from: "somewhere" } });
    expect(normalise(converted)).toEqual(normalise(toRecord("DSA-1-1")));
  });
});

describe("summaries", () => {
  it("are how the details begin when the record has none, and never long", () => {
    expect(toAdvisory(toRecord("X-1", { details: "\n First line \nsecond" })).summary).toBe("First line");
    expect(toAdvisory(toRecord("X-1", { summary: "s".repeat(1000) })).summary).toHaveLength(300);
  });
});

describe("origins", () => {
  it.each([
    ["GHSA-xxxx-yyyy-zzzz", "github"],
    ["GO-2023-2102", "go"],
    ["PYSEC-2023-214", "pypa"],
    ["RUSTSEC-2023-0096", "rustsec"],
    ["DSA-5724-1", "debian"],
    ["DEBIAN-CVE-2024-6387", "debian"],
    ["ALPINE-CVE-2022-21541", "alpine"],
    ["ALSA-2024:2193", "almalinux"],
    ["UBUNTU-CVE-2021-3782", "ubuntu"],
    ["AZL-3767-M1", "azure-linux"],
    ["BIT-joomla-2026-40383", "bitnami"],
    ["CVE-2020-8559", "osv"],
    ["NEW-1", "osv"],
  ])("are told by the id: %s is of %s", (id, origin) => {
    expect(toAdvisory(toRecord(id)).source).toBe(origin);
  });
});
