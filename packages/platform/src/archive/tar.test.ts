import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ArchiveEntry, type ArchiveLimits, type ArchiveSummary, defaultArchiveLimits } from "./entry.ts";
import { createTarWalk, walkTar } from "./tar.ts";
import { type TarRecord, writeChecksum, writePaxRecords, writeTar, writeTarRecord } from "./testing/tar-writer.ts";

interface Seen extends ArchiveSummary {
  readonly list: readonly ArchiveEntry[];
  readonly contents: ReadonlyMap<string, string>;
}

interface WalkOptions {
  readonly limits?: Partial<ArchiveLimits>;
  readonly pieceBytes?: number;
  readonly isWanted?: (entry: ArchiveEntry) => boolean;
}

function walk(tar: Buffer, options: WalkOptions = {}): Seen {
  const list: ArchiveEntry[] = [];
  const contents = new Map<string, string>();
  const { isWanted = () => true, pieceBytes = 700 } = options;
  const tarWalk = createTarWalk({
    subject: "test",
    limits: { ...defaultArchiveLimits, ...options.limits },
    visitor: {
      wish(entry) {
        list.push(entry);
        return isWanted(entry) ? "read" : "skip";
      },
      content(entry, bytes) {
        contents.set(entry.path, bytes.toString());
      },
    },
  });
  for (let offset = 0; offset < tar.length; offset += pieceBytes) {
    tarWalk.push(tar.subarray(offset, offset + pieceBytes));
  }
  return { list, contents, ...tarWalk.finish() };
}

function walkRecords(records: readonly TarRecord[], options?: WalkOptions): Seen {
  return walk(writeTar(records), options);
}

function codesOf(seen: Seen): readonly string[] {
  return seen.problems.map((problem) => problem.code);
}

describe("headers", () => {
  it("reads the fields of a plain entry", () => {
    const seen = walkRecords([{ name: "etc/passwd", body: "root", mode: 0o104755, uid: 7, gid: 8, mtimeSeconds: 99 }]);
    expect(seen.problems).toEqual([]);
    expect(seen.list).toEqual([
      {
        path: "etc/passwd",
        kind: "file",
        sizeBytes: 4,
        mode: 0o4755,
        uid: 7,
        gid: 8,
        mtimeSeconds: 99,
        contentOffset: 512,
      },
    ]);
    expect(seen.contents.get("etc/passwd")).toBe("root");
  });

  it("tells the kinds apart and gives content to files only", () => {
    const seen = walkRecords([
      { name: "d/", typeFlag: "5", mode: 0o755 },
      { name: "old-directory/", typeFlag: "0" },
      { name: "f", body: "x" },
      { name: "v7", typeFlag: "\0", format: "v7", body: "y" },
      { name: "contiguous", typeFlag: "7", body: "z" },
      { name: "s", typeFlag: "2", linkName: "../usr/lib/x" },
      { name: "h", typeFlag: "1", linkName: "./f" },
      { name: "null", typeFlag: "3" },
      { name: "pipe", typeFlag: "6" },
    ]);
    expect(seen.list.map(({ path, kind, linkTarget }) => [path, kind, linkTarget])).toEqual([
      ["d", "directory", undefined],
      ["old-directory", "directory", undefined],
      ["f", "file", undefined],
      ["v7", "file", undefined],
      ["contiguous", "file", undefined],
      ["s", "symlink", "../usr/lib/x"],
      ["h", "hardlink", "f"],
      ["null", "other", undefined],
      ["pipe", "other", undefined],
    ]);
    expect([...seen.contents]).toEqual([
      ["f", "x"],
      ["v7", "y"],
      ["contiguous", "z"],
    ]);
  });

  it("does not take a link's size for a body", () => {
    const seen = walkRecords([{ name: "h", typeFlag: "1", linkName: "f", sizeBytes: 5000 }, { name: "next" }]);
    expect(seen.list.map((entry) => entry.path)).toEqual(["h", "next"]);
  });

  it("joins the prefix of ustar and star, and leaves GNU's use of that room alone", () => {
    const seen = walkRecords([
      { name: "b", prefix: "a" },
      { name: "b", prefix: "star", patch: (header) => header.write("tar\0", 508) },
      { name: "b", prefix: "times", format: "gnu" },
    ]);
    expect(seen.list.map((entry) => entry.path)).toEqual(["a/b", "star/b", "b"]);
  });

  it("reads base-256 numbers, negative ones too", () => {
    const seen = walkRecords([{ name: "f", body: "abc", uid: 3_000_000_000, gid: 2_097_152, mtimeSeconds: -86_400 }]);
    expect(seen.list[0]).toMatchObject({ uid: 3_000_000_000, gid: 2_097_152, mtimeSeconds: -86_400, sizeBytes: 3 });
    const patch = (header: Buffer): void => {
      header.fill(0, 124, 136);
      header[124] = 0x80;
      header[135] = 3;
    };
    expect(walkRecords([{ name: "f", body: "abc", patch }]).contents.get("f")).toBe("abc");
  });

  it("accepts a checksum summed over signed bytes", () => {
    const record = writeTarRecord({ name: "é", body: "x" });
    let sum = 0;
    for (const [index, byte] of record.subarray(0, 512).entries()) {
      sum += index >= 148 && index < 156 ? 0x20 : byte > 127 ? byte - 256 : byte;
    }
    record.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    expect(walk(Buffer.concat([record, Buffer.alloc(1024)])).contents.get("é")).toBe("x");
  });

  it("normalises names and takes absolute ones from the root", () => {
    const seen = walkRecords([{ name: "./", typeFlag: "5" }, { name: "./a//b/./c" }, { name: "/etc/x" }]);
    expect(seen.list.map((entry) => entry.path)).toEqual(["", "a/b/c", "etc/x"]);
    expect(seen.problems).toEqual([]);
  });
});

