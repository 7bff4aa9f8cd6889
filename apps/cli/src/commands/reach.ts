/** `reach`: from where each workload can be reached, with the path or the cut. */
import {
  type AttackerPosition,
  armKey,
  attackerPositions,
  type CandidateEntry,
  type EstateSnapshot,
  type Exposure,
  type Hop,
  type Obstacle,
  type SourceExposure,
} from "@sightline/model";
import { computeExposures } from "@sightline/reachability";
import { paint, type Style } from "@sightline/report";
import { toCliError } from "../cli-error.ts";
import { exitStatus } from "../exit.ts";
import type { AddCommand } from "../program.ts";
import type { Session } from "../session.ts";
import { toSurface } from "../terminal.ts";
import { readSnapshot } from "./estate.ts";

interface ReachFlags {
  readonly estate: string;
  readonly from?: string;
  readonly to?: string;
  readonly port?: string;
  readonly format: string;
}

/** Adds `reach`. */
export const addReachCommand: AddCommand = (program, session, finish) => {
  program
    .command("reach")
    .description("say from where every workload can be reached, with the path or the cut")
    .requiredOption("--estate <file>", "snapshot written by azure collect")
    .option("--from <position>", attackerPositions.join(", "))
    .option("--to <id>", "workload id, or a part of it")
    .option("--port <n>", "port")
    .option("--format <format>", "text or json", "text")
    .action(async (flags: ReachFlags) => {
      const snapshot = await readSnapshot(flags.estate);
      const now = new Date(session.clock.nowMs());
      const { exposures, assumptions } = computeExposures(snapshot, { now });
      const chosen = choose(exposures, flags);
      if (flags.format === "json") {
        session.terminal.stdout.write(`${JSON.stringify({ exposures: chosen, assumptions }, undefined, 2)}\n`);
      } else {
        writeExposures(session, snapshot, chosen);
      }
      finish(exitStatus.done);
    });
};

function choose(exposures: readonly Exposure[], flags: ReachFlags): readonly Exposure[] {
  const from = parsePosition(flags.from);
  const port = flags.port === undefined ? undefined : Number(flags.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw toCliError("cli.option-invalid", `--port ${flags.port ?? ""}`, "A port is a number from 0 to 65535.");
  }
  const to = flags.to === undefined ? undefined : armKey(flags.to);
  return exposures
    .filter((each) => to === undefined || armKey(each.workload).includes(to))
    .filter((each) => port === undefined || each.ports.some((range) => range.from <= port && port <= range.to))
    .map((each) => ({
      ...each,
      sources: each.sources.filter((source) => from === undefined || source.position === from),
    }))
    .filter((each) => each.sources.length > 0);
}

function parsePosition(text: string | undefined): AttackerPosition | undefined {
  const position = attackerPositions.find((each) => each === text);
  if (text !== undefined && position === undefined) {
    throw toCliError("cli.option-invalid", `--from ${text}`, `--from takes ${attackerPositions.join(", ")}.`);
  }
  return position;
}

const styleOf: Readonly<Record<SourceExposure["result"], Style>> = {
  reachable: "high",
  unreachable: "low",
  undetermined: "unknown",
};

function writeExposures(session: Session, snapshot: EstateSnapshot, exposures: readonly Exposure[]): void {
  const { stdout } = session.terminal;
  const surface = toSurface(session.terminal);
  const names = new Map(snapshot.workloads.map((each) => [armKey(each.id), `${each.kind} ${each.name}`]));
  for (const exposure of exposures) {
    const ports = exposure.ports
      .map((range) => (range.from === range.to ? range.from : `${range.from}-${range.to}`))
      .join(", ");
    const name = names.get(armKey(exposure.workload)) ?? exposure.workload;
    stdout.write(`${paint(name, "bold", surface)}  ${exposure.protocol} ${ports}\n`);
    for (const source of exposure.sources) {
      stdout.write(`  ${source.position.padEnd(21)} ${paint(source.result, styleOf[source.result], surface)}\n`);
      for (const line of explain(source)) {
        stdout.write(`      ${line}\n`);
      }
    }
  }
}

function explain(source: SourceExposure): readonly string[] {
  switch (source.result) {
    case "reachable":
      return source.paths.flatMap((path, index) => [
        `path ${index + 1}, port ${path.port}/${path.protocol}`,
        ...path.hops.map((hop) => `  ${formatHop(hop)}`),
      ]);
    case "unreachable":
      return source.cut.entries.flatMap(formatEntry);
    case "undetermined":
      return source.missing.map((each) => `missing: ${each.what} (${each.why}) ${each.subject}. ${each.remedy}`);
  }
}

function formatHop(hop: Hop): string {
  const guards = hop.guards
    .map((guard) => `${guard.rule}${guard.priority === undefined ? "" : ` (priority ${guard.priority})`}`)
    .join(", ");
  return `${hop.kind}: ${hop.flow.sourceAddress} -> ${hop.flow.destinationAddress}:${hop.flow.destinationPort} at ${shorten(hop.to)}${guards === "" ? "" : `, let through by ${guards}`}`;
}

function formatEntry(entry: CandidateEntry): readonly string[] {
  const where = entry.resource === undefined ? "" : ` ${shorten(entry.resource)}`;
  return [`${entry.entry}${where}`, ...entry.obstacles.map((obstacle) => `  ${formatObstacle(obstacle)}`)];
}

function formatObstacle(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case "rule":
      return `${obstacle.rule} of ${shorten(obstacle.resource)} removes ${obstacle.removes}`;
    case "no-rule":
      return `${obstacle.detail} at ${shorten(obstacle.resource)}`;
    case "no-entry":
      return `none: ${obstacle.detail} (${obstacle.checked} checked)`;
    case "stopped":
      return `${obstacle.detail} at ${shorten(obstacle.resource)}`;
  }
}

/** The end of an id: enough to know it by, short enough to read. */
function shorten(id: string): string {
  return id.split("/").slice(-2).join("/");
}
