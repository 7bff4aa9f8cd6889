/** All report formats; a new one is one file in `formats/` and one line here. */
import type { ReportFormat } from "./format.ts";
import { cycloneDxFormat } from "./formats/cyclonedx.ts";
import { jsonFormat } from "./formats/json.ts";
import { tableFormat } from "./formats/table.ts";

/** Every format, in the order help texts name them. */
export const reportFormats: readonly ReportFormat[] = [tableFormat, jsonFormat, cycloneDxFormat];
