/**
 * The advisory store over the full corpus (70,033 records; `SIGHTLINE_CONFORMANCE_DATA`, default ../shared/data): time
 * and memory of an import in a process of its own, time to open, lookups as an image scan makes them.
 */
import { execFileSync } from "node:child_process";
import { hash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openZip, openZipFile } from "@sightline/platform";
import { openDatabase, readOsvRecord } from "@sightline/vulndb";

const data = resolve(import.meta.dirname, "..", process.env["SIGHTLINE_CONFORMANCE_DATA"] ?? "../shared/data");
const bucket = join(data, "advisories/full");
const importRuns = 3;
const openRuns = 51;
const lookupRuns = 7;
const workloads = [
  ["Debian", "Debian:12"],
  ["Alpine", "Alpine:v3.20"],
  ["AlmaLinux", "AlmaLinux:9"],
  ["PyPI", "PyPI"],
  ["npm", "npm"],
  ["Maven", "Maven"],
] as const;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 1000) / 1000;
}

function measure(act: () => void): number {
  const started = performance.now();
  act();
  return performance.now() - started;
}

interface ImportFigures {
  readonly ms: number;
  /** Processor time of all threads: what is left of the figure when the machine has other things to do. */
  readonly cpuMs: number;
  readonly peakMiB: number;
  readonly startMiB: number;
  readonly documents: number;
}

/** Imported in a child, whose memory is that of the import and of what it loads, nothing else. */
function importOnce(to: string): ImportFigures {
  const program = `
    const { importAdvisories } = await import("@sightline/vulndb");
    const { systemClock } = await import("@sightline/platform");
    const startMiB = process.memoryUsage.rss() / 2 ** 20;
    const started = performance.now();
    const before = process.cpuUsage();
    const report = await importAdvisories({
      from: ${JSON.stringify(bucket)}, feeds: [${JSON.stringify(join(data, "feeds"))}],
      to: ${JSON.stringify(to)}, clock: systemClock,
    });
    const ms = performance.now() - started;
    const used = process.cpuUsage(before);
    const cpuMs = (used.user + used.system) / 1000;
    const peakMiB = process.resourceUsage().maxRSS / 1024;
    console.log(JSON.stringify({ ms, cpuMs, peakMiB, startMiB, documents: report.counts.documents }));
  `;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  return JSON.parse(output) as ImportFigures;
}

interface Workload {
  readonly ecosystem: string;
  /** Every package that an advisory names, in an order that is not that of the file. */
  readonly known: readonly string[];
  /** As many packages that no advisory names. */
  readonly unknown: readonly string[];
}

function readWorkload(folder: string, ecosystem: string): Workload {
  const path = join(bucket, folder, "all.zip");
  using source = openZipFile(path);
  const archive = openZip(source, { name: path });
  const names = new Set<string>();
  for (const entry of archive.ok ? archive.value.entries : []) {
    const content = archive.ok ? archive.value.read(entry) : undefined;
    const reading = content?.ok === true ? readOsvRecord(JSON.parse(content.value.toString("utf8"))) : undefined;
    for (const affected of reading?.kind === "advisory" ? reading.advisory.affected : []) {
      if (affected.ecosystem === ecosystem) {
        names.add(affected.name);
      }
    }
  }
  const known = [...names].sort((one, other) => (hash("md5", one) < hash("md5", other) ? -1 : 1));
  return { ecosystem, known, unknown: known.map((name) => `${name}-without-advisories`) };
}

function measureLookups(folder: string, { ecosystem, known, unknown }: Workload): object {
  const cold: number[] = [];
  const misses: number[] = [];
  let advisories = 0;
  for (let round = 0; round < lookupRuns; round += 1) {
    const database = openDatabase(folder);
    advisories = 0;
    cold.push(
      measure(() => {
        for (const name of known) {
          advisories += database.advisoriesFor(ecosystem, name).length;
        }
      }),
    );
    misses.push(
      measure(() => {
        for (const name of unknown) {
          database.advisoriesFor(ecosystem, name);
        }
      }),
    );
    database.close();
  }
  return {
    packages: known.length,
    advisories,
    allPackagesMs: median(cold),
    perPackageUs: median(cold.map((ms) => (ms / known.length) * 1000)),
    perAdvisoryUs: median(cold.map((ms) => (ms / advisories) * 1000)),
    perUnknownPackageUs: median(misses.map((ms) => (ms / unknown.length) * 1000)),
  };
}

/** Figures of the store; nothing but a reason where the corpus is not at hand. */
export async function run(): Promise<object> {
  if (!existsSync(bucket)) {
    return { skipped: `no advisories in ${bucket}` };
  }
  const folder = mkdtempSync(join(tmpdir(), "sightline-bench-vulndb-"));
  try {
    const imports = Array.from({ length: importRuns }, () => importOnce(folder));
    const { generation } = openDatabase(folder);
    const opened = Array.from({ length: openRuns }, () => measure(() => openDatabase(folder).close()));
    return {
      import: {
        documents: imports[0]?.documents,
        medianMs: median(imports.map(({ ms }) => ms)),
        medianCpuMs: median(imports.map(({ cpuMs }) => cpuMs)),
        peakMiB: median(imports.map(({ peakMiB }) => peakMiB)),
        peakBeforeMiB: median(imports.map(({ startMiB }) => startMiB)),
        fileMiB: median([statSync(join(folder, "generations", generation, "advisories.bin")).size / 2 ** 20]),
      },
      open: { firstMs: median(opened.slice(0, 1)), medianMs: median(opened) },
      verifyMs: median([measure(() => openDatabase(folder, { verify: true }).close())]),
      lookups: Object.fromEntries(
        workloads.map(([ecosystem, name]) => [name, measureLookups(folder, readWorkload(ecosystem, name))]),
      ),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
