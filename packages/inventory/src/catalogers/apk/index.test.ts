import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { catalogFile } from "../../catalog.ts";
import { createCatalogContext } from "../../catalogers.ts";
import { hasPackageDatabases, readCase, readExpected } from "../../testing/conformance-data.ts";
import { apkRecord } from "../../testing/tree.ts";
import { apkCataloger } from "./index.ts";

const context = createCatalogContext(1000);

describe("an apk database", () => {
  const bytes = readFileSync(join(import.meta.dirname, "testdata/installed"));
  const { packages, owned, problems } = apkCataloger.catalog({ path: "lib/apk/db/installed", bytes }, context);

  it("lists packages with the origin advisories speak of", () => {
    expect(packages).toEqual([
      {
        name: "musl",
        version: "1.2.5-r0",
        architecture: "x86_64",
        sourcePackage: { name: "musl", version: "1.2.5-r0" },
        licenses: ["MIT"],
        confidence: "high",
      },
      {
        name: "ssl_client",
        version: "1.36.1-r29",
        architecture: "x86_64",
        sourcePackage: { name: "busybox", version: "1.36.1-r29" },
        licenses: ["GPL-2.0-only"],
        confidence: "high",
      },
      {
        name: "npm",
        version: "10.8.0-r0",
        architecture: "x86_64",
        sourcePackage: { name: "npm", version: "10.8.0-r0" },
        licenses: ["Artistic-2.0"],
        confidence: "high",
      },
    ]);
    expect(problems).toEqual([]);
  });

  it("says which of the files language catalogers read belong to a package", () => {
    expect(owned).toEqual([
      {
        owner: { kind: "package", name: "npm", architecture: "x86_64" },
        paths: ["usr/lib/node_modules/npm/package.json", "usr/lib/node_modules/npm/node_modules/semver/package.json"],
      },
    ]);
  });

  it("is read past damage, to an end without an empty line", () => {
    const text = `P:a\nnonsense\nV:1\n\nP:nameonly\n\n${apkRecord("b", "2").trimEnd()}`;
    const found = apkCataloger.catalog({ path: "lib/apk/db/installed", bytes: Buffer.from(text) }, context);
    expect(found.packages.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(found.problems.map(({ code }) => code)).toEqual(["inventory.damaged-file", "inventory.incomplete-entry"]);
  });

  it("is not read past the bound, and says so", () => {
    const text = Array.from({ length: 1500 }, (_, index) => apkRecord(`p${index}`, "1")).join("");
    const found = apkCataloger.catalog({ path: "lib/apk/db/installed", bytes: Buffer.from(text) }, context);
    expect(found.packages).toHaveLength(1000);
    expect(found.problems.map(({ code }) => code)).toEqual(["inventory.limit-exceeded"]);
  });

  it("is wanted at its old and its new place", () => {
    const wants = (path: string): boolean => apkCataloger.wants({ path, sizeBytes: 1, mode: 0 });
    expect([wants("lib/apk/db/installed"), wants("usr/lib/apk/db/installed")]).toEqual([true, true]);
    expect([wants("lib/apk/db/installed.new"), wants("opt/lib/apk/db/installed")]).toEqual([false, false]);
  });
});

const expectedSchema = z.array(
  z.object({
    file: z.string(),
    packages: z.array(
      z.object({
        name: z.string(),
        version: z.string(),
        arch: z.string().nullable(),
        origin: z.string().nullable(),
        license: z.string().nullable(),
      }),
    ),
  }),
);

describe.runIf(hasPackageDatabases())("apk databases from elsewhere", () => {
  it("give exactly the expected packages", () => {
    const cases = readExpected(expectedSchema, "apk/expected.json");
    const found = cases.map(({ file }) => [
      file,
      catalogFile("apk", { bytes: readCase("apk", file) }).packages.map((one) => [
        one.name,
        one.version,
        one.architecture ?? null,
        one.sourcePackage?.name,
        one.licenses[0] ?? null,
      ]),
    ]);
    const expected = cases.map(({ file, packages }) => [
      file,
      packages.map((one) => [one.name, one.version, one.arch, one.origin ?? one.name, one.license]),
    ]);
    expect(found).toEqual(expected);
    expect(cases).toHaveLength(8);
  });
});
