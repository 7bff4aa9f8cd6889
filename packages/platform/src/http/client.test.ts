import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { Clock } from "../clock.ts";
import { Secret } from "../secret.ts";
import { createHttpClient, type HttpClient } from "./client.ts";
import { createHttpJournal } from "./journal.ts";
import type { HttpClientOptions, HttpRequest } from "./request.ts";

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** Listens on a free port of this machine until the test is over; sockets that are no longer HTTP's are ended, too. */
async function open127(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  closers.push(async () => {
    for (const socket of sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function listen(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await open127(createServer(listener))}`;
}

/** A clock that sleeps in no time and remembers for how long. */
function createTestClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  let now = 0;
  return {
    slept,
    nowMs: () => Date.parse("2026-01-01T00:00:00Z") + now,
    elapsedMs: () => now,
    sleep: (ms, signal) => {
      slept.push(ms);
      now += ms;
      return signal?.aborted === true ? Promise.reject(new Error("stopped")) : Promise.resolve();
    },
  };
}

function open(options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = createHttpClient({
    userAgent: "sightline-test",
    clock: createTestClock(),
    random: { nextFraction: () => 1, nextUuid: () => "id" },
    ...options,
  });
  closers.push(() => client.close());
  return client;
}

function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: "GET", url, towards: "registry", purpose: "test", ...more };
}

describe("asking again", () => {
  it("waits as long as Retry-After says in seconds, then gives the answer", async () => {
    let asked = 0;
    const url = await listen((_request, response) => {
      asked += 1;
      response.writeHead(asked < 3 ? 429 : 200, asked < 3 ? { "retry-after": "7" } : {}).end("{}");
    });
    const clock = createTestClock();
    const response = await open({ clock }).request(get(url));
    expect(response.status).toBe(200);
    expect(response.attempts).toBe(3);
    expect(clock.slept).toEqual([7000, 7000]);
    expect(await response.readJson(10)).toEqual({});
  });

  it("waits until the date Retry-After names", async () => {
    let asked = 0;
    const url = await listen((_request, response) => {
      asked += 1;
      response.writeHead(asked === 1 ? 503 : 200, { "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" }).end();
    });
    const clock = createTestClock();
    expect((await open({ clock }).request(get(url))).status).toBe(200);
    expect(clock.slept).toEqual([30_000]);
  });

  it("backs off exponentially on server errors and hands over the last one", async () => {
    const url = await listen((_request, response) => response.writeHead(500).end("why"));
    const clock = createTestClock();
    const response = await open({ clock }).request(get(url));
    expect(response.status).toBe(500);
    expect((await response.readBytes(10)).toString()).toBe("why");
    expect(clock.slept).toEqual([400, 800, 1600, 3200]);
  });

  it("does not wait for a server that asks for an hour", async () => {
    const url = await listen((_request, response) => response.writeHead(429, { "retry-after": "3600" }).end());
    const clock = createTestClock();
    expect((await open({ clock }).request(get(url))).status).toBe(429);
    expect(clock.slept).toEqual([]);
  });

  it("asks no more often than the call allows", async () => {
    const url = await listen((_request, response) => response.writeHead(503).end());
    const response = await open().request(get(url, { attemptsMax: 2 }));
    expect(response).toMatchObject({ status: 503, attempts: 2 });
  });

  it("does not repeat what was refused", async () => {
    let asked = 0;
    const url = await listen((_request, response) => {
      asked += 1;
      response.writeHead(403).end();
    });
    expect((await open().request(get(url))).status).toBe(403);
    expect(asked).toBe(1);
  });

  it("asks again after a connection was reset, and gives up with the reason", async () => {
    const refused: IncomingMessage[] = [];
    const url = await listen((request) => {
      refused.push(request);
      request.socket.destroy();
    });
    await expect(open().request(get(url))).rejects.toMatchObject({ code: "http.connection-reset" });
    expect(refused).toHaveLength(5);
  });

  it("holds back other calls to the same host while a Retry-After runs", async () => {
    const seen: string[] = [];
    const url = await listen((request, response) => {
      seen.push(request.url ?? "");
      response.writeHead(seen.length === 1 ? 429 : 200, seen.length === 1 ? { "retry-after": "9" } : {}).end();
    });
    let wake: () => void = () => undefined;
    const slept: number[] = [];
    let now = 0;
    const gate = new Promise<void>((resolve) => {
      wake = () => {
        now = 9000;
        resolve();
      };
    });
    const clock: Clock = {
      nowMs: () => now,
      elapsedMs: () => now,
      sleep: (ms) => {
        slept.push(ms);
        if (slept.length === 2) {
          wake();
        }
        return gate;
      },
    };
    const client = open({ clock });
    const first = client.request(get(`${url}/first`));
    await expect.poll(() => slept.length).toBe(1);
    const second = client.request(get(`${url}/second`));
    await Promise.all([first, second]);
    expect(slept).toEqual([9000, 9000]);
    expect(seen.toSorted()).toEqual(["/first", "/first", "/second"]);
  });

  it("asks again for a body that was cut off when the body is read inside the attempt", async () => {
    let asked = 0;
    const url = await listen((_request, response) => {
      asked += 1;
      response.writeHead(200, { "content-length": "4" });
      response.write("ab");
      if (asked === 1) {
        setImmediate(() => response.destroy());
      } else {
        response.end("cd");
      }
    });
    const response = await open().request(get(url, { bufferBytesMax: 100 }));
    expect((await response.readBytes(4)).toString()).toBe("abcd");
    expect(asked).toBe(2);
  });
});

describe("reading a body", () => {
  it("stops at the limit", async () => {
    const url = await listen((_request, response) => response.end("x".repeat(200_000)));
    const response = await open().request(get(url));
    await expect(response.readBytes(1000)).rejects.toMatchObject({ code: "http.body-too-large" });
  });

  it("names a body that was cut off", async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("part", () => response.destroy());
    });
    const response = await open().request(get(url));
    await expect(response.readBytes(1000)).rejects.toMatchObject({ code: "http.body-interrupted" });
  });

  it("undoes the gzip coding it asked for, and leaves one it did not ask for", async () => {
    const url = await listen((_request, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("[1]")),
    );
    const client = open();
    expect(await (await client.request(get(url))).readJson(100)).toEqual([1]);
    const raw = await client.request(get(url, { headers: { "Accept-Encoding": "identity" } }));
    expect(await raw.readBytes(100)).toEqual(gzipSync("[1]"));
  });

  it("bounds what a gzip coding may expand to", async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    const url = await listen((_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb));
    const response = await open().request(get(url));
    await expect(response.readBytes(100_000)).rejects.toMatchObject({ code: "http.body-too-large" });
  });

  it("says that an answer is not JSON without quoting it", async () => {
    const url = await listen((_request, response) => response.end("hunter2 is my password"));
    const failure: unknown = await (await open().request(get(url))).readJson(100).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "http.body-invalid" });
    expect(String(failure)).not.toContain("hunter2");
  });

  it("ends with cancelled when the caller gives up half-way", async () => {
    const url = await listen((_request, response) => {
      response.write("start");
    });
    const controller = new AbortController();
    const response = await open().request(get(url, { signal: controller.signal }));
    const reading = response.readBytes(100);
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: "http.cancelled" });
  });
});

describe("redirects", () => {
  async function listenTwice(seen: IncomingMessage["headers"][]): Promise<{ from: string; to: string }> {
    const to = await listen((request, response) => {
      seen.push(request.headers);
      response.end("there");
    });
    const from = await listen((request, response) => {
      if (request.url === "/here") {
        seen.push(request.headers);
        response.end("here");
      } else {
        response.writeHead(307, { location: request.url === "/same" ? "/here" : `${to}/blob?sig=SAS` }).end();
      }
    });
    return { from, to };
  }

  const credentials = {
    Authorization: new Secret("Bearer t0ken"),
    Cookie: "c=1",
    "X-Identity": new Secret("header"),
    Range: "bytes=0-1",
  };

  it("leave credentials behind on the way to another host", async () => {
    const seen: IncomingMessage["headers"][] = [];
    const { from, to } = await listenTwice(seen);
    const response = await open().request(get(`${from}/other`, { headers: credentials }));
    expect((await response.readBytes(10)).toString()).toBe("there");
    expect(response.url).toBe(`${to}/blob?sig=SAS`);
    expect(seen[0]).toMatchObject({ range: "bytes=0-1", "user-agent": "sightline-test" });
    expect(Object.keys(seen[0] ?? {})).not.toEqual(expect.arrayContaining(["authorization"]));
    expect(JSON.stringify(seen[0])).not.toMatch(/t0ken|c=1|header/);
  });

  it("keep credentials on the same host", async () => {
    const seen: IncomingMessage["headers"][] = [];
    const { from } = await listenTwice(seen);
    await (await open().request(get(`${from}/same`, { headers: credentials }))).readBytes(10);
    expect(seen[0]).toMatchObject({ authorization: "Bearer t0ken" });
  });

  it("can be handed to the caller", async () => {
    const { from } = await listenTwice([]);
    const response = await open().request(get(`${from}/other`, { redirect: "return" }));
    expect(response.status).toBe(307);
    response.discard();
  });

  it("end after a few", async () => {
    const url = await listen((_request, response) => response.writeHead(302, { location: "/again" }).end());
    await expect(open().request(get(url))).rejects.toMatchObject({ code: "http.too-many-redirects" });
  });

  it("are refused for a POST", async () => {
    const url = await listen((_request, response) => response.writeHead(307, { location: "/again" }).end());
    const exchange = get(`${url}/oauth2/exchange`, { method: "POST", body: "a=b" });
    await expect(open().request(exchange)).rejects.toMatchObject({ code: "http.redirect-refused" });
  });

  it("are refused when they lead to no http address", async () => {
    const url = await listen((_request, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end());
    await expect(open().request(get(url))).rejects.toMatchObject({ code: "http.redirect-refused" });
  });
});

describe("what never leaves", () => {
  it("is a write: the server sees no connection", async () => {
    let asked = 0;
    const url = await listen((_request, response) => {
      asked += 1;
      response.end();
    });
    const client = open();
    const write = get(`${url}/v2/app/blobs/uploads/`, { method: "POST" });
    await expect(client.request(write)).rejects.toMatchObject({ code: "http.write-refused" });
    expect(asked).toBe(0);
  });

  it("is a credential over plain http to another machine", async () => {
    const request = get("http://registry.invalid/v2/", { headers: { authorization: new Secret("x") } });
    await expect(open().request(request)).rejects.toMatchObject({ code: "http.credentials-refused" });
  });

  it("is an address with a password in it", async () => {
    const failure: unknown = await open()
      .request(get("https://user:hunter2@registry.invalid/"))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "http.url-invalid" });
    expect(String(failure)).not.toContain("hunter2");
  });
});

describe("connections", () => {
  it("that nobody takes are named so", async () => {
    const url = await listen((_request, response) => response.end());
    await Promise.all(closers.splice(0).map((close) => close()));
    await expect(open().request(get(url))).rejects.toMatchObject({ code: "http.connect-failed" });
  });

  it("to a name that does not exist are named so", async () => {
    await expect(open().request(get("http://does-not-exist.invalid/"))).rejects.toMatchObject({
      code: "http.name-not-found",
    });
  });

  it("whose answer does not come in time are named so", async () => {
    const url = await listen(() => undefined);
    const retry = { attemptsMax: 1, firstDelayMs: 1, delayMaxMs: 1, retryAfterMaxMs: 1 };
    await expect(open({ retry }).request(get(url, { timeoutMs: 50 }))).rejects.toMatchObject({ code: "http.timeout" });
  });

  it("that answer something else than HTTP are named so", async () => {
    const server = createTcpServer((socket) => socket.end("220 mail.example ESMTP\r\n"));
    const port = await open127(server);
    await expect(open().request(get(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({
      code: "http.protocol-error",
    });
  });

  it("stop when the caller gives up", async () => {
    const url = await listen(() => undefined);
    const controller = new AbortController();
    const asking = open().request(get(url, { signal: controller.signal }));
    controller.abort();
    await expect(asking).rejects.toMatchObject({ code: "http.cancelled" });
  });
});

describe("a proxy", () => {
  it("is asked for https hosts only, with its password, and its refusal is named", async () => {
    const asked: { url: string | undefined; authorization: string | undefined }[] = [];
    const proxy = createServer();
    proxy.on("connect", (request, socket) => {
      asked.push({ url: request.url, authorization: request.headers["proxy-authorization"] });
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    const port = await open127(proxy);
    const direct = await listen((_request, response) => response.end("direct"));
    const client = open({ proxy: { url: `http://user:pass@127.0.0.1:${port}`, noProxy: "skipped.invalid" } });
    await expect(client.request(get("https://registry.invalid/v2/"))).rejects.toMatchObject({
      code: "http.proxy-refused",
    });
    await expect(client.request(get("https://skipped.invalid/v2/"))).rejects.toMatchObject({
      code: "http.name-not-found",
    });
    expect((await (await client.request(get(direct))).readBytes(10)).toString()).toBe("direct");
    expect(asked).toEqual([
      { url: "registry.invalid:443", authorization: `Basic ${Buffer.from("user:pass").toString("base64")}` },
    ]);
  });

  it("that accepts and stays silent does not hang a request", async () => {
    const proxy = createServer();
    proxy.on("connect", () => undefined);
    const port = await open127(proxy);
    const retry = { attemptsMax: 1, firstDelayMs: 1, delayMaxMs: 1, retryAfterMaxMs: 1 };
    const client = open({ proxy: { url: `http://127.0.0.1:${port}` }, connectTimeoutMs: 100, retry });
    await expect(client.request(get("https://registry.invalid/v2/"))).rejects.toMatchObject({ code: "http.timeout" });
  });
});

