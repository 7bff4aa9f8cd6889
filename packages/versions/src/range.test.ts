import type { RangeEvent } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { matchRange, matchVersions } from "./range.ts";
import { schemeFor } from "./schemes.ts";

const npm = schemeFor("npm");

function place(text: string, ...events: RangeEvent[]) {
  const version = npm.parse(text);
  return version.kind === "version" ? matchRange({ events }, version, npm) : expect.fail();
}

describe("one range", () => {
  it("leaves the fixed version outside and what is before it inside", () => {
    const events = [{ introduced: "1.0.0" }, { fixed: "1.2.0" }];
    expect(place("1.1.9", ...events)).toMatchObject({ kind: "affected", end: { kind: "fixed", version: "1.2.0" } });
    expect(place("1.2.0", ...events)).toMatchObject({ kind: "not-affected" });
    expect(place("0.9.0", ...events)).toMatchObject({ kind: "not-affected" });
    expect(place("1.0.0", ...events)).toMatchObject({ kind: "affected" });
  });

  it("keeps the last affected version inside and offers no fix", () => {
    const events = [{ introduced: "0" }, { lastAffected: "2.0.0" }];
    expect(place("2.0.0", ...events)).toMatchObject({
      kind: "affected",
      end: { kind: "last-affected", version: "2.0.0" },
    });
    expect(place("2.0.1", ...events)).toMatchObject({ kind: "not-affected" });
  });

  it("covers pre-releases of the fixed version by pure order", () => {
    expect(place("2.0.0-rc.1", { introduced: "0" }, { fixed: "2.0.0" })).toMatchObject({ kind: "affected" });
  });

  it("puts 0 before every version, pre-releases of 0.0.0 included", () => {
    expect(place("0.0.0-alpha", { introduced: "0" })).toMatchObject({ kind: "affected", end: { kind: "open" } });
  });

  it("holds every later version when it has no end", () => {
    expect(place("99.0.0", { introduced: "1.0.0" })).toMatchObject({ kind: "affected", end: { kind: "open" } });
  });

  it("walks several pairs and names the fix of the one that holds the version", () => {
    const events = [{ introduced: "1.0.0" }, { fixed: "1.2.0" }, { introduced: "2.0.0" }, { fixed: "2.3.0" }];
    expect(place("2.1.0", ...events)).toMatchObject({ end: { kind: "fixed", version: "2.3.0" } });
    expect(place("1.5.0", ...events)).toMatchObject({ kind: "not-affected" });
    expect(place("1.1.0", ...events)).toMatchObject({ end: { kind: "fixed", version: "1.2.0" } });
  });

  it("sorts events that stand in any order", () => {
    const events = [{ introduced: "1.28.0" }, { fixed: "1.28.4" }, { fixed: "1.8.9" }, { introduced: "0" }];
    expect(place("1.28.1", ...events)).toMatchObject({ end: { kind: "fixed", version: "1.28.4" } });
    expect(place("1.9.0", ...events)).toMatchObject({ kind: "not-affected" });
    expect(place("1.8.8", ...events)).toMatchObject({ end: { kind: "fixed", version: "1.8.9" } });
  });

  it("goes on through a release at which one line is fixed and the next begins affected", () => {
    const events = [{ introduced: "0" }, { fixed: "1.0.0" }, { introduced: "1.0.0" }, { fixed: "1.1.0" }];
    expect(place("1.0.0", ...events)).toMatchObject({ kind: "affected", end: { kind: "fixed", version: "1.1.0" } });
    expect(place("0.9.0", ...events)).toMatchObject({ kind: "affected", end: { kind: "fixed", version: "1.1.0" } });
  });

  it("never was affected where it is introduced and fixed at once", () => {
    expect(place("1.0.0", { introduced: "0" }, { fixed: "0" })).toMatchObject({ kind: "not-affected" });
    expect(place("1.0.0", { introduced: "1.0.0" }, { fixed: "1.0.0" })).toMatchObject({ kind: "not-affected" });
  });

  it("holds exactly one version where the introduced is also the last affected", () => {
    const events = [{ introduced: "1.0.0" }, { lastAffected: "1.0.0" }];
    expect(place("1.0.0", ...events)).toMatchObject({ kind: "affected" });
    expect(place("1.0.1", ...events)).toMatchObject({ kind: "not-affected" });
  });

  it("is unknown when an event cannot be read, never outside", () => {
    expect(place("1.0.0", { introduced: "0" }, { fixed: "next release" })).toMatchObject({ kind: "unknown" });
    expect(place("1.2.3", { introduced: "0" }, { fixed: "1.2.3.4" })).toMatchObject({ kind: "unknown" });
  });

  it("is unknown when nothing says where it begins", () => {
    expect(place("1.0.0", { fixed: "0.5.0" })).toMatchObject({ kind: "unknown" });
    expect(place("1.0.0")).toMatchObject({ kind: "unknown" });
  });

  it("is unknown where only a lenient tool would order, unless the versions differ before that place", () => {
    expect(place("1.2.3.4", { introduced: "0" }, { fixed: "1.2.3" })).toMatchObject({ kind: "unknown" });
    expect(place("1.2.3.4", { introduced: "0" }, { fixed: "1.0.0" })).toMatchObject({ kind: "not-affected" });
    expect(place("1.0.0", { introduced: "0" }, { fixed: "1.2.3.4" })).toMatchObject({ kind: "affected" });
  });

  it("is unknown when two of its own events cannot be told apart", () => {
    const events = [{ introduced: "1.2.3" }, { fixed: "1.2.3.4" }];
    expect(place("5.0.0", ...events)).toMatchObject({ kind: "unknown" });
  });

  it("relies on what stands before the fault in secdb's versions", () => {
    const apk = schemeFor("apk");
    const affected = { ranges: [{ events: [{ introduced: "0" }, { fixed: "1.34.0_r0" }] }], versions: [] };
    expect(matchVersions(affected, "1.36.1-r29", apk)).toMatchObject({ kind: "not-affected" });
    expect(matchVersions(affected, "1.33.1-r2", apk)).toMatchObject({ kind: "affected" });
    expect(matchVersions(affected, "1.34.0-r0", apk)).toMatchObject({ kind: "unknown" });
  });

  it("says in words why", () => {
    expect(place("1.1.0", { introduced: "1.0.0" }, { fixed: "1.2.0" }).reason).toBe(
      "1.1.0 is before 1.2.0, the fixed version and not before 1.0.0, where it came in",
    );
    expect(place("1.3.0", { introduced: "1.0.0" }, { fixed: "1.2.0" }).reason).toBe(
      "1.3.0 is not before 1.2.0, the fixed version",
    );
  });
});

