/**
 * The connection test: from the ids' form to the roles on each subscription, each rung with what was proven or the exact
 * command that mends it. Higher rungs wait for the lower ones and say so.
 */
import { z } from "zod";
import { createArmClient } from "../arm.ts";
import { isGuid, tokenScopes } from "../cloud.ts";
import { createTokenGiver, type TokenGiver } from "../identity.ts";
import {
  type ConnectionCheck,
  type ConnectionOutcome,
  type ConnectionRung,
  type ConnectionTest,
  connectionRungs,
} from "./check.ts";
import { checkResources, checkRoles, checkSubscription, type SubscriptionTarget } from "./subscription-checks.ts";
import { checkId, checkTenant, checkToken } from "./tenant-checks.ts";

/**
 * Runs the test, yielding every check as it is known. What Azure says becomes a check and is never thrown; thrown are
 * HttpError `http.cancelled` and faults of our own.
 */
export async function* testConnection(test: ConnectionTest): AsyncGenerator<ConnectionCheck> {
  const tenant = yield* climb(test, "ids", test.tenantId, () => checkId(test, "tenant", test.tenantId));
  const wrongIds = new Set<string>();
  for (const id of test.subscriptionIds) {
    const isRight = yield* climb(test, "ids", id, () => checkId(test, "subscription", id));
    if (!isRight) {
      wrongIds.add(id);
    }
  }
  if (!tenant) {
    yield* skipFrom(test, "tenant", "ids");
    return;
  }
  if (!(yield* climb(test, "tenant", test.tenantId, () => checkTenant(test)))) {
    yield* skipFrom(test, "token", "tenant");
    return;
  }
  const tokens = createTokenGiver(test);
  if (!(yield* climb(test, "token", test.tenantId, () => checkToken(test, tokens)))) {
    yield* skipFrom(test, "subscription", "token");
    return;
  }
  const arm = createArmClient({ http: test.http, tokens, cloud: test.cloud, clock: test.clock });
  const principal = await readPrincipal(test, tokens);
  for (const subscriptionId of test.subscriptionIds) {
    if (wrongIds.has(subscriptionId)) {
      yield* skipSubscription(subscriptionId, "subscription", "ids");
    } else {
      yield* climbSubscription(test, { arm, subscriptionId, ...(principal === undefined ? {} : { principal }) });
    }
  }
}

async function* climbSubscription(test: ConnectionTest, target: SubscriptionTarget): AsyncGenerator<ConnectionCheck> {
  const { subscriptionId } = target;
  if (!(yield* climb(test, "subscription", subscriptionId, () => checkSubscription(test, target)))) {
    yield* skipSubscription(subscriptionId, "resources", "subscription");
    return;
  }
  yield* climb(test, "resources", subscriptionId, () => checkResources(test, target));
  yield* climb(test, "roles", subscriptionId, () => checkRoles(test, target));
}

/** Runs one check, yields it and answers whether to go on: amber holds the weight. */
async function* climb(
  test: ConnectionTest,
  rung: ConnectionRung,
  subject: string,
  check: () => ConnectionOutcome | Promise<ConnectionOutcome>,
): AsyncGenerator<ConnectionCheck, boolean> {
  const startedMs = test.clock.elapsedMs();
  const outcome = await check();
  yield { rung, subject, durationMs: Math.round(test.clock.elapsedMs() - startedMs), ...outcome };
  return outcome.state !== "failed";
}

function* skipFrom(test: ConnectionTest, rung: ConnectionRung, after: ConnectionRung): Generator<ConnectionCheck> {
  const skipped = { state: "skipped", after, durationMs: 0 } as const;
  for (const each of connectionRungs.slice(connectionRungs.indexOf(rung))) {
    if (each === "tenant" || each === "token") {
      yield { rung: each, subject: test.tenantId, ...skipped };
    }
  }
  const first = rung === "tenant" || rung === "token" ? "subscription" : rung;
  for (const subscriptionId of test.subscriptionIds) {
    yield* skipSubscription(subscriptionId, first, after);
  }
}

function* skipSubscription(
  subscriptionId: string,
  rung: ConnectionRung,
  after: ConnectionRung,
): Generator<ConnectionCheck> {
  for (const each of connectionRungs.slice(connectionRungs.indexOf(rung))) {
    yield { rung: each, subject: subscriptionId, state: "skipped", after, durationMs: 0 };
  }
}

const claimsSchema = z.object({ oid: z.string() });

/** The object id in our own token: what role assignments name. The token is only looked at, not trusted. */
async function readPrincipal(test: ConnectionTest, tokens: TokenGiver): Promise<string | undefined> {
  const { token } = await tokens.tokenFor(tokenScopes.resourceManager(test.cloud), test.signal);
  const payload = token.reveal().split(".")[1] ?? "";
  try {
    const claims = claimsSchema.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
    return claims.success && isGuid(claims.data.oid) ? claims.data.oid : undefined;
  } catch {
    // Not a JSON web token: commands then name the object id by a placeholder.
    return undefined;
  }
}
