/** Results in the format asked for, on stdout. */
import { reportFormats, type ScanReport } from "@sightline/report";
import { toCliError } from "./cli-error.ts";
import type { Session } from "./session.ts";
import { toSurface } from "./terminal.ts";

/** Formats a scan can be written in. */
export const formatNames: readonly string[] = reportFormats.map((format) => format.id);

/** Writes a scan; `cli.option-invalid` for a format there is none of. */
export function writeReport(
  session: Session,
  formatId: string,
  report: Pick<ScanReport, "inventory" | "matches" | "serialNumber">,
): void {
  const format = reportFormats.find((each) => each.id === formatId);
  if (format === undefined) {
    throw toCliError("cli.option-invalid", `--format ${formatId}`, `--format takes ${formatNames.join(", ")}.`);
  }
  const generatedAt = new Date(session.clock.nowMs()).toISOString();
  const whole: ScanReport = { ...report, generatedAt, toolVersion: session.version };
  for (const part of format.write(whole, toSurface(session.terminal))) {
    session.terminal.stdout.write(part);
  }
}
