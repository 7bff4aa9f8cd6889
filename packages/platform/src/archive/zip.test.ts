import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { packZip, type ZipPart, type ZipShape } from "./zip.fixture.ts";
import { openZip, openZipFile, toZipSource, type ZipArchive, type ZipLimits } from "./zip.ts";

const letter: ZipPart = { name: "a.txt", content: "the quick brown fox" };
const nested: ZipPart = { name: "META-INF/MANIFEST.MF", content: "Manifest-Version: 1.0\r\n" };

function open(bytes: Buffer, limits: Partial<ZipLimits> = {}): ZipArchive {
  const opened = openZip(toZipSource(bytes), { name: "test.zip", limits });
  if (!opened.ok) {
    throw new Error(`${opened.problem.code}: ${opened.problem.message}`);
  }
  return opened.value;
}

function readAll(archive: ZipArchive): Record<string, string> {
  return Object.fromEntries(
    [...archive.entries].map((entry) => {
      const content = archive.read(entry);
      return [entry.name, content.ok ? content.value.toString() : content.problem.code];
    }),
  );
}

function openCode(bytes: Buffer, limits: Partial<ZipLimits> = {}): string {
  const opened = openZip(toZipSource(bytes), { name: "test.zip", limits });
  return opened.ok ? "opened" : opened.problem.code;
}

function readCode(part: ZipPart, limits: Partial<ZipLimits> = {}): string {
  return readAll(open(packZip([part]), limits))[part.name] ?? "absent";
}

describe("openZip", () => {
  const shapes: readonly [string, ZipShape][] = [
    ["a plain archive", {}],
    ["an archive with a comment", { comment: "made by hand" }],
    ["an archive behind a launcher script", { prefix: Buffer.from("#!/bin/sh\nexec java -jar $0\n") }],
    ["a zip64 archive", { zip64: true }],
    ["a zip64 archive behind a launcher script", { zip64: true, prefix: Buffer.from("#!/bin/sh\n") }],
  ];
  it.each(shapes)("reads %s", (_, shape) => {
    const archive = open(packZip([letter, { ...nested, method: 0 }], shape));
    expect(readAll(archive)).toEqual({ "a.txt": letter.content, "META-INF/MANIFEST.MF": nested.content });
  });

  it("reads sizes and offsets from an entry's zip64 field", () => {
    expect(readAll(open(packZip([letter, { ...nested, zip64: true }])))).toEqual({
      "a.txt": letter.content,
      "META-INF/MANIFEST.MF": nested.content,
    });
  });

  it("reads an archive with no entries", () => {
    expect([...open(packZip([])).entries]).toEqual([]);
  });

  it("reads past a comment that holds an end signature", () => {
    const bytes = packZip([letter], { comment: `PK\u0005\u0006 is not the end, ${"x".repeat(40)}` });
    expect(readAll(open(bytes))).toEqual({ "a.txt": letter.content });
  });

  it("reads an archive with bytes appended behind its end record", () => {
    expect(readAll(open(Buffer.concat([packZip([letter]), Buffer.from("trailing")])))).toEqual({
      "a.txt": letter.content,
    });
  });

  it("lists a name that stands twice twice", () => {
    const archive = open(packZip([letter, { ...letter, content: "other" }]));
    const names = Array.from(archive.entries, (entry) => entry.name);
    expect(archive.entryCount).toBe(2);
    expect(names).toEqual(["a.txt", "a.txt"]);
  });

  it("reads an entry whose own extra field is longer than the guess", () => {
    expect(readCode({ ...letter, localExtraBytes: 500 })).toBe(letter.content);
  });

  it("tells folders from files", () => {
    const archive = open(packZip([{ name: "BOOT-INF/", content: "", method: 0 }, letter]));
    expect([...archive.entries].map((entry) => entry.isDirectory)).toEqual([true, false]);
  });

  it("says that a text, an empty file and a lone header are no zip archives", () => {
    expect(openCode(Buffer.from("not a zip archive, by any reading of the format"))).toBe("archive.zip-invalid");
    expect(openCode(Buffer.alloc(0))).toBe("archive.zip-invalid");
    expect(openCode(packZip([letter]).subarray(0, 30))).toBe("archive.zip-invalid");
  });

  it("says that an archive whose beginning is missing is truncated", () => {
    expect(openCode(packZip([letter]).subarray(60))).toBe("archive.zip-truncated");
  });

  it("says that a directory with fewer entries than announced is corrupt", () => {
    expect(openCode(packZip([letter], { count: 2 }))).toBe("archive.zip-corrupt");
  });

  it("refuses an archive that is split over several files", () => {
    expect(openCode(packZip([letter], { diskNumber: 1 }))).toBe("archive.zip-unsupported");
  });

  it("refuses more entries, a longer name or a larger directory than allowed", () => {
    const bytes = packZip([letter, nested]);
    expect(openCode(bytes, { entriesMax: 1 })).toBe("archive.zip-limit-exceeded");
    expect(openCode(bytes, { nameBytesMax: 10 })).toBe("archive.zip-limit-exceeded");
    expect(openCode(bytes, { directoryBytesMax: 50 })).toBe("archive.zip-limit-exceeded");
    expect(openCode(packZip([letter], { zip64: true, count: 2 ** 52 }))).toBe("archive.zip-limit-exceeded");
  });
});

