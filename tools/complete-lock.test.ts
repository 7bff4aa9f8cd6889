import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { findMissingEntries, parseLockFile } from "./tidy/lock-file.ts";

const tool = fileURLToPath(new URL("complete-lock.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "complete-lock-"));
const path = join(folder, "package-lock.json");
afterAll(() => rmSync(folder, { recursive: true }));

function complete(packages: object): { readonly status: number | null; readonly packages: Record<string, unknown> } {
  writeFileSync(path, JSON.stringify({ name: "x", lockfileVersion: 3, packages }));
  const { status } = spawnSync(process.execPath, [tool, path], { encoding: "utf8" });
  const text = readFileSync(path, "utf8");
  return { status, packages: (JSON.parse(text) as { packages: Record<string, unknown> }).packages };
}

describe("node tools/complete-lock.ts", () => {
  it("adds what is for another platform, and nothing is missing afterwards", () => {
    const { status, packages } = complete({
      "": { devDependencies: { lint: "1.0.0" } },
      "node_modules/lint": {
        version: "1.0.0",
        dev: true,
        optionalDependencies: { "@lint/cli-darwin-arm64": "1.0.0", "@lint/cli-linux-x64-musl": "1.0.0" },
      },
    });
    expect(status).toBe(0);
    expect(packages["node_modules/@lint/cli-darwin-arm64"]).toEqual({
      version: "1.0.0",
      cpu: ["arm64"],
      dev: true,
      optional: true,
      os: ["darwin"],
    });
    expect(packages["node_modules/@lint/cli-linux-x64-musl"]).toMatchObject({ os: ["linux"], libc: ["musl"] });
    expect(findMissingEntries(parseLockFile(readFileSync(path, "utf8")))).toEqual([]);
  });

  it("does not make up what every platform needs", () => {
    const { status, packages } = complete({
      "node_modules/a": {
        version: "1.0.0",
        dependencies: { "b-linux-x64": "1.0.0" },
        optionalDependencies: { c: "1.0.0" },
      },
    });
    expect(status).toBe(1);
    expect(Object.keys(packages)).toEqual(["node_modules/a"]);
  });
});

describe("findMissingEntries", () => {
  it("looks where npm looks: in the package's own folder, then outwards, for workspaces at the root", () => {
    const lock = {
      packages: {
        "packages/x": { dependencies: { a: "1", d: "1" } },
        "node_modules/a": { dependencies: { b: "1", "@s/c": "1" } },
        "node_modules/a/node_modules/b": { dependencies: { "@s/c": "1", a: "1" } },
        "node_modules/@s/c": {},
      },
    };
    expect(findMissingEntries(lock).map(({ name }) => name)).toEqual(["d"]);
  });
});
