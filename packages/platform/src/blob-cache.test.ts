import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BlobCache, type BlobCacheOptions, createBlobCache } from "./blob-cache.ts";
import { readBoundedFile } from "./bounded-file.ts";
import { systemRandom } from "./random.ts";

let folder = "";
let nowMs = Date.parse("2026-01-01T00:00:00Z");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "platform-test-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open(more: Partial<BlobCacheOptions> = {}): BlobCache {
  return createBlobCache({
    folder: join(folder, "cache"),
    sizeMaxBytes: 1_000_000,
    clock: { nowMs: () => nowMs, elapsedMs: () => nowMs, sleep: () => Promise.resolve() },
    random: systemRandom,
    ...more,
  });
}

function listFiles(): string[] {
  return readdirSync(join(folder, "cache"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("the cache", () => {
  it("gives back what was put, also to another process's cache on the same folder", async () => {
    const value = { layers: [1, "two", null], text: "ä" };
    await open().put("sha256:a|dpkg@3", value);
    expect(await open().get("sha256:a|dpkg@3")).toEqual(value);
  });

  it("misses what was never put, also when there is no folder yet", async () => {
    expect(await open().get("nothing")).toBeUndefined();
  });

  it("replaces a value", async () => {
    const cache = open();
    await cache.put("key", 1);
    await cache.put("key", 2);
    expect(await cache.get("key")).toBe(2);
    expect(listFiles()).toHaveLength(1);
  });

  it.each([
    ["cut short", (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
    [
      "changed in one bit",
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === bytes.length - 2 ? byte ^ 1 : byte))),
    ],
    ["emptied", () => Buffer.alloc(0)],
    ["written by an older version", (bytes: Buffer) => Buffer.from(bytes.toString().replace("cache 1", "cache 0"))],
    ["without a frame", () => Buffer.from('{"value":1}')],
  ])("misses an entry that was %s", async (_how, damage) => {
    const cache = open();
    await cache.put("key", { value: "right" });
    const file = listFiles()[0] ?? "";
    writeFileSync(file, damage(readFileSync(file)));
    expect(await cache.get("key")).toBeUndefined();
  });

  it("misses an entry that was moved to another key's place", async () => {
    const cache = open();
    await cache.put("one", 1);
    const one = listFiles()[0] ?? "";
    await cache.put("two", 2);
    const two = listFiles().find((file) => file !== one) ?? "";
    writeFileSync(two, readFileSync(one));
    expect(await cache.get("two")).toBeUndefined();
  });

  it("lets go what was unused for longest when the folder is full", async () => {
    const cache = open({ sizeMaxBytes: 40_000 });
    for (const key of ["a", "b", "c"]) {
      nowMs += 1000;
      await cache.put(key, key.repeat(10_000));
      // The file's own time is the machine's; use counts from here.
      await cache.get(key);
    }
    nowMs += 1000;
    await cache.get("a");
    nowMs += 1000;
    await cache.put("d", "d".repeat(15_000));
    expect(await cache.get("b")).toBeUndefined();
    expect(await cache.get("a")).toBe("a".repeat(10_000));
    expect(await cache.get("d")).toBe("d".repeat(15_000));
  });

  it("does not keep a value larger than one entry may be", async () => {
    const cache = open({ entryMaxBytes: 100 });
    await cache.put("key", "x".repeat(200));
    expect(await cache.get("key")).toBeUndefined();
  });

  it("clears away what a process left half-written long ago, not what another is writing", async () => {
    const cache = open();
    mkdirSync(join(folder, "cache", "aa"), { recursive: true });
    const [old, fresh] = [join(folder, "cache", "aa", "old.tmp"), join(folder, "cache", "aa", "fresh.tmp")];
    writeFileSync(old, "x");
    writeFileSync(fresh, "x");
    utimesSync(old, nowMs / 1000 - 7200, nowMs / 1000 - 7200);
    utimesSync(fresh, nowMs / 1000 - 60, nowMs / 1000 - 60);
    await cache.put("key", 1);
    expect(listFiles()).toContain(fresh);
    expect(listFiles()).not.toContain(old);
  });

  it("says so when it cannot write", async () => {
    writeFileSync(join(folder, "cache"), "a file where the folder should be");
    await expect(open().put("key", 1)).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});

describe("a bounded file", () => {
  it("is read whole up to the limit", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "12345");
    expect((await readBoundedFile(path, 5)).toString()).toBe("12345");
    await expect(readBoundedFile(path, 4)).rejects.toMatchObject({ code: "file.too-large" });
  });

  it("may be empty", async () => {
    writeFileSync(join(folder, "empty"), "");
    expect(await readBoundedFile(join(folder, "empty"), 5)).toHaveLength(0);
  });

  it("that is not there, is a folder, or never ends is named", async () => {
    await expect(readBoundedFile(join(folder, "none"), 5)).rejects.toMatchObject({ code: "file.not-found" });
    await expect(readBoundedFile(folder, 5)).rejects.toMatchObject({ code: "file.not-regular" });
    await expect(readBoundedFile("/dev/zero", 5)).rejects.toMatchObject({ code: "file.not-regular" });
    execFileSync("/usr/bin/mkfifo", [join(folder, "pipe")]);
    await expect(readBoundedFile(join(folder, "pipe"), 5)).rejects.toMatchObject({ code: "file.not-regular" });
  });
});