describe("the journal", () => {
  it("holds every attempt with its outcome and no secret", async () => {
    let asked = 0;
    const url = await listen((_request, response) => {
      asked += 1;
      response.writeHead(asked === 1 ? 503 : 200, asked === 1 ? { "retry-after": "1" } : {}).end();
    });
    const journal = createHttpJournal(10);
    await open({ journal }).request(
      get(`${url}/v2/_catalog?n=5&sig=SECRET`, { headers: { authorization: new Secret("Bearer SECRET") } }),
    );
    const path = `${url}/v2/_catalog?n=5&sig=[redacted]`;
    expect(journal.entries()).toMatchObject([
      { method: "GET", url: path, towards: "registry", purpose: "test", attempt: 1, outcome: { status: 503 } },
      { method: "GET", url: path, attempt: 2, outcome: { status: 200 } },
    ]);
    expect(JSON.stringify(journal.entries())).not.toContain("SECRET");
  });

  it("keeps the last entries only", () => {
    const journal = createHttpJournal(2);
    for (const purpose of ["a", "b", "c"]) {
      journal.record({
        at: "",
        method: "GET",
        url: "",
        towards: "feed",
        purpose,
        attempt: 1,
        durationMs: 0,
        outcome: { status: 200 },
      });
    }
    expect(journal.entries().map((entry) => entry.purpose)).toEqual(["b", "c"]);
  });
});
