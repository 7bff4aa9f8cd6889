/**
 * Scanning a layer (both digests, header walk, catalogers) against its floor: the same bytes through bare node:zlib with
 * both SHA-256 and nothing else. The layer is generated from a seed: files of the sizes a distribution's base layer has,
 * every tenth an installed npm package's manifest.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createGunzip, createGzip, createZstdCompress, createZstdDecompress } from "node:zlib";
import { readLayer } from "@sightline/inventory";
import { toDigest } from "@sightline/model";
import { defaultArchiveLimits, readLayerBlob } from "@sightline/platform";

type Packing = "gzip" | "zstd";

interface GeneratedLayer {
  readonly packing: Packing;
  readonly chunks: readonly Buffer[];
  readonly digest: string;
  readonly diffId: string;
  readonly storedBytes: number;
  readonly tarBytes: number;
}

const tarBytesWanted = 192 * 1024 * 1024;
const runs = 7;

/** Small seeded generator (mulberry32): the same layer on every machine. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function writeHeader(name: string, sizeBytes: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${sizeBytes.toString(8).padStart(11, "0")}\0`, 124);
  header.write("14000000000\0", 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\0" + "00", 257);
  let sum = 0;
  for (const byte of header) {
    sum += byte;
  }
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

/** Some 9,000 files for 192 MiB, as in an unpacked distribution: mostly small, a few large. Compresses to about 38 %. */
function* generateTar(seed: number): Generator<Buffer> {
  const random = createRandom(seed);
  const vocabulary = Array.from({ length: 4096 }, () =>
    Buffer.from(Array.from({ length: 3 + Math.floor(random() * 9) }, () => 97 + Math.floor(random() * 26))),
  );
  let written = 0;
  for (let index = 0; written < tarBytesWanted; index += 1) {
    if (index % 10 === 0) {
      const manifest = JSON.stringify({ name: `package-${index}`, version: `1.${index}.0`, license: "MIT" });
      yield writeHeader(`app/node_modules/package-${index}/package.json`, manifest.length);
      yield Buffer.from(manifest.padEnd(512, "\0"));
      written += 1024;
      continue;
    }
    const sizeBytes = Math.floor(random() < 0.02 ? random() * 1_500_000 : random() ** 2 * 20_000);
    const body = Buffer.alloc(Math.ceil(sizeBytes / 512) * 512);
    let offset = 0;
    while (offset < sizeBytes) {
      const word = vocabulary[Math.floor(random() ** 2 * vocabulary.length)] ?? Buffer.from("x");
      offset += word.copy(body, offset, 0, Math.min(word.length, sizeBytes - offset)) + 1;
    }
    yield writeHeader(`usr/share/pkg${index % 311}/file-${index}.dat`, sizeBytes);
    yield body;
    written += 512 + body.length;
  }
  yield Buffer.alloc(1024);
}

