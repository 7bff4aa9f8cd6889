/** `judge`, `explain`, `verify`: verdicts without a server, their reasoning, and the independent check. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Coverage, Evidence, Fact, ProofBundle, Verdict } from "@sightline/model";
import { judgeEstate } from "@sightline/pipeline";
import { formatGrid, paint } from "@sightline/report";
import { summarise, toProofBundle } from "@sightline/verdict";
import { verify } from "@sightline/verifier";
import { openDatabase } from "@sightline/vulndb";
import { z } from "zod";
import { toCliError } from "../cli-error.ts";
import { databaseFolder } from "../database-folder.ts";
import { exitStatus } from "../exit.ts";
import { readJson } from "../input.ts";
import type { AddCommand } from "../program.ts";
import type { Session } from "../session.ts";
import { toSurface } from "../terminal.ts";
import { readSnapshot } from "./estate.ts";
import { readInventory } from "./match.ts";

interface JudgeFlags {
  readonly estate: string;
  readonly inventory: readonly string[];
  readonly db?: string;
  readonly bundles?: string;
  readonly format: string;
}

/** What `judge --format json` writes and `explain` reads. */
interface JudgementFile {
  readonly format: "sightline-judgement/1";
  readonly verdicts: readonly Verdict[];
  readonly evidence: readonly Evidence[];
  readonly coverage: readonly Coverage[];
}

/** Adds `judge`. */
export const addJudgeCommand: AddCommand = (program, session, finish) => {
  program
    .command("judge")
    .description("judge every vulnerability where its image runs, with evidence")
    .requiredOption("--estate <file>", "snapshot written by azure collect")
    .requiredOption("--inventory <file...>", "inventories written by sbom --format json")
    .option("--db <dir>", "folder of the advisory database")
    .option("--bundles <dir>", "write each verdict's proof bundle into this folder")
    .option("--format <format>", "table or json", "table")
    .action(async (flags: JudgeFlags) => {
      await runJudge(session, flags);
      finish(exitStatus.done);
    });
};

/** Adds `explain`. */
export const addExplainCommand: AddCommand = (program, session, finish) => {
  program
    .command("explain")
    .argument("<verdict>", "id of a verdict, or its beginning")
    .requiredOption("--from <file>", "output of judge --format json")
    .description("tell the whole reasoning of one verdict")
    .action(async (id: string, flags: { readonly from: string }) => {
      const file = await readJudgement(flags.from);
      writeExplanation(session, findVerdict(file.verdicts, id), file.evidence);
      finish(exitStatus.done);
    });
};

/** Adds `verify`. */
export const addVerifyCommand: AddCommand = (program, session, finish) => {
  program
    .command("verify")
    .argument("<bundle>", "proof bundle written by judge --bundles")
    .description("check a proof bundle by itself: its evidence, its path or cut, its class")
    .action(async (path: string) => {
      const outcome = verify(await readJson(path), { now: new Date(session.clock.nowMs()).toISOString() });
      if (outcome.ok) {
        session.terminal.stdout.write(`verified  ${outcome.class}\n`);
        finish(exitStatus.done);
        return;
      }
      for (const failure of outcome.failures) {
        session.terminal.stdout.write(`failed    ${failure.code}  ${failure.detail}\n`);
      }
      finish(exitStatus.violated);
    });
};

async function runJudge(session: Session, flags: JudgeFlags): Promise<void> {
  const snapshot = await readSnapshot(flags.estate);
  const inventories = await Promise.all(flags.inventory.map(readInventory));
  const database = openDatabase(databaseFolder(session, flags.db));
  try {
    const judgement = judgeEstate({ snapshot, inventories, database, now: new Date(session.clock.nowMs()) });
    if (flags.bundles !== undefined) {
      await writeBundles(flags.bundles, judgement.verdicts, {
        evidence: judgement.evidence,
        coverage: snapshot.coverage,
      });
    }
    if (flags.format === "json") {
      const { verdicts, evidence } = judgement;
      const file: JudgementFile = { format: "sightline-judgement/1", verdicts, evidence, coverage: snapshot.coverage };
      session.terminal.stdout.write(`${JSON.stringify(file)}\n`);
    } else {
      writeVerdicts(session, judgement.verdicts);
    }
    for (const { finding, reason } of judgement.unjudged) {
      session.terminal.stderr.write(`not judged: ${finding} ${reason}\n`);
    }
  } finally {
    database.close();
  }
}

async function writeBundles(
  folder: string,
  verdicts: readonly Verdict[],
  from: { readonly evidence: readonly Evidence[]; readonly coverage: readonly Coverage[] },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const verdict of verdicts) {
    const bundle: ProofBundle = toProofBundle(verdict, from);
    await writeFile(join(folder, `${verdict.id}.json`), `${JSON.stringify(bundle)}\n`);
  }
}

