import { describe, expect, it } from "vitest";
import { toCvssSeverity, toSeverityLabel } from "./severity-label.ts";

describe("toSeverityLabel", () => {
  it.each([
    ["MODERATE", "medium"],
    ["Important", "high"],
    ["High", "high"],
    ["critical", "critical"],
    ["unimportant", "negligible"],
    [" Low ", "low"],
  ])("reads %s as %s", (word, label) => {
    expect(toSeverityLabel(word)).toBe(label);
  });

  it("makes nothing of a word that is no severity", () => {
    expect(["", "7.5", "not yet assigned", "constructor", "__proto__"].map(toSeverityLabel)).toEqual(
      Array.from({ length: 5 }),
    );
  });
});

describe("toCvssSeverity", () => {
  it.each([
    ["CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.0"],
    ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.1"],
    ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0"],
    ["AV:N/AC:L/Au:N/C:P/I:P/A:P", "2.0"],
  ])("reads the version of %s from the vector itself", (vector, version) => {
    expect(toCvssSeverity(vector, "github")).toEqual({ kind: "cvss", version, vector, source: "github" });
  });

  it("takes the brackets off an old vector", () => {
    expect(toCvssSeverity("(AV:N/AC:L/Au:N/C:P/I:P/A:P)", "nvd")).toMatchObject({
      vector: "AV:N/AC:L/Au:N/C:P/I:P/A:P",
    });
  });

  it.each(["7.5", "", "CVSS:3.1", "CVSS:5.0/AV:N", "CVSS:3.1/AV:N/<script>", `CVSS:3.1/AV:N${"/AV:N".repeat(200)}`])(
    "makes nothing of %s",
    (vector) => {
      expect(toCvssSeverity(vector, "github")).toBeUndefined();
    },
  );
});
