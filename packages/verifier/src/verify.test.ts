import { factNames, type ProofBundle, verdictClasses } from "@sightline/model";
import { describe, expect, it } from "vitest";
import type { VerifiableBundle } from "./bundle.ts";
import { canonicalText, contentHash } from "./content-hash.ts";
import { classOfRule, decideByTrying } from "./decision.ts";
import { failureCodes } from "./failure.ts";
import { limits } from "./json.ts";
import { verify } from "./verify.ts";

/** Compiles only while the model's bundle is one this check can be handed. */
const accept = (bundle: ProofBundle): VerifiableBundle => bundle;

describe("the verifier and the model", () => {
  it("know the same classes, and the model's bundle is one the verifier takes", () => {
    expect(accept).toBeTypeOf("function");
    expect([...new Set(classOfRule.values()), "unknown"].sort()).toEqual([...verdictClasses].sort());
  });

  it("know the same facts: three of them never decide or are never observed", () => {
    expect(factNames).toEqual(expect.arrayContaining(["present", "live", "sameImage", "reachInternet", "config"]));
  });
});

describe("verify", () => {
  it("rejects what is no bundle, and never throws", () => {
    const strange: readonly unknown[] = [
      undefined,
      null,
      7,
      "bundle",
      [],
      {},
      { format: 1 },
      { format: 1, verdict: {}, evidence: [], coverage: [] },
      { format: 1, verdict: { unit: {}, proof: { truth: "T" }, facts: [7] }, evidence: [], coverage: [] },
      { format: 1, verdict: { unit: {}, proof: { truth: "X" } }, evidence: [], coverage: [] },
      { format: 1, verdict: { unit: {}, proof: { truth: "T" } }, evidence: ["ev"], coverage: [] },
      { format: 1n },
      { format: Number.NaN },
      { format: () => 1 },
    ];
    for (const bundle of strange) {
      expect(verify(bundle, { now: "2026-11-21T09:40:00.000Z" }).ok).toBe(false);
    }
  });

  it("reads nothing beyond its limits", () => {
    const deep = Array.from({ length: limits.depth + 2 }).reduce<unknown>((inner) => [inner], 1);
    const many = Array.from({ length: limits.values + 1 }, () => 1);
    const long = "x".repeat(limits.textLength + 1);
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    for (const bundle of [deep, many, long, circle]) {
      expect(verify(bundle, { now: "2026-11-21T09:40:00.000Z" })).toMatchObject({
        ok: false,
        failures: [{ code: "bundle.malformed" }],
      });
    }
  });

  it("names an empty but well-formed bundle's faults by code, each a known one", () => {
    const checked = verify(
      {
        format: 2,
        verdict: { unit: {}, facts: [], proof: { rule: "verdict", truth: "T", inputs: [] } },
        evidence: [],
        coverage: [],
      },
      { now: "never" },
    );
    const codes = checked.ok ? [] : checked.failures.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(["bundle.version", "verdict.id", "verdict.seal", "verdict.class"]));
    expect(codes.every((code) => failureCodes.includes(code))).toBe(true);
  });
});

describe("canonicalText", () => {
  it("writes RFC 8785 and refuses what has no single form", () => {
    expect(canonicalText({ b: [1, 0.5, null, true], a: "é\n" })).toBe('{"a":"é\\n","b":[1,0.5,null,true]}');
    expect(canonicalText(2 ** 53)).toBeUndefined();
    expect(canonicalText({ a: ["\ud800"] })).toBeUndefined();
    expect(contentHash({})).toBe("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  });
});

describe("decideByTrying", () => {
  it("finds the range by filling in every unknown", () => {
    const truths = new Map([
      ["present", "T"],
      ["sameImage", "T"],
      ["executable", "T"],
      ["live", "T"],
      ["inboundOnly", "T"],
      ["reachInternet", "U"],
      ["needsPrivilege", "F"],
      ["authGate", "F"],
      ["reachTrusted", "F"],
      ["reachFoothold", "F"],
    ] as const);
    expect(decideByTrying(truths, ["inbound"])).toEqual({
      class: "unknown",
      floor: "not_exploitable.no_path",
      ceiling: "exploitable.internet",
      possible: ["exploitable.internet", "not_exploitable.no_path"],
    });
    expect(decideByTrying(new Map(), [])).toBeUndefined();
    expect(decideByTrying(new Map([["executable", "F"]] as const), ["data"])).toMatchObject({
      class: "not_exploitable.not_executable",
    });
  });
});
