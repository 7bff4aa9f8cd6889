/** The trips through the rooms: the only door of the package. */
export { type CollectConnectionRequest, collectConnection } from "./collect-connection.ts";
export { type Discovery, discoverImages, type TaggedImage } from "./discover-images.ts";
export { type EstateJudgement, type JudgeEstateRequest, judgeEstate } from "./judge-estate.ts";
export { type LayerCache, noLayerCache, toLayerCache } from "./layer-cache.ts";
export type { LayerThreadSettings } from "./layer-task.ts";
export { createLayerThreads, type LayerThreads } from "./layer-threads.ts";
export { type ScanOutcome, type ScanPorts, type ScanProgress, type ScanRequest, scanImage } from "./scan-image.ts";
