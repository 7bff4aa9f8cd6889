import { readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** One project per package, so that a room's tests run alone: `npm exec vitest -- run --project inventory`. */
const rooms = ["packages", "apps"].flatMap((folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ name: entry.name, root: `${folder}/${entry.name}` })),
);

const suites = [
  ...rooms.map(({ name, root }) => ({ name, include: [`${root}/src/**/*.test.ts`], testTimeout: 20_000 })),
  { name: "tools", include: ["tools/**/*.test.ts"], testTimeout: 30_000 },
  { name: "e2e", include: ["test/e2e/**/*.test.ts"], testTimeout: 300_000 },
];

export default defineConfig({
  test: {
    projects: suites.map((suite) => ({
      test: { ...suite, environment: "node", sequence: { shuffle: true }, hookTimeout: 300_000 },
    })),
    maxWorkers: 2,
    passWithNoTests: true,
  },
});
