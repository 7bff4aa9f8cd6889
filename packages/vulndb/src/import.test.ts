import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  createFolders,
  createStillClock,
  listTree,
  type RawBucket,
  toAffected,
  toBucket,
  toRecord,
  writeTarball,
  writeUnpacked,
  writeZipped,
} from "./bucket.fixture.ts";
import { openDatabase } from "./database.ts";
import { type ImportOptions, type ImportProgress, type ImportReport, importAdvisories } from "./import.ts";

const createFolder = createFolders();

const bucket = toBucket({
  Debian: [
    toRecord("DSA-1-1", { upstream: ["CVE-2024-1"], affected: [toAffected("Debian:12", "openssl")] }),
    toRecord("DEBIAN-CVE-2024-1", {
      affected: [toAffected("Debian:11", "openssl"), toAffected("Debian:12", "openssl")],
    }),
  ],
  PyPI: [toRecord("PYSEC-1", { affected: [toAffected("PyPI", "Django")] })],
});

function writeFolder(content: RawBucket = bucket): string {
  const folder = createFolder();
  writeUnpacked(folder, content);
  return folder;
}

function run(options: Partial<ImportOptions> & { readonly from: string; readonly to: string }): Promise<ImportReport> {
  return importAdvisories({ clock: createStillClock(), ...options });
}

/** Code of the error the import ends with, and whether anything of it was left behind. */
async function failure(
  options: Partial<ImportOptions> & { readonly from: string; readonly to: string },
): Promise<{ readonly code: unknown; readonly left: readonly string[] }> {
  const before = existsSync(options.to) ? listTree(options.to) : [];
  const code = await run(options).then(
    () => "none",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : String(error)),
  );
  const after = existsSync(options.to) ? listTree(options.to) : [];
  return { code, left: after.filter((file) => !before.includes(file)) };
}

function idsFor(to: string, ecosystem: string, name: string): readonly string[] {
  const database = openDatabase(to);
  try {
    return database.advisoriesFor(ecosystem, name).map(({ id }) => id);
  } finally {
    database.close();
  }
}

