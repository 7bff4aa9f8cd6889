/**
 * A secret is built into the image's environment. Told by the variable's name alone, because values are not kept.
 * Sources: CIS Docker Benchmark 4.10; Dockle CIS-DI-0010.
 */
import type { EnvironmentVariable, Misconfiguration } from "@sightline/model";
import type { CheckedImage, ConfigurationCheck } from "./check.ts";
import { escapeForPattern, findHistoryPlace } from "./check.ts";

const secretName =
  /(?:^|_)(?:PASS|PASSWD|PASSWORD|PASSPHRASE|PWD|SECRET|SECRETS|TOKEN|CREDENTIAL|CREDENTIALS)(?:_|$)|(?:PASSWORD|SECRET|TOKEN)$|(?:^|_)(?:API|ACCESS|ACCOUNT|AUTH|ENCRYPTION|MASTER|PRIVATE|SHARED|SIGNING|STORAGE)_?KEY(?:_|$)|CONNECTION_?STRING|(?:^|_)SAS(?:_|$)/i;
/** Names that speak of secrets without holding one: where it lies, what it is called, how long it lives, public keys. */
const harmlessName =
  /^(?:PWD|OLDPWD)$|^GPG_KEYS?$|(?:^|_)PUBLIC(?:_|$)|_(?:FILE|FILES|PATH|DIR|NAME|URL|URI|ENDPOINT|ISSUER|TYPE|VERSION|ALGORITHM|LENGTH|EXPIRY|TTL|TIMEOUT|ENABLED|REQUIRED|HEADER|ID)$/i;

function isEmpty(variable: EnvironmentVariable): boolean {
  return "value" in variable ? variable.value === "" : variable.lengthBytes === 0;
}

function toMisconfiguration(image: CheckedImage, { name }: EnvironmentVariable): Misconfiguration {
  const shown = JSON.stringify(name.slice(0, 100));
  return {
    check: secretInEnvironmentCheck.id,
    title: "A secret is built into the environment",
    severity: "high",
    detail: `The environment variable ${shown} is named like a secret and has a value, which anybody who pulls the image can read.`,
    ...findHistoryPlace(image, new RegExp(`(?:^|\\s)ENV\\s(?:.*\\s)?${escapeForPattern(name)}[=\\s]`)),
    remediation: "Remove the variable from the image, change the secret, and give it to the workload at run time.",
    references: ["CIS-DI-0010"],
  };
}

/** Finds variables with a value whose name says that it is a secret. */
export const secretInEnvironmentCheck: ConfigurationCheck = {
  id: "image-secret-in-environment",
  check(image) {
    return image.configuration.environment
      .filter((variable) => secretName.test(variable.name) && !harmlessName.test(variable.name) && !isEmpty(variable))
      .map((variable) => toMisconfiguration(image, variable));
  },
};
