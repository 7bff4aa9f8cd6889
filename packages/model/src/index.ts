/** The nouns of Sightline: the only door of the package. */
export * from "./advisory.ts";
export * from "./azure-resource.ts";
export * from "./coverage.ts";
export * from "./estate.ts";
export * from "./exposure.ts";
export * from "./finding.ts";
export * from "./ids.ts";
export * from "./image.ts";
export * from "./inventory.ts";
export * from "./kubernetes-resource.ts";
export * from "./managed-cluster.ts";
export * from "./package.ts";
export * from "./problem.ts";
export * from "./verdict.ts";
