/** `simulator`: the simulated Azure alone, for trying things out without a cloud. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type ExitStatus, exitStatus } from "../exit.ts";
import type { AddCommand } from "../program.ts";

/** The simulator's program. It is an app of its own: the command line starts it, and imports nothing of it. */
export const simulatorProgram: string = fileURLToPath(new URL("../../../simulator/src/main.ts", import.meta.url));

/** Adds `simulator`. */
export const addSimulatorCommand: AddCommand = (program, session, finish) => {
  program
    .command("simulator")
    .description("run the simulated Azure; prints its addresses as one line of JSON and serves until stopped")
    .option("--scenario <name|file>", "scenario to play", "contoso")
    .option("--port <n>", "port of the proxy (default: a free one)")
    .action(async (flags: { readonly scenario: string; readonly port?: string }) => {
      const args = ["--scenario", flags.scenario, ...(flags.port === undefined ? [] : ["--port", flags.port])];
      const node = ["--disable-warning=ExperimentalWarning", simulatorProgram];
      const child = spawn(process.execPath, [...node, ...args], { stdio: ["ignore", "inherit", "inherit"] });
      session.signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
      await once(child, "exit");
      const status: ExitStatus = session.signal.aborted || child.exitCode === 0 ? exitStatus.done : exitStatus.failed;
      finish(status);
    });
};
