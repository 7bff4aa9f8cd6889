import type { EstateSnapshot } from "@sightline/model";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createFailure } from "../testing/fake-azure.ts";
import { collectSample } from "../testing/sample-estate.ts";
import { parseSnapshot } from "./parse-snapshot.ts";

let whole: EstateSnapshot;
let partial: EstateSnapshot;

beforeAll(async () => {
  whole = await collectSample();
  let count = 0;
  const codes = ["azure.forbidden", "azure.throttled", "azure.server-error"] as const;
  partial = await collectSample((_call, { items }) => {
    count += 1;
    const code = codes[count % 5];
    return code === undefined ? { items: [...items, null] } : { items, failure: createFailure(code, 400 + count) };
  });
});

const record = z.record(z.string(), z.unknown());

function store(snapshot: EstateSnapshot): unknown {
  const stored: unknown = JSON.parse(JSON.stringify(snapshot));
  return stored;
}

/** Every place in a JSON value, as the path to it. */
function pathsOf(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => [
    [name],
    ...pathsOf(member).map((path) => [name, ...path]),
  ]);
}

/** The value with the place at a path changed; `undefined` takes it away. */
function change(value: unknown, [name = "", ...rest]: readonly string[], to: (old: unknown) => unknown): unknown {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    return list.map((each, index) =>
      String(index) !== name ? each : rest.length === 0 ? to(each) : change(each, rest, to),
    );
  }
  const members = record.parse(value);
  const changed = rest.length === 0 ? to(members[name]) : change(members[name], rest, to);
  const { [name]: _old, ...others } = members;
  return changed === undefined ? others : { ...others, [name]: changed };
}

describe("a stored snapshot", () => {
  it("comes back as it was, whole or with gaps of every kind", () => {
    const kinds = new Set(partial.coverage.flatMap(({ gaps }) => gaps.map(({ kind }) => kind)));
    expect(kinds).toEqual(new Set(["denied", "throttled", "failed", "unreadable"]));
    for (const snapshot of [whole, partial]) {
      expect(parseSnapshot(store(snapshot))).toEqual({ ok: true, value: snapshot });
    }
  });

  it("comes back as it was without any of its parts", () => {
    fc.assert(
      fc.property(fc.func(fc.boolean()), fc.boolean(), (isKept, fromWhole) => {
        const snapshot = fromWhole ? whole : partial;
        const smaller: EstateSnapshot = {
          ...snapshot,
          resources: snapshot.resources.filter(({ id }) => isKept(id)),
          workloads: snapshot.workloads.filter(({ id }) => isKept(id)),
          coverage: snapshot.coverage.filter(({ id }) => isKept(id)),
        };
        expect(parseSnapshot(store(smaller))).toEqual({ ok: true, value: smaller });
      }),
      { numRuns: 30 },
    );
  });

  it("with any one place made into something else is refused, and the message says where", () => {
    const stored = store(whole);
    const places = pathsOf(stored).filter(
      // Free maps may hold any text; numbers of a port may also be names.
      (path) => !path.some((part) => ["port", "targetPort"].includes(part)),
    );
    expect(places.length).toBeGreaterThan(3000);
    fc.assert(
      fc.property(fc.constantFrom(...places), (place) => {
        const parsed = parseSnapshot(change(stored, place, () => ({ not: { as: "stored" } })));
        expect(parsed).toMatchObject({ ok: false, problem: { code: "estate.snapshot-invalid" } });
      }),
      { numRuns: 60 },
    );
    const wrong = parseSnapshot(change(stored, ["resources", "0", "id"], () => 7));
    expect(wrong.ok ? "" : wrong.problem.message).toContain("resources.0.id");
  });

  it("with a member nobody knows is refused: it was not written by this format", () => {
    const stored = store(whole);
    for (const place of [["surprise"], ["resources", "0", "surprise"], ["coverage", "0", "surprise"]]) {
      expect(parseSnapshot(change(stored, place, () => true)).ok).toBe(false);
    }
  });

  it.each([
    ["another format", ["format"], () => 2],
    [
      "a list called complete that has gaps",
      ["coverage", "0", "gaps"],
      () => [{ kind: "throttled", subject: "x", status: 429, remedy: "" }],
    ],
    ["a resource of an unknown kind", ["resources", "0", "kind"], () => "teapot"],
    [
      "a digest that is none",
      ["workloads", "0", "containers"],
      () => [{ name: "c", image: { kind: "digest", name: "n", digest: "latest" }, declaredPorts: [] }],
    ],
    ["a time that is none", ["takenAt"], () => "yesterday"],
    ["no coverage", ["coverage"], () => undefined],
  ])("with %s is refused", (_what, place, to) => {
    expect(parseSnapshot(change(store(whole), place, to)).ok).toBe(false);
  });

  it("that holds an id twice is refused, whatever its case", () => {
    const [first] = whole.resources;
    const twice = { ...whole, resources: [...whole.resources, first] };
    expect(parseSnapshot(JSON.parse(JSON.stringify(twice))).ok).toBe(false);
    const cased: unknown = JSON.parse(JSON.stringify(twice), (name, value: unknown) =>
      name === "id" && typeof value === "string" && value === first?.id ? value.toUpperCase() : value,
    );
    expect(parseSnapshot(cased).ok).toBe(false);
  });

  it.each([undefined, null, 7, "text", [], {}])("is not %j", (value) => {
    expect(parseSnapshot(value).ok).toBe(false);
  });
});
