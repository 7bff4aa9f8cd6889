/** The real records of the small corpus, read in place; one line says so where they are not at hand. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { schemeFor, toSchemeId } from "@sightline/versions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createStillClock } from "./bucket.fixture.ts";
import { type BucketDocument, readBucket } from "./bucket.ts";
import { type AdvisoryDatabase, openDatabase } from "./database.ts";
import { type ImportReport, importAdvisories } from "./import.ts";
import { defaultImportLimits } from "./import-limits.ts";
import { osvSource } from "./sources/osv/index.ts";

const data = process.env["SIGHTLINE_CONFORMANCE_DATA"] ?? join(import.meta.dirname, "../../../../shared/data");
const tarball = join(data, "advisories/small.tar.gz");
const isPresent = existsSync(tarball);
if (!isPresent) {
  process.stdout.write("vulndb: no conformance data, 7,411 real records not imported\n");
}

describe.skipIf(!isPresent)("the small corpus", () => {
  let folder = "";
  let report: ImportReport;
  let database: AdvisoryDatabase;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sightline-corpus-"));
    report = await importAdvisories({
      from: tarball,
      feeds: [join(data, "feeds")],
      to: folder,
      clock: createStillClock(),
    });
    database = openDatabase(folder);
  });

  afterAll(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const idsFor = (ecosystem: string, name: string): readonly string[] =>
    database.advisoriesFor(ecosystem, name).map(({ id }) => id);

  it("is read whole: every document is added, a copy, or dropped for a reason", () => {
    const tallies = Object.values(report.ecosystems);
    const total = (what: "documents" | "added" | "copies" | "dropped" | "rejected"): number =>
      tallies.reduce((sum, tally) => sum + tally[what], 0);
    expect(total("documents")).toBe(7411);
    expect(total("rejected")).toBe(0);
    expect(total("added") + total("copies") + total("dropped")).toBe(7411);
    expect(report.rejects).toEqual([]);
    expect(report.status.advisories).toBe(total("added"));
  });

  it("holds the famous ones", () => {
    expect(idsFor("Maven", "org.apache.logging.log4j:log4j-core")).toEqual(
      expect.arrayContaining(["GHSA-jfh8-c2jp-5v3q", "GHSA-7rjr-3q55-vv33"]),
    );
    expect(idsFor("Maven", "org.springframework:spring-beans")).toContain("GHSA-36p3-wjmg-h94x");
    expect(idsFor("npm", "minimist")).toContain("GHSA-xvch-5gv4-984h");
    expect(idsFor("Go", "stdlib")).toContain("GO-2023-2102");
    expect(idsFor("Debian:12", "openssh")).toEqual(expect.arrayContaining(["DSA-5724-1", "DEBIAN-CVE-2024-6387"]));
    expect(idsFor("Debian:12", "zlib")).toContain("DEBIAN-CVE-2023-45853");
  });

  it("has nothing about xz in Debian 12, which was never affected", () => {
    const ids = database.advisoriesFor("Debian:12", "xz-utils").flatMap(({ upstream }) => upstream);
    expect(ids).not.toContain("CVE-2024-3094");
  });

  it("knows what is exploited, and how severe it is", () => {
    expect(database.kevFor("CVE-2021-44228")).toMatchObject({ dateAdded: "2021-12-10", ransomware: true });
    expect(database.cvssFor("CVE-2024-3094")).toContainEqual(expect.objectContaining({ kind: "cvss", version: "3.1" }));
    expect(database.ssvcFor("CVE-2024-9680")?.exploitation).toBe("active");
    expect(report.counts).toMatchObject({ kev: 1662, cves: 44_026, ssvc: 44_026 });
  });

  it("bounds its ranges with versions of their ecosystem, but for a few that are versions nowhere", async () => {
    const unreadable = new Set<string>();
    let bounds = 0;
    const take = ({ name, content }: BucketDocument): void => {
      const { facts } = osvSource.normalise(content.ok ? JSON.parse(content.value.toString("utf8")) : undefined, name);
      for (const one of facts.flatMap((fact) => (fact.kind === "advisory" ? fact.advisory.affected : []))) {
        const scheme = schemeFor(toSchemeId(one.ecosystem));
        const texts = one.ranges.flatMap(({ events }) => events.flatMap((event): string[] => Object.values(event)));
        bounds += texts.length;
        for (const text of texts.filter((bound) => bound !== "0" && scheme.parse(bound).kind === "invalid")) {
          unreadable.add(`${one.ecosystem} ${one.name} ${text}`);
        }
      }
    };
    await readBucket(tarball, { limits: defaultImportLimits, visit: take, progress: () => undefined });
    expect(bounds).toBeGreaterThan(50_000);
    expect([...unreadable].filter((bound) => !/[*~]$|^OSS-Fuzz |main-gha|RELEASE|edge-|nightly/.test(bound))).toEqual(
      [],
    );
  });

  it("is found again record by record, and verified whole", () => {
    openDatabase(folder, { verify: true }).close();
    const ecosystems = database.status().ecosystems.map(({ ecosystem }) => ecosystem);
    expect(ecosystems).toEqual(expect.arrayContaining(["Alpine:v3.20", "Debian:12", "Kubernetes", "PyPI"]));
    expect(database.status().origins.every(({ licence, attribution }) => licence !== "" && attribution !== "")).toBe(
      true,
    );
  });
});