describe("importing a bucket", () => {
  const shapes: readonly [string, (folder: string) => string][] = [
    ["a folder of zip archives", (folder) => (writeZipped(folder, bucket), folder)],
    ["a folder of single files", (folder) => (writeUnpacked(folder, bucket), folder)],
    ["a tarball", (folder) => (writeTarball(join(folder, "bucket.tar.gz"), bucket), join(folder, "bucket.tar.gz"))],
  ];
  it.each(shapes)("reads %s", async (_, write) => {
    const to = createFolder();
    const report = await run({ from: write(createFolder()), to });
    expect(report.ecosystems).toEqual({
      Debian: { documents: 2, added: 2, copies: 0, dropped: 0, rejected: 0 },
      PyPI: { documents: 1, added: 1, copies: 0, dropped: 0, rejected: 0 },
    });
    expect(report.rejects).toEqual([]);
    expect(idsFor(to, "Debian:12", "openssl")).toEqual(["DEBIAN-CVE-2024-1", "DSA-1-1"]);
    expect(idsFor(to, "Debian:11", "openssl")).toEqual(["DEBIAN-CVE-2024-1"]);
    expect(idsFor(to, "PyPI", "django")).toEqual(["PYSEC-1"]);
  });

  it("gives the same content whatever the bucket's shape", async () => {
    const generations = await Promise.all(
      shapes.map(async ([, write]) => (await run({ from: write(createFolder()), to: createFolder() })).generation),
    );
    expect(new Set(generations).size).toBe(1);
    expect(generations[0]).toMatch(/^20261121T205400Z-[0-9a-f]{16}$/);
  });

  it("reads a single archive, named itself or lying in the folder", async () => {
    const folder = createFolder();
    writeZipped(folder, bucket);
    const alone = await run({ from: join(folder, "PyPI", "all.zip"), to: createFolder() });
    const inFolder = await run({ from: join(folder, "PyPI"), to: createFolder() });
    expect([alone.status.advisories, inFolder.status.advisories]).toEqual([1, 1]);
  });

  it("prefers the archive where single files lie beside it", async () => {
    const from = createFolder();
    writeZipped(from, bucket);
    writeUnpacked(from, toBucket({ PyPI: [toRecord("PYSEC-2", { affected: [toAffected("PyPI", "Django")] })] }));
    const to = createFolder();
    await run({ from, to });
    expect(idsFor(to, "PyPI", "django")).toEqual(["PYSEC-1"]);
  });

  it("counts and names a malformed record, and imports the rest", async () => {
    const to = createFolder();
    const from = writeFolder({
      ...bucket,
      npm: { "BAD-1.json": "{", "BAD-2.json": { id: "BAD-2" }, "GOOD-1.json": toRecord("GOOD-1") },
    });
    const report = await run({ from, to });
    expect(report.rejects).toEqual([
      { from: "npm", id: "BAD-1.json", reason: expect.stringContaining("not JSON") },
      { from: "npm", id: "BAD-2", reason: expect.stringContaining("modified") },
    ]);
    expect(report.counts.rejects).toBe(2);
    expect(report.ecosystems["npm"]).toEqual({ documents: 3, added: 1, copies: 0, dropped: 0, rejected: 2 });
    expect(report.status.rejects).toBe(2);
    expect(idsFor(to, "npm", "left-pad")).toEqual(["GOOD-1"]);
  });

  it("counts and names a damaged entry of an archive, and imports the rest", async () => {
    const from = createFolder();
    writeZipped(from, bucket);
    const path = join(from, "Debian", "all.zip");
    const bytes = readFileSync(path);
    bytes.fill(0, 60, 70);
    writeFileSync(path, bytes);
    const to = createFolder();
    const report = await run({ from, to });
    expect(report.rejects).toEqual([{ from: "Debian", id: "DSA-1-1.json", reason: expect.any(String) }]);
    expect(idsFor(to, "Debian:12", "openssl")).toEqual(["DEBIAN-CVE-2024-1"]);
  });

  it("lists rejects up to a bound and counts them all", async () => {
    const bad = Object.fromEntries(Array.from({ length: 20 }, (_, number) => [`BAD-${number}.json`, "?"]));
    const report = await run({
      from: writeFolder({ ...bucket, npm: bad }),
      to: createFolder(),
      limits: { rejectsListedMax: 5 },
    });
    expect(report.rejects).toHaveLength(5);
    expect(report.counts.rejects).toBe(20);
  });

  it("drops withdrawn records and notices that are no vulnerability, and counts both", async () => {
    const to = createFolder();
    const from = writeFolder(
      toBucket({
        AlmaLinux: [
          toRecord("ALSA-1", { affected: [toAffected("AlmaLinux:9", "a")] }),
          toRecord("ALBA-1", { affected: [toAffected("AlmaLinux:9", "a")] }),
          toRecord("ALEA-1", { affected: [toAffected("AlmaLinux:9", "a")] }),
        ],
        Go: [toRecord("GO-1", { withdrawn: "2025-01-01T00:00:00Z", affected: [toAffected("Go", "example.org/x")] })],
      }),
    );
    const report = await run({ from, to });
    expect(report.counts.dropped).toMatchObject({ withdrawn: 1, "not-a-vulnerability": 2 });
    expect(idsFor(to, "AlmaLinux:9", "a")).toEqual(["ALSA-1"]);
    expect(idsFor(to, "Go", "example.org/x")).toEqual([]);
  });

  it("finds the lower-case kubernetes records under Kubernetes too", async () => {
    const to = createFolder();
    await run({
      from: writeFolder(
        toBucket({ kubernetes: [toRecord("CVE-1", { affected: [toAffected("kubernetes", "k8s.io/x")] })] }),
      ),
      to,
    });
    expect(idsFor(to, "Kubernetes", "k8s.io/x")).toEqual(["CVE-1"]);
    expect(idsFor(to, "kubernetes", "k8s.io/x")).toEqual(["CVE-1"]);
  });

  it("tells how far it is, beginning and end included", async () => {
    const steps: ImportProgress[] = [];
    const from = writeFolder();
    const to = createFolder();
    await run({ from, to, progress: (step) => steps.push(step) });
    expect(steps).toEqual([
      { step: "reading", subject: join(from, "Debian"), done: 0, total: 2 },
      { step: "reading", subject: join(from, "Debian"), done: 2, total: 2 },
      { step: "reading", subject: join(from, "PyPI"), done: 0, total: 1 },
      { step: "reading", subject: join(from, "PyPI"), done: 1, total: 1 },
      { step: "writing", subject: to, done: 3, total: 3 },
      { step: "checking", subject: to, done: 0, total: 1 },
      { step: "checking", subject: to, done: 1, total: 1 },
    ]);
  });
});

