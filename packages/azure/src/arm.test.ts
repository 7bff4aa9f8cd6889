import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createHttpClient, createHttpJournal, type HttpClient, Secret } from "@sightline/platform";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFixtureClock, subscriptionId } from "./answers.fixture.ts";
import { type ArmClient, createArmClient } from "./arm.ts";
import { type AzureCloud, azureClouds, toReadGuardHosts } from "./cloud.ts";
import { listSubscriptions } from "./subscriptions.ts";

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let handler: Handler = () => undefined;
let arm: ArmClient;
let http: HttpClient;
let origin = "";
let clock: ReturnType<typeof createFixtureClock>;
let journal: ReturnType<typeof createHttpJournal>;
let close: () => Promise<void> = () => Promise.resolve();

beforeEach(async () => {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => handler(request, response, Buffer.concat(parts).toString()));
  });
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const cloud: AzureCloud = { ...azureClouds.public, login: origin, resourceManager: origin };
  clock = createFixtureClock();
  journal = createHttpJournal(1000);
  const random = { nextFraction: () => 0, nextUuid: () => "" };
  http = createHttpClient({ userAgent: "test", clock, random, journal, guard: toReadGuardHosts(cloud) });
  const tokens = { tokenFor: () => Promise.resolve({ token: new Secret("arm-token"), expiresAtMs: 0 }) };
  arm = createArmClient({ http, tokens, cloud, clock, pagesMax: 10 });
  close = async () => {
    for (const socket of sockets) {
      socket.destroy();
    }
    await http.close();
    await new Promise((resolve) => server.close(resolve));
  };
});

