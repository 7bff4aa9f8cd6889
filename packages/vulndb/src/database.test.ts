import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Advisory } from "@sightline/model";
import { beforeEach, describe, expect, it } from "vitest";
import { createFolders, createStillClock, toAffected, toBucket, toRecord, writeUnpacked } from "./bucket.fixture.ts";
import { type OpenOptions, openDatabase } from "./database.ts";
import { importAdvisories } from "./import.ts";
import { toHeaderPage } from "./store/keyed-file-format.ts";

const createFolder = createFolders();
let folder = "";

const bucket = toBucket({
  AlmaLinux: [
    toRecord("ALSA-1", {
      related: ["CVE-2024-1"],
      affected: [
        toAffected("AlmaLinux:8", "nodejs", { versions: ["1"] }),
        toAffected("AlmaLinux:8", "npm"),
        toAffected("AlmaLinux:8", "nodejs", { versions: ["2"] }),
      ],
    }),
  ],
  npm: [
    toRecord("GHSA-2", { affected: [toAffected("npm", "express")] }),
    toRecord("GHSA-1", { affected: [toAffected("npm", "express"), toAffected("npm", "@scope/name")] }),
  ],
});

async function build(): Promise<string> {
  const from = createFolder();
  writeUnpacked(from, bucket);
  const to = createFolder();
  await importAdvisories({ from, to, clock: createStillClock() });
  return to;
}

