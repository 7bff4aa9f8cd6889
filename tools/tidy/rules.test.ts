import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { RatchetEntry } from "./ratchet.data.ts";
import { createRules, findViolations } from "./rules.ts";
import { readTree } from "./tree.ts";

type Files = Readonly<Record<string, string>>;

const roots: string[] = [];
afterEach(() => roots.splice(0).forEach((root) => rmSync(root, { recursive: true })));

function manifest(room: string, dependencies: readonly string[] = []): string {
  const needs = Object.fromEntries(dependencies.map((name) => [name, "*"]));
  const fields = { name: `@sightline/${room}`, exports: { ".": "./src/index.ts" }, dependencies: needs };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

/** A tree that keeps every rule, with code that comes close to breaking them. */
const clean: Files = {
  ".gitignore": "node_modules/\n/out/\n*.tsbuildinfo\n",
  ".npmrc": "save-exact=true\n",
  "node_modules/utils/index.ts": "export default process.env;",
  "package-lock.json": `{ "packages": { "node_modules/zod": { "version": "4.6.7" } } }\n`,
  "docs/page.md":
    "Paths such as `docs/page.md` and https://sightline.example/work/x are fine, [links](../packages/model/src/index.ts#x) and [folders](..) too.\n",
  "docs/dependencies.md": "| name | why |\n|---|---|\n| `zod` | parses |\n| `undici` | asks |\n",
  "package.json": `{ "devDependencies": { "undici": "8.12.4" } }\n`,
  "packages/model/README.md": "# model\n",
  "packages/model/package.json": manifest("model", ["zod"]),
  "packages/model/src/index.ts": `export * from "./ids.ts";\nexport { type Alone, parseAlone as parse } from "./alone.ts";\n`,
  "packages/model/src/ids.ts": "/** An id. */\nexport type Id = string;\n",
  "packages/model/src/alone.ts":
    "/** Alone. */\nexport interface Alone {\n  readonly a: string;\n}\n\n/** Parses. */\nexport function parseAlone(a: string): Alone {\n  return { a };\n}\n",
  "packages/platform/README.md": "# platform\n",
  "packages/platform/package.json": manifest("platform", ["@sightline/model"]),
  "packages/platform/src/index.ts": [
    `export { readBoundedFile } from "./bounded-file.ts";`,
    `export { fetchBytes } from "./http/client.ts";`,
    `export { readTar } from "./archive/tar.ts";\n`,
  ].join("\n"),
  "packages/platform/src/bounded-file.ts": `import { readFile } from "node:fs/promises";\n\n/** Bounded. */\nexport const readBoundedFile = readFile;\n`,
  "packages/platform/src/http/client.ts": `/** Fetches. */\nexport const fetchBytes = (url: string): unknown => fetch(url);\n`,
  "packages/platform/src/archive/tar.ts": "/** Tar. */\nexport const readTar = Date.now;\n",
  "packages/inventory/README.md": "# inventory\n",
  "packages/inventory/package.json": manifest("inventory", ["@sightline/model", "@sightline/platform", "zod"]),
  "packages/inventory/src/index.ts": [
    `/** Inventory. */`,
    `import type { Stats } from "node:fs";`,
    `import { readTar } from "@sightline/platform";`,
    `import { z } from "zod";`,
    `import { catalogers } from "./catalogers.ts";`,
    `// Date.now() and process.env are words of a comment, TODOs too.`,
    `const words = "Math.random() @ts-ignore" + \`process.env \${catalogers.length}\` + /fetch(x)/.source;`,
    `interface BaseImage { fetch(since: string): unknown; when: Date }`,
    `/** Told. */`,
    `export const all = [readTar, words, z.json(), new Date(0)];`,
    `export type { BaseImage, Stats };\n`,
  ].join("\n"),
  "packages/inventory/src/catalogers.ts": `import { dpkg } from "./catalogers/dpkg/index.ts";\n\nexport const catalogers = [dpkg];\n`,
  "packages/inventory/src/catalogers/dpkg/index.ts": "export const dpkg = 1;\n",
  "packages/inventory/src/catalogers/dpkg/index.test.ts": `import { dpkg } from "./index.ts";\nimport { sample } from "../../testing/sample.ts";\nconsole.log(dpkg, sample, Date.now(), process.env);\n`,
  "packages/inventory/src/testing/sample.ts": "export const sample = Math.random();\n",
  "packages/inventory/src/testdata/utils.ts": "export default process.env as any; // TODO\n",
  "apps/simulator/README.md": "# simulator\n",
  "apps/simulator/package.json": manifest("simulator", ["@sightline/platform"]),
  "apps/simulator/src/main.ts": `import { readBoundedFile } from "@sightline/platform";\nconsole.log(readBoundedFile, process.env, Date.now());\n`,
  "tools/free.ts": `import { spawnSync } from "node:child_process";\nconsole.log(spawnSync, process.env, Math.random());\n`,
};

function violationsIn(files: Files, ratchet: readonly RatchetEntry[] = []): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), "tidy-"));
  roots.push(root);
  for (const [path, text] of Object.entries({ ...clean, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text.replaceAll("<root>", root));
  }
  const rules = createRules({ ratchet, registry: "https://packages.mirror.example/npm/" });
  return findViolations(readTree(root), rules).map((one) => `${one.rule} ${one.path}:${one.line}`);
}

