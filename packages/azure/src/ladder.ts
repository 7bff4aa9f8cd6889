/**
 * The connection test: from the tenant's existence to reading each subscription, each rung with what was proven or the
 * exact command that mends it. Later rungs wait for the earlier ones and say so. Source: MISSION C5.
 */
import type { Clock, HttpClient } from "@sightline/platform";
import { z } from "zod";
import { type ArmClient, createArmClient } from "./arm.ts";
import { AzureError } from "./azure-error.ts";
import { type AzureCloud, isGuid, tokenScopes } from "./cloud.ts";
import { explainArm, explainToken, explainUnreachable } from "./explain.ts";
import { type AppIdentity, createTokenGiver, type TokenGiver } from "./identity.ts";

/** Rungs, lowest first. */
export const connectionRungs = ["ids", "tenant", "token", "subscription", "resources"] as const;

/** One of {@link connectionRungs}. */
export type ConnectionRung = (typeof connectionRungs)[number];

/** One line of the checklist. */
export interface ConnectionCheck {
  readonly rung: ConnectionRung;
  /** Tenant or subscription it is about. */
  readonly subject: string;
  readonly outcome: ConnectionOutcome;
  readonly durationMs: number;
}

/** What a rung showed. `command` is ready to paste. */
export type ConnectionOutcome =
  | { readonly state: "passed"; readonly detail: string }
  | {
      readonly state: "failed";
      /** Stable diagnosis code, `connection.*`. */
      readonly code: string;
      readonly cause: string;
      /** Azure's own code, verbatim. */
      readonly azureCode: string;
      readonly command: string;
      readonly requestId?: string;
    }
  | { readonly state: "skipped"; readonly after: string };

