/** The tree of commands. Source of the contract: docs/cli.md (exit statuses, streams). */
import { Command, CommanderError } from "commander";
import { addAzureCommands } from "./commands/azure.ts";
import { addDbCommands } from "./commands/db.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addEstateCommands } from "./commands/estate.ts";
import { addJudgeCommands } from "./commands/judge.ts";
import { addLabCommands } from "./commands/lab.ts";
import { addMatchCommand } from "./commands/match.ts";
import { addReachCommand } from "./commands/reach.ts";
import { addSbomCommand, addScanCommand } from "./commands/scan.ts";
import { addSimulatorCommand } from "./commands/simulator.ts";
import { type ExitStatus, exitStatus } from "./exit.ts";
import { formatFailure } from "./failure.ts";
import type { Session } from "./session.ts";

/** Adds one command (or family) to the program; the handler's status becomes the process's. */
export type AddCommand = (program: Command, session: Session, finish: (status: ExitStatus) => void) => void;

const families: readonly AddCommand[] = [
  addDemoCommand,
  addScanCommand,
  addSbomCommand,
  addMatchCommand,
  addDbCommands,
  addAzureCommands,
  addEstateCommands,
  addReachCommand,
  addJudgeCommands,
  addSimulatorCommand,
  addLabCommands,
];

/** Runs the command the arguments name. Answers the exit status; never throws for an expected failure. */
export async function runProgram(args: readonly string[], session: Session): Promise<ExitStatus> {
  let status: ExitStatus = exitStatus.done;
  const program = new Command("sightline")
    .description("Which vulnerabilities can be exploited where your Azure workloads run, with proof.")
    .version(session.version, "-V, --version", "print the version")
    .helpCommand("help [command]", "explain a command")
    .showHelpAfterError("Run with --help to see how it is used.");
  for (const add of families) {
    add(program, session, (outcome) => {
      status = outcome;
    });
  }
  prepare(program, session);
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return exitStatus.usage;
    }
    await program.parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitStatus.done : exitStatus.usage;
    }
    if (session.signal.aborted) {
      session.terminal.stderr.write("\nstopped\n");
      return exitStatus.failed;
    }
    session.terminal.stderr.write(formatFailure(error, session.terminal));
    return exitStatus.failed;
  }
}

/** Commander neither ends the process nor writes anywhere but to the session's streams, in every sub-command too. */
function prepare(command: Command, session: Session): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => session.terminal.stdout.write(text),
    writeErr: (text) => session.terminal.stderr.write(text),
  });
  for (const child of command.commands) {
    prepare(child, session);
  }
}
