/** What a scan yields, as every report format takes it. */
import type { ImageInventory, MatchReport } from "@sightline/model";

/** Findings next to the inventory they rest on, or the inventory alone. */
export interface ScanReport {
  readonly inventory: ImageInventory;
  /** Absent when only the inventory was asked for (`sbom`). */
  readonly matches?: MatchReport;
  /** RFC 3339 time the report was made; given by the caller, so that equal inputs give equal bytes. */
  readonly generatedAt: string;
  /** RFC 4122 UUID that names the document. */
  readonly serialNumber: string;
  readonly toolVersion: string;
}