/** A file of inventory that the index uses, so that only the planted fault can be found in it. */
function inInventory(text: string): Files {
  const index = clean["packages/inventory/src/index.ts"] ?? "";
  return {
    "packages/inventory/src/planted.ts": text,
    "packages/inventory/src/index.ts": `${index}import "./planted.ts";\n`,
  };
}

/** In two pieces, because this file is committed text as well. */
const publicHost = ["registry", "npmjs.org"].join(".");
const homeFolder = ["", "home", "someone"].join("/");
const planted = "packages/inventory/src/planted.ts";
const long = (lines: number): string => "// line\n".repeat(lines);

/** One fault and where it must be found: `rule path:line`. */
const faults: readonly (readonly [what: string, files: Files, found: string])[] = [
  ["an import upwards", inInventory(`import "@sightline/matching";`), `level ${planted}:1`],
  [
    "an import by a simulator of what it tests",
    { "apps/simulator/src/main.ts": `import "@sightline/azure";` },
    "level apps/simulator/src/main.ts:1",
  ],
  ["an import in a type position", inInventory(`type T = import("@sightline/verdict").Verdict;`), `level ${planted}:1`],
  [
    "a path into another package",
    inInventory(`\nimport { a } from "@sightline/model/src/ids.ts";`),
    `deep-import ${planted}:2`,
  ],
  [
    "a relative path out of the package",
    inInventory(`import "../../model/src/ids.ts";`),
    `leaves-package ${planted}:1`,
  ],
  [
    "a value taken over a type-only edge",
    {
      "apps/web/package.json": manifest("web"),
      "apps/web/README.md": "",
      "apps/web/src/main.ts": `import type { Id } from "@sightline/model";\nimport { parse, type Alone } from "@sightline/model";`,
    },
    "type-only apps/web/src/main.ts:2",
  ],
  [
    "the HTTP client in inventory",
    inInventory(`import { fetchBytes } from "@sightline/platform";`),
    `partial-edge ${planted}:1`,
  ],
  [
    "platform under one name",
    inInventory(`import * as platform from "@sightline/platform";`),
    `partial-edge ${planted}:1`,
  ],
  [
    "an archive reader in the simulator",
    { "apps/simulator/src/main.ts": `import { readTar } from "@sightline/platform";` },
    "partial-edge apps/simulator/src/main.ts:1",
  ],
  [
    "a dependency beyond the table",
    { "packages/model/package.json": manifest("model", ["@sightline/platform"]) },
    "manifest packages/model/package.json:7",
  ],
  [
    "a package from elsewhere in the model",
    { "packages/model/package.json": manifest("model", ["undici"]) },
    "manifest packages/model/package.json:7",
  ],
  [
    "a room outside the table",
    { "packages/attic/package.json": manifest("attic"), "packages/attic/README.md": "" },
    "manifest packages/attic/package.json:2",
  ],
  ["process.env", inInventory(`\nconst a = process.env["A"];`), `process-env ${planted}:2`],
  ["process.env by another way", inInventory(`const { env } = process;`), `process-env ${planted}:1`],
  ["process.env by import", inInventory(`import { env } from "node:process";`), `process-env ${planted}:1`],
  ["Date.now", inInventory(`const a = Date.now();`), `clock ${planted}:1`],
  ["new Date()", inInventory(`const a = new Date();`), `clock ${planted}:1`],
  ["performance.now", inInventory("const a = `x ${performance.now()}`;"), `clock ${planted}:1`],
  ["Math.random", inInventory(`const a = Math.random();`), `chance ${planted}:1`],
  ["randomUUID by import", inInventory(`import { createHash, randomUUID } from "node:crypto";`), `chance ${planted}:1`],
  ["randomUUID of the global", inInventory(`const a = globalThis.crypto.randomUUID();`), `chance ${planted}:1`],
  ["node:fs", inInventory(`import { openSync } from "node:fs";`), `file-system ${planted}:1`],
  ["node:fs late", inInventory(`const fs = await import("node:fs/promises");`), `file-system ${planted}:1`],
  ["node:child_process", inInventory(`import * as c from "node:child_process";`), `child-process ${planted}:1`],
  ["node:https", inInventory(`import https from "node:https";`), `network ${planted}:1`],
  ["undici", inInventory(`import { request } from "undici";`), `network ${planted}:1`],
  ["the global fetch", inInventory(`const a = b ? await fetch(c) : d;`), `network ${planted}:1`],
  ["the global fetch as a value", inInventory(`const read = options.fetch ?? fetch;`), `network ${planted}:1`],
  ["node:worker_threads", inInventory(`import { Worker } from "node:worker_threads";`), `threads ${planted}:1`],
  ["a file called utils", { "tools/utils.ts": "" }, "banned-name tools/utils.ts:1"],
  ["a folder called common", { "docs/common/page.md": "" }, "banned-name docs/common:1"],
  ["a type called Manager", inInventory(`class Manager {}`), `banned-type-name ${planted}:1`],
  ["a long file", { "tools/long.ts": long(301) }, "file-length tools/long.ts:301"],
  ["arrayBuffer()", inInventory(`const a = await response.arrayBuffer();`), `unbounded-body ${planted}:1`],
  ["json()", inInventory(`const a = await (await get()).json();`), `unbounded-body ${planted}:1`],
  ["stream/consumers", inInventory(`import { text } from "node:stream/consumers";`), `unbounded-body ${planted}:1`],
  [
    "readFileSync",
    { "apps/simulator/src/main.ts": `import * as fs from "node:fs";\nfs.readFileSync("a");` },
    "unbounded-file apps/simulator/src/main.ts:2",
  ],
  ["a default export", { "tools/a.ts": "export default 1;" }, "default-export tools/a.ts:1"],
  [
    "a barrel",
    { "packages/model/src/ids.ts": `export * from "./alone.ts";\n/** An id. */\nexport type Id = string;` },
    "barrel packages/model/src/ids.ts:1",
  ],
  [
    "an export without a docstring",
    { "packages/model/src/ids.ts": "// An id.\nexport type Id = string;" },
    "docstring packages/model/src/ids.ts:2",
  ],
  [
    "a renamed export without a docstring",
    { "packages/model/src/alone.ts": "/** Alone. */\nexport interface Alone {}\nexport function parseAlone() {}" },
    "docstring packages/model/src/alone.ts:3",
  ],
  [
    "@ts-expect-error",
    { "tools/a.ts": "\n// @ts-expect-error it is late\nconst a: string = 1;" },
    "silenced-checker tools/a.ts:2",
  ],
  ["as any", { "tools/a.ts": "const a = 1 as any;" }, "as-any tools/a.ts:1"],
  ["a note to oneself", { "tools/a.ts": "const a = 1; // TODO: finish" }, "note-to-oneself tools/a.ts:1"],
  ["a note in a script", { "scripts/a.sh": "#!/bin/sh\necho a # FIXME later\n" }, "note-to-oneself scripts/a.sh:2"],
  ["a focused test", { "tools/a.test.ts": `it.only("a", () => {});` }, "focused-test tools/a.test.ts:1"],
  ["a composed log message", inInventory("log.info(`read ${path}`);"), `static-log-message ${planted}:1`],
  ["a registry's host", { "docs/a.md": `\nfrom ${publicHost}\n` }, "registry-host docs/a.md:2"],
  ["this machine's registry", { "docs/a.md": "packages.mirror.example\n" }, "registry-host docs/a.md:1"],
  [
    "a download address",
    { "package-lock.json": `{ "resolved": "https://a.example/b.tgz" }` },
    "registry-host package-lock.json:1",
  ],
  ["a registry setting", { ".npmrc": "registry=https://a.example/" }, "registry-host .npmrc:1"],
  ["a home folder", { "docs/a.md": `see ${homeFolder}/notes\n` }, "machine-path docs/a.md:1"],
  ["the checkout's own path", { "docs/a.md": "see <root>/docs\n" }, "machine-path docs/a.md:1"],
  [
    "a cataloger nobody lists",
    {
      "packages/inventory/src/catalogers/apk/index.test.ts": `import "./index.ts";`,
      "packages/inventory/src/catalogers/apk/index.ts": "",
      "packages/inventory/src/index.ts": `${clean["packages/inventory/src/index.ts"] ?? ""}import "./catalogers/apk/index.ts";\n`,
    },
    "plug-in packages/inventory/src/catalogers/apk/index.ts:1",
  ],
  [
    "a cataloger without a test",
    {
      "packages/inventory/src/catalogers/dpkg/index.test.ts": "",
      "packages/inventory/src/catalogers/apk/index.ts": "",
      "packages/inventory/src/catalogers.ts": `import "./catalogers/apk/index.ts";\nimport "./catalogers/dpkg/index.ts";`,
      "packages/inventory/src/other.test.ts": `import "./testing/sample.ts";`,
    },
    "plug-in packages/inventory/src/catalogers/apk/index.ts:1",
  ],
  [
    "a report format no test reaches",
    {
      "packages/report/package.json": manifest("report"),
      "packages/report/README.md": "",
      "packages/report/src/index.ts": `import "./formats.ts";`,
      "packages/report/src/formats.ts": `import "./formats/sarif.ts";\nimport "./formats/csv.ts";`,
      "packages/report/src/formats/sarif.ts": "",
      "packages/report/src/formats/csv.ts": "",
      "packages/report/src/csv.test.ts": `import "./formats/csv.ts";`,
    },
    "plug-in packages/report/src/formats/sarif.ts:1",
  ],
  [
    "a room without a page",
    { "packages/versions/package.json": manifest("versions") },
    "room-page packages/versions/package.json:1",
  ],
  ["a file nobody imports", { "packages/model/src/lost.ts": "" }, "orphan packages/model/src/lost.ts:1"],
  ["a dead link", { "docs/a.md": "\n[a](b.md)\n" }, "dead-pointer docs/a.md:2"],
  ["a path that is not there", { "README.md": "See `packages/model/src/gone.ts`.\n" }, "dead-pointer README.md:1"],
  [
    "a dependency without a row",
    { "package.json": `{ "dependencies": { "undici": "1", "left-pad": "1" } }` },
    "unexplained-dependency package.json:1",
  ],
  ["a row without a dependency", { "package.json": "{}" }, "unexplained-dependency docs/dependencies.md:4"],
  ["a room without an entry", { "apps/web/src/page.tsx": "" }, "entry apps/web/package.json:1"],
  [
    "a hole in the lock file",
    {
      "package-lock.json": `{ "packages": { "node_modules/a": { "optionalDependencies": { "a-win32-x64": "1.0.0" } } } }`,
    },
    "lock-file package-lock.json:1",
  ],
  [
    "a file only tests import",
    { "packages/model/src/lost.ts": "", "packages/model/src/lost.test.ts": `import "./lost.ts";` },
    "orphan packages/model/src/lost.ts:1",
  ],
];