afterEach(() => close());

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "x-ms-correlation-request-id": "corr-1", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Network/virtualNetworks`;

describe("one resource", () => {
  it("is read with the token and the api-version, and its correlation id is kept", async () => {
    const seen: string[] = [];
    handler = (request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      answer(response, 200, { id: "/x" });
    };
    expect(await arm.get(path, "2024-05-01")).toEqual({ ok: true, value: { id: "/x" }, requestId: "corr-1" });
    expect(seen).toEqual([`GET ${path}?api-version=2024-05-01 Bearer arm-token`]);
    expect(JSON.stringify(journal.entries())).not.toContain("arm-token");
  });

  it.each([
    [401, "azure.unauthorized"],
    [403, "azure.forbidden"],
    [404, "azure.not-found"],
    [429, "azure.throttled"],
    [503, "azure.server-error"],
    [400, "azure.rejected"],
  ])("refused with %i is %s, with Azure's own code", async (status, code) => {
    handler = (_request, response) => answer(response, status, { error: { code: "ItsOwnCode", message: "why" } });
    expect(await arm.get(path, "1")).toMatchObject({
      ok: false,
      failure: { code, details: { status, azureCode: "ItsOwnCode", requestId: "corr-1" } },
    });
  });

  it.each<[string, unknown, string, string]>([
    ["App Service's older form", { Code: "NotFound", Message: "gone" }, "NotFound", "azure.rejected"],
    ["no form at all", "<html>", "HTTP 400", "azure.rejected"],
    [
      "Resource Graph's, where it stands in the details",
      { error: { code: "BadRequest", message: "…", details: [{ code: "InvalidQuery", message: "no" }] } },
      "InvalidQuery",
      "azure.rejected",
    ],
    [
      "Resource Graph's for subscriptions of which none may be read",
      { error: { code: "BadRequest", message: "…", details: [7, { code: "NoValidSubscriptionsInQueryRequest" }] } },
      "NoValidSubscriptionsInQueryRequest",
      "azure.forbidden",
    ],
    ["a plain one", { error: { code: "BadRequest", message: "no", details: [] } }, "BadRequest", "azure.rejected"],
  ])("is refused with the code that says something: %s", async (_form, body, azureCode, code) => {
    handler = (_request, response) => answer(response, 400, body);
    expect(await arm.get(path, "1")).toMatchObject({
      ok: false,
      failure: { code, details: { status: 400, azureCode } },
    });
  });

  it("is refused in no more words than fit a log line", async () => {
    handler = (_request, response) => answer(response, 400, { error: { code: "Long", message: "a".repeat(100_000) } });
    const refused = await arm.get(path, "1");
    expect(refused.ok ? 0 : refused.failure.message.length).toBeLessThan(1200);
  });

  it("of another tenant comes with the name of that tenant", async () => {
    handler = (_request, response) =>
      answer(
        response,
        401,
        { error: { code: "InvalidAuthenticationTokenTenant", message: "…" } },
        {
          "www-authenticate": `Bearer authorization_uri="https://login.windows.net/${subscriptionId}", error="invalid_token"`,
        },
      );
    expect(await arm.get(path, "1")).toMatchObject({ ok: false, failure: { details: { homeTenant: subscriptionId } } });
  });

  it.each(["<html>sign in</html>", ""])("answered with no JSON is invalid: %j", async (body) => {
    handler = (_request, response) => answer(response, 200, body);
    expect(await arm.get(path, "1")).toMatchObject({ ok: false, failure: { code: "azure.answer-invalid" } });
  });

  it("is asked for again after a 429 as late as Azure wants", async () => {
    let asked = 0;
    handler = (_request, response) => {
      asked += 1;
      answer(response, asked === 1 ? 429 : 200, {}, asked === 1 ? { "retry-after": "13" } : {});
    };
    expect(await arm.get(path, "1")).toMatchObject({ ok: true });
    expect(clock.slept).toEqual([13_000]);
  });

  it("is never asked for under a path that could become a host", async () => {
    await expect(arm.get("@evil.example/x", "1")).rejects.toThrow("no path");
    await expect(arm.get("x", "1")).rejects.toThrow("no path");
  });

  it("that nobody waits for any more is no gap but an end", async () => {
    handler = () => undefined;
    const controller = new AbortController();
    const reading = arm.get(path, "1", controller.signal);
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: "http.cancelled" });
  });
});

describe("a list", () => {
  it("is read to its last page", async () => {
    handler = (request, response) => {
      const page = Number(/skip=(\d)/.exec(request.url ?? "")?.[1] ?? 0);
      const nextLink = page === 2 ? {} : { nextLink: `${origin}${path}?api-version=1&$skip=${page + 1}` };
      answer(response, 200, { value: [page], ...nextLink });
    };
    expect(await arm.list(path, "1")).toEqual({ items: [0, 1, 2], pages: 3, requestId: "corr-1" });
  });

  it.each([
    ["another host", () => "https://evil.example/next"],
    ["another port", () => "http://127.0.0.1:1/next"],
    ["itself", () => `${origin}${path}?api-version=1`],
    ["nowhere", () => "::"],
  ])("that goes on at %s is given up with what came, and no token goes there", async (_where, toNext) => {
    handler = (_request, response) => answer(response, 200, { value: [1], nextLink: toNext() });
    expect(await arm.list(path, "1")).toMatchObject({
      items: [1],
      pages: 1,
      failure: { code: "azure.paging-refused" },
    });
    expect(journal.entries()).toHaveLength(1);
  });

  it("that never ends is cut off", async () => {
    let page = 0;
    handler = (_request, response) => {
      page += 1;
      answer(response, 200, { value: [page], nextLink: `${origin}${path}?p=${page}` });
    };
    expect(await arm.list(path, "1")).toMatchObject({ pages: 10, failure: { code: "azure.paging-refused" } });
  });

  it("keeps what came before a page was denied", async () => {
    handler = (request, response) =>
      request.url?.includes("p=2") === true
        ? answer(response, 403, { error: { code: "AuthorizationFailed" } })
        : answer(response, 200, { value: ["first"], nextLink: `${origin}${path}?p=2` });
    expect(await arm.list(path, "1")).toMatchObject({
      items: ["first"],
      pages: 1,
      failure: { code: "azure.forbidden" },
    });
  });

  it.each([{ value: "no list" }, { items: [] }, []])("in another form is invalid: %j", async (body) => {
    handler = (_request, response) => answer(response, 200, body);
    expect(await arm.list(path, "1")).toMatchObject({ items: [], failure: { code: "azure.answer-invalid" } });
  });

  it("of subscriptions is sorted by name and says what it could not read", async () => {
    handler = (_request, response) =>
      answer(response, 200, {
        value: [
          { subscriptionId: "b", displayName: "Zeta", state: "Enabled", tenantId: "t" },
          { subscriptionId: "a", displayName: "Alpha", state: "Disabled" },
          { displayName: "no id" },
        ],
      });
    expect(await listSubscriptions(arm)).toEqual({
      subscriptions: [
        { subscriptionId: "a", displayName: "Alpha", state: "Disabled" },
        { subscriptionId: "b", displayName: "Zeta", state: "Enabled", tenantId: "t" },
      ],
      unreadable: 1,
    });
  });
});

describe("a Resource Graph query", () => {
  const query = "resources | project id";

  it("is a POST that the guard knows, read page by page", async () => {
    const bodies: unknown[] = [];
    handler = (request, response, body) => {
      expect(request.method).toBe("POST");
      bodies.push(JSON.parse(body));
      const more = bodies.length === 1 ? { $skipToken: "next" } : {};
      answer(response, 200, { data: [bodies.length], totalRecords: 2, resultTruncated: "false", ...more });
    };
    expect(await arm.query(query, [subscriptionId])).toEqual({ items: [1, 2], pages: 2, requestId: "corr-1" });
    expect(bodies).toMatchObject([
      { query, subscriptions: [subscriptionId], options: { $top: 1000 } },
      { options: { $skipToken: "next" } },
    ]);
  });

  it("waits for the quota before the next query, not after the last", async () => {
    handler = (_request, response) =>
      answer(
        response,
        200,
        { data: [], totalRecords: 0 },
        {
          "x-ms-user-quota-remaining": "0",
          "x-ms-user-quota-resets-after": "00:00:05",
        },
      );
    await arm.query(query, [subscriptionId]);
    expect(clock.slept).toEqual([]);
    await arm.query(query, [subscriptionId]);
    expect(clock.slept).toEqual([5000]);
  });

  it.each([[{ data: [1], totalRecords: 3 }], [{ data: [1], totalRecords: 1, resultTruncated: "true" }]])(
    "that lost rows is incomplete: %j",
    async (body) => {
      handler = (_request, response) => answer(response, 200, body);
      expect(await arm.query(query, [subscriptionId])).toMatchObject({
        items: [1],
        failure: { code: "azure.paging-refused" },
      });
    },
  );

  it("whose token for the next page never changes ends", async () => {
    handler = (_request, response) => answer(response, 200, { data: [1], totalRecords: 9, $skipToken: "same" });
    expect(await arm.query(query, [subscriptionId])).toMatchObject({
      pages: 2,
      failure: { code: "azure.paging-refused" },
    });
  });
});
