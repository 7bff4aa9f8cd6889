import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { advisorySources } from "./sources.ts";

describe.each(advisorySources.map((source) => [source.id, source] as const))("advisory source %s", (_, source) => {
  it("says whose data it is and on what terms", () => {
    const { id, name, licence, attribution, url } = source;
    expect(id).toMatch(/^[a-z][a-z-]*$/);
    expect([name, licence, attribution].every((text) => text.length > 2)).toBe(true);
    expect(url).toMatch(/^https:\/\//);
  });

  it("answers anything at all without a throw, the same answer twice, and nothing without a reject or a reason", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (raw) => {
        const answer = source.normalise(raw, "generated");
        expect(source.normalise(raw, "generated")).toEqual(answer);
        expect(answer.facts.length + answer.rejects.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe("advisory sources", () => {
  it("have ids of their own", () => {
    expect(new Set(advisorySources.map(({ id }) => id)).size).toBe(advisorySources.length);
  });

  it("recognise a file one at most, and an unknown file none", () => {
    const heads: Readonly<Record<string, string>> = {
      kev: '{\n  "title": "CISA Catalog", "catalogVersion": "2026.08.07", "vulnerabilities": [',
      "cve-metadata": '{"id":"CVE-1999-0006","state":"PUBLISHED"',
      ssvc: "cve,exploitation,automatable,technical_impact,timestamp",
      "": '{"$schema": "x", "properties": {"catalogVersion": {"type": "string"}, "vulnerabilities": {}}}',
      " ": '{"changeNumber": 376, "cloud": "Public"}',
    };
    for (const [id, head] of Object.entries(heads)) {
      const found = advisorySources.filter(({ delivery }) => delivery.kind === "file" && delivery.recognises(head));
      expect(found.map((source) => source.id)).toEqual(id.trim() === "" ? [] : [id]);
    }
  });
});
