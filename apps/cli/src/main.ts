/** The `sightline` command: wires the process to the program and ends it with the right status. */
import { homedir } from "node:os";
import { join } from "node:path";
import { ConfigError, parseConfig, systemClock, systemRandom } from "@sightline/platform";
import packageJson from "../package.json" with { type: "json" };
import { pickIdentityVariables } from "./azure-identity.ts";
import { exitStatus } from "./exit.ts";
import { formatFailure } from "./failure.ts";
import { runProgram } from "./program.ts";
import type { Session } from "./session.ts";
import type { Terminal } from "./terminal.ts";

/** Colour on terminals unless NO_COLOR says no; FORCE_COLOR says yes anyway. Source: no-color.org, force-color.org. */
function wantsColour(environment: NodeJS.ProcessEnv): boolean {
  if ((environment["NO_COLOR"] ?? "") !== "") {
    return false;
  }
  const forced = environment["FORCE_COLOR"];
  return forced !== undefined && forced !== "0" ? true : process.stdout.isTTY;
}

const terminal: Terminal = { stdout: process.stdout, stderr: process.stderr, colour: wantsColour(process.env) };
const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort(new Error("interrupted")));
process.once("SIGTERM", () => interrupted.abort(new Error("terminated")));
// A reader that goes away (`| head`) ends the work quietly.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? 0 : exitStatus.failed),
);

function readConfig(): Session["config"] | undefined {
  try {
    return parseConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) {
      terminal.stderr.write(formatFailure(error, terminal));
      return undefined;
    }
    throw error;
  }
}

const config = readConfig();
process.exitCode =
  config === undefined
    ? exitStatus.usage
    : await runProgram(process.argv.slice(2), {
        config,
        terminal,
        clock: systemClock,
        random: systemRandom,
        signal: interrupted.signal,
        version: packageJson.version,
        identity: pickIdentityVariables(process.env),
        dockerConfigFolder: process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker"),
      });
