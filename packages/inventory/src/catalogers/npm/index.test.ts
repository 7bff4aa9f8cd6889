import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { catalogFile } from "../../catalog.ts";
import { npmCataloger } from "./index.ts";

function wants(path: string): boolean {
  return npmCataloger.wants({ path, sizeBytes: 1, mode: 0 });
}

function catalogManifest(
  manifest: unknown,
  path = "app/node_modules/folder/package.json",
): ReturnType<typeof catalogFile> {
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  return catalogFile("npm", { path, bytes: Buffer.from(text) });
}

describe("a package.json", () => {
  it("of an installed package is wanted, wherever its tree is", () => {
    const wanted = [
      "node_modules/a/package.json",
      "app/node_modules/a/package.json",
      "app/node_modules/@scope/a/package.json",
      "app/node_modules/a/node_modules/b/package.json",
      "app/node_modules/@s/a/node_modules/@t/b/node_modules/c/package.json",
      "usr/local/lib/node_modules/npm/node_modules/semver/package.json",
      "app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json",
      "app/node_modules/.pnpm/@s+a@1.0.0/node_modules/@s/a/package.json",
      "app/node_modules/.store/a@1.0.0-h/node_modules/a/package.json",
      "app/.next/standalone/node_modules/a/package.json",
    ];
    expect(wanted.filter((path) => !wants(path))).toEqual([]);
  });

  it("that is no package root is not: projects, fixtures, sub-paths, caches", () => {
    const others = [
      "package.json",
      "app/package.json",
      "app/node_modules/package.json",
      "app/node_modules/a/dist/esm/package.json",
      "app/node_modules/resolve/test/resolver/node_modules/b/package.json",
      "app/node_modules/a/lib/node_modules/b/package.json",
      "app/node_modules/@scope/package.json",
      "app/node_modules/.cache/a/package.json",
      "app/node_modules/.bin/package.json",
      "app/node_modules/.pnpm/a@1.0.0/package.json",
      "app/node_modules/.pnpm/package.json",
      "app/node_modules/.package-lock.json",
      "app/my_node_modules/a/package.json",
      "app/node_modules/a/package.json.bak",
    ];
    expect(others.filter(wants)).toEqual([]);
  });

  it("gives name, version and licence in all the forms they have had", () => {
    const bytes = readFileSync(join(import.meta.dirname, "testdata/hoek.json"));
    expect(catalogFile("npm", { path: "app/node_modules/@hapi/hoek/package.json", bytes }).packages).toEqual([
      {
        name: "@hapi/hoek",
        version: "8.5.0",
        purl: "pkg:npm/%40hapi/hoek@8.5.0",
        licenses: ["BSD-3-Clause"],
        path: "/app/node_modules/@hapi/hoek/package.json",
      },
    ]);
    const licensesOf = (license: object): readonly string[] | undefined =>
      catalogManifest({ name: "a", version: "1.0.0", ...license }).packages[0]?.licenses;
    expect(licensesOf({ license: { type: "MIT", url: "x" } })).toEqual(["MIT"]);
    expect(licensesOf({ licenses: [{ type: "MIT" }, { type: "Apache-2.0" }] })).toEqual(["MIT", "Apache-2.0"]);
    expect(licensesOf({ license: 7 })).toEqual([]);
  });

  it("keeps an alias's real name, and takes the folder's where it has none", () => {
    expect(catalogManifest({ name: "real", version: "1.0.0" }).packages[0]?.name).toBe("real");
    const scoped = "app/node_modules/@s/folder/package.json";
    expect(catalogManifest({ version: "1.0.0" }, scoped).packages[0]?.name).toBe("@s/folder");
  });

  it("without a version is a package of unknown version; without both it is none", () => {
    expect(catalogManifest({ name: "a" }).packages[0]).toMatchObject({ version: "", purl: "pkg:npm/a" });
    expect(catalogManifest({ type: "commonjs" })).toEqual({ packages: [], problems: [] });
  });

  it("may start with a byte order mark and hold what it likes besides", () => {
    expect(catalogManifest(`\uFEFF{"name":"a","version":"v1.0.0","x":[[[{}]]]}`).packages[0]?.version).toBe("1.0.0");
  });

  it("that is not JSON, or not an object, or has absurd names, is a problem", () => {
    const damaged = [
      "{",
      "",
      "null",
      "[]",
      '"text"',
      "[".repeat(100_000),
      { name: "a\nb", version: "1" },
      { name: "a", version: "1\u0000" },
    ];
    for (const manifest of damaged) {
      const { packages, problems } = catalogManifest(manifest);
      expect([packages, problems.map(({ code }) => code)]).toEqual([[], ["inventory.damaged-file"]]);
    }
  });
});
