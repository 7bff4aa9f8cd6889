import { describe, expect, it } from "vitest";
import { applyExpiry } from "./expiry.ts";
import { summarise } from "./summary.ts";
import { packages, toFinding, vectors } from "./testing/shop-findings.ts";
import { inbound, only, run } from "./testing/shop-judge.ts";
import { images } from "./testing/shop-resources.ts";

describe("applyExpiry", () => {
  it("leaves a verdict alone while its evidence holds, and takes its word back at that very moment", () => {
    const verdict = only([toFinding(images.ledger, inbound)]);
    expect(verdict.validUntil).toBe("2026-11-21T11:12:00.000Z");
    expect(applyExpiry(verdict, "2026-11-21T11:11:59.999Z")).toBe(verdict);
    const later = applyExpiry(verdict, verdict.validUntil);
    expect(later).toMatchObject({
      id: verdict.id,
      class: "unknown",
      floor: "not_exploitable.absent",
      ceiling: "exploitable.internet",
    });
    expect(later.missing).toMatchObject([{ why: "stale" }]);
    expect(later.sentence).toBe(
      `Undetermined: its evidence expired at 2026-11-21T11:12:00.000Z. It read: ${verdict.sentence}`,
    );
    expect(later.wording?.map(({ text }) => text).join("")).toBe(later.sentence);
  });

  it("does not expire for what the decision never asked", () => {
    const verdict = only([toFinding(images.web, { package: packages.headers, vector: vectors.localUser })]);
    expect(verdict.class).toBe("not_exploitable.not_executable");
    expect(verdict.validUntil).toBe("2026-11-21T15:12:00.000Z");
  });

  it("refuses a moment that is none", () => {
    const verdict = only([toFinding(images.ledger, inbound)]);
    expect(() => applyExpiry(verdict, "soon")).toThrow(expect.objectContaining({ code: "verdict.invalid-time" }));
  });
});

describe("summarise", () => {
  it("counts classes, takes the worst of each vulnerability and ranks what would settle most", () => {
    const findings = [
      toFinding(images.web, { ...inbound, id: "CVE-2099-0001" }),
      toFinding(images.ledger, { ...inbound, id: "CVE-2099-0001" }),
      toFinding(images.ledger, { ...inbound, package: packages.nginx, id: "CVE-2099-0002" }),
      toFinding(images.ledger, { ...inbound, package: packages.stranger, id: "CVE-2099-0003" }),
    ];
    const summary = summarise(run(findings).verdicts);
    expect(summary.byClass).toMatchObject({
      "exploitable.internet": 1,
      "not_exploitable.no_path": 1,
      unknown: 2,
      "inert.not_running": 0,
    });
    expect(summary.headlines.map(({ vulnerability, class: id, verdicts }) => [vulnerability, id, verdicts])).toEqual([
      ["CVE-2099-0001", "exploitable.internet", 2],
      ["CVE-2099-0002", "unknown", 1],
      ["CVE-2099-0003", "unknown", 1],
    ]);
    expect(summary.unsettled.map(({ command, verdicts }) => [command, verdicts])).toEqual([
      ["add deb/nginx to packages/verdict/src/knowledge", 1],
      ["add npm/never-heard-of to packages/verdict/src/knowledge", 1],
    ]);
  });
});
