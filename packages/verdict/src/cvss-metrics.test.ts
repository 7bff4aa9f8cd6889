import { describe, expect, it } from "vitest";
import { parseAttackerMetrics, readAttackerMetrics } from "./cvss-metrics.ts";

describe("parseAttackerMetrics", () => {
  it("reads versions 3.1, 4.0 and 2.0", () => {
    expect(parseAttackerMetrics("CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:U/C:H/I:H/A:H", "nvd")).toMatchObject({
      attackVector: "N",
      needsPrivileges: true,
      needsUser: true,
    });
    expect(
      parseAttackerMetrics("CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "nvd"),
    ).toMatchObject({
      attackVector: "P",
      needsPrivileges: false,
      needsUser: true,
    });
    expect(parseAttackerMetrics("(AV:L/AC:M/Au:S/C:P/I:P/A:P)", "nvd")).toMatchObject({
      attackVector: "L",
      needsPrivileges: true,
      needsUser: false,
    });
  });

  it("reads nothing out of a vector it does not understand", () => {
    for (const vector of [
      "",
      "7.5",
      "CVSS:3.1/AV:X/PR:N",
      "CVSS:3.1/AV:N",
      "CVSS:3.1/AV:N/PR:?",
      `CVSS:3.1/AV:N/PR:N${"/E:X".repeat(200)}`,
    ]) {
      expect(parseAttackerMetrics(vector, "nvd")).toBeUndefined();
    }
  });
});

describe("readAttackerMetrics", () => {
  it("drops version 2 when a later version is there, and duplicates", () => {
    const vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    const metrics = readAttackerMetrics({
      cvss: [{ vector, version: "3.1", baseScore: 9.8, source: "nvd" }],
      severities: [
        { kind: "cvss", version: "3.1", vector, source: "ghsa" },
        { kind: "cvss", version: "2.0", vector: "AV:L/AC:L/Au:N/C:P/I:P/A:P", source: "nvd" },
        { kind: "label", label: "high", source: "debian" },
      ],
    });
    expect(metrics).toEqual([{ vector, source: "nvd", attackVector: "N", needsPrivileges: false, needsUser: false }]);
  });

  it("reads version 2 when there is nothing else", () => {
    const severities = [{ kind: "cvss", version: "2.0", vector: "AV:N/AC:L/Au:N/C:P/I:P/A:P", source: "nvd" }] as const;
    expect(readAttackerMetrics({ cvss: [], severities })).toHaveLength(1);
  });
});
