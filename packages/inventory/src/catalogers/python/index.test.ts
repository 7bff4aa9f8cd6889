import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { catalogFile } from "../../catalog.ts";
import { hasPackageDatabases, readCase, readExpected } from "../../testing/conformance-data.ts";
import { pythonMetadata } from "../../testing/tree.ts";
import { pythonCataloger } from "./index.ts";

const site = "usr/lib/python3/dist-packages";

function catalogText(path: string, text: string): ReturnType<typeof catalogFile> {
  return catalogFile("python", { path, bytes: Buffer.from(text) });
}

describe("a Python distribution's record", () => {
  it("gives the name as spelled and a purl with the normalised one", () => {
    const bytes = readFileSync(join(import.meta.dirname, "testdata/METADATA"));
    expect(catalogFile("python", { bytes }).packages).toEqual([
      {
        name: "Zope.Interface_Extras",
        version: "7.0.1+local.1",
        purl: "pkg:pypi/zope-interface-extras@7.0.1+local.1",
        licenses: ["ZPL-2.1"],
        path: "/usr/lib/python3/site-packages/unnamed.dist-info/METADATA",
      },
    ]);
  });

  it("is wanted in each of its forms", () => {
    const wants = (path: string): boolean => pythonCataloger.wants({ path, sizeBytes: 1, mode: 0 });
    const wanted = [
      `${site}/six-1.16.0.dist-info/METADATA`,
      `${site}/six-1.16.0.DIST-INFO/METADATA`,
      `${site}/six-1.16.0.egg-info/PKG-INFO`,
      `${site}/six-1.16.0.egg-info`,
      `${site}/six-1.16.0-py3.11.egg/EGG-INFO/PKG-INFO`,
      "app/src/mine.egg-info/PKG-INFO",
    ];
    const others = [`${site}/METADATA`, `${site}/six-1.16.0.dist-info/RECORD`, "src/six/PKG-INFO", `${site}/six.py`];
    expect([wanted.filter((path) => !wants(path)), others.filter(wants)]).toEqual([[], []]);
  });

  it("falls back to its directory's name, with less confidence", () => {
    const context = { packagesMax: 10, isLanguageFile: () => false };
    const path = `${site}/some_thing-1.2.3-py3.11.egg/EGG-INFO/PKG-INFO`;
    const { packages } = pythonCataloger.catalog({ path, bytes: Buffer.from("Metadata-Version: 1.0\n") }, context);
    expect(packages).toEqual([
      { name: "some_thing", version: "1.2.3", licenses: [], confidence: "medium", place: site },
    ]);
  });

  it("without name and version anywhere is a problem", () => {
    for (const text of ["", "\n\n\n", "Name: x\n", "\u0000\u0001\u0002", "Version: 1"]) {
      const { packages, problems } = catalogText("app/unnamed.egg-info/PKG-INFO", text);
      expect([packages, problems.map(({ code }) => code)]).toEqual([[], ["inventory.incomplete-entry"]]);
    }
  });

  it("tells the licence from the classifiers where the field is a whole text or absent", () => {
    const text = `License: line one\n line two\nClassifier: License :: OSI Approved :: MIT License\n${pythonMetadata("a", "1")}`;
    expect(catalogText(`${site}/a-1.dist-info/METADATA`, text).packages[0]?.licenses).toEqual(["MIT License"]);
  });
});

const expectedSchema = z.array(
  z.object({
    file: z.string(),
    name: z.string(),
    normalised: z.string(),
    version: z.string(),
    license: z.string().nullable(),
  }),
);

describe.runIf(hasPackageDatabases())("Python records from elsewhere", () => {
  it("give exactly the expected names, versions and licences", () => {
    const cases = readExpected(expectedSchema, "python/expected.json");
    for (const { file, name, normalised, version, license } of cases) {
      const { packages, problems } = catalogFile("python", { bytes: readCase("python", file) });
      const [found] = packages;
      const purl = `pkg:pypi/${normalised}@${version}`;
      expect([file, packages.length, problems, found?.name, found?.version, found?.purl]).toEqual([
        file,
        1,
        [],
        name,
        version,
        purl,
      ]);
      expect(license === null || found?.licenses[0] === license, `${file}: ${found?.licenses[0]}`).toBe(true);
    }
    expect(cases).toHaveLength(22);
  });
});