function openCode(options: OpenOptions = {}): string {
  try {
    openDatabase(folder, options).close();
    return "opened";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

function toFilePath(): string {
  return join(folder, "generations", readFileSync(join(folder, "current"), "utf8").trim(), "advisories.bin");
}

beforeEach(async () => {
  folder = await build();
});

describe("asking the database", () => {
  it("answers advisories of a package with only that package in them, however often it stands there", () => {
    const database = openDatabase(folder);
    const [advisory, ...others] = database.advisoriesFor("AlmaLinux:8", "nodejs");
    expect(others).toEqual([]);
    expect(advisory).toMatchObject({ id: "ALSA-1", related: ["CVE-2024-1"], source: "almalinux" });
    expect(advisory?.affected.map(({ name, versions }) => [name, versions])).toEqual([
      ["nodejs", ["1"]],
      ["nodejs", ["2"]],
    ]);
    database.close();
  });

  it("answers whole advisories by id", () => {
    const database = openDatabase(folder);
    expect(database.advisory("ALSA-1")?.affected.map(({ name }) => name)).toEqual(["nodejs", "nodejs", "npm"]);
    expect(database.advisory("ALSA-2")).toBeUndefined();
    database.close();
  });

  it("answers in a fixed order, the same every time, and nothing for what it does not know", () => {
    const database = openDatabase(folder);
    const ask = (): readonly Advisory[] => database.advisoriesFor("npm", "express");
    expect(ask().map(({ id }) => id)).toEqual(["GHSA-1", "GHSA-2"]);
    expect(ask()).toEqual(ask());
    expect(database.advisoriesFor("npm", "Express")).toEqual([]);
    expect(database.advisoriesFor("AlmaLinux:9", "nodejs")).toEqual([]);
    expect(database.advisoriesFor("npm", "@Scope/name")).toHaveLength(1);
    database.close();
  });

  it("keeps ids, packages and CVEs apart that are spelled alike", () => {
    const database = openDatabase(folder);
    expect(database.advisory("npm/express")).toBeUndefined();
    expect(database.advisoriesFor("a", "GHSA-1")).toEqual([]);
    expect(database.kevFor("GHSA-1")).toBeUndefined();
    expect(database.cvssFor("GHSA-1")).toEqual([]);
    expect(database.ssvcFor("GHSA-1")).toBeUndefined();
    database.close();
  });

  it("says what is in it, by ecosystem with its release and by origin with its licence", () => {
    const database = openDatabase(folder);
    const status = database.status();
    expect(status).toMatchObject({
      generation: database.generation,
      builtAt: "2026-11-21T20:54:00.000Z",
      advisories: 3,
      packages: 4,
      rejects: 0,
      ecosystems: [
        { ecosystem: "AlmaLinux:8", advisories: 1 },
        { ecosystem: "npm", advisories: 2 },
      ],
    });
    expect(status.origins.map(({ id, licence, records, newest }) => ({ id, licence, records, newest }))).toEqual([
      { id: "almalinux", licence: "MIT", records: 1, newest: "2026-01-02T03:04:05.000Z" },
      { id: "github", licence: "CC-BY-4.0", records: 2, newest: "2026-01-02T03:04:05.000Z" },
    ]);
    expect(database.builtAt).toBe(status.builtAt);
    database.close();
  });

  it("refuses to be asked once it is closed", () => {
    const database = openDatabase(folder);
    database.close();
    expect(() => database.advisoriesFor("npm", "express")).toThrow("closed");
    expect(() => database.advisory("GHSA-1")).toThrow("closed");
  });

  it("proves itself whole when asked to", () => {
    expect(openCode({ verify: true })).toBe("opened");
  });
});

describe("a database that cannot be used", () => {
  it("is missing when nothing was ever finished there", () => {
    folder = createFolder();
    expect(openCode()).toBe("vulndb.missing");
    mkdirSync(join(folder, "generations", ".building-x"), { recursive: true });
    expect(openCode()).toBe("vulndb.missing");
    folder = join(folder, "none");
    expect(openCode()).toBe("vulndb.missing");
  });

  it("says how to build it again", () => {
    folder = createFolder();
    expect(() => openDatabase(folder)).toThrow(
      expect.objectContaining({ name: "VulndbError", next: expect.stringContaining("sightline db import") }),
    );
  });

  it.each(["", "\n", "../../etc/passwd\n", "20261121T205400Z-zzzz\n", "x".repeat(500)])(
    "is corrupt when %j stands where the generation in use is named",
    (text) => {
      writeFileSync(join(folder, "current"), text);
      expect(openCode()).toBe("vulndb.corrupt");
    },
  );

  it("is missing when the generation named is gone", () => {
    rmSync(join(folder, "generations"), { recursive: true });
    expect(openCode()).toBe("vulndb.missing");
  });

  it("is unreadable when a folder stands where a file should", () => {
    rmSync(join(folder, "current"));
    mkdirSync(join(folder, "current"));
    expect(openCode()).toBe("vulndb.unreadable");
  });

  it("is corrupt when its file is cut short or empty", () => {
    const path = toFilePath();
    const whole = readFileSync(path);
    for (const sizeBytes of [0, 100, 4096, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, sizeBytes));
      expect(openCode()).toBe("vulndb.corrupt");
    }
  });

  it("is corrupt on verification, or on the question that meets it, when one byte is flipped", () => {
    const path = toFilePath();
    const whole = readFileSync(path);
    const at = whole.indexOf("GHSA-2");
    whole[at] = 0x20;
    writeFileSync(path, whole);
    expect(openCode({ verify: true })).toBe("vulndb.corrupt");
    const database = openDatabase(folder);
    expect(database.advisoriesFor("AlmaLinux:8", "npm")).toHaveLength(1);
    expect(() => database.advisoriesFor("npm", "express")).toThrow(expect.objectContaining({ code: "vulndb.corrupt" }));
    expect(() => database.advisory("GHSA-2")).toThrow(expect.objectContaining({ code: "vulndb.corrupt" }));
    database.close();
  });

  it.each([
    [7, "vulndb.format-newer"],
    [0, "vulndb.format-older"],
  ])("has another format: %d", (version, code) => {
    const path = toFilePath();
    const section = { offset: 0, lengthBytes: 0, sha256: "0".repeat(64) };
    const header = { fileBytes: 0, pageCount: 1, entryCount: 0, blocks: section, index: section, summary: section };
    writeFileSync(path, toHeaderPage(header, version));
    expect(openCode()).toBe(code);
  });
});