describe("copies of one record", () => {
  const npm = toAffected("npm", "jquery");
  const gem = toAffected("RubyGems", "jquery-rails");
  const older = toRecord("GHSA-1", { modified: "2024-01-01T00:00:00Z", summary: "older", affected: [gem] });
  const newer = toRecord("GHSA-1", { modified: "2026-01-01T00:00:00Z", summary: "newer", affected: [npm] });

  it("are one advisory when they are the same", async () => {
    const both = toRecord("GHSA-1", { affected: [npm, gem] });
    const to = createFolder();
    const report = await run({ from: writeFolder(toBucket({ RubyGems: [both], npm: [both] })), to });
    expect(report.status.advisories).toBe(1);
    expect(report.ecosystems["npm"]).toMatchObject({ added: 0, copies: 1 });
    expect(idsFor(to, "npm", "jquery")).toEqual(["GHSA-1"]);
    expect(idsFor(to, "RubyGems", "jquery-rails")).toEqual(["GHSA-1"]);
  });

  it.each([
    ["older first", { RubyGems: [older], npm: [newer] }],
    ["newer first", { RubyGems: [newer], npm: [older] }],
  ])("that differ lose no package, and the later one speaks: %s", async (_, records) => {
    const to = createFolder();
    await run({ from: writeFolder(toBucket(records)), to });
    const database = openDatabase(to);
    expect(database.advisory("GHSA-1")).toMatchObject({
      summary: "newer",
      affected: [{ name: "jquery" }, { name: "jquery-rails" }],
    });
    expect(database.advisoriesFor("npm", "jquery")).toHaveLength(1);
    expect(database.advisoriesFor("RubyGems", "jquery-rails")).toHaveLength(1);
    database.close();
  });

  it.each([
    ["withdrawn first", ["RubyGems", "npm"]],
    ["withdrawn last", ["npm", "RubyGems"]],
  ])("are withdrawn once the later one is, and not when the earlier one was: %s", async (_, order) => {
    const [first = "", second = ""] = order;
    const withdrawnLater = { ...newer, withdrawn: "2026-01-01T00:00:00Z" };
    const gone = createFolder();
    const content = toBucket({ [first]: [withdrawnLater], [second]: [older], PyPI: [toRecord("PYSEC-1")] });
    const report = await run({ from: writeFolder(content), to: gone });
    expect(report.status.advisories).toBe(1);
    expect(idsFor(gone, "RubyGems", "jquery-rails")).toEqual([]);
    const kept = createFolder();
    const withdrawnEarlier = { ...older, withdrawn: "2024-01-01T00:00:00Z" };
    await run({ from: writeFolder(toBucket({ [first]: [withdrawnEarlier], [second]: [newer] })), to: kept });
    expect(idsFor(kept, "npm", "jquery")).toEqual(["GHSA-1"]);
  });
});