describe("extension headers", () => {
  const long = `${"directory/".repeat(30)}file`;

  it("applies GNU long names and links", () => {
    const seen = walkRecords([
      { name: "cut", typeFlag: "2", gnuName: long, gnuLinkName: `${long}-target` },
      { name: "b" },
    ]);
    expect(seen.list[0]).toMatchObject({ path: long, linkTarget: `${long}-target` });
    expect(seen.list[1]?.path).toBe("b");
  });

  it("applies pax records to the next entry only", () => {
    const pax = { path: long, size: "3", uid: "5", gid: "6", mtime: "17.9", comment: "a=b\nc" };
    const seen = walkRecords([
      { name: "cut", body: "abc", sizeBytes: 0, pax },
      { name: "b", body: "d" },
    ]);
    expect(seen.list[0]).toMatchObject({ path: long, sizeBytes: 3, uid: 5, gid: 6, mtimeSeconds: 17 });
    expect(seen.contents.get(long)).toBe("abc");
    expect(seen.list[1]).toMatchObject({ path: "b", uid: 0 });
  });

  it("keeps file capabilities as bytes", () => {
    const capability = Buffer.from([1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0xff, 0, 0]);
    const seen = walkRecords([{ name: "bin/ping", pax: { "SCHILY.xattr.security.capability": capability } }]);
    expect(seen.list[0]?.capabilities).toEqual(capability);
  });

  it("passes over global headers, and names those that would show other readers another archive", () => {
    const harmless = { name: "g", typeFlag: "g", body: writePaxRecords({ comment: "c0ffee", mtime: "1" }) };
    const harmful = { name: "g", typeFlag: "g", body: writePaxRecords({ path: "other" }) };
    expect(walkRecords([harmless, { name: "a" }])).toMatchObject({ entries: 1, problems: [] });
    const seen = walkRecords([harmful, { name: "a" }]);
    expect(seen.list.map((entry) => entry.path)).toEqual(["a"]);
    expect(codesOf(seen)).toEqual(["archive.unsupported"]);
  });

  it("ends the walk at pax records that break the format", () => {
    for (const body of ["9 path=abc\n", "99 path=a\n", "x path=a\n", "6 abc\n", "12 size=abc\n"]) {
      const seen = walkRecords([{ name: "x", typeFlag: "x", body }, { name: "a" }]);
      expect([body, codesOf(seen), seen.list]).toEqual([body, ["archive.corrupt"], []]);
    }
  });

  it("recognises sparse files, passes over their maps and does not hand them out", () => {
    const map = Buffer.alloc(1024);
    map[504] = 1;
    const gnu: TarRecord = {
      name: "old",
      typeFlag: "S",
      format: "gnu",
      body: "data",
      patch: (header) => {
        header.write("00000100000\0", 483, "latin1");
        header[482] = 1;
      },
    };
    const header = writeTarRecord(gnu);
    const old = Buffer.concat([header.subarray(0, 512), map, header.subarray(512)]);
    const pax = { "GNU.sparse.major": "1", "GNU.sparse.name": "new", "GNU.sparse.realsize": "70000" };
    const rest = writeTar([
      { name: "GNUSparseFile/new", body: "data", pax },
      { name: "after", body: "x" },
    ]);
    const seen = walk(Buffer.concat([old, rest]));
    expect(seen.list.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([
      ["old", 0o100000],
      ["new", 70_000],
      ["after", 1],
    ]);
    expect(seen.problems.map(({ code, subject }) => [code, subject])).toEqual([
      ["archive.unsupported", "old"],
      ["archive.unsupported", "new"],
    ]);
    expect([...seen.contents.keys()]).toEqual(["after"]);
  });
});

describe("damage and bounds", () => {
  it("ends at a wrong checksum and says that the rest is unread", () => {
    const tar = writeTar([{ name: "a", body: "x" }, { name: "b" }]);
    tar[1024 + 5] = 0x41;
    const seen = walk(tar);
    expect(seen.list.map((entry) => entry.path)).toEqual(["a"]);
    expect(codesOf(seen)).toEqual(["archive.corrupt"]);
  });

  it("refuses sizes that are none", () => {
    const patches = [
      (header: Buffer): number => header.write("999", 124),
      (header: Buffer): Buffer => header.fill(0xff, 124, 136),
      (header: Buffer): Buffer => header.fill(0x8f, 124, 136),
    ];
    for (const patch of patches) {
      const seen = walkRecords([{ name: "a", patch: (header) => void patch(header) }, { name: "b" }]);
      expect([codesOf(seen), seen.list]).toEqual([["archive.corrupt"], []]);
    }
    const absurd = walkRecords([{ name: "a", sizeBytes: 2 ** 45 }]);
    expect(codesOf(absurd)).toEqual(["archive.limit-exceeded"]);
  });

  it("tells a cut archive wherever it is cut, and a complete one without its end marks", () => {
    const records: TarRecord[] = [
      { name: "a", body: "x".repeat(600) },
      { name: "b", pax: { path: "c" }, body: "y" },
    ];
    const tar = writeTar(records);
    const contentEnd = tar.length - 1024;
    for (const length of [1, 511, 513, 600, 1111, 1536 + 1, 1536 + 512 + 20, 1536 + 1024, 1536 + 1024 + 512]) {
      expect([length, codesOf(walk(tar.subarray(0, length)))]).toEqual([length, ["archive.truncated"]]);
    }
    for (const length of [0, 1536, contentEnd - 511, contentEnd, contentEnd + 512]) {
      expect([length, codesOf(walk(tar.subarray(0, length)))]).toEqual([length, []]);
    }
  });

  it("does not hand out a file that is cut", () => {
    const seen = walk(writeTar([{ name: "a", body: "x".repeat(600) }]).subarray(0, 1000));
    expect(seen.contents.size).toBe(0);
    expect(seen.problems[0]).toMatchObject({ code: "archive.truncated", subject: "a" });
  });

  it("leaves out entries whose names point outside", () => {
    const seen = walkRecords([
      { name: "../etc/passwd", body: "evil" },
      { name: "a/../../b" },
      { name: "h", typeFlag: "1", linkName: "../../etc/shadow" },
      { name: "nul", pax: { path: "a\0b" } },
      { name: "fine..", body: "ok" },
    ]);
    expect(seen.list.map((entry) => entry.path)).toEqual(["fine.."]);
    expect(codesOf(seen)).toEqual(Array.from({ length: 4 }, () => "archive.unsafe-path"));
  });

  it("holds the limits on entries, paths, extension headers and wanted files", () => {
    const three = [{ name: "a" }, { name: "b" }, { name: "c" }];
    expect(walkRecords(three, { limits: { entriesMax: 2 } }).problems[0]?.code).toBe("archive.limit-exceeded");
    const longPath = [{ name: "a", pax: { path: "x".repeat(50) } }, { name: "b" }];
    const seen = walkRecords(longPath, { limits: { pathBytesMax: 40 } });
    expect([codesOf(seen), seen.list.map((entry) => entry.path)]).toEqual([["archive.unsafe-path"], ["b"]]);
    expect(codesOf(walkRecords(longPath, { limits: { headerBytesMax: 20 } }))).toEqual(["archive.limit-exceeded"]);
    const large = walkRecords([{ name: "large", body: "0123456789" }, { name: "b" }], { limits: { fileBytesMax: 9 } });
    expect(large.problems[0]).toMatchObject({ code: "archive.file-too-large", subject: "large" });
    expect(large.entries).toBe(2);
  });

  it("keeps a bounded number of problems and counts the rest", () => {
    const records = Array.from({ length: 50 }, () => ({ name: "../x" }));
    const seen = walkRecords(records, { limits: { problemsMax: 10 } });
    expect(seen.problems).toHaveLength(11);
    expect(seen.problems[10]?.message).toContain("40 further");
  });

  it("does not read past the two zero blocks, and refuses entries after a single one", () => {
    const tail = writeTar([{ name: "hidden" }]);
    expect(walk(Buffer.concat([writeTar([{ name: "a" }]), tail])).entries).toBe(1);
    const seen = walk(Buffer.concat([writeTarRecord({ name: "a" }), Buffer.alloc(512), tail]));
    expect([seen.entries, codesOf(seen)]).toEqual([1, ["archive.corrupt"]]);
  });

  it("does not keep or change the bytes it is fed", () => {
    const tar = writeTar([{ name: "a", body: "stay" }]);
    let kept: Buffer | undefined;
    const tarWalk = createTarWalk({
      subject: "test",
      limits: defaultArchiveLimits,
      visitor: { wish: () => "read", content: (_entry, bytes) => (kept = bytes) },
    });
    tarWalk.push(tar);
    tar.fill(0);
    expect(kept?.toString()).toBe("stay");
  });

  it("stops a plain tar that is larger than allowed", async () => {
    const limits = { ...defaultArchiveLimits, uncompressedBytesMax: 1000 };
    const visitor = { wish: () => "skip" as const, content: () => undefined };
    const source = (async function* () {
      yield writeTar([{ name: "a" }]);
    })();
    await expect(walkTar(source, { subject: "t", limits, visitor })).rejects.toMatchObject({
      code: "archive.limit-exceeded",
    });
  });
});

describe("archives made by GNU tar", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sightline-tar-"));
    const deep = join(folder, "tree", "long-directory-name-".repeat(4), "and-more-".repeat(4));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, "file.txt"), "deep");
    writeFileSync(join(folder, "tree", "ümlaut"), "u");
    symlinkSync("ümlaut", join(folder, "tree", "link"));
    writeFileSync(join(folder, "tree", "sparse"), "start");
    truncateSync(join(folder, "tree", "sparse"), 3_000_000);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function makeTar(...options: string[]): Buffer {
    const made = spawnSync("tar", ["-C", folder, "--sort=name", ...options, "-cf", "-", "tree"], {
      maxBuffer: 2 ** 24,
    });
    expect(made.status, made.stderr.toString()).toBe(0);
    return made.stdout;
  }

  it.each([["gnu"], ["pax"], ["posix"], ["oldgnu"], ["ustar"]])("reads format %s", (format) => {
    const seen = walk(makeTar(`--format=${format}`), { pieceBytes: 10_007 });
    expect(seen.problems).toEqual([]);
    const deep = `tree/${"long-directory-name-".repeat(4)}/${"and-more-".repeat(4)}/file.txt`;
    expect(seen.contents.get(deep)).toBe("deep");
    expect(seen.list.find((entry) => entry.path === "tree/link")?.linkTarget).toBe("ümlaut");
    expect(seen.contents.get("tree/ümlaut")).toBe("u");
    expect(seen.list.find((entry) => entry.path === "tree/sparse")?.sizeBytes).toBe(3_000_000);
  });

  it.each([
    ["--format=gnu"],
    ["--format=posix", "--sparse-version=0.0"],
    ["--format=posix", "--sparse-version=0.1"],
    ["--format=posix", "--sparse-version=1.0"],
  ])("recognises its sparse files: %s %s", (...options) => {
    const seen = walk(makeTar("--sparse", ...options.filter((option) => option !== undefined)));
    expect(seen.list.find((entry) => entry.path === "tree/sparse")?.sizeBytes).toBe(3_000_000);
    expect(seen.problems.map(({ code, subject }) => [code, subject])).toEqual([["archive.unsupported", "tree/sparse"]]);
    expect(seen.contents.get("tree/ümlaut")).toBe("u");
  });
});

it("a test's checksum is what the walker expects", () => {
  const header = Buffer.alloc(512, 1);
  writeChecksum(header);
  expect(header.toString("latin1", 148, 156)).toMatch(/^[0-7]{6}\0 $/);
});
