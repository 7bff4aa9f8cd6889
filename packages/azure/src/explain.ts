/** Azure's answers put into words: cause and mending command by code, an unknown code shown whole. */
import { HttpError } from "@sightline/platform";
import type { AzureError } from "./azure-error.ts";
import { aadstsDiagnoses, armDiagnoses, type DiagnosisEntry } from "./diagnosis.data.ts";
import type { ConnectionOutcome, ConnectionTest } from "./ladder.ts";

function fill(entry: DiagnosisEntry, test: ConnectionTest, more: Readonly<Record<string, string>> = {}): string {
  const app =
    "clientId" in test.identity && test.identity.clientId !== undefined ? test.identity.clientId : "<application id>";
  const values: Readonly<Record<string, string>> = {
    tenant: test.tenantId,
    app,
    principal: "<object id of the service principal>",
    ...more,
  };
  return entry.command.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** What Entra ID's code means for the connection. */
export function explainToken(test: ConnectionTest, azureCode: string): ConnectionOutcome {
  const known = aadstsDiagnoses[azureCode];
  return known === undefined
    ? {
        state: "failed",
        code: "connection.token-refused",
        cause: `Entra ID gave no token and answered ${azureCode}.`,
        azureCode,
        command: `az login --service-principal --tenant ${test.tenantId}`,
      }
    : { state: "failed", code: known.code, cause: known.cause, azureCode, command: fill(known, test) };
}

/** Why a host gave no answer at all. Errors that are none of the network's are thrown on. */
export function explainUnreachable(error: unknown, url: string): ConnectionOutcome {
  if (!(error instanceof HttpError)) {
    throw error;
  }
  const { host } = new URL(url);
  return {
    state: "failed",
    code: "connection.unreachable",
    cause: `${host} could not be reached from here: ${error.message}`,
    azureCode: error.code,
    command: `curl --verbose https://${host}/`,
  };
}

/** The subscription a refusal is about, and the object id that assignments for us name, where known. */
export interface RefusedSubscription {
  readonly subscriptionId: string;
  readonly principal: string | undefined;
}

/** What Resource Manager's code means for the connection. */
export function explainArm(test: ConnectionTest, target: RefusedSubscription, failure: AzureError): ConnectionOutcome {
  const azureCode = String(failure.details["azureCode"] ?? failure.code);
  const known = armDiagnoses[azureCode];
  const requestId = failure.details["requestId"];
  const support = typeof requestId === "string" ? { requestId } : {};
  if (known === undefined) {
    const command = `az rest --method get --url /subscriptions/${target.subscriptionId}?api-version=2022-12-01`;
    return {
      state: "failed",
      code: "connection.azure-refused",
      cause: failure.message,
      azureCode,
      command,
      ...support,
    };
  }
  const values = {
    subscription: target.subscriptionId,
    ...(target.principal === undefined ? {} : { principal: target.principal }),
  };
  return {
    state: "failed",
    code: known.code,
    cause: known.cause,
    azureCode,
    command: fill(known, test, values),
    ...support,
  };
}
