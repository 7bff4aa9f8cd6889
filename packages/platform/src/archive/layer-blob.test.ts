import { createHash } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type Digest, type LayerCompression, toDigest } from "@sightline/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArchiveError } from "./archive-error.ts";
import { type ArchiveLimits, defaultArchiveLimits } from "./entry.ts";
import { type LayerBlobOptions, type LayerReading, readLayerBlob } from "./layer-blob.ts";
import { type TarRecord, writeTar } from "./testing/tar-writer.ts";

function digestOf(bytes: Buffer): Digest {
  const digest = toDigest(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
  if (digest === undefined) {
    throw new Error("not a digest");
  }
  return digest;
}

async function* inPieces(bytes: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
    yield bytes.subarray(offset, offset + pieceBytes);
  }
}

interface ReadOptions extends Partial<Omit<LayerBlobOptions, "limits">> {
  readonly limits?: Partial<ArchiveLimits>;
  readonly pieceBytes?: number;
  /** What comes, when it is not what was promised. */
  readonly delivered?: Buffer;
}

async function read(
  stored: Buffer,
  tar: Buffer,
  options: ReadOptions = {},
): Promise<LayerReading & { paths: string[] }> {
  const { pieceBytes = 1000, delivered = stored, limits, ...rest } = options;
  const paths: string[] = [];
  const reading = await readLayerBlob(
    inPieces(delivered, pieceBytes),
    {
      digest: digestOf(stored),
      diffId: digestOf(tar),
      sizeBytes: stored.length,
      compression: "gzip",
      ...rest,
      limits: { ...defaultArchiveLimits, ...limits },
    },
    {
      wish: (entry) => (paths.push(entry.path), "read"),
      content: (entry, bytes) => paths.push(`${entry.path}=${bytes.toString()}`),
    },
  );
  return { ...reading, paths };
}

function codeOf(reading: Promise<unknown>): Promise<string> {
  return reading.then(
    () => "read",
    (error: unknown) => (error instanceof ArchiveError ? error.code : `other: ${String(error)}`),
  );
}

const records: readonly TarRecord[] = [
  { name: "etc/", typeFlag: "5" },
  { name: "etc/a", body: "first" },
  { name: "etc/b", body: "x".repeat(3000) },
  { name: "etc/c", body: "last" },
];
const tar = writeTar(records);
const packed = gzipSync(tar);
const members = Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(""), gzipSync(tar.subarray(700))]);
const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]);
const frames = Buffer.concat([
  skippable,
  zstdCompressSync(tar.subarray(0, 700)),
  zstdCompressSync(tar.subarray(700, 701)),
  skippable,
  zstdCompressSync(tar.subarray(701)),
  skippable,
]);

