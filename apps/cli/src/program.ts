/** The tree of commands. Source of the contract: docs/cli.md (exit statuses, streams). */
import { Command, CommanderError } from "commander";
import { type ExitStatus, exitStatus } from "./exit.ts";
import { formatFailure } from "./failure.ts";
import type { Session } from "./session.ts";

/** Adds one command (or family) to the program; the handler's status becomes the process's. */
export type AddCommand = (program: Command, session: Session, finish: (status: ExitStatus) => void) => void;

/** Loaded when asked for: starting should not cost the import of rooms the command does not enter. */
const families: Readonly<Record<string, () => Promise<AddCommand>>> = {
  demo: async () => (await import("./commands/demo.ts")).addDemoCommand,
  scan: async () => (await import("./commands/scan.ts")).addScanCommand,
  sbom: async () => (await import("./commands/scan.ts")).addSbomCommand,
  match: async () => (await import("./commands/match.ts")).addMatchCommand,
  db: async () => (await import("./commands/db.ts")).addDbCommands,
  azure: async () => (await import("./commands/azure.ts")).addAzureCommands,
  estate: async () => (await import("./commands/estate.ts")).addEstateCommands,
  reach: async () => (await import("./commands/reach.ts")).addReachCommand,
  judge: async () => (await import("./commands/judge.ts")).addJudgeCommand,
  explain: async () => (await import("./commands/judge.ts")).addExplainCommand,
  verify: async () => (await import("./commands/judge.ts")).addVerifyCommand,
  simulator: async () => (await import("./commands/simulator.ts")).addSimulatorCommand,
  lab: async () => (await import("./commands/lab.ts")).addLabCommands,
};

/** The family the first argument names, or all of them: for help, and for a name there is none of. */
async function loadFamilies(name: string | undefined): Promise<readonly AddCommand[]> {
  if (name === "--version" || name === "-V") {
    return [];
  }
  const named = name === undefined || !Object.hasOwn(families, name) ? undefined : families[name];
  return named === undefined ? Promise.all(Object.values(families).map((load) => load())) : [await named()];
}

/** Runs the command the arguments name. Answers the exit status; never throws for an expected failure. */
export async function runProgram(args: readonly string[], session: Session): Promise<ExitStatus> {
  let status: ExitStatus = exitStatus.done;
  const program = new Command("sightline")
    .description("Which vulnerabilities can be exploited where your Azure workloads run, with proof.")
    .version(session.version, "-V, --version", "print the version")
    .helpCommand("help [command]", "explain a command")
    .showHelpAfterError("Run with --help to see how it is used.");
  for (const add of await loadFamilies(args[0])) {
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
