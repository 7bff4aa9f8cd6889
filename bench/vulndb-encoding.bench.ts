/**
 * How to write an advisory down: what the store does (JSON, parsed from a slice) against its alternatives, over real
 * advisories. Sizes, and the time to make objects again; and the same rows in an SQLite table asked by key.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { deserialize, serialize } from "node:v8";
import { deflateRawSync, inflateRawSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Advisory } from "@sightline/model";
import { openZip, openZipFile } from "@sightline/platform";
import { readOsvRecord } from "@sightline/vulndb";

const data = resolve(import.meta.dirname, "..", process.env["SIGHTLINE_CONFORMANCE_DATA"] ?? "../shared/data");
const sampled = ["Debian", "Alpine", "AlmaLinux", "PyPI", "Go", "Maven"];
const perEcosystem = 3000;
const runs = 5;

interface Encoding {
  readonly encode: (advisory: Advisory) => Buffer;
  readonly decode: (bytes: Buffer) => unknown;
}

const toJson = (advisory: Advisory): Buffer => Buffer.from(JSON.stringify(advisory));
const fromJson = (bytes: Buffer): unknown => JSON.parse(bytes.toString("utf8"));

const encodings: Readonly<Record<string, Encoding>> = {
  json: { encode: toJson, decode: fromJson },
  v8: { encode: (advisory) => serialize(advisory), decode: (bytes): unknown => deserialize(bytes) },
  jsonZstd: {
    encode: (advisory) => zstdCompressSync(toJson(advisory)),
    decode: (bytes) => fromJson(zstdDecompressSync(bytes)),
  },
  jsonDeflate: {
    encode: (advisory) => deflateRawSync(toJson(advisory)),
    decode: (bytes) => fromJson(inflateRawSync(bytes)),
  },
};

function readSample(): readonly Advisory[] {
  return sampled.flatMap((ecosystem) => {
    const path = join(data, "advisories/full", ecosystem, "all.zip");
    using source = openZipFile(path);
    const archive = openZip(source, { name: path });
    const entries = archive.ok ? [...archive.value.entries] : [];
    const step = Math.max(1, Math.floor(entries.length / perEcosystem));
    return entries
      .filter((_, index) => index % step === 0)
      .flatMap((entry) => {
        const content = archive.ok ? archive.value.read(entry) : undefined;
        const reading = content?.ok === true ? readOsvRecord(JSON.parse(content.value.toString("utf8"))) : undefined;
        return reading?.kind === "advisory" ? [reading.advisory] : [];
      });
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 100) / 100;
}

function measureEach(count: number, act: () => void): number {
  const times = Array.from({ length: runs }, () => {
    const started = performance.now();
    act();
    return ((performance.now() - started) / count) * 1000;
  });
  return median(times);
}

function measureEncoding({ encode, decode }: Encoding, sample: readonly Advisory[]): object {
  const blocks = sample.map(encode);
  const bytes = blocks.reduce((sum, block) => sum + block.length, 0);
  return {
    meanBytes: Math.round(bytes / blocks.length),
    decodeUs: measureEach(blocks.length, () => {
      for (const block of blocks) {
        decode(block);
      }
    }),
  };
}

function measureSqlite(sample: readonly Advisory[]): object {
  const folder = mkdtempSync(join(tmpdir(), "sightline-bench-sqlite-"));
  try {
    const path = join(folder, "advisories.sqlite");
    const writing = new DatabaseSync(path);
    writing.exec("CREATE TABLE advisory (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID; BEGIN");
    const insert = writing.prepare("INSERT OR REPLACE INTO advisory VALUES (?, ?)");
    for (const advisory of sample) {
      insert.run(advisory.id, JSON.stringify(advisory));
    }
    writing.exec("COMMIT");
    writing.close();
    const openMs = measureEach(1000, () => new DatabaseSync(path, { readOnly: true }).close());
    const database = new DatabaseSync(path, { readOnly: true });
    const select = database.prepare("SELECT body FROM advisory WHERE id = ?");
    const decodeUs = measureEach(sample.length, () => {
      for (const { id } of sample) {
        JSON.parse(String(select.get(id)?.["body"]));
      }
    });
    database.close();
    return { meanBytes: Math.round(statSync(path).size / sample.length), openMs, readAndDecodeUs: decodeUs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Figures by encoding. */
export async function run(): Promise<object> {
  const sample = readSample();
  return {
    advisories: sample.length,
    ...Object.fromEntries(Object.entries(encodings).map(([name, one]) => [name, measureEncoding(one, sample)])),
    sqlite: measureSqlite(sample),
  };
}
