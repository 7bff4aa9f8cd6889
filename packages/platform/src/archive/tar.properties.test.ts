import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ArchiveEntry, type ArchiveSummary, defaultArchiveLimits } from "./entry.ts";
import { createTarWalk } from "./tar.ts";
import { type TarRecord, writeChecksum, writeTar } from "./testing/tar-writer.ts";

const limits = { ...defaultArchiveLimits, uncompressedBytesMax: 2 ** 24, fileBytesMax: 2 ** 16, problemsMax: 20 };

interface Seen {
  readonly summary: ArchiveSummary;
  readonly list: readonly ArchiveEntry[];
  readonly contents: readonly (readonly [string, string])[];
}

function walkInPieces(tar: Buffer, cuts: readonly number[]): Seen {
  const list: ArchiveEntry[] = [];
  const contents: [string, string][] = [];
  const walk = createTarWalk({
    subject: "test",
    limits,
    visitor: {
      wish(entry) {
        list.push(entry);
        return entry.path.length % 3 === 0 ? "skip" : "read";
      },
      content: (entry, bytes) => void contents.push([entry.path, bytes.toString("hex")]),
    },
  });
  const ends = [...new Set(cuts.map((cut) => cut % (tar.length + 1)))].toSorted((a, b) => a - b);
  let start = 0;
  for (const end of [...ends, tar.length]) {
    walk.push(tar.subarray(start, end));
    start = end;
  }
  return { summary: walk.finish(), list, contents };
}

const segment = fc
  .string({ minLength: 1, maxLength: 12, unit: "grapheme-ascii" })
  .map((text) => text.replaceAll("/", "-"));
const path = fc
  .array(
    segment.filter((text) => text !== "." && text !== ".."),
    { minLength: 1, maxLength: 30 },
  )
  .map((segments) => segments.join("/"));

/** A record as GNU tar or a pax writer would store it: long names in an extension header. */
const record: fc.Arbitrary<TarRecord> = fc
  .record({
    path,
    body: fc.uint8Array({ maxLength: 1500 }),
    kind: fc.constantFrom("0", "0", "0", "5", "2", "1"),
    longForm: fc.constantFrom("gnu", "pax"),
    mode: fc.nat(0o7777),
    uid: fc.nat(2 ** 31),
    mtimeSeconds: fc.integer({ min: -1e9, max: 2 ** 35 }),
  })
  .map(({ path: name, body, kind, longForm, ...rest }) => {
    const isLong = Buffer.byteLength(name) > 100;
    const long = longForm === "gnu" ? { gnuName: name } : { pax: { path: name } };
    const fields = { name: isLong ? "short" : name, typeFlag: kind, ...rest, ...(isLong ? long : {}) };
    return kind === "0" ? { ...fields, body: Buffer.from(body) } : { ...fields, linkName: "target" };
  });

function nameOf(written: TarRecord): string {
  const pax = written.pax?.["path"];
  return written.gnuName ?? (typeof pax === "string" ? pax : written.name);
}

describe("laws of the walk", () => {
  it("finds what was written, however the bytes arrive", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 20 }), (records, cuts) => {
        const tar = writeTar(records);
        const seen = walkInPieces(tar, cuts);
        expect(seen.summary).toEqual({ entries: records.length, problems: [] });
        expect(seen.list.map((entry) => [entry.path, entry.mode, entry.uid, entry.mtimeSeconds])).toEqual(
          records.map((written) => [nameOf(written), written.mode, written.uid, written.mtimeSeconds]),
        );
        const wanted = records.filter((written) => written.typeFlag === "0" && nameOf(written).length % 3 !== 0);
        const expected = wanted.map((written) => [nameOf(written), Buffer.from(written.body ?? "").toString("hex")]);
        expect(seen.contents).toEqual(expected);
        for (const [index, entry] of seen.list.entries()) {
          const { body } = records[index] ?? {};
          const at = entry.contentOffset ?? Number.NaN;
          expect(tar.subarray(at, at + entry.sizeBytes)).toEqual(Buffer.from(body ?? ""));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("tells the end of a cut archive from its entries: what it found is a prefix", () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 6 }), fc.nat(), (records, cut) => {
        const tar = writeTar(records);
        const whole = walkInPieces(tar, []);
        const length = cut % (tar.length - 1024);
        const part = walkInPieces(tar.subarray(0, length), []);
        expect(part.list).toEqual(whole.list.slice(0, part.list.length));
        expect(part.contents).toEqual(whole.contents.slice(0, part.contents.length));
        const isWhole = part.list.length === whole.list.length && part.contents.length === whole.contents.length;
        expect(isWhole || part.summary.problems.length > 0 || isBetweenEntries(tar, length)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

/** Whether a walk of the bytes up to here ends exactly where an entry (with or without its padding) ends. */
function isBetweenEntries(tar: Buffer, length: number): boolean {
  const ends = walkInPieces(tar, []).list.map((entry) => (entry.contentOffset ?? 0) + entry.sizeBytes);
  return length === 0 || ends.some((end) => length >= end && length <= Math.ceil(end / 512) * 512);
}

describe("hostile bytes", () => {
  const seeds = [
    writeTar([
      { name: "a", body: "x".repeat(700) },
      { name: "b", pax: { path: "long/".repeat(40), size: "5" }, body: "12345" },
      { name: "c", gnuName: "gnu/".repeat(40), gnuLinkName: "t".repeat(200), typeFlag: "2" },
      { name: "d", typeFlag: "S", format: "gnu", body: "sparse", patch: (header) => void header.write("0777", 483) },
      { name: "e", typeFlag: "5", uid: 3e9 },
      { name: "f", typeFlag: "1", linkName: "a" },
    ]),
  ];

  it("never throw, hang or hold more than the limits allow, whatever is changed in a real archive", () => {
    const change = fc.record({ at: fc.nat(), value: fc.nat(255), fixChecksum: fc.boolean() });
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 8 }), (seed, changes) => {
        const tar = Buffer.from(seed);
        for (const { at, value, fixChecksum } of changes) {
          const position = at % tar.length;
          tar[position] = value;
          if (fixChecksum) {
            const block = Math.floor(position / 512) * 512;
            writeChecksum(tar.subarray(block, block + 512));
          }
        }
        const seen = walkInPieces(tar, [1000, 3000]);
        expect(seen.summary.problems.length).toBeLessThanOrEqual(limits.problemsMax + 1);
        expect(seen.list.length).toBeLessThanOrEqual(tar.length / 512);
        for (const entry of seen.list) {
          expect(entry.path).not.toMatch(/^\/|(^|\/)\.\.?(\/|$)|\/$|\0/);
          expect(entry.sizeBytes).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
