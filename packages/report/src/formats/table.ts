/** What a person reads in a terminal: what was scanned, the counts, the rows, and what could not be decided. */
import type { Finding, ImageInventory, MatchReport, Package, SeverityLabel } from "@sightline/model";
import type { ReportFormat, Surface } from "../format.ts";
import type { ScanReport } from "../scan-report.ts";
import { type Column, formatGrid, paint, toPrintable } from "../text-grid.ts";

/** Findings, worst first, or packages when only the inventory was asked for. */
export const tableFormat: ReportFormat = {
  id: "table",
  mediaType: "text/plain; charset=utf-8",
  extension: "txt",
  *write(report, surface) {
    yield* writeHeading(report.inventory, surface);
    if (report.matches === undefined) {
      yield* writePackages(report.inventory, surface);
    } else {
      yield* writeFindings(report.matches, surface);
      yield* writeMisconfigurations(report.inventory, surface);
    }
    yield* writeProblems(report, surface);
  },
};

const severityOrder: readonly SeverityLabel[] = ["critical", "high", "medium", "low", "unknown", "negligible", "none"];

/** Worst first: severity, then known exploited, then vulnerability, package and path. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity) ||
    Number(b.kev !== undefined) - Number(a.kev !== undefined) ||
    compareText(b.vulnerability, a.vulnerability) ||
    compareText(a.package.name, b.package.name) ||
    compareText(a.package.locations[0].path, b.package.locations[0].path)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function* writeHeading(inventory: ImageInventory, surface: Surface): Iterable<string> {
  const { image, distribution } = inventory;
  const platform = image.platform === undefined ? [] : [`${image.platform.os}/${image.platform.architecture}`];
  const system = distribution.kind === "known" ? distribution.name : `unknown system (${distribution.reason})`;
  const facts = [
    ...platform,
    system,
    plural(inventory.layers.length, "layer"),
    plural(inventory.packages.length, "package"),
  ];
  yield `${paint(toPrintable(image.name), "bold", surface)}\n`;
  if (image.digest !== undefined) {
    yield `${paint(image.digest, "dim", surface)}\n`;
  }
  yield `${facts.join(" · ")}\n\n`;
}

function layerText(each: Package): string {
  const { layer } = each.locations[0];
  return layer.kind === "layer" ? String(layer.index) : "?";
}

function* writePackages(inventory: ImageInventory, surface: Surface): Iterable<string> {
  const columns: readonly Column[] = [
    { title: "TYPE" },
    { title: "PACKAGE", shrinks: true },
    { title: "VERSION", shrinks: true },
    { title: "LAYER", right: true },
    { title: "PATH", shrinks: true },
  ];
  const rows = inventory.packages.map((each) => [
    each.type,
    each.name,
    each.version === "" ? "unknown" : each.version,
    layerText(each),
    each.locations[0].path,
  ]);
  yield* formatGrid(columns, rows, surface);
}

function* writeFindings(matches: MatchReport, surface: Surface): Iterable<string> {
  const affected = matches.findings.filter((finding) => finding.status === "affected");
  const undecided = matches.findings.length - affected.length;
  const counts = severityOrder
    .map((label) => ({ label, count: affected.filter((finding) => finding.severity === label).length }))
    .filter(({ count }) => count > 0)
    .map(({ label, count }) => paint(`${count} ${label}`, label, surface));
  const exploited = affected.filter((finding) => finding.kev !== undefined).length;
  yield `${plural(affected.length, "vulnerability", "vulnerabilities")}${counts.length === 0 ? "" : `: ${counts.join(", ")}`}`;
  yield exploited === 0 ? "" : ` · ${paint(`${exploited} known exploited`, "critical", surface)}`;
  yield undecided === 0 ? "\n" : ` · ${undecided} undetermined\n`;
  if (matches.findings.length === 0) {
    yield "\n";
    return;
  }
  yield "\n";
  const columns: readonly Column[] = [
    { title: "SEVERITY" },
    { title: "VULNERABILITY" },
    { title: "PACKAGE", shrinks: true },
    { title: "INSTALLED", shrinks: true },
    { title: "FIXED IN", shrinks: true },
    { title: "LAYER", right: true },
    { title: "KEV" },
  ];
  const sorted = matches.findings.toSorted(compareFindings);
  yield* formatGrid(columns, sorted.map(toRow), surface, (row) => sorted[row]?.severity);
  yield "\n";
}

function toRow(finding: Finding): string[] {
  return [
    finding.status === "unknown" ? "undetermined" : finding.severity,
    finding.vulnerability,
    finding.package.name,
    finding.package.version === "" ? "unknown" : finding.package.version,
    fixText(finding),
    layerText(finding.package),
    finding.kev === undefined ? "" : "yes",
  ];
}

function fixText(finding: Finding): string {
  switch (finding.fix.kind) {
    case "fixed":
      return finding.fix.version;
    case "none":
      return "no fix";
    case "wont-fix":
      return "won't fix";
    case "unknown":
      return "unknown";
  }
}

function* writeMisconfigurations(inventory: ImageInventory, surface: Surface): Iterable<string> {
  if (inventory.misconfigurations.length === 0) {
    return;
  }
  yield `${paint("Configuration", "bold", surface)}\n`;
  const columns: readonly Column[] = [{ title: "SEVERITY" }, { title: "CHECK" }, { title: "DETAIL", shrinks: true }];
  const rows = inventory.misconfigurations.map((each) => [each.severity, each.check, each.detail]);
  yield* formatGrid(columns, rows, surface, (row) => inventory.misconfigurations[row]?.severity);
  yield "\n";
}

const problemsShown = 20;

function* writeProblems(report: ScanReport, surface: Surface): Iterable<string> {
  const { inventory, matches } = report;
  const problems = [...inventory.problems, ...inventory.catalogerRuns.flatMap((run) => run.problems)];
  const unmatched = new Map<string, number>();
  for (const { reason } of matches?.unmatched ?? []) {
    unmatched.set(reason, (unmatched.get(reason) ?? 0) + 1);
  }
  for (const warning of matches?.warnings ?? []) {
    yield `${paint("notice", "dim", surface)}  ${warning.class}  ${toPrintable(warning.purl)}: ${warning.advisory} ${toPrintable(warning.summary)}\n`;
  }
  for (const [reason, count] of unmatched) {
    yield `${paint("not matched", "dim", surface)}  ${plural(count, "package")}: ${reason}\n`;
  }
  if (!inventory.complete) {
    yield `${paint("incomplete", "high", surface)}  not everything could be read; absence of a finding proves nothing here\n`;
  }
  for (const problem of problems.slice(0, problemsShown)) {
    const words = toPrintable(`${problem.subject}: ${problem.message} ${problem.next}`);
    yield `${paint("problem", "medium", surface)}  ${problem.code}  ${words}\n`;
  }
  if (problems.length > problemsShown) {
    yield `… and ${plural(problems.length - problemsShown, "more problem")} (all in --format json)\n`;
  }
}
