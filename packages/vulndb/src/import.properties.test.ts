import { join } from "node:path";
import type { Advisory } from "@sightline/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createFolders,
  createStillClock,
  type RawRecord,
  toBucket,
  writeUnpacked,
  writeZipped,
} from "./bucket.fixture.ts";
import { openDatabase } from "./database.ts";
import { importAdvisories } from "./import.ts";
import { toPackageKey } from "./package-key.ts";
import { osvSource } from "./sources/osv/index.ts";

const createFolder = createFolders();

const ecosystem = fc.constantFrom("npm", "PyPI", "Debian:11", "Debian:12", "Go", "Maven", "kubernetes", "Moon:1");
const name = fc.constantFrom("a", "A", "b_b", "b-b", "@s/c", "g:a", "ключ");
const version = fc.constantFrom("0", "1.0", "2:1.0-1", "0.0.0-0", "1.2.3.RELEASE");
const event = fc.oneof(
  fc.record({ introduced: version }),
  fc.record({ fixed: version }),
  fc.record({ last_affected: version }),
);
const affected = fc.record({
  package: fc.record({ ecosystem, name }),
  ranges: fc.array(fc.record({ type: fc.constantFrom("SEMVER", "ECOSYSTEM", "GIT"), events: fc.array(event) }), {
    maxLength: 3,
  }),
  versions: fc.array(version, { maxLength: 5 }),
});
const record = fc.record({
  id: fc.nat(10_000).map((number) => `GHSA-${number}`),
  modified: fc.constantFrom("2024-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2026-01-01T00:00:00.123Z"),
  summary: fc.string({ maxLength: 40 }),
  aliases: fc.array(fc.constantFrom("CVE-1", "CVE-2"), { maxLength: 2 }),
  references: fc.array(fc.record({ url: fc.webUrl() }), { maxLength: 3 }),
  affected: fc.array(affected, { minLength: 1, maxLength: 5 }),
});

/** The oracle: every record normalised, and all of them looked through for each question. */
function toAdvisories(records: readonly RawRecord[]): readonly Advisory[] {
  return records
    .flatMap((one) => osvSource.normalise(one, "oracle").facts)
    .flatMap((fact) => (fact.kind === "advisory" ? [fact.advisory] : []));
}

function narrow(advisory: Advisory, packageKey: string): Advisory {
  return {
    ...advisory,
    affected: advisory.affected.filter((one) => toPackageKey(one.ecosystem, one.name) === packageKey),
  };
}

function byId(a: Advisory, b: Advisory): number {
  return a.id < b.id ? -1 : 1;
}

describe("an import", () => {
  it("makes exactly what was read be found, by package and by id", async () => {
    const root = createFolder();
    let run = 0;
    const records = fc.uniqueArray(record, { maxLength: 20, minLength: 1, selector: ({ id }) => id });
    await fc.assert(
      fc.asyncProperty(records, fc.boolean(), async (generated, zipped) => {
        run += 1;
        const from = join(root, `${run}-bucket`);
        const to = join(root, `${run}-database`);
        (zipped ? writeZipped : writeUnpacked)(from, toBucket({ npm: generated }));
        await importAdvisories({ from, to, clock: createStillClock() });
        const advisories = toAdvisories(generated);
        const database = openDatabase(to, { verify: true });
        try {
          for (const one of advisories.flatMap((advisory) => advisory.affected)) {
            const key = toPackageKey(one.ecosystem, one.name);
            const expected = advisories
              .map((advisory) => narrow(advisory, key))
              .filter((hit) => hit.affected.length > 0);
            const found = database.advisoriesFor(one.ecosystem, one.name);
            expect([...found].sort(byId)).toEqual(expected.sort(byId));
          }
          for (const advisory of advisories) {
            const found = database.advisory(advisory.id);
            expect({ ...found, affected: new Set(found?.affected) }).toEqual({
              ...advisory,
              affected: new Set(advisory.affected),
            });
          }
          expect(database.status().advisories).toBe(advisories.length);
        } finally {
          database.close();
        }
      }),
      { numRuns: 30 },
    );
  });
});