/** The counts by class, then the verdicts, most exploitable first. */
export function writeVerdicts(session: Session, verdicts: readonly Verdict[]): void {
  const { stdout } = session.terminal;
  const surface = toSurface(session.terminal);
  const { byClass, unsettled } = summarise(verdicts);
  for (const [name, count] of Object.entries(byClass)) {
    stdout.write(count === 0 ? "" : `${String(count).padStart(6)}  ${name}\n`);
  }
  stdout.write("\n");
  const columns = [
    { title: "CLASS" },
    { title: "VULNERABILITY" },
    { title: "WORKLOAD", shrinks: true },
    { title: "WHY", shrinks: true },
    { title: "ID" },
  ];
  const order = Object.keys(byClass);
  const rows = verdicts
    .toSorted((a, b) => order.indexOf(a.class) - order.indexOf(b.class))
    .map((verdict) => [
      verdict.class,
      verdict.unit.vulnerability,
      verdict.unit.workload.split("/").slice(-2).join("/"),
      verdict.sentence,
      verdict.id.slice(0, 12),
    ]);
  for (const line of formatGrid(columns, rows, surface)) {
    stdout.write(line);
  }
  if (unsettled.length > 0) {
    stdout.write(`\n${paint("To settle what is unknown", "bold", surface)}\n`);
    for (const { command, verdicts: count } of unsettled.slice(0, 5)) {
      stdout.write(`${String(count).padStart(6)}  ${command}\n`);
    }
  }
}

const judgementSchema = z.object({
  format: z.literal("sightline-judgement/1"),
  verdicts: z.array(
    z.object({ id: z.string(), class: z.string(), sentence: z.string(), facts: z.array(z.unknown()) }).loose(),
  ),
  evidence: z.array(z.object({ id: z.string() }).loose()),
  coverage: z.array(z.unknown()),
});

async function readJudgement(path: string): Promise<JudgementFile> {
  const value = await readJson(path);
  if (!judgementSchema.safeParse(value).success) {
    throw toCliError("cli.input-invalid", path, `${path} was not written by judge --format json.`);
  }
  // The frame holds, and the format says that this version wrote the rest.
  return value as JudgementFile;
}

function findVerdict(verdicts: readonly Verdict[], id: string): Verdict {
  const found = verdicts.filter((verdict) => verdict.id.startsWith(id));
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw toCliError("cli.verdict-unknown", id, `${found.length} verdicts have an id that begins with ${id}.`);
  }
  return only;
}

function writeExplanation(session: Session, verdict: Verdict, evidence: readonly Evidence[]): void {
  const { stdout } = session.terminal;
  const surface = toSurface(session.terminal);
  const byId = new Map<string, Evidence>(evidence.map((each) => [each.id, each]));
  const { unit } = verdict;
  stdout.write(`${paint(verdict.sentence, "bold", surface)}\n\n`);
  stdout.write(`class      ${verdict.class}\nfloor      ${verdict.floor}\nceiling    ${verdict.ceiling}\n`);
  stdout.write(
    `subject    ${unit.vulnerability} in ${unit.purl} (${unit.path})\nworkload   ${unit.workload}, container ${unit.container}\n`,
  );
  stdout.write(`valid      ${verdict.computedAt} to ${verdict.validUntil}\n\n`);
  stdout.write(`${paint("Facts", "bold", surface)}\n`);
  for (const fact of verdict.facts) {
    stdout.write(`  ${formatFact(fact)}\n`);
    for (const id of fact.because) {
      const piece = byId.get(id);
      stdout.write(
        `      ${piece?.kind ?? "evidence"} ${piece?.subject ?? ""} (${id.slice(0, 14)}, seen ${piece?.observedAt ?? "?"})\n`,
      );
    }
  }
  stdout.write(`\n${paint("Attacker positions", "bold", surface)}\n`);
  for (const { position, truth } of verdict.positions) {
    stdout.write(`  ${position.padEnd(21)} ${words[truth]}\n`);
  }
  for (const { fact, detail, remedy } of verdict.missing) {
    stdout.write(`\nmissing  ${fact}: ${detail}\n         ${remedy.command}\n`);
  }
  for (const assumption of verdict.assumptions) {
    stdout.write(`\nassumed  ${assumption}\n`);
  }
}

const words = { T: "yes", F: "no", U: "not known" } as const;

function formatFact(fact: Fact): string {
  return `${fact.name.padEnd(16)} ${words[fact.truth]}`;
}