describe("importing feeds", () => {
  const toKev = (version: string, cves: readonly string[]): string =>
    JSON.stringify({
      catalogVersion: version,
      dateReleased: `${version.replaceAll(".", "-")}T00:00:00Z`,
      vulnerabilities: cves.map((cveID) => ({ cveID, dateAdded: "2026-01-01" })),
    });
  const vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  const metadata = [
    JSON.stringify({ id: "CVE-2024-0001", state: "PUBLISHED", cvss: [{ src: "cna", v: vector }] }),
    "not JSON",
    JSON.stringify({ id: "CVE-2024-0002", state: "PUBLISHED", ssvc: { exploitation: "active" } }),
  ].join("\n");

  it("tells them apart by content, takes the newest catalogue, and says which files are none", async () => {
    const folder = createFolder();
    writeFileSync(join(folder, "a.json"), toKev("2026.08.07", ["CVE-2024-0001"]));
    writeFileSync(join(folder, "b.json"), toKev("2025.08.25", ["CVE-2024-0002"]));
    writeFileSync(join(folder, "c.gz"), gzipSync(metadata));
    writeFileSync(
      join(folder, "d.csv"),
      "cve,exploitation,automatable,technical_impact\nCVE-2024-0003,PoC,no,partial\n",
    );
    writeFileSync(join(folder, "e.json"), '{"changeNumber": 376}');
    const to = createFolder();
    const report = await run({ from: writeFolder(), to, feeds: [folder] });
    expect(report.counts).toMatchObject({ kev: 1, cves: 2, ssvc: 1, rejects: 1 });
    expect(report.rejects).toMatchObject([{ from: join(folder, "c.gz"), id: `${join(folder, "c.gz")}:2` }]);
    expect(report.unknownFeeds).toEqual([join(folder, "e.json")]);
    const database = openDatabase(to);
    expect(database.kevFor("CVE-2024-0001")).toMatchObject({ dateAdded: "2026-01-01", ransomware: false });
    expect(database.kevFor("CVE-2024-0002")).toBeUndefined();
    expect(database.cvssFor("cve-2024-0001")).toEqual([{ kind: "cvss", version: "3.1", vector, source: "cna" }]);
    expect(database.cvssFor("CVE-2024-0002")).toEqual([]);
    expect(database.ssvcFor("CVE-2024-0002")).toEqual({ cve: "CVE-2024-0002", exploitation: "active" });
    expect(database.ssvcFor("CVE-2024-0003")?.exploitation).toBe("poc");
    expect(database.status().origins.map(({ id, records }) => `${id} ${records}`)).toEqual([
      "cve-metadata 2",
      "debian 2",
      "kev 1",
      "pypa 1",
      "ssvc 1",
    ]);
    expect(database.status().origins.find(({ id }) => id === "kev")?.newest).toBe("2026-08-07T00:00:00.000Z");
    database.close();
  });

  it("refuses a file named as a feed that is none, and one that is not there", async () => {
    const folder = createFolder();
    writeFileSync(join(folder, "e.json"), "{}");
    const from = writeFolder();
    const unknown = await failure({ from, to: createFolder(), feeds: [join(folder, "e.json")] });
    expect(unknown).toEqual({ code: "vulndb.feed-unknown", left: [] });
    const absent = await failure({ from, to: createFolder(), feeds: [join(folder, "none.json")] });
    expect(absent).toEqual({ code: "vulndb.source-missing", left: [] });
  });

  it("ends with a feed that is cut short or larger than allowed", async () => {
    const folder = createFolder();
    const packed = gzipSync(metadata.repeat(2000));
    writeFileSync(join(folder, "cut.gz"), packed.subarray(0, packed.length - 20));
    writeFileSync(join(folder, "whole.gz"), packed);
    const from = writeFolder();
    const cut = await failure({ from, to: createFolder(), feeds: [join(folder, "cut.gz")] });
    expect(cut).toEqual({ code: "vulndb.source-unreadable", left: [] });
    const feeds = [join(folder, "whole.gz")];
    const large = await failure({ from, to: createFolder(), feeds, limits: { feedBytesMax: 10_000 } });
    expect(large).toEqual({ code: "vulndb.limit-exceeded", left: [] });
    const wide = await failure({ from, to: createFolder(), feeds, limits: { lineBytesMax: 20 } });
    expect(wide).toEqual({ code: "vulndb.limit-exceeded", left: [] });
  });
});

