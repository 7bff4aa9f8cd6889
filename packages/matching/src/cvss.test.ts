import { describe, expect, it } from "vitest";
import { type CvssScores, formatCvss, parseCvss, scoreCvss } from "./cvss.ts";

function score(text: string): CvssScores {
  const parsed = parseCvss(text);
  return parsed.ok ? scoreCvss(parsed.value) : expect.fail(parsed.problem.message);
}

describe("parseCvss", () => {
  it.each([
    ["an unknown prefix", "CVSS:3.3/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
    ["no vector", "critical"],
    ["a missing base metric", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H"],
    ["an unknown metric", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/Q:Q"],
    ["an unknown value", "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
    ["a metric twice", "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
    ["a metric with two values", "CVSS:3.1/AV:N:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
    ["v4 metrics out of order", "CVSS:4.0/AC:L/AV:N/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N"],
    ["a v3 vector in parentheses", "(CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H)"],
    ["endless text", `CVSS:3.1/${"AV:N/".repeat(1000)}`],
  ])("refuses %s by code", (_, text) => {
    expect(parseCvss(text)).toMatchObject({ ok: false, problem: { code: "matching.cvss-invalid" } });
  });

  it("takes v3 metrics in any order and v2 vectors in parentheses", () => {
    const third = parseCvss("CVSS:3.0/S:U/AV:N/AC:L/PR:H/UI:N/C:L/I:L/A:N");
    expect(third.ok && formatCvss(third.value)).toBe("CVSS:3.0/AV:N/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:N");
    const second = parseCvss("(AV:N/AC:L/Au:N/C:N/I:N/A:C)");
    expect(second.ok && formatCvss(second.value)).toBe("AV:N/AC:L/Au:N/C:N/I:N/A:C");
  });

  it("asks for whole optional groups of v2 only when strict", () => {
    const part = "AV:A/AC:L/Au:N/C:C/I:C/A:C/E:F";
    expect([parseCvss(part).ok, parseCvss(part, "strict").ok]).toEqual([true, false]);
  });
});

describe("scoreCvss", () => {
  it("rounds v2 halves up in decimal, not in binary", () => {
    expect(score("AV:N/AC:L/Au:S/C:C/I:C/A:C/E:F/RL:U/RC:C")).toEqual({ base: 9, temporal: 8.6, overall: 8.6 });
  });

  it("gives v2 no score for a group that is not stated", () => {
    expect(score("AV:N/AC:L/Au:N/C:C/I:C/A:C")).toEqual({ base: 10, overall: 10 });
    expect(score("AV:L/AC:H/Au:M/C:N/I:N/A:N").base).toBe(0);
  });

  it("scores v3.1 environments by their own equation even where nothing is stated", () => {
    // Specification v3.1 §7.3: the exponent differs when the scope changes.
    expect(score("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H")).toEqual({
      base: 9.6,
      temporal: 9.6,
      environmental: 9.7,
      overall: 9.6,
    });
  });

  it("answers the most specific v3 score as overall", () => {
    expect(score("CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:N/E:F/RL:X").overall).toBe(3.7);
    expect(score("CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:N/CR:H/IR:H/AR:H").overall).toBe(4.8);
  });

  it("keeps the v4 base score apart from the threat's", () => {
    expect(score("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U")).toEqual({
      base: 7.7,
      overall: 5.2,
    });
  });
});