describe("ranges and exact versions together", () => {
  const ranges = [{ events: [{ introduced: "1.0.0" }, { fixed: "1.2.0" }] }];

  it("are affected when either says so", () => {
    expect(matchVersions({ ranges, versions: ["0.1.0"] }, "0.1.0", npm)).toMatchObject({
      kind: "affected",
      end: { kind: "unstated" },
    });
    expect(matchVersions({ ranges, versions: ["0.1.0"] }, "1.1.0", npm)).toMatchObject({ kind: "affected" });
    expect(matchVersions({ ranges, versions: ["0.1.0"] }, "0.2.0", npm)).toMatchObject({ kind: "not-affected" });
  });

  it("find a listed version in another spelling", () => {
    const pep440 = schemeFor("pep440");
    expect(matchVersions({ ranges: [], versions: ["1.0a1"] }, "1.0-alpha.1", pep440)).toMatchObject({
      kind: "affected",
    });
    expect(matchVersions({ ranges: [], versions: ["2.0.0"] }, "2.0.0+cu118", pep440)).toMatchObject({
      kind: "affected",
    });
  });

  it("hold a local build of the last affected Python release", () => {
    const affected = { ranges: [{ events: [{ introduced: "0" }, { lastAffected: "2.0.0" }] }], versions: [] };
    expect(matchVersions(affected, "2.0.0+cu118", schemeFor("pep440"))).toMatchObject({ kind: "affected" });
    expect(matchVersions(affected, "2.0.1+cu118", schemeFor("pep440"))).toMatchObject({ kind: "not-affected" });
  });

  it("are unknown when both are missing", () => {
    expect(matchVersions({ ranges: [], versions: [] }, "1.0.0", npm)).toMatchObject({ kind: "unknown" });
  });

  it("are unknown for an unreadable version, unless it is listed word for word", () => {
    expect(matchVersions({ ranges, versions: [] }, "latest", npm)).toMatchObject({ kind: "unknown" });
    expect(matchVersions({ ranges, versions: ["latest"] }, "latest", npm)).toMatchObject({ kind: "affected" });
    expect(matchVersions({ ranges: [], versions: ["1.0"] }, "1.0", schemeFor("opaque"))).toMatchObject({
      kind: "affected",
    });
  });

  it("are unknown for a version only a lenient tool would order, unless it is listed", () => {
    expect(matchVersions({ ranges: [], versions: ["1.0.0"] }, "1.2.3.4", npm)).toMatchObject({ kind: "unknown" });
    expect(matchVersions({ ranges: [], versions: ["1.2.3.4"] }, "1.2.3.4", npm)).toMatchObject({ kind: "affected" });
  });

  it("stay unknown when one range cannot be read and no other affects", () => {
    const unreadable = { events: [{ introduced: "0" }, { fixed: "?" }] };
    expect(matchVersions({ ranges: [unreadable, ...ranges], versions: [] }, "1.5.0", npm)).toMatchObject({
      kind: "unknown",
    });
    expect(matchVersions({ ranges: [unreadable, ...ranges], versions: [] }, "1.1.0", npm)).toMatchObject({
      kind: "affected",
    });
  });

  it("never offer a fix that another range of the same entry affects", () => {
    const chain = [
      { events: [{ introduced: "0" }, { fixed: "1.0.0" }] },
      { events: [{ introduced: "1.0.0" }, { fixed: "1.4.0" }] },
    ];
    expect(matchVersions({ ranges: chain, versions: [] }, "0.5.0", npm)).toMatchObject({
      end: { kind: "fixed", version: "1.4.0" },
    });
    const open = [...chain, { events: [{ introduced: "1.2.0" }] }];
    expect(matchVersions({ ranges: open, versions: [] }, "0.5.0", npm)).toMatchObject({ end: { kind: "open" } });
  });
});
