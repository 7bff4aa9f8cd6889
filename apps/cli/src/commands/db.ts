/** `db import` and `db status`: the advisory database. */

import { formatGrid } from "@sightline/report";
import { type DatabaseStatus, type ImportReport, importAdvisories, openDatabase } from "@sightline/vulndb";
import type { Command } from "commander";
import { databaseFolder } from "../database-folder.ts";
import { exitStatus } from "../exit.ts";
import type { AddCommand } from "../program.ts";
import type { Session } from "../session.ts";
import { openProgress, toSurface } from "../terminal.ts";

interface ImportFlags {
  readonly db?: string;
  readonly feeds: readonly string[];
  readonly format: string;
}

/** Adds `db import` and `db status`. */
export const addDbCommands: AddCommand = (program, session, finish) => {
  const db = program.command("db").description("the advisory database");
  addImport(db, session);
  db.command("status")
    .description("say what is in the database, how old it is and whose data it holds")
    .option("--db <dir>", "folder of the database")
    .option("--format <format>", "table or json", "table")
    .action((flags: { readonly db?: string; readonly format: string }) => {
      const database = openDatabase(databaseFolder(session, flags.db));
      try {
        writeStatus(session, database.status(), flags.format);
      } finally {
        database.close();
      }
      finish(exitStatus.done);
    });
};

function addImport(db: Command, session: Session): void {
  db.command("import")
    .description("build the database from a folder or .tar.gz laid out as the OSV bucket")
    .argument("<from>", "folder or archive: <Ecosystem>/all.zip or <Ecosystem>/<ID>.json")
    .option("--db <dir>", "folder of the database")
    .option("--feeds <path...>", "CISA KEV, CVE metadata and SSVC files, or folders with them", [])
    .option("--format <format>", "table or json", "table")
    .action(async (from: string, flags: ImportFlags) => {
      const progress = openProgress(session.terminal);
      const started = session.clock.elapsedMs();
      const report = await importAdvisories({
        from,
        feeds: flags.feeds,
        to: databaseFolder(session, flags.db),
        clock: session.clock,
        signal: session.signal,
        progress: ({ step, subject, done, total }) =>
          progress.update(`${step} ${subject}: ${done}${total === undefined ? "" : ` of ${total}`}`),
      });
      const seconds = ((session.clock.elapsedMs() - started) / 1000).toFixed(1);
      progress.done(`imported ${report.status.advisories} advisories in ${seconds} s, generation ${report.generation}`);
      writeImport(session, report, flags.format);
    });
}

const rejectsShown = 10;

function writeImport(session: Session, report: ImportReport, format: string): void {
  const { stdout, stderr } = session.terminal;
  if (format === "json") {
    stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    return;
  }
  writeStatus(session, report.status, format);
  for (const reject of report.rejects.slice(0, rejectsShown)) {
    stderr.write(`not imported: ${JSON.stringify(reject)}\n`);
  }
  if (report.counts.rejects > rejectsShown) {
    stderr.write(`… and ${report.counts.rejects - rejectsShown} more (all in --format json)\n`);
  }
}

function writeStatus(session: Session, status: DatabaseStatus, format: string): void {
  const { stdout } = session.terminal;
  if (format === "json") {
    stdout.write(`${JSON.stringify(status, undefined, 2)}\n`);
    return;
  }
  stdout.write(`generation ${status.generation}, built ${status.builtAt}\n`);
  stdout.write(`${status.advisories} advisories for ${status.packages} packages, ${status.rejects} rejected\n\n`);
  const ecosystems = status.ecosystems.map((each) => [each.ecosystem, String(each.advisories)]);
  const columns = [{ title: "ECOSYSTEM" }, { title: "ADVISORIES", right: true }];
  const surface = toSurface(session.terminal);
  for (const line of formatGrid(columns, ecosystems, surface)) {
    stdout.write(line);
  }
  stdout.write("\n");
  const origins = status.origins.map((each) => [each.name, String(each.records), each.licence, each.attribution]);
  const originColumns = [
    { title: "SOURCE" },
    { title: "RECORDS", right: true },
    { title: "LICENCE" },
    { title: "ATTRIBUTION", shrinks: true },
  ];
  for (const line of formatGrid(originColumns, origins, surface)) {
    stdout.write(line);
  }
}
