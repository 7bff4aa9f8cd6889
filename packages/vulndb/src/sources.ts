/** Every kind of advisory data that can be imported. */
import type { AdvisorySource } from "./source.ts";
import { cveMetadataSource } from "./sources/cve-metadata/index.ts";
import { kevSource } from "./sources/kev/index.ts";
import { osvSource } from "./sources/osv/index.ts";
import { ssvcSource } from "./sources/ssvc/index.ts";

/** In the order in which files are offered to them. */
export const advisorySources: readonly AdvisorySource[] = [osvSource, kevSource, cveMetadataSource, ssvcSource];