describe("a layer that is what it claims to be", () => {
  const forms: readonly (readonly [string, Buffer, LayerCompression])[] = [
    ["gzip", packed, "gzip"],
    ["gzip of several members", members, "gzip"],
    ["gzip with zero padding behind it", Buffer.concat([packed, Buffer.alloc(100)]), "gzip"],
    ["zstd", zstdCompressSync(tar), "zstd"],
    ["zstd of several frames", frames, "zstd"],
    ["plain tar", tar, "none"],
  ];
  it.each(forms)("is read: %s", async (_form, stored, compression) => {
    for (const pieceBytes of [1, 7, 512, 1_000_000]) {
      const reading = await read(stored, tar, { compression, pieceBytes });
      expect(reading.paths).toContain("etc/c=last");
      expect(reading).toMatchObject({ entries: 4, problems: [], uncompressedBytes: tar.length });
    }
  });

  it("is read by what its bytes are, and a wrong media type is named", async () => {
    const reading = await read(zstdCompressSync(tar), tar, { compression: "gzip" });
    expect(reading.entries).toBe(4);
    expect(reading.problems.map((problem) => problem.code)).toEqual(["archive.media-type-mismatch"]);
  });

  it("may be empty", async () => {
    const nothing = Buffer.alloc(0);
    expect(await read(nothing, nothing, { compression: "none" })).toMatchObject({ entries: 0, problems: [] });
    expect(await read(gzipSync(nothing), nothing)).toMatchObject({ entries: 0, problems: [] });
  });

  it("keeps damage inside the tar as a problem: the bytes are the image's own", async () => {
    const damaged = Buffer.from(tar);
    damaged[512 + 20] = 0x41;
    const reading = await read(gzipSync(damaged), damaged);
    expect(reading.problems.map((problem) => problem.code)).toEqual(["archive.corrupt"]);
  });

  it("hands out large files byte for byte, whatever pieces the bytes come in", async () => {
    // Hard to compress in places, so that output buffers are filled in one, in several and in uneven parts.
    const bodies = [3_000_001, 262_144, 524_288 - 512, 1].map((length, salt) => {
      const body = Buffer.alloc(length, `filler ${salt} `);
      for (let offset = 0; offset + 32 < length; offset += 4096 + salt * 1000) {
        createHash("sha256").update(`${salt} ${offset}`).digest().copy(body, offset);
      }
      return body;
    });
    const large = writeTar(bodies.map((body, index) => ({ name: `f${index}`, body })));
    for (const [stored, compression] of [
      [gzipSync(large), "gzip"],
      [zstdCompressSync(large), "zstd"],
    ] as const) {
      for (const pieceBytes of [777, 65_536, 10_000_000]) {
        const contents: Buffer[] = [];
        const options = { digest: digestOf(stored), diffId: digestOf(large), sizeBytes: stored.length, compression };
        await readLayerBlob(
          inPieces(stored, pieceBytes),
          { ...options, limits: defaultArchiveLimits },
          { wish: () => "read", content: (_entry, bytes) => void contents.push(bytes) },
        );
        expect(contents.map((bytes, index) => bodies[index]?.equals(bytes))).toEqual([true, true, true, true]);
      }
    }
  });

  it("asks its source for more only as it goes", async () => {
    const large = writeTar([{ name: "large", body: Buffer.alloc(40 * 2 ** 20, 7) }]);
    const stored = gzipSync(large, { level: 0 });
    let asked = 0;
    let askedAtFirstEntry = Number.POSITIVE_INFINITY;
    const source = (async function* () {
      for await (const piece of inPieces(stored, 64 * 1024)) {
        asked += 1;
        yield piece;
      }
    })();
    const options = {
      digest: digestOf(stored),
      diffId: digestOf(large),
      sizeBytes: stored.length,
      compression: "gzip" as const,
      limits: defaultArchiveLimits,
    };
    await readLayerBlob(source, options, {
      wish() {
        askedAtFirstEntry = asked;
        return "skip";
      },
      content: () => undefined,
    });
    expect(askedAtFirstEntry).toBeLessThan(40);
  });
});

describe("a layer that is not what it claims to be", () => {
  it("with other bytes of the same length has the wrong digest, unpackable or not", async () => {
    const other = gzipSync(Buffer.concat([tar, Buffer.alloc(1)]));
    const same = Buffer.concat([other, Buffer.alloc(Math.max(0, packed.length - other.length))]).subarray(
      0,
      packed.length,
    );
    expect(await codeOf(read(packed, tar, { delivered: same }))).toBe("archive.digest-mismatch");
    const noise = Buffer.from(packed).fill(0x55, 10);
    expect(await codeOf(read(packed, tar, { delivered: noise }))).toBe("archive.digest-mismatch");
  });

  it("with more bytes than claimed is stopped there", async () => {
    const delivered = Buffer.concat([packed, packed]);
    expect(await codeOf(read(packed, tar, { delivered }))).toBe("archive.digest-mismatch");
  });

  it("with fewer bytes is truncated, wherever it is cut", async () => {
    for (const length of [0, 1, 5, 11, packed.length - 9, packed.length - 1]) {
      const cut = read(packed, tar, { delivered: packed.subarray(0, length) });
      expect([length, await codeOf(cut)]).toEqual([length, "archive.truncated"]);
    }
  });

  it("with the right bytes that stop early is truncated, with damaged ones corrupt", async () => {
    for (const pieceBytes of [3, 100_000]) {
      const short = packed.subarray(0, packed.length - 8);
      expect(await codeOf(read(short, tar, { pieceBytes }))).toBe("archive.truncated");
      const damaged = Buffer.from(packed);
      damaged.fill(0xff, 20, 40);
      expect(await codeOf(read(damaged, tar, { pieceBytes }))).toBe("archive.corrupt");
      const trailing = Buffer.concat([packed, Buffer.from("garbage")]);
      expect(await codeOf(read(trailing, tar, { pieceBytes }))).toBe("archive.corrupt");
      const shortFrame = zstdCompressSync(tar).subarray(0, -3);
      expect(await codeOf(read(shortFrame, tar, { pieceBytes, compression: "zstd" }))).toBe("archive.truncated");
      const damagedFrame = zstdCompressSync(tar);
      damagedFrame.fill(0xff, 12, 30);
      expect(await codeOf(read(damagedFrame, tar, { pieceBytes, compression: "zstd" }))).toBe("archive.corrupt");
    }
  });

  it("with another content has the wrong diffID, for packed and plain layers", async () => {
    const diffId = digestOf(Buffer.from("other"));
    expect(await codeOf(read(packed, tar, { diffId }))).toBe("archive.diff-id-mismatch");
    expect(await codeOf(read(tar, tar, { diffId, compression: "none" }))).toBe("archive.diff-id-mismatch");
    expect(await codeOf(read(frames, tar, { diffId, compression: "zstd" }))).toBe("archive.diff-id-mismatch");
  });

  it("never has content dropped unnoticed between zstd frames", async () => {
    const garbled = Buffer.concat([zstdCompressSync(tar.subarray(0, 700)), Buffer.from("garbage")]);
    for (const pieceBytes of [1, 100_000]) {
      const code = await codeOf(read(garbled, tar, { compression: "zstd", pieceBytes }));
      expect(code).toBe("archive.corrupt");
    }
  });

  it("packed with xz or bzip2 is named as unsupported", async () => {
    for (const head of ["\xfd7zXZ\0rest", "BZh91AY&SY"]) {
      const stored = Buffer.from(head, "latin1");
      expect(await codeOf(read(stored, tar))).toBe("archive.unsupported");
    }
  });
});