describe("tidy", () => {
  it("finds nothing in a clean tree", () => {
    expect(violationsIn({})).toEqual([]);
  });

  it.each(faults)("finds %s, and nothing else", (_what, files, found) => {
    expect(violationsIn(files)).toEqual([found]);
  });

  it("has a planted fault for every rule", () => {
    const ids = createRules({ ratchet: [] }).map((rule) => rule.id);
    const caught = new Set([...faults.map(([, , found]) => found.split(" ")[0] ?? ""), "ratchet"]);
    expect(ids.filter((id) => !caught.has(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("the ratchet", () => {
  const entry = (lines: number): readonly RatchetEntry[] => [{ path: "tools/long.ts", lines, reason: "old" }];

  it("lets a listed file keep its length and no more", () => {
    expect(violationsIn({ "tools/long.ts": long(400) }, entry(400))).toEqual([]);
    expect(violationsIn({ "tools/long.ts": long(401) }, entry(400))).toEqual(["file-length tools/long.ts:401"]);
  });

  it("must follow the file down and be removed at the end", () => {
    expect(violationsIn({ "tools/long.ts": long(399) }, entry(400))).toEqual(["ratchet tools/tidy/ratchet.data.ts:1"]);
    expect(violationsIn({ "tools/long.ts": long(300) }, entry(400))).toEqual(["ratchet tools/tidy/ratchet.data.ts:1"]);
    expect(violationsIn({}, entry(400))).toEqual(["ratchet tools/tidy/ratchet.data.ts:1"]);
  });

  it("is not needed by tests, which only have the hard stop", () => {
    expect(violationsIn({ "tools/long.test.ts": long(500) })).toEqual([]);
    expect(violationsIn({ "tools/long.test.ts": long(501) })).toEqual(["file-length tools/long.test.ts:501"]);
  });

  it("does not lift the hard stop", () => {
    expect(violationsIn({ "tools/long.ts": long(501) }, entry(501))).toEqual(["file-length tools/long.ts:501"]);
  });
});
