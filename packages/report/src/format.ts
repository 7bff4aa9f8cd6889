/** The report formats' plug-in point. */
import type { ScanReport } from "./scan-report.ts";

/** What a format may know of the place it writes to. */
export interface Surface {
  /** Columns to fit; `undefined` = do not cut. */
  readonly columns?: number;
  readonly colour: boolean;
}

/** One way to write a scan down. Pure: same report and surface, same text. */
export interface ReportFormat {
  readonly id: string;
  readonly mediaType: string;
  /** File name extension without the dot. */
  readonly extension: string;
  /** Yields the document in pieces, so that large reports need not stand in memory twice. */
  write(report: ScanReport, surface: Surface): Iterable<string>;
}
