/** What every member of the plug-in point must keep, whatever it is given. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { PackageURL } from "packageurl-js";
import { describe, expect, it } from "vitest";
import { catalogFile } from "./catalog.ts";
import { catalogers, createCatalogContext } from "./catalogers.ts";

const context = createCatalogContext(500);

describe.each(catalogers.map((cataloger) => [cataloger.id, cataloger] as const))("cataloger %s", (id, cataloger) => {
  const folder = join(import.meta.dirname, "catalogers", id);
  const samples = readdirSync(join(folder, "testdata")).map((name) => readFileSync(join(folder, "testdata", name)));
  const path = cataloger.examplePath;

  it("wants its example, has a page, samples and an integer version", () => {
    expect(cataloger.wants({ path, sizeBytes: 1, mode: 0o644 })).toBe(true);
    expect(existsSync(join(folder, "README.md"))).toBe(true);
    expect(samples.length).toBeGreaterThan(0);
    expect(Number.isSafeInteger(cataloger.version) && cataloger.version > 0).toBe(true);
  });

  it("finds packages in its samples whose purls survive a round trip", () => {
    const packages = samples.flatMap((bytes) => catalogFile(id, { bytes }).packages);
    expect(packages.length).toBeGreaterThan(0);
    for (const { purl, version } of packages) {
      const parsed = PackageURL.fromString(purl);
      expect([parsed.toString(), parsed.type, parsed.version ?? ""]).toEqual([purl, cataloger.purlType, version]);
    }
  });

  it("reads a cut sample without throwing, and finds no more than in the whole", () => {
    for (const sample of samples) {
      const whole = cataloger.catalog({ path, bytes: sample }, context).packages.map(({ name }) => name);
      for (let length = 0; length < sample.length; length += 7) {
        const cut = cataloger.catalog({ path, bytes: sample.subarray(0, length) }, context);
        expect(cut.packages.length).toBeLessThanOrEqual(whole.length);
      }
    }
  });

  it("never throws and stays within its bounds on changed samples and on noise; equal bytes give equal outcomes", () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 20 });
    const changed = fc.tuple(fc.constantFrom(...samples), changes).map(([sample, list]) => {
      const bytes = Buffer.from(sample);
      for (const [at, value] of list) {
        bytes[at % bytes.length] = value;
      }
      return bytes;
    });
    const noise = fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(changed, noise), (bytes) => {
        const first = cataloger.catalog({ path, bytes: Buffer.from(bytes) }, context);
        expect(cataloger.catalog({ path, bytes }, context)).toEqual(first);
        expect(first.packages.length).toBeLessThanOrEqual(context.packagesMax);
        expect(first.problems.length).toBeLessThanOrEqual(context.packagesMax + 1);
        for (const { purl } of catalogFile(id, { bytes }).packages) {
          expect(PackageURL.fromString(purl).toString()).toBe(purl);
        }
        for (const { name, version } of first.packages) {
          expect(/\p{Cc}/u.test(name + version) || name === "" || name.length + version.length > 1024).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("takes huge and monotonous input in its stride", () => {
    const sizeBytes = 1024 * 1024;
    for (const filler of ["\n", " ", "a", "A:", "[", '{"a":', "P:x\n", "\n\n", ": ", "-"]) {
      const bytes = Buffer.alloc(sizeBytes, filler);
      const started = performance.now();
      const { packages, problems } = cataloger.catalog({ path, bytes }, context);
      expect(packages.length).toBeLessThanOrEqual(context.packagesMax);
      expect(problems.length).toBeLessThanOrEqual(context.packagesMax + 1);
      // Nothing worse than linear gets 1 MiB done in this time on any machine.
      expect(performance.now() - started, JSON.stringify(filler)).toBeLessThan(5000);
    }
  });
});
