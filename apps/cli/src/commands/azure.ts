/** `azure test` and `azure collect`. */
import { writeFile } from "node:fs/promises";
import { type AppIdentity, type AzureCloud, azureClouds, type ConnectionCheck, testConnection } from "@sightline/azure";
import type { EstateSnapshot } from "@sightline/model";
import { collectConnection } from "@sightline/pipeline";
import type { HttpClient } from "@sightline/platform";
import { formatGrid, paint } from "@sightline/report";
import type { Command } from "commander";
import { identityChoices, readIdentity } from "../azure-identity.ts";
import { toCliError } from "../cli-error.ts";
import { type ExitStatus, exitStatus } from "../exit.ts";
import type { AddCommand } from "../program.ts";
import { openHttpClient, readHttpSettings } from "../scanner.ts";
import type { Session } from "../session.ts";
import { openProgress, toSurface } from "../terminal.ts";

interface ConnectionFlags {
  readonly tenant: string;
  readonly subscription: readonly string[];
  readonly identity: string;
  readonly cloud: string;
  readonly format: string;
  readonly out?: string;
}

/** A connection as the options name it. */
interface Connection {
  readonly tenantId: string;
  readonly subscriptionIds: readonly string[];
  readonly identity: AppIdentity;
  readonly cloud: AzureCloud;
  readonly http: HttpClient;
}

/** Adds `azure test` and `azure collect`. */
export const addAzureCommands: AddCommand = (program, session, finish) => {
  const azure = program.command("azure").description("read Azure tenants");
  addConnectionOptions(azure.command("test"))
    .description("test a connection rung by rung; every failure comes with the command that mends it")
    .action(async (flags: ConnectionFlags) => {
      finish(await withConnection(session, flags, (connection) => runTest(session, connection, flags.format)));
    });
  addConnectionOptions(azure.command("collect"))
    .description("collect a snapshot of the estate; reads only")
    .requiredOption("--out <file>", "where to write the snapshot")
    .action(async (flags: ConnectionFlags) => {
      finish(await withConnection(session, flags, (connection) => runCollect(session, connection, flags.out ?? "")));
    });
};

function addConnectionOptions(command: Command): Command {
  return command
    .requiredOption("--tenant <guid>", "tenant id")
    .requiredOption("--subscription <guid...>", "subscription ids")
    .option("--identity <kind>", identityChoices.join(", "), "environment")
    .option("--cloud <name>", Object.keys(azureClouds).join(", "), "public")
    .option("--format <format>", "table or json", "table");
}

async function withConnection(
  session: Session,
  flags: ConnectionFlags,
  work: (connection: Connection) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const cloud = Object.values(azureClouds).find((each) => each.id === flags.cloud);
  if (cloud === undefined) {
    throw toCliError(
      "cli.option-invalid",
      `--cloud ${flags.cloud}`,
      `--cloud takes ${Object.keys(azureClouds).join(", ")}.`,
    );
  }
  const identity = await readIdentity(flags.identity, session.identity);
  const http = openHttpClient(session, await readHttpSettings(session));
  try {
    return await work({ tenantId: flags.tenant, subscriptionIds: flags.subscription, identity, cloud, http });
  } finally {
    await http.close();
  }
}

async function runTest(session: Session, connection: Connection, format: string): Promise<ExitStatus> {
  const { clock, signal, terminal } = session;
  const checks: ConnectionCheck[] = [];
  for await (const check of testConnection({ ...connection, clock, signal })) {
    checks.push(check);
    if (format !== "json") {
      writeCheck(session, check);
    }
  }
  if (format === "json") {
    terminal.stdout.write(`${JSON.stringify({ checks }, undefined, 2)}\n`);
  }
  return checks.every((check) => check.state === "passed" || check.state === "amber")
    ? exitStatus.done
    : exitStatus.violated;
}

function writeCheck(session: Session, check: ConnectionCheck): void {
  const surface = toSurface(session.terminal);
  const { stdout } = session.terminal;
  const head = `${check.rung.padEnd(13)} ${check.subject}`;
  switch (check.state) {
    case "passed":
      stdout.write(`${paint("ok     ", "low", surface)} ${head}  ${check.detail} (${check.durationMs} ms)\n`);
      return;
    case "skipped":
      stdout.write(`${paint("waits  ", "dim", surface)} ${head}  after ${check.after}\n`);
      return;
    case "amber":
    case "failed":
      stdout.write(
        `${paint(check.state.padEnd(7), check.state === "amber" ? "medium" : "critical", surface)} ${head}  ${check.code}\n`,
      );
      stdout.write(
        `        ${check.cause}${check.azureCode === undefined ? "" : ` Azure answered ${check.azureCode}.`}\n`,
      );
      stdout.write(`        ${paint(check.command, "bold", surface)}\n`);
      stdout.write(check.requestId === undefined ? "" : `        correlation id ${check.requestId}\n`);
  }
}

async function runCollect(session: Session, connection: Connection, out: string): Promise<ExitStatus> {
  const { clock, signal } = session;
  const progress = openProgress(session.terminal);
  const started = clock.elapsedMs();
  const snapshot = await collectConnection({
    ...connection,
    clock,
    signal,
    progress: (step) => progress.update(`${step.collector} ${step.scope}: ${step.resources}`),
  });
  await writeFile(out, `${JSON.stringify(snapshot)}\n`, { mode: 0o600 });
  const seconds = ((clock.elapsedMs() - started) / 1000).toFixed(1);
  progress.done(
    `${snapshot.resources.length} resources, ${snapshot.workloads.length} workloads in ${seconds} s, written to ${out}`,
  );
  writeGaps(session, snapshot);
  return exitStatus.done;
}

/** What could not be read, one row for each cause: the reader must know before trusting any verdict. */
export function writeGaps(session: Session, snapshot: EstateSnapshot): void {
  const causes = new Map<string, { readonly row: readonly string[]; readonly kinds: Set<string> }>();
  for (const { kind, scope, gaps } of snapshot.coverage) {
    for (const gap of gaps) {
      const key = `${gap.kind}|${scope}|${gap.remedy}`;
      const cause = causes.get(key) ?? { row: [gap.kind, scope, gap.remedy], kinds: new Set<string>() };
      cause.kinds.add(kind);
      causes.set(key, cause);
    }
  }
  if (causes.size === 0) {
    return;
  }
  const columns = [
    { title: "NOT READ", shrinks: true },
    { title: "WHY" },
    { title: "WHERE", shrinks: true },
    { title: "TO MEND", shrinks: true },
  ];
  const rows = [...causes.values()].map(({ row, kinds }) => [
    kinds.size > 3 ? `${kinds.size} kinds` : [...kinds].join(", "),
    ...row,
  ]);
  for (const line of formatGrid(columns, rows, toSurface(session.terminal))) {
    session.terminal.stderr.write(line);
  }
}