/** What is tested. */
export interface ConnectionTest {
  readonly tenantId: string;
  readonly subscriptionIds: readonly string[];
  readonly identity: AppIdentity;
  readonly cloud: AzureCloud;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

const answerBytesMax = 1024 * 1024;

/** Runs the test, yielding every check as it is known. Never throws for what Azure says. */
export async function* testConnection(test: ConnectionTest): AsyncGenerator<ConnectionCheck> {
  const wrong = checkIds(test);
  yield* wrong.map((outcome) => ({ ...outcome, durationMs: 0 }));
  if (wrong.some(({ outcome }) => outcome.state === "failed")) {
    yield* skipFrom(test, "tenant", "the ids");
    return;
  }
  const tenant = await timed(test, "tenant", test.tenantId, () => checkTenant(test));
  yield tenant;
  if (tenant.outcome.state !== "passed") {
    yield* skipFrom(test, "token", "the tenant");
    return;
  }
  const tokens = createTokenGiver(test);
  const token = await timed(test, "token", test.tenantId, () => checkToken(test, tokens));
  yield token;
  if (token.outcome.state !== "passed") {
    yield* skipFrom(test, "subscription", "the token");
    return;
  }
  const arm = createArmClient({ http: test.http, tokens, cloud: test.cloud, clock: test.clock });
  const principal = await readPrincipal(test, tokens);
  for (const subscriptionId of test.subscriptionIds) {
    yield* checkSubscription(test, { arm, subscriptionId, principal });
  }
}

async function timed(
  test: ConnectionTest,
  rung: ConnectionRung,
  subject: string,
  check: () => Promise<ConnectionOutcome>,
): Promise<ConnectionCheck> {
  const started = test.clock.elapsedMs();
  const outcome = await check();
  return { rung, subject, outcome, durationMs: Math.round(test.clock.elapsedMs() - started) };
}

function checkIds(test: ConnectionTest): Omit<ConnectionCheck, "durationMs">[] {
  const invalid = (subject: string, what: "tenant" | "subscription"): ConnectionOutcome => ({
    state: "failed",
    code: `connection.${what}-id-invalid`,
    cause: `${subject === "" ? "An empty text" : `"${subject}"`} is not a GUID.`,
    azureCode: "none",
    command: what === "tenant" ? "az account show --query tenantId --output tsv" : "az account list --output table",
  });
  const passed: ConnectionOutcome = { state: "passed", detail: "has the form of an id" };
  return [
    { rung: "ids", subject: test.tenantId, outcome: isGuid(test.tenantId) ? passed : invalid(test.tenantId, "tenant") },
    ...test.subscriptionIds.map((id) => ({
      rung: "ids" as const,
      subject: id,
      outcome: isGuid(id) ? passed : invalid(id, "subscription"),
    })),
  ];
}

function* skipFrom(
  test: ConnectionTest,
  rung: "tenant" | "token" | "subscription",
  after: string,
): Generator<ConnectionCheck> {
  const outcome: ConnectionOutcome = { state: "skipped", after };
  const rungs = connectionRungs.slice(connectionRungs.indexOf(rung));
  for (const each of rungs) {
    const subjects = each === "subscription" || each === "resources" ? test.subscriptionIds : [test.tenantId];
    yield* subjects.map((subject) => ({ rung: each, subject, outcome, durationMs: 0 }));
  }
}

/** Reads the tenant's public description: says whether it exists, needs no credential. */
async function checkTenant(test: ConnectionTest): Promise<ConnectionOutcome> {
  const url = `${test.cloud.login}/${encodeURIComponent(test.tenantId)}/v2.0/.well-known/openid-configuration`;
  try {
    const response = await test.http.request({ method: "GET", url, towards: "cloud", purpose: "tenant-description" });
    const body = await response.readJson(answerBytesMax);
    if (response.status === 200) {
      return { state: "passed", detail: "the tenant exists in this cloud" };
    }
    return explainToken(test, entraCodesOf(body)[0] ?? `HTTP ${response.status}`);
  } catch (error) {
    return explainUnreachable(error, url);
  }
}

const entraError = z.object({ error: z.string().optional(), error_codes: z.array(z.number()).optional() });

/** Entra's numeric codes as `AADSTS…`. */
function entraCodesOf(body: unknown): string[] {
  const parsed = entraError.safeParse(body);
  return parsed.success ? (parsed.data.error_codes ?? []).map((code) => `AADSTS${code}`) : [];
}

async function checkToken(test: ConnectionTest, tokens: TokenGiver): Promise<ConnectionOutcome> {
  const direct = await refusedDirectly(test);
  if (direct !== undefined) {
    return direct;
  }
  try {
    await tokens.tokenFor(tokenScopes.resourceManager(test.cloud));
    return { state: "passed", detail: "a token for Azure Resource Manager was issued" };
  } catch (error) {
    if (error instanceof AzureError) {
      return explainToken(test, String(error.details["azureCode"] ?? "no code"));
    }
    throw error;
  }
}

/** Asks Entra itself for a token, because the library's errors lose the list of codes. Answers only refusals. */
async function refusedDirectly(test: ConnectionTest): Promise<ConnectionOutcome | undefined> {
  const { identity } = test;
  if (identity.kind !== "client-secret") {
    return undefined;
  }
  const url = `${test.cloud.login}/${test.tenantId}/oauth2/v2.0/token`;
  const body = new URLSearchParams({
    client_id: identity.clientId,
    client_secret: identity.secret.reveal(),
    grant_type: "client_credentials",
    scope: tokenScopes.resourceManager(test.cloud),
  });
  try {
    const response = await test.http.request({
      method: "POST",
      url,
      towards: "cloud",
      purpose: "token-diagnosis",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: body.toString(),
    });
    const answer = await response.readJson(answerBytesMax).catch(() => undefined);
    return response.status === 200
      ? undefined
      : explainToken(test, entraCodesOf(answer)[0] ?? `HTTP ${response.status}`);
  } catch (error) {
    return explainUnreachable(error, url);
  }
}

/** The object id in our own token: what role assignments name. The token is only looked at, not trusted. */
async function readPrincipal(test: ConnectionTest, tokens: TokenGiver): Promise<string | undefined> {
  const { token } = await tokens.tokenFor(tokenScopes.resourceManager(test.cloud));
  const payload = token.reveal().split(".")[1] ?? "";
  try {
    const claims = z
      .object({ oid: z.string() })
      .safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
    return claims.success && isGuid(claims.data.oid) ? claims.data.oid : undefined;
  } catch {
    // Not a JWT: the command then names the object id by a placeholder.
    return undefined;
  }
}

interface SubscriptionTest {
  readonly arm: ArmClient;
  readonly subscriptionId: string;
  readonly principal: string | undefined;
}

const subscriptionSchema = z.object({ displayName: z.string().optional(), state: z.string().optional() });

async function* checkSubscription(test: ConnectionTest, target: SubscriptionTest): AsyncGenerator<ConnectionCheck> {
  const { arm, subscriptionId } = target;
  const readable = await timed(test, "subscription", subscriptionId, async () => {
    const answer = await arm.get(`/subscriptions/${subscriptionId}`, "2022-12-01", test.signal);
    if (!answer.ok) {
      return explainArm(test, target, answer.failure);
    }
    const subscription = subscriptionSchema.safeParse(answer.value);
    const name = subscription.data?.displayName ?? subscriptionId;
    return { state: "passed", detail: `${name} is readable and ${subscription.data?.state ?? "of unknown state"}` };
  });
  yield readable;
  if (readable.outcome.state !== "passed") {
    yield {
      rung: "resources",
      subject: subscriptionId,
      outcome: { state: "skipped", after: "the subscription" },
      durationMs: 0,
    };
    return;
  }
  yield await timed(test, "resources", subscriptionId, async () => {
    const query = "resources | summarize count() by type";
    const counted = await arm.query(query, [subscriptionId], test.signal);
    if (counted.failure !== undefined) {
      return explainArm(test, target, counted.failure);
    }
    return { state: "passed", detail: `Resource Graph answers: ${counted.items.length} resource types` };
  });
}
