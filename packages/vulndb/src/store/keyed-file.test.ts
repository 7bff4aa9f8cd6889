import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFolders } from "../bucket.fixture.ts";
import { openKeyedFile } from "./keyed-file.ts";
import { hashKey, parseHeaderPage, toHeaderPage } from "./keyed-file-format.ts";
import { KeyedFileWriter } from "./keyed-file-writer.ts";

const createFolder = createFolders();

function write(contents: Readonly<Record<string, string>>): string {
  const path = join(createFolder(), "keyed.bin");
  const writer = new KeyedFileWriter(path);
  for (const [key, content] of Object.entries(contents)) {
    writer.put(key, Buffer.from(content));
  }
  writer.finish(Buffer.from('{"summary":true}'));
  return path;
}

/** What goes wrong on opening the file, reading all of it and asking for each of these keys. */
function findDamage(path: string, keys: readonly string[]): string {
  try {
    const file = openKeyedFile(path);
    try {
      for (const key of keys) {
        file.get(key);
      }
      file.readSummary();
      file.verify();
      return "none";
    } finally {
      file.close();
    }
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

describe("a keyed file", () => {
  it("gives back what was put in, and nothing for other keys", () => {
    const file = openKeyedFile(write({ a: "1", "p/Debian:12/openssl": "two", "": "empty key", ключ: "значение" }));
    expect(file.get("a")?.toString()).toBe("1");
    expect(file.get("p/Debian:12/openssl")?.toString()).toBe("two");
    expect(file.get("")?.toString()).toBe("empty key");
    expect(file.get("ключ")?.toString()).toBe("значение");
    expect(file.get("b")).toBeUndefined();
    expect(file.readSummary().toString()).toBe('{"summary":true}');
    expect(file.verify()).toBe(4);
    file.close();
  });

  it("may be empty", () => {
    const file = openKeyedFile(write({}));
    expect(file.get("a")).toBeUndefined();
    expect(file.verify()).toBe(0);
    file.close();
  });

  it("keeps the last of several contents of one key", () => {
    const path = join(createFolder(), "keyed.bin");
    const writer = new KeyedFileWriter(path);
    for (const content of ["first", "second", "third"]) {
      writer.put("a", Buffer.from(content));
      writer.put(`b-${content}`, Buffer.from(content));
    }
    writer.finish(Buffer.alloc(0));
    const file = openKeyedFile(path);
    expect(file.get("a")?.toString()).toBe("third");
    expect(file.verify()).toBe(4);
    file.close();
  });

  it("tells keys apart whose hashes partly agree", () => {
    const [one, other] = ["key-901258", "key-1540052"];
    expect(hashKey(one).high).toBe(hashKey(other).high);
    expect(hashKey(one).low).not.toBe(hashKey(other).low);
    const file = openKeyedFile(write({ [one]: "one", [other]: "other" }));
    expect([file.get(one)?.toString(), file.get(other)?.toString()]).toEqual(["one", "other"]);
    file.close();
  });

  it("holds more keys than one page, and contents larger than any buffer", () => {
    const contents = Object.fromEntries(Array.from({ length: 5000 }, (_, number) => [`key ${number}`, `${number}`]));
    const large = "x".repeat(3 * 1024 * 1024);
    const file = openKeyedFile(write({ ...contents, large }));
    expect(file.header.pageCount).toBeGreaterThan(20);
    expect(Object.keys(contents).every((key) => file.get(key)?.toString() === contents[key])).toBe(true);
    expect(file.get("large")?.toString()).toBe(large);
    expect(file.verify()).toBe(5001);
    file.close();
  });

  it("reads several blocks at once, and no block that is outside of what was read", () => {
    const path = join(createFolder(), "keyed.bin");
    const writer = new KeyedFileWriter(path);
    const [plain, keyed, last] = [
      writer.append(Buffer.from("plain")),
      writer.put("k", Buffer.from("keyed")),
      writer.append(Buffer.from("last")),
    ];
    writer.finish(Buffer.alloc(0));
    const file = openKeyedFile(path);
    const run = file.readRun({ offset: plain.offset, lengthBytes: plain.lengthBytes + keyed.lengthBytes });
    expect([run.read(plain).toString(), run.readKeyed(keyed).toString()]).toEqual(["plain", "keyed"]);
    expect(() => run.read(last)).toThrow(expect.objectContaining({ code: "vulndb.corrupt" }));
    expect(() => file.read({ offset: 2 ** 40, lengthBytes: 2 ** 31 })).toThrow(
      expect.objectContaining({ code: "vulndb.corrupt" }),
    );
    file.close();
  });

  it("refuses to be read once it is closed", () => {
    const file = openKeyedFile(write({ a: "1" }));
    file.close();
    file.close();
    expect(() => file.get("a")).toThrow("closed");
  });
});

describe("damage to a keyed file", () => {
  const keys = Array.from({ length: 120 }, (_, number) => `key ${number}`);
  const contents = Object.fromEntries(keys.map((key) => [key, `content of ${key}`]));

  it("is seen wherever one bit of it is altered", () => {
    const path = write(contents);
    const whole = readFileSync(path);
    const { header } = openAndClose(path);
    const unusedHeader = { from: 24 + JSON.stringify(header).length, to: 4096 };
    const seen = new Set<string>();
    for (let at = 0; at < whole.length; at += 11) {
      if (at < unusedHeader.from || at >= unusedHeader.to) {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
        writeFileSync(path, bytes);
        seen.add(findDamage(path, keys));
      }
    }
    expect([...seen]).toEqual(["vulndb.corrupt"]);
  });

  it("is seen by a lookup in what it reads, without a look at the whole", () => {
    const path = write(contents);
    const { header } = openAndClose(path);
    const bytes = readFileSync(path);
    for (const at of [header.blocks.offset + 100, header.index.offset + 100]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      writeFileSync(path, damaged);
      const file = openKeyedFile(path);
      expect(() => keys.map((key) => file.get(key))).toThrow(expect.objectContaining({ code: "vulndb.corrupt" }));
      file.close();
    }
  });

  it("is seen when the file is cut short anywhere, grown, or empty", () => {
    const path = write(contents);
    const whole = readFileSync(path);
    for (const sizeBytes of [whole.length - 1, whole.length - 5000, 5000, 4096, 4095, 20, 8, 1, 0]) {
      writeFileSync(path, whole);
      truncateSync(path, sizeBytes);
      expect(findDamage(path, keys)).toBe("vulndb.corrupt");
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.alloc(1)]));
    expect(findDamage(path, keys)).toBe("vulndb.corrupt");
  });

  it("is told apart from another format, newer or older", () => {
    const path = write(contents);
    const whole = readFileSync(path);
    const reading = parseHeaderPage(whole.subarray(0, 4096));
    const header = reading.kind === "header" ? reading.header : undefined;
    for (const [version, code] of [
      [2, "vulndb.format-newer"],
      [0, "vulndb.format-older"],
    ] as const) {
      if (header !== undefined) {
        writeFileSync(path, Buffer.concat([toHeaderPage(header, version), whole.subarray(4096)]));
      }
      expect(findDamage(path, keys)).toBe(code);
    }
  });

  it("is told apart from a file that is not there", () => {
    expect(findDamage(join(createFolder(), "none.bin"), [])).toBe("vulndb.missing");
    expect(findDamage(createFolder(), [])).toBe("vulndb.unreadable");
  });

  function openAndClose(path: string): ReturnType<typeof openKeyedFile> {
    const file = openKeyedFile(path);
    file.close();
    return file;
  }
});
