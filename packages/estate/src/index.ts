/** Collectors to estate snapshot: the only door of the package. */
export { type CollectRequest, type CollectStep, collectEstate } from "./collect.ts";
export type { EstateCollector } from "./collector.ts";
export { estateCollectors } from "./collectors.ts";
export { estateErrorCodes } from "./error-codes.data.ts";
export { createKubernetesReader, type KubernetesReader } from "./kubernetes/reader.ts";
export { parseSnapshot } from "./snapshot/parse-snapshot.ts";
