/** Short ways to match hand-written advisories and to look at the report. */
import type { Advisory, AffectedPackage, Finding, MatchReport, Package } from "@sightline/model";
import { expect } from "vitest";
import { match } from "../match.ts";
import { createAdvisory, createAffected, createInventory, createLookup, type LookupExtras } from "./samples.ts";

/** Matches packages on a Debian 12 image. */
export function run(
  packages: readonly Package[],
  advisories: readonly Advisory[],
  extras: LookupExtras = {},
): MatchReport {
  return match({ inventory: createInventory(packages), database: createLookup(advisories, extras) });
}

/** The one finding of a report. */
export function only(report: MatchReport): Finding {
  const [finding, ...more] = report.findings;
  expect(more).toEqual([]);
  return finding ?? expect.fail("no finding");
}

/** A record of the Debian tracker about one CVE. */
export function debian(cve: string, name: string, fields: Partial<AffectedPackage>, ecosystem = "Debian:12"): Advisory {
  return createAdvisory(`DEBIAN-${cve}`, [createAffected(ecosystem, name, fields)], {
    upstream: [cve],
    source: "debian",
  });
}

/** A record of Alpine's secdb about one CVE. */
export function alpine(
  cve: string,
  name: string,
  fields: Partial<AffectedPackage>,
  ecosystem = "Alpine:v3.20",
): Advisory {
  return createAdvisory(`ALPINE-${cve}`, [createAffected(ecosystem, name, fields)], {
    upstream: [cve],
    source: "alpine",
  });
}

/** A record in GitHub's manner about `ecosystem/name`. */
export function github(
  id: string,
  subject: `${string}/${string}`,
  fields: Partial<AffectedPackage>,
  aliases: readonly string[],
): Advisory {
  const slash = subject.indexOf("/");
  const affected = createAffected(subject.slice(0, slash), subject.slice(slash + 1), fields);
  return createAdvisory(id, [affected], { aliases, source: "github" });
}
