import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CallOptions, ids, openSimulation, pluck, type Simulation } from "../testing/simulation.ts";

let simulation: Simulation;
let bearer: string;
beforeAll(async () => {
  simulation = await openSimulation();
  bearer = await simulation.tokenFor("https://graph.microsoft.com", "owner");
});
afterAll(() => simulation.close());

function ask(path: string, options: CallOptions = {}) {
  return simulation.call("graph.microsoft.com", `/v1.0/${path}`, { bearer, ...options });
}

describe("service principals", () => {
  it.each([
    ["by application id", `appId eq '${ids.readerApp}'`],
    ["by name of the principal", `servicePrincipalNames/any(c:c eq '${ids.readerApp}')`],
    ["by start of the display name", "startswith(displayName,'Read')"],
  ])("are found %s", async (_case, filter) => {
    const { json } = await ask(`servicePrincipals?$filter=${encodeURIComponent(filter)}`);
    expect(pluck(json.value, "id")).toEqual([ids.reader]);
    expect(json.value[0]["@odata.type"]).toBe("#microsoft.graph.servicePrincipal");
  });

  it("are 404 when absent, whichever id is given", async () => {
    for (const id of [ids.absentApp, "nonsense"]) {
      const answer = await ask(`servicePrincipals/${id}`);
      expect([answer.status, answer.json.error.code]).toEqual([404, "Request_ResourceNotFound"]);
    }
    expect((await ask(`servicePrincipals(appId='${ids.readerApp}')`)).json.id).toBe(ids.reader);
  });

  it("are made once, then 409, and removed", async () => {
    const made = await ask("servicePrincipals", { body: { appId: ids.absentApp } });
    expect(made.status).toBe(201);
    const again = await ask("servicePrincipals", { body: { appId: ids.absentApp } });
    expect([again.status, again.json.error.code]).toEqual([409, "Request_MultipleObjectsWithSameKeyValue"]);
    expect(again.json.error.message).toContain("already in use");
    expect((await ask(`servicePrincipals/${made.json.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await ask(`servicePrincipals/${made.json.id}`)).status).toBe(404);
  });

  it("are hidden from applications without permission", async () => {
    const reader = await simulation.tokenFor("https://graph.microsoft.com");
    const answer = await ask("servicePrincipals", { bearer: reader });
    expect([answer.status, answer.json.error.code]).toEqual([403, "Authorization_RequestDenied"]);
    expect((await ask("servicePrincipals", { bearer: "x" })).status).toBe(401);
  });

  it("come in pages", async () => {
    const { json } = await ask("servicePrincipals?$top=1");
    expect(json.value).toHaveLength(1);
    const next = new URL(String(json["@odata.nextLink"]));
    const second = await simulation.call("graph.microsoft.com", next.pathname + next.search, { bearer });
    expect(second.json.value).toHaveLength(1);
    expect(second.json["@odata.nextLink"]).toBeUndefined();
  });
});

describe("directory objects", () => {
  it("are named for ids that are known and left out for the others", async () => {
    const person = "30000000-0000-4000-8000-00000000000a";
    const body = { ids: [ids.reader, person, ids.absentApp], types: ["user", "servicePrincipal"] };
    const { json } = await ask("directoryObjects/getByIds", { body });
    expect(pluck(json.value, "id")).toEqual([ids.reader, person]);
    expect([json.value[0]["@odata.type"], json.value[1]["@odata.type"]]).toEqual([
      "#microsoft.graph.servicePrincipal",
      "#microsoft.graph.user",
    ]);
  });
});

describe("applications", () => {
  it("are found by application id in their own tenant", async () => {
    const filter = encodeURIComponent(`appId eq '${ids.readerApp}'`);
    expect(pluck((await ask(`applications?$filter=${filter}`)).json.value, "signInAudience")).toEqual([
      "AzureADMultipleOrgs",
    ]);
    expect((await ask(`applications/${ids.readerApp}`)).status).toBe(404);
  });
});
