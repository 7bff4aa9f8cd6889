/** What every command is given: settings, streams, and the few impure things, made once in `main.ts`. */
import type { Clock, Config, Random } from "@sightline/platform";
import type { IdentityVariables } from "./azure-identity.ts";
import type { Terminal } from "./terminal.ts";

/** One run of the command line. */
export interface Session {
  readonly config: Config;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly version: string;
  /** Who the environment says we are towards Azure. */
  readonly identity: IdentityVariables;
  /** Folder of docker's credential file. */
  readonly dockerConfigFolder: string;
}
