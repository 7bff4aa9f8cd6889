/** Time to compute every exposure of generated estates. */
import { computeExposures } from "@sightline/reachability";
import { generateEstate } from "./generated-estate.ts";
import type { EstateSize } from "./generated-parts.ts";

const sizes: readonly EstateSize[] = [
  {
    name: "E1",
    networks: 3,
    machines: 20,
    groups: 6,
    rules: 8,
    balancers: 2,
    clusters: 1,
    podsPerCluster: 40,
    policiesPerCluster: 12,
    runs: 5,
  },
  {
    name: "E2",
    networks: 12,
    machines: 500,
    groups: 40,
    rules: 15,
    balancers: 8,
    clusters: 2,
    podsPerCluster: 1000,
    policiesPerCluster: 50,
    runs: 3,
  },
];

const large: EstateSize = {
  name: "E3",
  networks: 120,
  machines: 10_000,
  groups: 2000,
  rules: 50,
  balancers: 80,
  clusters: 12,
  podsPerCluster: 1667,
  policiesPerCluster: 84,
  runs: 1,
};

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

function measure(size: EstateSize): object {
  const estate = generateEstate(size, 20_261_101);
  const walls: number[] = [];
  const cpus: number[] = [];
  let exposures = 0;
  for (let run = 0; run < size.runs; run += 1) {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    exposures = computeExposures(estate).exposures.length;
    const used = process.cpuUsage(cpu);
    walls.push(performance.now() - started);
    cpus.push((used.user + used.system) / 1000);
  }
  return {
    estate: size.name,
    workloads: estate.workloads.length,
    resources: estate.resources.length,
    exposures,
    runs: size.runs,
    wallMedianMs: Math.round(median(walls)),
    wallMinMs: Math.round(Math.min(...walls)),
    cpuMedianMs: Math.round(median(cpus)),
    rssMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}

/** Time to compute all exposures of estates E1 and E2, and of E3 when `SIGHTLINE_TEST_LARGE` is set. */
export function run(): Promise<object> {
  const wanted = process.env["SIGHTLINE_TEST_LARGE"] === undefined ? sizes : [...sizes, large];
  return Promise.resolve({ results: wanted.map(measure) });
}
