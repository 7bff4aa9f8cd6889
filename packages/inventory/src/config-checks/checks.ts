/** All configuration checks. A new one is a file here and a line in this list. */
import type { ConfigurationCheck } from "./check.ts";
import { remoteAdministrationPortCheck } from "./remote-administration-port.ts";
import { rootUserCheck } from "./root-user.ts";
import { secretInEnvironmentCheck } from "./secret-in-environment.ts";

/** In the order findings are reported. */
export const configurationChecks: readonly ConfigurationCheck[] = [
  rootUserCheck,
  secretInEnvironmentCheck,
  remoteAdministrationPortCheck,
];
