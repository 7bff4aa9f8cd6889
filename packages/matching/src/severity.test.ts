import type { AffectedPackage, Severity } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { judgeSeverity } from "./severity.ts";
import { createAdvisory, createAffected, cvssOf } from "./testing/samples.ts";

const low = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";
const high = "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H";
const critical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const mediumV4 = "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N";
const highV2 = "AV:N/AC:L/Au:N/C:C/I:C/A:C";

function labelOf(label: Extract<Severity, { kind: "label" }>["label"], source = "osv"): Severity {
  return { kind: "label", label, source };
}

function judge(record: readonly Severity[], entry: Partial<AffectedPackage> = {}, ofCve: readonly Severity[] = []) {
  const affected = createAffected("npm", "p", entry);
  return judgeSeverity([{ advisory: createAdvisory("X-1", [affected], { severity: record }), entry: affected }], ofCve);
}

describe("the severity shown", () => {
  it("is negligible when the distribution calls it unimportant, whatever the score", () => {
    expect(judge([cvssOf(critical)], { urgency: "unimportant" }).severity).toBe("negligible");
    expect(judge([labelOf("negligible"), cvssOf(critical)]).severity).toBe("negligible");
  });

  it("follows the statement for the affected package before the record's", () => {
    expect(judge([labelOf("low")], { severity: [labelOf("high")] }).severity).toBe("high");
    expect(judge([cvssOf(critical)], { severity: [cvssOf(low)] }).severity).toBe("low");
  });

  it("follows the source's own word before a score", () => {
    expect(judge([cvssOf(critical), labelOf("medium", "github")])).toMatchObject({
      severity: "medium",
      severitySource: "github",
    });
  });

  it("passes over a word that says nothing", () => {
    expect(judge([labelOf("unknown"), cvssOf(high)]).severity).toBe("high");
  });

  it("takes the newest CVSS version, and of several vectors the highest", () => {
    expect(judge([cvssOf(critical), cvssOf(mediumV4)]).severity).toBe("medium");
    expect(judge([cvssOf(low), cvssOf(high)]).severity).toBe("high");
  });

  it("knows no critical in CVSS v2", () => {
    expect(judge([cvssOf(highV2)]).severity).toBe("high");
  });

  it("falls back to the metadata of the CVE, then to the distribution's urgency, then to unknown", () => {
    expect(judge([], { urgency: "low" }, [cvssOf(high, "cve")])).toMatchObject({
      severity: "high",
      severitySource: "cve",
    });
    expect(judge([], { urgency: "low**" }).severity).toBe("low");
    expect(judge([], { urgency: "not yet assigned" })).toMatchObject({ severity: "unknown", severitySource: "" });
  });

  it("takes nothing from a vector that cannot be read, but keeps it", () => {
    const judged = judge([cvssOf("CVSS:3.1/AV:N")]);
    expect(judged).toMatchObject({ severity: "unknown", cvss: [] });
    expect(judged.severities).toHaveLength(1);
  });
});

describe("what is kept", () => {
  it("is every statement once, and the base score of every vector with its source", () => {
    const judged = judge([cvssOf(high, "ghsa"), cvssOf(high, "ghsa"), labelOf("high")], {}, [cvssOf(high, "cve")]);
    expect(judged.severities).toHaveLength(3);
    expect(judged.cvss).toEqual([
      { vector: high, version: "3.1", baseScore: 8.8, source: "ghsa" },
      { vector: high, version: "3.1", baseScore: 8.8, source: "cve" },
    ]);
  });
});
