/** Azure's answers put into words: cause and mending command by code, an unknown code shown whole. */
import { HttpError } from "@sightline/platform";
import type { AzureError } from "../azure-error.ts";
import { azureErrorCodes } from "../error-codes.data.ts";
import type { ConnectionFinding, ConnectionOutcome, ConnectionTest } from "./check.ts";
import { aadstsDiagnoses, armDiagnoses, type Diagnosis, outcomeDiagnoses } from "./diagnosis.data.ts";

/** What is known about who asks and what for, to fill commands with. */
export interface Known {
  readonly subscriptionId?: string;
  /** Object id of the service principal, which assignments name. */
  readonly principal?: string;
}

/** What Azure said besides its code. */
export interface Said {
  readonly cause?: string;
  readonly azureCode?: string;
  readonly requestId?: string;
}

/** A diagnosis with its command filled in; cause and next step are those of its code unless more is known. */
export function toFinding(
  test: ConnectionTest,
  diagnosis: Diagnosis,
  known: Known,
  said: Said = {},
): ConnectionFinding {
  const { cause, ...rest } = said;
  return {
    code: diagnosis.code,
    cause: cause ?? azureErrorCodes[diagnosis.code].cause,
    command: fillCommand(test, diagnosis.command, known),
    ...rest,
  };
}

/** The command with what is known put in; what is not known stays a placeholder a reader cannot miss. */
export function fillCommand(test: ConnectionTest, command: string, known: Known): string {
  const { identity } = test;
  const values: Readonly<Record<string, string>> = {
    tenant: test.tenantId,
    app: ("clientId" in identity ? identity.clientId : undefined) ?? "<application id>",
    principal: known.principal ?? "<object id of the service principal>",
    subscription: known.subscriptionId ?? test.subscriptionIds[0] ?? "<subscription id>",
  };
  return command.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** What Entra ID's code means for the connection. `azureCode`: `AADSTS…`, or the HTTP status when Entra named none. */
export function explainToken(test: ConnectionTest, azureCode: string): ConnectionOutcome {
  const known = aadstsDiagnoses[azureCode];
  if (known !== undefined) {
    return { state: "failed", ...toFinding(test, known, {}, { azureCode }) };
  }
  const isOutage = /^HTTP 5\d\d$/.test(azureCode);
  const diagnosis: Diagnosis = {
    code: isOutage ? "connection.entra-unavailable" : "connection.token-refused",
    command: `az login --service-principal --tenant {tenant} --username {app}`,
  };
  const cause = `Entra ID gave no token and answered ${azureCode}.`;
  return { state: "failed", ...toFinding(test, diagnosis, {}, { azureCode, cause }) };
}

/** Why there is nothing to get a token with. */
export function explainUnavailable(test: ConnectionTest, error: AzureError): ConnectionOutcome {
  const commands: Readonly<Record<ConnectionTest["identity"]["kind"], string>> = {
    "azure-cli": "az login --tenant {tenant}",
    "managed-identity":
      'curl --header Metadata:true "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/"',
    "workload-identity": "kubectl describe serviceaccount",
    "client-certificate": "openssl x509 -noout -dates -in certificate.pem",
    "client-secret": "az ad app credential list --id {app}",
  };
  const diagnosis: Diagnosis = {
    code: "connection.credential-unavailable",
    command: commands[test.identity.kind],
  };
  return { state: "failed", ...toFinding(test, diagnosis, {}, { cause: error.message }) };
}

/** Why a host gave no answer at all. Errors that are none of the network's are thrown on. */
export function explainUnreachable(test: ConnectionTest, error: unknown, url: string): ConnectionOutcome {
  if (!(error instanceof HttpError) || error.code === "http.cancelled") {
    throw error;
  }
  const { host } = new URL(url);
  const diagnosis: Diagnosis = { code: "connection.unreachable", command: `curl --verbose https://${host}/` };
  const cause = `${host} could not be reached from here: ${error.message}`;
  return { state: "failed", ...toFinding(test, diagnosis, {}, { cause, azureCode: error.code }) };
}

/** What Resource Manager's refusal means for the connection. */
export function explainArm(test: ConnectionTest, known: Known, failure: AzureError): ConnectionOutcome {
  if (failure.code === "azure.unreachable" && failure.cause instanceof HttpError) {
    return explainUnreachable(test, failure.cause, test.cloud.resourceManager);
  }
  const azureCode = String(failure.details["azureCode"] ?? failure.code);
  const requestId = failure.details["requestId"];
  const said = { azureCode, ...(typeof requestId === "string" ? { requestId } : {}) };
  const diagnosis = armDiagnoses[azureCode] ?? outcomeDiagnoses[failure.code];
  if (diagnosis === undefined) {
    const command = "az rest --method get --url /subscriptions/{subscription}?api-version=2022-12-01";
    const whole = toFinding(test, { code: "connection.azure-refused", command }, known, {
      ...said,
      cause: failure.message,
    });
    return { state: "failed", ...whole };
  }
  const homeTenant = failure.details["homeTenant"];
  const cause =
    typeof homeTenant === "string" && diagnosis.code === "connection.subscription-in-other-tenant"
      ? { cause: `The subscription belongs to the tenant ${homeTenant}.` }
      : {};
  return { state: "failed", ...toFinding(test, diagnosis, known, { ...said, ...cause }) };
}