async function generateLayer(packing: Packing): Promise<GeneratedLayer> {
  const tarHash = createHash("sha256");
  const storedHash = createHash("sha256");
  const packer = packing === "gzip" ? createGzip({ level: 6 }) : createZstdCompress();
  const stored: Buffer[] = [];
  packer.on("data", (chunk: Buffer) => {
    storedHash.update(chunk);
    stored.push(chunk);
  });
  let tarBytes = 0;
  for (const chunk of generateTar(42)) {
    tarHash.update(chunk);
    tarBytes += chunk.length;
    if (!packer.write(chunk)) {
      await once(packer, "drain");
    }
  }
  packer.end();
  await once(packer, "end");
  const whole = Buffer.concat(stored);
  // As a file or a socket hands them out.
  const chunkBytes = 64 * 1024;
  const chunks = Array.from({ length: Math.ceil(whole.length / chunkBytes) }, (_, index) =>
    whole.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  const digest = `sha256:${storedHash.digest("hex")}`;
  return { packing, chunks, digest, diffId: `sha256:${tarHash.digest("hex")}`, storedBytes: whole.length, tarBytes };
}

async function* feed(layer: GeneratedLayer): AsyncGenerator<Buffer> {
  yield* layer.chunks;
}

/** What nobody can go below with node:zlib: unpack and both digests, large chunks, no look at the content. */
async function readFloor(layer: GeneratedLayer): Promise<void> {
  const storedHash = createHash("sha256");
  const tarHash = createHash("sha256");
  const options = { chunkSize: 256 * 1024 };
  const unpacker = layer.packing === "gzip" ? createGunzip(options) : createZstdDecompress(options);
  unpacker.on("data", (chunk: Buffer) => tarHash.update(chunk));
  const ended = once(unpacker, "end");
  for await (const chunk of feed(layer)) {
    storedHash.update(chunk);
    if (!unpacker.write(chunk)) {
      await once(unpacker, "drain");
    }
  }
  unpacker.end();
  await ended;
  if (`sha256:${storedHash.digest("hex")}` !== layer.digest || `sha256:${tarHash.digest("hex")}` !== layer.diffId) {
    throw new Error("the floor read other bytes than were generated");
  }
}

async function scan(layer: GeneratedLayer): Promise<void> {
  const digest = toDigest(layer.digest);
  const diffId = toDigest(layer.diffId);
  if (digest === undefined || diffId === undefined) {
    throw new Error("not a digest");
  }
  const options = {
    digest,
    diffId,
    sizeBytes: layer.storedBytes,
    compression: layer.packing,
    limits: defaultArchiveLimits,
  };
  const facts = await readLayer((visitor) => readLayerBlob(feed(layer), options, visitor));
  if (!facts.isWhole || facts.files.length === 0) {
    throw new Error("the scan did not read the layer");
  }
}

interface Measure {
  readonly wallMs: number;
  /** Of all threads. */
  readonly cpuMs: number;
}

async function measure(work: () => Promise<unknown>): Promise<Measure> {
  const cpuStart = process.cpuUsage();
  const start = process.hrtime.bigint();
  await work();
  const wallMs = Number(process.hrtime.bigint() - start) / 1e6;
  const { user, system } = process.cpuUsage(cpuStart);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function compare(layer: GeneratedLayer, concurrency: number): Promise<object> {
  const several = (read: (layer: GeneratedLayer) => Promise<void>): Promise<Measure> =>
    measure(() => Promise.all(Array.from({ length: concurrency }, () => read(layer))));
  await several(readFloor);
  await several(scan);
  const pairs: { readonly floor: Measure; readonly scanned: Measure }[] = [];
  for (let run = 0; run < runs; run += 1) {
    // Interleaved, the first alternating, so that drift of the machine hits both.
    if (run % 2 === 0) {
      const floor = await several(readFloor);
      pairs.push({ floor, scanned: await several(scan) });
    } else {
      const scanned = await several(scan);
      pairs.push({ scanned, floor: await several(readFloor) });
    }
  }
  return {
    packing: layer.packing,
    concurrency,
    storedBytes: layer.storedBytes,
    tarBytes: layer.tarBytes,
    floorMedianMs: Math.round(median(pairs.map(({ floor }) => floor.wallMs))),
    scanMedianMs: Math.round(median(pairs.map(({ scanned }) => scanned.wallMs))),
    floorMinMs: Math.round(Math.min(...pairs.map(({ floor }) => floor.wallMs))),
    scanMinMs: Math.round(Math.min(...pairs.map(({ scanned }) => scanned.wallMs))),
    wallRatioMedian: Number(median(pairs.map(({ floor, scanned }) => scanned.wallMs / floor.wallMs)).toFixed(3)),
    cpuRatioMedian: Number(median(pairs.map(({ floor, scanned }) => scanned.cpuMs / floor.cpuMs)).toFixed(3)),
    floorCpuMedianMs: Math.round(median(pairs.map(({ floor }) => floor.cpuMs))),
    scanCpuMedianMs: Math.round(median(pairs.map(({ scanned }) => scanned.cpuMs))),
  };
}

/** Ratio of scanning a layer whole to the floor, for gzip and zstd, one and two at a time. */
export async function run(): Promise<object> {
  const layers = [await generateLayer("gzip"), await generateLayer("zstd")];
  const results: object[] = [];
  for (const layer of layers) {
    for (const concurrency of [1, 2]) {
      results.push(await compare(layer, concurrency));
    }
  }
  return { runs, results, rssMiB: Math.round(process.memoryUsage().rss / 2 ** 20) };
}
