/** Sightline's own JSON: inventory and findings as the model has them. */
import type { ReportFormat } from "../format.ts";

/** The whole scan in Sightline's own words; `match` and `judge` read its inventory back. */
export const jsonFormat: ReportFormat = {
  id: "json",
  mediaType: "application/json",
  extension: "json",
  *write(report) {
    yield `${JSON.stringify(
      {
        format: "sightline-scan/1",
        generatedAt: report.generatedAt,
        tool: { name: "sightline", version: report.toolVersion },
        inventory: report.inventory,
        ...(report.matches === undefined ? {} : { matches: report.matches }),
      },
      undefined,
      2,
    )}\n`;
  },
};
