/** Runs the command line as a person does: a process, its streams, its exit status. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

/** What a run came to. */
export interface CliOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = resolve(import.meta.dirname, "../../apps/cli/src/main.ts");

/** Runs `sightline` with the arguments in an environment that holds nothing of the caller's Sightline or proxy settings. */
export async function runCli(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CliOutcome> {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:SIGHTLINE_|HTTPS?_PROXY|NO_PROXY|DATABASE_URL|FORCE_COLOR)/i.test(name),
    ),
  );
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
    env: { ...clean, NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  await once(child, "close");
  return {
    status: child.exitCode,
    stdout: Buffer.concat(out).toString("utf8"),
    stderr: Buffer.concat(err).toString("utf8"),
  };
}
