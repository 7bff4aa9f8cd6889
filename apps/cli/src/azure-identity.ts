/**
 * Who the command line is towards Azure: the variables `@azure/identity` documents, so that whoever set them for other
 * tools need not set others. Source: learn.microsoft.com, "EnvironmentCredential" and "WorkloadIdentityCredential".
 */
import type { AppIdentity } from "@sightline/azure";
import { readBoundedFile, Secret } from "@sightline/platform";
import { toCliError } from "./cli-error.ts";

/** The identity variables of the environment, picked in `main.ts`. */
export interface IdentityVariables {
  readonly clientId?: string;
  readonly clientSecret?: Secret;
  readonly certificatePath?: string;
  readonly federatedTokenFile?: string;
}

const pemBytesMax = 1024 * 1024;

/** Picks the identity variables out of an environment. */
export function pickIdentityVariables(environment: Readonly<Record<string, string | undefined>>): IdentityVariables {
  const text = (name: string): string | undefined => {
    const value = environment[name];
    return value === undefined || value === "" ? undefined : value;
  };
  const clientId = text("AZURE_CLIENT_ID");
  const secret = text("AZURE_CLIENT_SECRET");
  const certificatePath = text("AZURE_CLIENT_CERTIFICATE_PATH");
  const federatedTokenFile = text("AZURE_FEDERATED_TOKEN_FILE");
  return {
    ...(clientId === undefined ? {} : { clientId }),
    ...(secret === undefined ? {} : { clientSecret: new Secret(secret) }),
    ...(certificatePath === undefined ? {} : { certificatePath }),
    ...(federatedTokenFile === undefined ? {} : { federatedTokenFile }),
  };
}

/** Ways to choose an identity on the command line. */
export const identityChoices = ["environment", "managed-identity", "azure-cli"] as const;

/** The identity chosen with `--identity`. Throws `cli.identity-missing` when the environment names none. */
export async function readIdentity(choice: string, variables: IdentityVariables): Promise<AppIdentity> {
  const { clientId } = variables;
  switch (choice) {
    case "azure-cli":
      return { kind: "azure-cli" };
    case "managed-identity":
      return { kind: "managed-identity", ...(clientId === undefined ? {} : { clientId }) };
    case "environment":
      return readFromVariables(variables);
    default:
      throw toCliError("cli.option-invalid", `--identity ${choice}`, `--identity takes ${identityChoices.join(", ")}.`);
  }
}

async function readFromVariables(variables: IdentityVariables): Promise<AppIdentity> {
  const { clientId, clientSecret, certificatePath, federatedTokenFile } = variables;
  if (clientId !== undefined && clientSecret !== undefined) {
    return { kind: "client-secret", clientId, secret: clientSecret };
  }
  if (clientId !== undefined && certificatePath !== undefined) {
    const pem = await readBoundedFile(certificatePath, pemBytesMax);
    return { kind: "client-certificate", clientId, pem: new Secret(pem.toString("utf8")) };
  }
  if (clientId !== undefined && federatedTokenFile !== undefined) {
    return { kind: "workload-identity", clientId, tokenFile: federatedTokenFile };
  }
  throw toCliError(
    "cli.identity-missing",
    "AZURE_CLIENT_ID",
    "The environment names no identity: AZURE_CLIENT_ID with AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE.",
  );
}