describe("an import that fails", () => {
  it("says so when there is nothing to import", async () => {
    const to = createFolder();
    expect(await failure({ from: join(to, "none"), to })).toEqual({ code: "vulndb.source-missing", left: [] });
    expect(await failure({ from: createFolder(), to })).toEqual({ code: "vulndb.source-missing", left: [] });
    const bad = writeFolder({ npm: { "BAD-1.json": "{" } });
    expect(await failure({ from: bad, to })).toEqual({ code: "vulndb.nothing-imported", left: [] });
  });

  it("ends with an archive that is damaged as a whole: an ecosystem must not be missing silently", async () => {
    const from = createFolder();
    writeZipped(from, bucket);
    const path = join(from, "PyPI", "all.zip");
    writeFileSync(path, readFileSync(path).subarray(0, 40));
    expect(await failure({ from, to: createFolder() })).toEqual({ code: "vulndb.source-unreadable", left: [] });
  });

  it("ends with a tarball that is cut short or is none", async () => {
    const folder = createFolder();
    const path = join(folder, "bucket.tar.gz");
    writeTarball(path, bucket);
    const whole = readFileSync(path);
    for (const bytes of [whole.subarray(0, whole.length - 30), Buffer.from("not gzip at all")]) {
      writeFileSync(path, bytes);
      expect(await failure({ from: path, to: createFolder() })).toEqual({ code: "vulndb.source-unreadable", left: [] });
    }
  });

  it("keeps to its limits", async () => {
    const from = writeFolder();
    const many = await failure({ from, to: createFolder(), limits: { documentsMax: 2 } });
    expect(many).toEqual({ code: "vulndb.limit-exceeded", left: [] });
    const report = await run({ from, to: createFolder(), limits: { documentBytesMax: 300 } });
    expect(report.rejects.map(({ id }) => id)).toEqual(["DEBIAN-CVE-2024-1.json"]);
  });

  it("leaves the database in use as it is", async () => {
    const to = createFolder();
    const first = await run({ from: writeFolder(), to });
    const broken = createFolder();
    writeZipped(broken, bucket);
    writeFileSync(join(broken, "Debian", "all.zip"), "");
    expect(await failure({ from: broken, to })).toEqual({ code: "vulndb.source-unreadable", left: [] });
    const database = openDatabase(to);
    expect(database.generation).toBe(first.generation);
    database.close();
    expect(readdirSync(join(to, "generations"))).toEqual([first.generation]);
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const to = createFolder();
    const stopped = failure({ from: writeFolder(), to, signal: stop.signal, progress: () => stop.abort() });
    expect(await stopped).toEqual({ code: "vulndb.cancelled", left: [] });
    expect(readdirSync(join(to, "generations"))).toEqual([]);
  });

  it("says so when the database cannot be written", async () => {
    const folder = createFolder();
    writeFileSync(join(folder, "file"), "");
    const code = (await failure({ from: writeFolder(), to: join(folder, "file", "database") })).code;
    expect(code).toBe("vulndb.write-failed");
  });
});

describe("generations", () => {
  it("replace each other; the one before is kept, older ones go", async () => {
    const to = createFolder();
    const clock = createStillClock();
    const generations: string[] = [];
    for (const id of ["A-1", "A-2", "A-3"]) {
      const report = await run({ from: writeFolder(toBucket({ npm: [toRecord(id)] })), to, clock });
      expect(report.previous).toBe(generations.at(-1));
      generations.push(report.generation);
      clock.advance(60_000);
    }
    expect(readdirSync(join(to, "generations")).sort()).toEqual(generations.slice(1));
    expect(readFileSync(join(to, "current"), "utf8")).toBe(`${generations.at(-1)}\n`);
    expect(idsFor(to, "npm", "left-pad")).toEqual(["A-3"]);
  });

  it("stay open for those who read them while another becomes current", async () => {
    const to = createFolder();
    const clock = createStillClock();
    await run({ from: writeFolder(toBucket({ npm: [toRecord("A-1")] })), to, clock });
    const database = openDatabase(to);
    for (const id of ["A-2", "A-3", "A-4"]) {
      clock.advance(60_000);
      await run({ from: writeFolder(toBucket({ npm: [toRecord(id)] })), to, clock });
    }
    expect(database.advisoriesFor("npm", "left-pad").map(({ id }) => id)).toEqual(["A-1"]);
    database.close();
    expect(idsFor(to, "npm", "left-pad")).toEqual(["A-4"]);
  });

  it("are the same one when the same content is imported in the same second", async () => {
    const to = createFolder();
    const from = writeFolder();
    const first = await run({ from, to });
    const second = await run({ from, to });
    expect(second).toMatchObject({ generation: first.generation });
    expect(second).not.toHaveProperty("previous");
    expect(readdirSync(join(to, "generations"))).toEqual([first.generation]);
    expect(idsFor(to, "PyPI", "Django")).toEqual(["PYSEC-1"]);
  });

  it("being built by an import killed long ago are cleared away, those of one still running are not", async () => {
    const to = createFolder();
    const generations = join(to, "generations");
    for (const name of [".building-old", ".building-new"]) {
      mkdirSync(join(generations, name), { recursive: true });
      writeFileSync(join(generations, name, "advisories.bin"), "half");
    }
    const clock = createStillClock();
    const seconds = clock.nowMs() / 1000;
    utimesSync(join(generations, ".building-old"), seconds - 2 * 86_400, seconds - 2 * 86_400);
    utimesSync(join(generations, ".building-new"), seconds - 60, seconds - 60);
    const { generation } = await run({ from: writeFolder(), to, clock });
    expect(readdirSync(generations).sort()).toEqual([".building-new", generation]);
  });
});
