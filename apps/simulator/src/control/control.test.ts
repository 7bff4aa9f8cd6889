import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ids, login, management, openSimulation, pluck, type Simulation } from "../testing/simulation.ts";

let simulation: Simulation;
let bearer: string;
beforeAll(async () => {
  simulation = await openSimulation();
  bearer = await simulation.tokenFor("https://management.azure.com");
});
afterAll(() => simulation.close());
beforeEach(async () => {
  await simulation.control("DELETE", "faults");
  await simulation.control("DELETE", "journal");
});

const path = "/subscriptions?api-version=2022-12-01";
const ask = () => simulation.call(management, path, { bearer });

async function addFault(fault: unknown): Promise<void> {
  expect((await simulation.control("POST", "faults", fault)).status).toBe(201);
}

describe("the journal", () => {
  it("says what was asked and how it was answered, and keeps no secret", async () => {
    const secret = simulation.azure.credentials[0]?.secrets[0] ?? "";
    await ask();
    await simulation.tokenFor("https://management.azure.com");
    const { json, text } = await simulation.control("GET", "journal");
    expect(json.entries[0]).toMatchObject({
      method: "GET",
      host: management,
      path: "/subscriptions",
      query: "api-version=2022-12-01",
      authorization: "bearer",
      status: 200,
    });
    expect(json.entries[1]).toMatchObject({
      method: "POST",
      host: login,
      bodySha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(text).not.toContain(secret);
    expect(text).not.toContain(bearer);
  });

  it("can be read from where one left off, and cleared", async () => {
    await ask();
    const first = (await simulation.control("GET", "journal")).json.entries;
    await ask();
    const { json } = await simulation.control("GET", `journal?since=${first[0].sequence}`);
    expect(json.entries).toHaveLength(1);
    await simulation.control("DELETE", "journal");
    expect((await simulation.control("GET", "journal")).json.entries).toEqual([]);
  });
});

describe("faults", () => {
  it("answer instead of the API, as often as they say, and are named in the journal", async () => {
    await addFault({
      name: "throttled",
      match: { host: management, path: "/subscriptions" },
      after: 1,
      count: 2,
      effect: { status: 429, headers: { "retry-after": "7" }, body: { error: { code: "TooManyRequests" } } },
    });
    const answers = [await ask(), await ask(), await ask(), await ask()];
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 429, 200]);
    expect(answers[1]?.headers["retry-after"]).toBe("7");
    const { json } = await simulation.control("GET", "journal");
    expect(pluck(json.entries, "fault")).toEqual([undefined, "throttled", "throttled", undefined]);
  });

  it("touch only what they match, by host, method, path and query", async () => {
    await addFault({ match: { host: "*.azurecr.io" }, effect: { status: 500 } });
    await addFault({ match: { method: "DELETE" }, effect: { status: 500 } });
    await addFault({ match: { path: "/subscriptions/*" }, effect: { status: 500 } });
    await addFault({ match: { query: "*2099*" }, effect: { status: 500 } });
    expect((await ask()).status).toBe(200);
    expect((await simulation.call("classic.azurecr.io", "/v2/")).status).toBe(500);
    expect((await simulation.call(management, `/subscriptions/${ids.one}?api-version=1`, { bearer })).status).toBe(500);
    expect((await simulation.call(management, "/tenants?api-version=2099", { bearer })).status).toBe(500);
  });

  it("close connections, cut bodies off and send garbage", async () => {
    await addFault({ count: 1, effect: { reset: true } });
    await expect(ask()).rejects.toThrow("socket hang up");
    await simulation.control("DELETE", "faults");
    await addFault({ count: 1, effect: { truncateBytes: 10 } });
    await expect(ask()).rejects.toThrow("aborted");
    await simulation.control("DELETE", "faults");
    await addFault({ effect: { garbage: true } });
    const answer = await ask();
    expect([answer.status, answer.json]).toEqual([200, undefined]);
  });

  it("make lists endless", async () => {
    await addFault({ match: { host: management }, effect: { endlessPaging: true } });
    const { json } = await ask();
    expect(json.nextLink).toContain(`https://${management}/subscriptions?`);
    await addFault({ match: { host: ids.clusterHost }, effect: { endlessPaging: true } });
    const token = await simulation.tokenFor("6dae42f8-4368-4678-94ff-3960e28e3630");
    const pods = await simulation.call(ids.clusterHost, "/api/v1/pods", { bearer: token });
    expect(pods.json.metadata.continue).toBe("again");
  });

  it("delay, and still let the API answer", async () => {
    await addFault({ effect: { delayMs: 40 } });
    const before = performance.now();
    expect((await ask()).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThanOrEqual(35);
  });

  it("are refused when they name no effect or an unknown part", async () => {
    expect((await simulation.control("POST", "faults", { effect: {} })).status).toBe(400);
    expect((await simulation.control("POST", "faults", { effekt: { status: 1 } })).status).toBe(400);
  });
});

describe("the proxy", () => {
  /** First line of the answer to a CONNECT. */
  function openTunnel(target: string): Promise<string> {
    const { port } = new URL(simulation.azure.proxy);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), "127.0.0.1", () =>
        socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: x\r\n\r\n`),
      );
      socket.once("data", (data) => {
        resolve(data.toString("utf8").split("\r\n")[0] ?? "");
        socket.destroy();
      });
      socket.once("error", reject);
    });
  }

  it("leads to the simulated names on port 443 and to nothing else", async () => {
    expect(await openTunnel(`${management}:443`)).toBe("HTTP/1.1 200 Connection Established");
    expect(await openTunnel("classic.azurecr.io:443")).toContain("200");
    expect(await openTunnel("unknown.azurecr.io:443")).toContain("403");
    expect(await openTunnel("example.com:443")).toContain("403");
    expect(await openTunnel(`${management}:80`)).toContain("403");
    expect(await openTunnel("127.0.0.1:443")).toContain("403");
    const { json } = await simulation.control("GET", "journal");
    expect(pluck(json.entries, "host")).toContain("example.com");
  });

  it("finds nobody behind a stopped or private cluster's name", async () => {
    const id = `/subscriptions/${ids.one}/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/cluster`;
    expect(await openTunnel(`${ids.clusterHost}:443`)).toContain("200");
    const stop = { id, patch: { properties: { powerState: { code: "Stopped" } } } };
    await simulation.control("PATCH", "resources", stop);
    expect(await openTunnel(`${ids.clusterHost}:443`)).toContain("502");
    const start = { id, patch: { properties: { powerState: { code: "Running" } } } };
    await simulation.control("PATCH", "resources", start);
  });
});

describe("the control port", () => {
  it("says what is wrong with a call it does not take", async () => {
    expect((await simulation.control("POST", "nothing")).status).toBe(404);
    const unknown = await simulation.control("POST", "role-assignments", {
      principalId: ids.reader,
      role: "None",
      scope: "/",
    });
    expect([unknown.status, unknown.json.error]).toEqual([400, "there is no role None"]);
    const wrong = await simulation.control("PATCH", "resources", { id: "/none", patch: {} });
    expect(wrong.status).toBe(400);
  });
});
