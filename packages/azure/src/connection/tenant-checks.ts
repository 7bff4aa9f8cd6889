/** Rungs below any subscription: the ids' form, the tenant, a token. */
import { z } from "zod";
import { AzureError } from "../azure-error.ts";
import { isGuid, tokenScopes } from "../cloud.ts";
import type { TokenGiver } from "../identity.ts";
import type { ConnectionOutcome, ConnectionTest } from "./check.ts";
import { explainToken, explainUnavailable, explainUnreachable, toFinding } from "./explain.ts";

const answerBytesMax = 1024 * 1024;

/** `cloud_instance_name` of each cloud's tenants. Source: learn.microsoft.com, "National clouds"; OpenID configuration of each. */
const instanceNames = {
  public: "microsoftonline.com",
  "us-government": "microsoftonline.us",
  china: "partner.microsoftonline.cn",
} as const;

const configurationSchema = z.object({ cloud_instance_name: z.string().optional() });
const entraErrorSchema = z.object({ error_codes: z.array(z.number()).optional() });

/** Whether the text is a GUID; nothing is asked of anybody. */
export function checkId(test: ConnectionTest, what: "tenant" | "subscription", id: string): ConnectionOutcome {
  if (isGuid(id)) {
    return { state: "passed", detail: "has the form of an id" };
  }
  const diagnosis =
    what === "tenant"
      ? { code: "connection.tenant-id-invalid" as const, command: "az account show --query tenantId --output tsv" }
      : { code: "connection.subscription-id-invalid" as const, command: "az account list --output table" };
  const cause = id === "" ? `The ${what} id is empty.` : `${JSON.stringify(id.slice(0, 60))} is no GUID.`;
  return { state: "failed", ...toFinding(test, diagnosis, {}, { cause }) };
}

/** Reads the tenant's public description: says whether it exists and in which cloud, needs no credential. */
export async function checkTenant(test: ConnectionTest): Promise<ConnectionOutcome> {
  const url = `${test.cloud.login}/${encodeURIComponent(test.tenantId)}/v2.0/.well-known/openid-configuration`;
  try {
    const response = await test.http.request({
      method: "GET",
      url,
      towards: "cloud",
      purpose: "tenant description",
      bufferBytesMax: answerBytesMax,
      ...(test.signal === undefined ? {} : { signal: test.signal }),
    });
    const body = await response.readJson(answerBytesMax).catch(() => undefined);
    if (response.status !== 200) {
      return explainToken(test, entraCodeOf(body) ?? `HTTP ${response.status}`);
    }
    const instance = configurationSchema.safeParse(body).data?.cloud_instance_name;
    if (instance !== undefined && instance !== instanceNames[test.cloud.id]) {
      const diagnosis = { code: "connection.wrong-cloud" as const, command: "az cloud list --output table" };
      const cause = `The tenant lives in the cloud ${instance.slice(0, 60)}, the connection names ${instanceNames[test.cloud.id]}.`;
      return { state: "failed", ...toFinding(test, diagnosis, {}, { cause }) };
    }
    return { state: "passed", detail: "the tenant exists in this cloud" };
  } catch (error) {
    return explainUnreachable(test, error, url);
  }
}

/** The first of Entra's numeric codes as `AADSTS…`. */
function entraCodeOf(body: unknown): string | undefined {
  const code = entraErrorSchema.safeParse(body).data?.error_codes?.[0];
  return code === undefined ? undefined : `AADSTS${code}`;
}

/** Whether a token for Resource Manager can be had. */
export async function checkToken(test: ConnectionTest, tokens: TokenGiver): Promise<ConnectionOutcome> {
  try {
    await tokens.tokenFor(tokenScopes.resourceManager(test.cloud), test.signal);
    return { state: "passed", detail: "a token for Azure Resource Manager was issued" };
  } catch (error) {
    if (!(error instanceof AzureError)) {
      throw error;
    }
    if (error.code === "azure.unreachable") {
      return explainUnreachable(test, error.cause, test.cloud.login);
    }
    if (error.code === "azure.credential-unavailable") {
      return explainUnavailable(test, error);
    }
    // The library's message may lose the code; asking Entra itself brings it back.
    const direct = error.details["azureCode"] === undefined ? await readRefusal(test) : undefined;
    return explainToken(test, direct ?? String(error.details["azureCode"] ?? "no code"));
  }
}

/** Entra's code for a token request of our own making. Only for secrets: the other kinds need the library's assertion. */
async function readRefusal(test: ConnectionTest): Promise<string | undefined> {
  const { identity } = test;
  if (identity.kind !== "client-secret") {
    return undefined;
  }
  const body = new URLSearchParams({
    client_id: identity.clientId,
    client_secret: identity.secret.reveal(),
    grant_type: "client_credentials",
    scope: tokenScopes.resourceManager(test.cloud),
  });
  const response = await test.http.request({
    method: "POST",
    url: `${test.cloud.login}/${test.tenantId}/oauth2/v2.0/token`,
    towards: "cloud",
    purpose: "token diagnosis",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: body.toString(),
    bufferBytesMax: answerBytesMax,
    ...(test.signal === undefined ? {} : { signal: test.signal }),
  });
  const answer = await response.readJson(answerBytesMax).catch(() => undefined);
  return entraCodeOf(answer) ?? `HTTP ${response.status}`;
}
