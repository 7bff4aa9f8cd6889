/** Who may import whom: the level table of ARCHITECTURE.md. Whoever adds an edge writes an ADR first. */

const libraries = [
  "model",
  "versions",
  "platform",
  "verifier",
  "azure",
  "registry",
  "inventory",
  "vulndb",
  "reachability",
  "verdict",
  "report",
  "policy",
  "estate",
  "matching",
  "store",
  "pipeline",
] as const;

/** Room to the rooms it may import, through their index only. */
export const levels: Readonly<Record<string, readonly string[]>> = {
  model: [],
  versions: ["model"],
  platform: ["model"],
  verifier: [],
  azure: ["model", "platform"],
  registry: ["model", "platform"],
  inventory: ["model", "platform"],
  vulndb: ["model", "versions", "platform"],
  reachability: ["model"],
  verdict: ["model"],
  report: ["model"],
  policy: ["model"],
  estate: ["model", "platform", "azure"],
  matching: ["model", "versions", "vulndb"],
  store: ["model", "platform"],
  pipeline: libraries.filter((room) => !["pipeline", "store", "report", "policy"].includes(room)),
  server: libraries,
  cli: libraries,
  web: ["model", "verifier"],
  simulator: ["platform"],
};

/** What a room's tests may import besides: the verifier's own types are kept assignable to the model's by a test. */
export const testLevels: Readonly<Record<string, readonly string[]>> = {
  verifier: ["model"],
};

/** Edges that carry types only. */
export const typeOnlyEdges: readonly (readonly [from: string, to: string])[] = [["web", "model"]];

/** Rooms that may depend on these packages from elsewhere and no other. */
export const outsideDependencies: Readonly<Record<string, readonly string[]>> = {
  model: ["zod"],
  verifier: [],
};

/** Edges of which only a part is open, by the file of the imported room that declares the name. */
export const partialEdges: readonly {
  readonly from: string;
  readonly to: string;
  readonly part: string;
  readonly isOpen: (declaredIn: string) => boolean;
}[] = [
  {
    from: "inventory",
    to: "platform",
    part: "archive readers and limits",
    isOpen: (path) => /\/src\/(?:archive\/|limits[./])/.test(path),
  },
  {
    from: "simulator",
    to: "platform",
    part: "anything but the HTTP client and the archive readers",
    isOpen: (path) => !/\/src\/(?:archive|http)[./]/.test(path),
  },
];
