import type { Advisory, AffectedPackage, Package } from "@sightline/model";
import { schemeFor } from "@sightline/versions";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { match } from "./match.ts";
import { matchPackage } from "./match-package.ts";
import {
  createAdvisory,
  createAffected,
  createInventory,
  createLookup,
  debPackage,
  npmPackage,
} from "./testing/samples.ts";

const text = fc.constantFrom(
  "0",
  "1.0.0",
  "1.2.0",
  "1.2.0-rc.1",
  "2.0.0",
  "2.3.4",
  "1.2.3.4",
  "latest",
  "",
  "9".repeat(600),
);
const event = fc.oneof(
  text.map((introduced) => ({ introduced })),
  text.map((fixed) => ({ fixed })),
  text.map((lastAffected) => ({ lastAffected })),
);
const entry: fc.Arbitrary<Partial<AffectedPackage>> = fc.record({
  ranges: fc.array(fc.record({ events: fc.array(event, { maxLength: 5 }) }), { maxLength: 3 }),
  versions: fc.array(text, { maxLength: 2 }),
});

/** Whether the order of an installed version and an advisory's is beyond doubt. */
function isDecided(installed: string, stated: string): boolean {
  const npm = schemeFor("npm");
  const a = npm.parse(installed);
  const b = npm.parse(stated);
  return a.kind === "version" && (stated === "0" || (b.kind === "version" && npm.isDecided(a, b)));
}

describe("one advisory against one version", () => {
  it("says not affected only when the place of the version among all events is beyond doubt", () => {
    fc.assert(
      fc.property(entry, text, (fields, version) => {
        const advisory = createAdvisory("X-1", [createAffected("npm", "p", fields)]);
        const outcome = matchPackage({ ecosystem: "npm", name: "p", version }, advisory);
        if (outcome.kind === "not-affected") {
          const events = (fields.ranges ?? []).flatMap((range) => range.events).flatMap((one) => Object.values(one));
          expect(events.filter((stated) => !isDecided(version, stated))).toEqual([]);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("never offers a fix that the advisory itself affects", () => {
    fc.assert(
      fc.property(entry, text, (fields, version) => {
        const advisory = createAdvisory("X-1", [createAffected("npm", "p", { ...fields, versions: [] })]);
        const outcome = matchPackage({ ecosystem: "npm", name: "p", version }, advisory);
        if (outcome.kind === "affected" && outcome.fix.kind === "fixed") {
          const again = matchPackage({ ecosystem: "npm", name: "p", version: outcome.fix.version }, advisory);
          expect(again.kind).not.toBe("affected");
        }
      }),
      { numRuns: 3000 },
    );
  });
});

const id = fc.constantFrom("CVE-2024-1", "CVE-2024-2", "GHSA-1", "GHSA-2", "DEBIAN-CVE-2024-1", "DSA-1-1");
const ids = fc.uniqueArray(id, { maxLength: 3 });
const subject = fc.constantFrom(["npm", "p"] as const, ["npm", "q"] as const, ["Debian:12", "p"] as const);
const advisory: fc.Arbitrary<Advisory> = fc
  .tuple(id, subject, entry, ids, ids)
  .map(([own, [ecosystem, name], fields, aliases, upstream]) =>
    createAdvisory(own, [createAffected(ecosystem, name, fields)], { aliases, upstream }),
  );
const item: fc.Arbitrary<Package> = fc
  .tuple(fc.boolean(), fc.constantFrom("p", "q", "r"), text)
  .map(([isDebian, name, version]) => (isDebian ? debPackage({ name, version }) : npmPackage({ name, version })));

describe("a report", () => {
  it("is the same whatever the order of the advisories, and repeats no finding", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(advisory, { maxLength: 8, selector: JSON.stringify }),
        fc.uniqueArray(item, { maxLength: 4, selector: (one) => one.purl }),
        (advisories, packages) => {
          const inventory = createInventory(packages);
          const report = match({ inventory, database: createLookup(advisories) });
          const keys = report.findings.map(({ key }) => key);
          expect(new Set(keys).size).toBe(keys.length);
          const back = match({ inventory, database: createLookup(advisories.toReversed()) });
          expect(back.findings.map(({ key, status, fix }) => ({ key, status, fix }))).toEqual(
            report.findings.map(({ key, status, fix }) => ({ key, status, fix })),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("loses no vulnerability that a record of its own affects", () => {
    fc.assert(
      fc.property(fc.array(advisory, { maxLength: 6 }), item, (advisories, one) => {
        const report = match({ inventory: createInventory([one]), database: createLookup(advisories) });
        const reported = new Set(report.findings.flatMap(({ evidence }) => evidence.map((part) => part.advisory)));
        const ecosystem = one.ecosystem ?? "";
        for (const candidate of advisories.filter(({ upstream }) => upstream.length === 0)) {
          const outcome = matchPackage({ ecosystem, name: one.name, version: one.version }, candidate);
          if (outcome.kind === "affected" && candidate.aliases.length < 2) {
            expect(reported).toContain(candidate.id);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
