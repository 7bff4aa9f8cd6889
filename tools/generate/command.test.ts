import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";

const generate = fileURLToPath(new URL("../generate.ts", import.meta.url));
const roots: string[] = [];
afterEach(() => roots.splice(0).forEach((root) => rmSync(root, { recursive: true })));

const unauthorized = `"registry.unauthorized": { cause: "No | token.", next: "Log in.", retryable: false, httpStatus: 502 }`;
const gone = `"registry.gone": { cause: "Gone.", next: "Push it.", retryable: true, httpStatus: 404 }`;

function plant(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "generate-"));
  roots.push(root);
  for (const [path, text] of Object.entries({ "package.json": `{ "type": "module" }`, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function run(root: string, ...args: readonly string[]): { readonly status: number | null; readonly out: string } {
  const command = ["--disable-warning=ExperimentalWarning", generate, root, ...args];
  const done = spawnSync(process.execPath, command, { encoding: "utf8" });
  return { status: done.status, out: done.stdout + done.stderr };
}

const table = (...rows: readonly string[]): string =>
  `export const registryErrorCodes = { ${rows.join(", ")} } as const;`;
const tablePath = "packages/registry/src/error-codes.data.ts";
const sound = {
  [tablePath]: table(unauthorized, gone),
  "packages/registry/src/index.ts": `throw { code: "registry.unauthorized", other: fail("registry.gone") };`,
  "packages/model/src/index.ts": "",
};

describe("node tools/generate.ts", () => {
  it("writes the page sorted, and then finds it up to date", () => {
    const root = plant(sound);
    expect(run(root)).toEqual({ status: 0, out: "wrote docs/errors.md\nwrote docs/config.md\n" });
    const page = readFileSync(join(root, "docs/errors.md"), "utf8");
    expect(page.slice(page.indexOf("## "))).toBe(
      [
        "## packages/registry",
        "### `registry.gone`",
        "Gone.",
        "- Do: Push it.\n- Retryable, HTTP 404.",
        "### `registry.unauthorized`",
        "No | token.",
        "- Do: Log in.\n- Not retryable, HTTP 502.\n",
      ].join("\n\n"),
    );
    expect(run(root, "--check")).toEqual({ status: 0, out: "" });
  });

  it("with --check reports a stale page and leaves it alone", () => {
    const root = plant(sound);
    run(root);
    writeFileSync(join(root, "docs/errors.md"), "old\n");
    expect(run(root, "--check")).toEqual({ status: 1, out: "docs/errors.md is out of date: npm run generate\n" });
    expect(readFileSync(join(root, "docs/errors.md"), "utf8")).toBe("old\n");
  });

  it("finds a code that nothing uses; use in a test does not count", () => {
    const root = plant({
      ...sound,
      "packages/registry/src/index.ts": `throw { code: "registry.unauthorized" };`,
      "packages/registry/src/a.test.ts": `expect("registry.gone");`,
    });
    expect(run(root)).toMatchObject({ status: 1, out: expect.stringContaining("nothing uses registry.gone") });
  });

  it("finds a code that no table holds, and leaves codes of others alone", () => {
    const root = plant({
      ...sound,
      "packages/pipeline/src/index.ts": `\nconst a = { code: "registry.lost" };\nconst b = { code: "pipeline.lost" };\nconst c = { code: "arm.x" };`,
      "packages/verifier/src/index.ts": `const d = { code: "registry.strange" };`,
    });
    const { status, out } = run(root);
    expect(status).toBe(1);
    expect(out).toContain("packages/pipeline/src/index.ts:2 code registry.lost stands in no error-codes.data.ts");
    expect(out).toContain("packages/pipeline/src/index.ts:3 code pipeline.lost stands in no error-codes.data.ts");
    expect(out).not.toMatch(/arm\.x|registry\.strange/);
  });

  it("finds a prefix that two rooms use", () => {
    const root = plant({ ...sound, "apps/simulator/src/error-codes.data.ts": table(gone) });
    expect(run(root).out).toContain("packages/registry: the prefix registry belongs to apps/simulator");
  });

  it("lists the settings, and finds one that says nothing", () => {
    const path = "packages/platform/src/config.ts";
    const told = `{ name: "SIGHTLINE_A", meaning: "One | two." }`;
    const root = plant({ ...sound, [path]: `export const configVariables = [${told}];` });
    expect(run(root).status).toBe(0);
    expect(readFileSync(join(root, "docs/config.md"), "utf8")).toContain("- `SIGHTLINE_A`: One | two.\n");
    const silent = `{ name: "SIGHTLINE_B", meaning: "" }`;
    const other = plant({ ...sound, [path]: `export const configVariables = [${told}, ${silent}];` });
    expect(run(other)).toMatchObject({ status: 1, out: expect.stringContaining("SIGHTLINE_B says nothing") });
  });

  it("refuses a table that has not the agreed form", () => {
    const bad = [
      table(`"registry.bad": { cause: "", next: "b", retryable: false, httpStatus: 500 }`),
      table(`"registry.bad": { cause: "a", next: "b", retryable: false, httpStatus: 200 }`),
      table(`"registryBad": { cause: "a", next: "b", retryable: false, httpStatus: 500 }`),
      "export const codes = {};",
    ];
    for (const text of bad) {
      const { status, out } = run(plant({ ...sound, [tablePath]: text }), "--check");
      expect(status).toBe(1);
      expect(out).toMatch(/^generate: packages\/registry\/src\/error-codes\.data\.ts/);
    }
  });
});
