import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AdvisoryDatabase, importAdvisories, openDatabase } from "@sightline/vulndb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AdvisoryLookup } from "./judge-group.ts";
import { match } from "./match.ts";
import { createInventory, debPackage, npmPackage, pypiPackage } from "./testing/samples.ts";

/** Records as the OSV bucket has them, written by hand. */
const records: readonly {
  readonly folder: string;
  readonly record: { readonly id: string; readonly [field: string]: unknown };
}[] = [
  {
    folder: "npm",
    record: {
      id: "GHSA-live",
      modified: "2026-01-01T00:00:00Z",
      aliases: ["CVE-2024-9001"],
      database_specific: { severity: "MODERATE" },
      affected: [
        {
          package: { ecosystem: "npm", name: "left" },
          ranges: [
            { type: "GIT", repo: "https://example.org/left", events: [{ introduced: "0" }, { fixed: "abc" }] },
            { type: "SEMVER", events: [{ introduced: "0" }, { fixed: "2.0.0" }] },
          ],
        },
      ],
    },
  },
  {
    folder: "npm",
    record: {
      id: "GHSA-gone",
      modified: "2026-01-01T00:00:00Z",
      withdrawn: "2026-01-02T00:00:00Z",
      aliases: ["CVE-2024-9002"],
      affected: [
        { package: { ecosystem: "npm", name: "left" }, ranges: [{ type: "SEMVER", events: [{ introduced: "0" }] }] },
      ],
    },
  },
  {
    folder: "PyPI",
    record: {
      id: "PYSEC-2024-9",
      modified: "2026-01-01T00:00:00Z",
      affected: [
        {
          package: { ecosystem: "PyPI", name: "Zope.Interface" },
          ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { last_affected: "5.0" }] }],
        },
      ],
    },
  },
  {
    folder: "Debian",
    record: {
      id: "DEBIAN-CVE-2024-9003",
      modified: "2026-01-01T00:00:00Z",
      upstream: ["CVE-2024-9003"],
      affected: [
        {
          package: { ecosystem: "Debian:12", name: "openssl" },
          ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }],
          ecosystem_specific: { urgency: "unimportant" },
        },
      ],
    },
  },
  {
    folder: "AlmaLinux",
    record: {
      id: "ALBA-2024:1",
      modified: "2026-01-01T00:00:00Z",
      affected: [
        { package: { ecosystem: "npm", name: "left" }, ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }] },
      ],
    },
  },
];

describe("a database built from records as published", () => {
  let folder = "";
  let database: AdvisoryDatabase;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sightline-matching-"));
    for (const { folder: ecosystem, record } of records) {
      mkdirSync(join(folder, "bucket", ecosystem), { recursive: true });
      writeFileSync(join(folder, "bucket", ecosystem, `${record.id}.json`), JSON.stringify(record));
    }
    const clock = { nowMs: () => Date.UTC(2026, 0, 3), elapsedMs: () => 0, sleep: () => Promise.resolve() };
    await importAdvisories({ from: join(folder, "bucket"), to: join(folder, "db"), clock });
    database = openDatabase(join(folder, "db"));
  });

  afterAll(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("answers everything matching asks", () => {
    const lookup: AdvisoryLookup = database;
    expect(lookup.generation).toMatch(/^20260103T/);
  });

  it("never shows a withdrawn record, nor a notice that reports no vulnerability", () => {
    const report = match({ inventory: createInventory([npmPackage({ name: "left", version: "1.0.0" })]), database });
    expect(report.findings.map(({ vulnerability }) => vulnerability)).toEqual(["CVE-2024-9001"]);
  });

  it("skips ranges over commits beside those over versions", () => {
    const report = match({ inventory: createInventory([npmPackage({ name: "left", version: "2.0.0" })]), database });
    expect(report.findings).toEqual([]);
  });

  it("reads GitHub's MODERATE as medium and Debian's unimportant as negligible", () => {
    const openssl = debPackage({ name: "openssl", version: "3.0.11-1" });
    const report = match({
      inventory: createInventory([openssl, npmPackage({ name: "left", version: "1.0.0" })]),
      database,
    });
    expect(report.findings.map(({ vulnerability, severity }) => [vulnerability, severity])).toEqual([
      ["CVE-2024-9003", "negligible"],
      ["CVE-2024-9001", "medium"],
    ]);
  });

  it("knows the spellings of a Python name", () => {
    const report = match({
      inventory: createInventory([pypiPackage({ name: "zope_interface", version: "5.0" })]),
      database,
    });
    expect(report.findings).toMatchObject([{ vulnerability: "PYSEC-2024-9", fix: { kind: "unknown" } }]);
  });

  it("reports a release it does not cover instead of finding nothing in it", () => {
    const old = debPackage({ name: "openssl", version: "1.1.0l-1", ecosystem: "Debian:9" });
    const report = match({ inventory: createInventory([old]), database });
    expect(report.unmatched).toHaveLength(1);
  });
});
