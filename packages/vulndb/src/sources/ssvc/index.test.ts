import { describe, expect, it } from "vitest";
import { ssvcSource } from "./index.ts";

describe("ssvcSource", () => {
  it.each([
    ["none", "none"],
    ["None", "none"],
    ["PoC", "poc"],
    ["active", "active"],
  ])("reads exploitation %s as %s", (word, exploitation) => {
    const row = { cve: "CVE-2024-3094", exploitation: word, automatable: "No", technical_impact: "partial" };
    expect(ssvcSource.normalise(row, "ssvc:2").facts).toEqual([
      {
        kind: "ssvc",
        decision: { cve: "CVE-2024-3094", exploitation, automatable: false, technicalImpact: "partial" },
      },
    ]);
  });

  it("stores no decision where none was made, and leaves open what was left open", () => {
    expect(ssvcSource.normalise({ cve: "CVE-2024-3094", exploitation: "" }, "ssvc:2").facts).toMatchObject([
      { kind: "dropped", reason: "no-statement" },
    ]);
    const row = { cve: "CVE-2024-3094", exploitation: "active", automatable: "", technical_impact: "?" };
    expect(ssvcSource.normalise(row, "ssvc:3").facts).toEqual([
      { kind: "ssvc", decision: { cve: "CVE-2024-3094", exploitation: "active" } },
    ]);
  });

  it("names the row that is about no CVE", () => {
    expect(ssvcSource.normalise({ cve: "x", exploitation: "none" }, "ssvc:4").rejects).toMatchObject([
      { id: "ssvc:4" },
    ]);
  });
});
