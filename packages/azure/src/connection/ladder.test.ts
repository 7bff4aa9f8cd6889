import { Secret } from "@sightline/platform";
import { describe, expect, it } from "vitest";
import {
  type Answerer,
  accessToken,
  clientId,
  createFixtureClock,
  createFixtureHttp,
  type FixtureAnswer,
  principalId,
  subscriptionId,
  tenantId,
  toEntraRefusal,
  toTenantDescription,
} from "../answers.fixture.ts";
import { azureClouds } from "../cloud.ts";
import { azureErrorCodes } from "../error-codes.data.ts";
import { azureRoles } from "../roles.ts";
import type { ConnectionCheck, ConnectionTest } from "./check.ts";
import { aadstsDiagnoses, armDiagnoses, outcomeDiagnoses, stateDiagnoses } from "./diagnosis.data.ts";
import { testConnection } from "./ladder.ts";

interface Answers {
  readonly tenant?: FixtureAnswer | "unreachable";
  readonly token?: FixtureAnswer | "unreachable";
  readonly subscription?: FixtureAnswer | "unreachable";
  readonly graph?: FixtureAnswer;
  readonly roles?: FixtureAnswer;
}

function toAssignment(role: { readonly id: string }, scope: string, principal = principalId): unknown {
  return {
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/r1`,
    properties: {
      roleDefinitionId: `/subscriptions/s/providers/x/roleDefinitions/${role.id}`,
      scope,
      principalId: principal,
    },
  };
}

const whole = `/subscriptions/${subscriptionId}`;

function toAnswerer(answers: Answers): Answerer {
  return (request, url) => {
    if (url.host === "login.microsoftonline.com") {
      return url.pathname.endsWith("/token")
        ? (answers.token ?? { body: { token_type: "Bearer", expires_in: 3600, access_token: accessToken } })
        : (answers.tenant ?? { body: toTenantDescription() });
    }
    if (request.method === "POST") {
      return answers.graph ?? { body: { data: [{ type: "a" }, { type: "b" }], totalRecords: 2 } };
    }
    return url.pathname.endsWith("/roleAssignments")
      ? (answers.roles ?? { body: { value: [toAssignment(azureRoles.reader, whole)] } })
      : (answers.subscription ?? { body: { displayName: "Shop", state: "Enabled" } });
  };
}

async function run(answers: Answers, more: Partial<ConnectionTest> = {}): Promise<readonly ConnectionCheck[]> {
  const checks: ConnectionCheck[] = [];
  const test: ConnectionTest = {
    tenantId,
    subscriptionIds: [subscriptionId],
    identity: { kind: "client-secret", clientId, secret: new Secret("hunter2") },
    cloud: azureClouds.public,
    http: createFixtureHttp(toAnswerer(answers)),
    clock: createFixtureClock(),
    ...more,
  };
  for await (const check of testConnection(test)) {
    checks.push(check);
  }
  expect(JSON.stringify(checks)).not.toContain("hunter2");
  return checks;
}

function toStates(checks: readonly ConnectionCheck[]): readonly string[] {
  return checks.map(({ rung, state }) => `${rung} ${state}`);
}

function findCheck(checks: readonly ConnectionCheck[], rung: string): unknown {
  return checks.find((check) => check.rung === rung);
}

describe("the connection test", () => {
  it("passes every rung of a sound connection", async () => {
    expect(toStates(await run({}))).toEqual([
      "ids passed",
      "ids passed",
      "tenant passed",
      "token passed",
      "subscription passed",
      "resources passed",
      "roles passed",
    ]);
  });

  it("asks nobody about ids that are none", async () => {
    const http = createFixtureHttp(toAnswerer({}));
    const checks = await run({}, { tenantId: "contoso", http });
    expect(findCheck(checks, "ids")).toMatchObject({ state: "failed", code: "connection.tenant-id-invalid" });
    expect(toStates(checks).slice(2)).toEqual([
      "tenant skipped",
      "token skipped",
      "subscription skipped",
      "resources skipped",
      "roles skipped",
    ]);
    expect(http.seen).toEqual([]);
  });

  it("tests the other subscriptions when one id is wrong", async () => {
    const checks = await run({}, { subscriptionIds: ["x", subscriptionId] });
    expect(checks.filter(({ subject }) => subject === "x").map(({ state }) => state)).toEqual([
      "failed",
      "skipped",
      "skipped",
      "skipped",
    ]);
    expect(checks.at(-1)).toMatchObject({ subject: subscriptionId, rung: "roles", state: "passed" });
  });

  it("tells a tenant that does not exist", async () => {
    const checks = await run({ tenant: toEntraRefusal(90002, 400) });
    expect(findCheck(checks, "tenant")).toMatchObject({
      state: "failed",
      code: "connection.tenant-not-found",
      azureCode: "AADSTS90002",
    });
    expect(findCheck(checks, "token")).toMatchObject({ state: "skipped", after: "tenant" });
  });

  it("tells a tenant of another cloud", async () => {
    const checks = await run({ tenant: { body: toTenantDescription("microsoftonline.us") } });
    expect(findCheck(checks, "tenant")).toMatchObject({ state: "failed", code: "connection.wrong-cloud" });
  });

  it("tells a host that is out of reach, on each rung", async () => {
    const unreachable = { state: "failed", code: "connection.unreachable", azureCode: "http.timeout" };
    expect(findCheck(await run({ tenant: "unreachable" }), "tenant")).toMatchObject(unreachable);
    expect(findCheck(await run({ token: "unreachable" }), "token")).toMatchObject(unreachable);
    expect(findCheck(await run({ subscription: "unreachable" }), "subscription")).toMatchObject(unreachable);
  });

  it.each(Object.entries(aadstsDiagnoses))("tells %s by its code", async (azureCode, { code }) => {
    const checks = await run({ token: toEntraRefusal(Number(azureCode.slice("AADSTS".length))) });
    const check = findCheck(checks, "token");
    expect(check).toMatchObject({ state: "failed", code, azureCode });
    expect(check).toHaveProperty("command", expect.not.stringMatching(/[{}]/));
  });

  it("shows a code it does not know whole", async () => {
    const checks = await run({ token: toEntraRefusal(999_999) });
    expect(findCheck(checks, "token")).toMatchObject({
      code: "connection.token-refused",
      azureCode: "AADSTS999999",
      cause: expect.stringContaining("AADSTS999999"),
    });
  });

  it.each(Object.entries(armDiagnoses))("tells Resource Manager's %s by its code", async (azureCode, { code }) => {
    const status = azureCode.startsWith("Authorization") ? 403 : 400;
    const checks = await run({
      subscription: { status, body: { error: { code: azureCode } }, headers: { "x-ms-correlation-request-id": "c1" } },
    });
    const check = findCheck(checks, "subscription");
    expect(check).toMatchObject({ state: "failed", code, azureCode, requestId: "c1" });
    expect(check).toHaveProperty("command", expect.not.stringMatching(/[{}]/));
    expect(findCheck(checks, "resources")).toMatchObject({ state: "skipped", after: "subscription" });
  });

  it("names the object id of the principal in the command that grants Reader", async () => {
    const checks = await run({ subscription: { status: 403, body: { error: { code: "AuthorizationFailed" } } } });
    expect(findCheck(checks, "subscription")).toMatchObject({
      command: `az role assignment create --assignee-object-id ${principalId} --assignee-principal-type ServicePrincipal --role ${azureRoles.reader.id} --scope /subscriptions/${subscriptionId}`,
    });
  });

  it.each([
    ["Warned", "amber", "connection.subscription-warned"],
    ["PastDue", "amber", "connection.subscription-warned"],
    ["Disabled", "amber", "connection.subscription-disabled"],
    ["Deleted", "failed", "connection.subscription-deleted"],
  ])("calls a subscription that is %s %s", async (state, expected, code) => {
    const checks = await run({ subscription: { body: { displayName: "Shop", state } } });
    expect(findCheck(checks, "subscription")).toMatchObject({ state: expected, code, azureCode: state });
  });

  it("doubts a subscription in which nothing is seen", async () => {
    const checks = await run({ graph: { body: { data: [], totalRecords: 0 } } });
    expect(findCheck(checks, "resources")).toMatchObject({ state: "amber", code: "connection.partial-scope" });
  });

  it("tells a subscription of which only a part is readable", async () => {
    const group = `${whole}/resourceGroups/rg`;
    const byScope = await run({ roles: { body: { value: [toAssignment(azureRoles.reader, group)] } } });
    expect(findCheck(byScope, "roles")).toMatchObject({
      state: "amber",
      code: "connection.partial-scope",
      cause: expect.stringContaining(group),
    });
    const denied = await run({ roles: { status: 403, body: { error: { code: "AuthorizationFailed" } } } });
    expect(findCheck(denied, "roles")).toMatchObject({ state: "amber", code: "connection.partial-scope" });
  });

  it("passes Reader given higher up", async () => {
    const above = "/providers/Microsoft.Management/managementGroups/root";
    const checks = await run({ roles: { body: { value: [toAssignment(azureRoles.reader, above)] } } });
    expect(findCheck(checks, "roles")).toMatchObject({ state: "passed" });
  });

  it.each([azureRoles.owner, azureRoles.contributor, azureRoles.userAccessAdministrator])(
    "asks to take $name away",
    async (role) => {
      const checks = await run({ roles: { body: { value: [toAssignment(role, whole)] } } });
      expect(findCheck(checks, "roles")).toMatchObject({
        state: "amber",
        code: "connection.more-than-read",
        cause: expect.stringContaining(role.name),
        command: `az role assignment delete --ids ${whole}/providers/Microsoft.Authorization/roleAssignments/r1`,
      });
    },
  );

  it("asks to leave the group through which a writing role comes", async () => {
    const group = "77777777-7777-4777-8777-777777777777";
    const checks = await run({ roles: { body: { value: [toAssignment(azureRoles.owner, whole, group)] } } });
    expect(findCheck(checks, "roles")).toMatchObject({
      command: `az ad group member remove --group ${group} --member-id ${principalId}`,
    });
  });

  it("ends when nobody waits for it any more", async () => {
    await expect(run({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "http.cancelled" });
  });
});

describe("the diagnoses", () => {
  it("all have an entry in the table of codes", () => {
    const all = [aadstsDiagnoses, armDiagnoses, outcomeDiagnoses, stateDiagnoses].flatMap((table) =>
      Object.values(table),
    );
    expect(all.filter(({ code }) => !(code in azureErrorCodes))).toEqual([]);
  });
});
