/** Report formats: how a scan is written down. */
export type { ReportFormat, Surface } from "./format.ts";
export { compareFindings } from "./formats/table.ts";
export { reportFormats } from "./formats.ts";
export type { ScanReport } from "./scan-report.ts";
export { type Column, formatGrid, paint, type Style, toPrintable } from "./text-grid.ts";
