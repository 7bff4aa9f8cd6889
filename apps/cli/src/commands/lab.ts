/** `lab`: conformance runs of the engine's parts on suites from elsewhere. Formats: docs/cli.md. */

import { checkCvssFile, checkOsvLines, checkPurlTests } from "@sightline/matching";
import { type ConformanceCheck, checkConstraintLines, checkVersionLines, parseSchemeName } from "@sightline/versions";
import { type AdvisoryDatabase, openDatabase, type RecordReading, readOsvRecord } from "@sightline/vulndb";
import type { Command } from "commander";
import { toCliError } from "../cli-error.ts";
import { databaseFolder } from "../database-folder.ts";
import { type ExitStatus, exitStatus } from "../exit.ts";
import { listFiles, readText } from "../input.ts";
import type { AddCommand } from "../program.ts";
import type { Session } from "../session.ts";
import { addCatalogCommand } from "./lab-catalog.ts";
import { addNetworkCommands } from "./lab-network.ts";

/** Adds `lab versions|ranges|cvss|purl|osv|catalog`. */
export const addLabCommands: AddCommand = (program, session, finish) => {
  const lab = program.command("lab").description("check the engine's parts against suites from elsewhere");
  addVersionCommands(lab, session, finish);
  lab
    .command("cvss")
    .argument("<file>", "JSON lines, .list or vectors_* file")
    .description("CVSS scores")
    .action(async (file: string) => finish(report(session, checkCvssFile(await readText(file)))));
  lab
    .command("purl")
    .argument("<dir>", "folder of purl test files")
    .description("package URLs: parse, build, round trip")
    .action(async (folder: string) => {
      const files = (await listFiles(folder)).filter((file) => file.endsWith("-test.json"));
      const texts = await Promise.all(files.map(readText));
      finish(report(session, checkPurlTests(texts)));
    });
  lab
    .command("osv")
    .argument("<file>", "JSON lines {ecosystem, name, version, advisory, affected}")
    .option("--db <dir>", "database for rows that name their advisory by id")
    .description("does a version fall into an OSV record")
    .action(async (file: string, flags: { readonly db?: string }) => finish(await checkOsv(session, file, flags.db)));
  addCatalogCommand(lab, session, finish);
  addNetworkCommands(lab, session, finish);
};

function addVersionCommands(lab: Command, session: Session, finish: (status: ExitStatus) => void): void {
  lab
    .command("versions")
    .requiredOption("--scheme <id>", "deb, rpm, apk, pep440, npm, semver, maven, …")
    .argument("<file>", "lines A < B, A = B, A > B")
    .description("version order; the swapped pair is checked too")
    .action(async (file: string, flags: { readonly scheme: string }) => {
      finish(report(session, checkVersionLines(schemeOf(flags.scheme), await readText(file))));
    });
  lab
    .command("ranges")
    .requiredOption("--scheme <id>", "version scheme")
    .argument("<file>", "JSON lines {kind: constraint | compare, …}")
    .description("version constraints and comparisons")
    .action(async (file: string, flags: { readonly scheme: string }) => {
      finish(report(session, checkConstraintLines(schemeOf(flags.scheme), await readText(file))));
    });
}

function schemeOf(name: string): NonNullable<ReturnType<typeof parseSchemeName>> {
  const scheme = parseSchemeName(name);
  if (scheme === undefined) {
    throw toCliError("cli.option-invalid", `--scheme ${name}`, `There is no version scheme called ${name}.`);
  }
  return scheme;
}

function report(session: Session, check: ConformanceCheck): ExitStatus {
  session.terminal.stdout.write(`${JSON.stringify(check, undefined, 2)}\n`);
  return check.wrong > 0 ? exitStatus.violated : exitStatus.done;
}

async function checkOsv(session: Session, file: string, db: string | undefined): Promise<ExitStatus> {
  const text = await readText(file);
  let database: AdvisoryDatabase | undefined;
  const byId = (id: string): RecordReading => {
    database ??= openDatabase(databaseFolder(session, db));
    const advisory = database.advisory(id);
    return advisory === undefined
      ? { kind: "unreadable", reason: `${id} is not in the database` }
      : { kind: "advisory", advisory };
  };
  try {
    const check = checkOsvLines(text, (raw) => (typeof raw === "string" ? byId(raw) : readOsvRecord(raw)));
    return report(session, check);
  } finally {
    database?.close();
  }
}
