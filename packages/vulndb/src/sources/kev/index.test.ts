import { describe, expect, it } from "vitest";
import { kevSource } from "./index.ts";

const entry = {
  cveID: "CVE-2021-44228",
  vendorProject: "Apache",
  dateAdded: "2021-12-10",
  dueDate: "2021-12-24",
  requiredAction: "Apply updates.",
  knownRansomwareCampaignUse: "Known",
};

function toCatalogue(vulnerabilities: readonly unknown[]): unknown {
  return { catalogVersion: "2026.08.07", dateReleased: "2026-08-07T16:45:47Z", count: 1, vulnerabilities };
}

describe("kevSource", () => {
  it("reads entries, and ransomware only where it is known", () => {
    const { facts, rejects } = kevSource.normalise(
      toCatalogue([entry, { ...entry, cveID: "CVE-2024-3094", knownRansomwareCampaignUse: "Unknown" }]),
      "kev.json",
    );
    expect(rejects).toEqual([]);
    expect(facts).toEqual([
      {
        kind: "known-exploited",
        version: "2026.08.07",
        releasedAt: "2026-08-07T16:45:47Z",
        entries: [
          {
            cve: "CVE-2021-44228",
            dateAdded: "2021-12-10",
            dueDate: "2021-12-24",
            requiredAction: "Apply updates.",
            ransomware: true,
          },
          expect.objectContaining({ cve: "CVE-2024-3094", ransomware: false }),
        ],
      },
    ]);
  });

  it("names the entry it cannot read and keeps the others", () => {
    const { facts, rejects } = kevSource.normalise(toCatalogue([{ ...entry, cveID: "none" }, entry]), "kev.json");
    expect(facts).toMatchObject([{ entries: [{ cve: "CVE-2021-44228" }] }]);
    expect(rejects).toMatchObject([{ id: "kev.json vulnerabilities[0]" }]);
  });
});
