import type { CollectionGap } from "@sightline/model";
import { HttpError } from "@sightline/platform";
import { describe, expect, it } from "vitest";
import { fromArmList, toCoverage, toGap, toSubscriptionList } from "./recording.ts";
import { createFailure } from "./testing/fake-azure.ts";

const list = toSubscriptionList("S1", {
  kind: "pod",
  collector: "test",
  version: 3,
  api: "arm",
  apiVersion: "2024-05-01",
  action: "Microsoft.Things/things/read",
});

describe("a failed read", () => {
  it("that was denied names the missing action and what grants it", () => {
    expect(toGap(createFailure("azure.forbidden", 403), list, "/subscriptions/S1")).toEqual({
      kind: "denied",
      subject: "/subscriptions/S1",
      status: 403,
      code: "Code403",
      missingAction: "Microsoft.Things/things/read",
      remedy: "az role assignment create --assignee <application id> --role Reader --scope /subscriptions/S1",
    });
  });

  it("that got no answer has no status and the code of what went wrong", () => {
    const error = new HttpError({ code: "http.timeout", subject: "x", message: "No answer.", next: "Try again." });
    expect(toGap(error, list, "x")).toEqual({
      kind: "failed",
      subject: "x",
      code: "http.timeout",
      message: "No answer.",
      remedy: "Try again.",
    });
  });

  it.each(["http.cancelled", "http.write-refused"] as const)("is thrown on when it is %s", (code) => {
    const error = new HttpError({ code, subject: "x", message: "No.", next: "" });
    expect(() => toGap(error, list, "x")).toThrow(error);
  });

  it("is thrown on when it is a fault of ours", () => {
    const fault = new TypeError("undefined is not a function");
    expect(() => toGap(fault, list, "x")).toThrow(fault);
  });
});

describe("a coverage record", () => {
  const times = { startedAt: "2026-01-01T00:00:00Z", endedAt: "2026-01-01T00:00:01Z" };

  it("is complete without gaps, and carries the request id that Azure's support asks for", () => {
    const raw = fromArmList({ items: [1], pages: 2, requestId: "r-1" }, list);
    expect(toCoverage(list, { raw, count: 1, gaps: [], ...times })).toEqual({
      id: "/subscriptions/s1|pod",
      scope: "/subscriptions/s1",
      kind: "pod",
      complete: true,
      pages: 2,
      count: 1,
      ...times,
      source: {
        collector: "test",
        version: 3,
        api: "arm",
        apiVersion: "2024-05-01",
        scope: "/subscriptions/S1",
        role: "Reader",
        requestId: "r-1",
      },
      gaps: [],
    });
  });

  it("is not complete where the list broke off, even with everything else read", () => {
    const raw = fromArmList({ items: [], pages: 1, failure: createFailure("azure.throttled", 429) }, list);
    const record = toCoverage(list, { raw, count: 0, gaps: [], ...times });
    expect(record).toMatchObject({ complete: false, gaps: [{ kind: "throttled", status: 429 }] });
  });

  it("names a hundred gaps and counts the rest", () => {
    const gap: CollectionGap = { kind: "unreadable", subject: "x", message: "", remedy: "" };
    const record = toCoverage(list, { raw: { pages: 1 }, count: 0, gaps: Array(150).fill(gap), ...times });
    expect(record.gaps).toHaveLength(101);
    expect(record.gaps.at(-1)).toMatchObject({ kind: "truncated", limit: "50 further gaps" });
    expect(record.complete).toBe(false);
  });
});
