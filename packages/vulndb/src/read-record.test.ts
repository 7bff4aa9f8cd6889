import { describe, expect, it } from "vitest";
import { toAffected, toRecord } from "./bucket.fixture.ts";
import { readOsvRecord } from "./read-record.ts";

describe("readOsvRecord", () => {
  it("reads a record as an import would", () => {
    const record = toRecord("GHSA-1", { affected: [toAffected("kubernetes", "k8s.io/x")] });
    expect(readOsvRecord(record)).toMatchObject({
      kind: "advisory",
      advisory: { id: "GHSA-1", source: "github", affected: [{ ecosystem: "Kubernetes" }] },
    });
  });

  it("says why there is nothing to match", () => {
    expect(readOsvRecord(toRecord("GO-1", { withdrawn: "2024-01-01T00:00:00Z" }))).toEqual({
      kind: "dropped",
      reason: "withdrawn",
    });
    expect(readOsvRecord({ id: "GO-1" })).toEqual({
      kind: "unreadable",
      reason: expect.stringContaining("modified"),
    });
  });
});