describe("a layer that asks for too much", () => {
  const bomb = writeTar([{ name: "zeros", body: Buffer.alloc(8 * 2 ** 20) }]);

  it("is stopped at the ratio of a decompression bomb, but not below the floor", async () => {
    const stored = gzipSync(bomb);
    const limits = { ratioMax: 100, ratioFloorBytes: 2 ** 20 };
    expect(await codeOf(read(stored, bomb, { limits }))).toBe("archive.limit-exceeded");
    const zstd = zstdCompressSync(bomb);
    expect(await codeOf(read(zstd, bomb, { limits, compression: "zstd" }))).toBe("archive.limit-exceeded");
    expect(await codeOf(read(stored, bomb, { limits: { ...limits, ratioFloorBytes: 2 ** 24 } }))).toBe("read");
  });

  it("is stopped at the total", async () => {
    const limits = { uncompressedBytesMax: 2 ** 20 };
    expect(await codeOf(read(gzipSync(bomb), bomb, { limits }))).toBe("archive.limit-exceeded");
    expect(await codeOf(read(bomb, bomb, { limits, compression: "none" }))).toBe("archive.limit-exceeded");
  });
});

describe("failures that are not the layer's", () => {
  it("of the source come through as they are", async () => {
    const source = (async function* () {
      yield packed.subarray(0, 30);
      throw new Error("connection lost");
    })();
    const options = {
      digest: digestOf(packed),
      diffId: digestOf(tar),
      sizeBytes: packed.length,
      compression: "gzip" as const,
      limits: defaultArchiveLimits,
    };
    const visitor = { wish: () => "read" as const, content: () => undefined };
    await expect(readLayerBlob(source, options, visitor)).rejects.toThrow("connection lost");
  });

  it("of the visitor come through as they are, and the source is let go", async () => {
    for (const [stored, compression] of [
      [packed, "gzip"],
      [tar, "none"],
    ] as const) {
      let isClosed = false;
      const source = (async function* () {
        try {
          yield* inPieces(stored, 50);
        } finally {
          isClosed = true;
        }
      })();
      const options = { digest: digestOf(stored), diffId: digestOf(tar), sizeBytes: stored.length, compression };
      const visitor = {
        wish: (): "read" => {
          throw new TypeError("visitor broke");
        },
        content: () => undefined,
      };
      const reading = readLayerBlob(source, { ...options, limits: defaultArchiveLimits }, visitor);
      await expect(reading).rejects.toThrow(TypeError);
      expect(isClosed).toBe(true);
    }
  });
});

describe("hostile bytes", () => {
  it("changed anywhere in a stored layer end in a coded error", async () => {
    const seeds: readonly (readonly [Buffer, LayerCompression])[] = [
      [packed, "gzip"],
      [members, "gzip"],
      [frames, "zstd"],
      [tar, "none"],
    ];
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        changes,
        fc.boolean(),
        async ([seed, compression], list, isSigned) => {
          const stored = Buffer.from(seed);
          for (const [at, value] of list) {
            stored[at % stored.length] = (stored[at % stored.length] ?? 0) ^ value;
          }
          // Half of them carry the digest of the changed bytes: an image made to be hostile.
          const options = { compression, delivered: stored, pieceBytes: 777 };
          const outcome = await codeOf(read(isSigned ? stored : seed, tar, options));
          const isUnchanged = stored.equals(seed) || (isSigned && outcome === "read");
          expect(isUnchanged ? "archive.read" : outcome).toMatch(/^archive\./);
        },
      ),
      { numRuns: 500 },
    );
  });
});