describe("reading an entry", () => {
  it("refuses content that does not have the recorded checksum", () => {
    expect(readCode({ ...letter, claim: { crc32: 1 } })).toBe("archive.zip-checksum-mismatch");
  });

  it.each([5, 18, 20, 4096])("refuses content of 19 bytes that claims to have %d", (sizeBytes) => {
    expect(readCode({ ...letter, claim: { sizeBytes } })).toBe("archive.zip-corrupt");
  });

  it("refuses an encrypted entry and a compression it does not know", () => {
    expect(readCode({ ...letter, flags: 1 })).toBe("archive.zip-unsupported");
    expect(readCode({ ...letter, method: 12 })).toBe("archive.zip-unsupported");
  });

  it("refuses an entry whose own header has another name than the directory", () => {
    expect(readCode({ ...letter, localName: "b.txt" })).toBe("archive.zip-corrupt");
  });

  it("refuses damaged compressed data", () => {
    const bytes = packZip([{ name: "a", content: Buffer.alloc(4096, "abcdefgh") }]);
    bytes.fill(0xff, 35, 50);
    expect(readAll(open(bytes))).toEqual({ a: "archive.zip-corrupt" });
  });

  it("refuses sizes that reach past the archive's end without allocating them", () => {
    const bytes = packZip([{ ...letter, method: 0, claim: { sizeBytes: 10 } }]);
    const central = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    bytes.writeUInt32LE(0xfffffffe, central + 20);
    expect(readAll(open(bytes))).toEqual({ "a.txt": "archive.zip-truncated" });
  });

  it("refuses an entry larger than allowed, and one more than allowed in all", () => {
    expect(readCode(letter, { entryBytesMax: 18 })).toBe("archive.zip-limit-exceeded");
    const archive = open(packZip([letter, nested]), { totalBytesMax: 30 });
    expect(readAll(archive)).toEqual({
      "a.txt": letter.content,
      "META-INF/MANIFEST.MF": "archive.zip-limit-exceeded",
    });
  });

  it("refuses a bomb by its ratio before unpacking it", () => {
    const bomb: ZipPart = { name: "zeros", content: Buffer.alloc(1024 * 1024) };
    expect(readCode(bomb, { ratioMax: 100, ratioFloorBytes: 1024 })).toBe("archive.zip-limit-exceeded");
    expect(readCode(bomb, { ratioMax: 100, ratioFloorBytes: 2 * 1024 * 1024 })).toBe("\0".repeat(1024 * 1024));
  });

  it("leaves the other entries readable when one is damaged", () => {
    const archive = open(packZip([{ ...letter, claim: { crc32: 1 } }, nested]));
    expect(readAll(archive)).toEqual({
      "a.txt": "archive.zip-checksum-mismatch",
      "META-INF/MANIFEST.MF": nested.content,
    });
  });
});

describe("openZipFile", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) {
      rmSync(folder, { recursive: true });
    }
  });

  it("reads entries larger than what it reads ahead, and entries in any order", () => {
    const folder = mkdtempSync(join(tmpdir(), "sightline-zip-"));
    folders.push(folder);
    const path = join(folder, "large.zip");
    const large = { name: "large", content: "0123456789".repeat(60_000), method: 0 };
    writeFileSync(path, packZip([letter, large, nested, { ...letter, name: "last.txt" }]));
    using source = openZipFile(path);
    const opened = openZip(source, { name: path });
    const entries = opened.ok ? [...opened.value.entries] : [];
    for (const entry of [...entries, ...entries.toReversed()]) {
      const content = opened.ok ? opened.value.read(entry) : undefined;
      expect(content?.ok === true && content.value.length).toBe(entry.sizeBytes);
    }
    expect(entries).toHaveLength(4);
  });

  it("reads a file by position, and nothing once closed", () => {
    const folder = mkdtempSync(join(tmpdir(), "sightline-zip-"));
    folders.push(folder);
    const path = join(folder, "a.zip");
    writeFileSync(path, packZip([letter, nested]));
    const source = openZipFile(path);
    const opened = openZip(source, { name: path });
    expect(opened.ok && readAll(opened.value)).toEqual({
      "a.txt": letter.content,
      "META-INF/MANIFEST.MF": nested.content,
    });
    source.close();
    source.close();
    expect(() => source.read(0, 10)).toThrow("closed");
  });
});
