import { createServer, type Server } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import { issueCertificate } from "./certificate.fixture.ts";
import { createHttpClient } from "./client.ts";
import type { HttpClientOptions } from "./request.ts";

let server: Server;
let port = 0;
let caPem = "";

beforeAll(async () => {
  const authority = issueCertificate("Test Authority");
  const leaf = issueCertificate("localhost", authority);
  caPem = authority.certPem;
  server = createServer({ key: leaf.keyPem, cert: leaf.certPem }, (_request, response) => response.end("over TLS"));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});

afterAll(() => {
  server.close();
});

async function ask(host: string, trust?: HttpClientOptions["trust"]): Promise<string> {
  const client = createHttpClient({
    userAgent: "test",
    clock: systemClock,
    random: { nextFraction: () => 0, nextUuid: () => "" },
    ...(trust === undefined ? {} : { trust }),
  });
  try {
    const url = `https://${host}:${port}/`;
    const response = await client.request({ method: "GET", url, towards: "registry", purpose: "test" });
    return (await response.readBytes(100)).toString();
  } finally {
    await client.close();
  }
}

describe("a server with an authority of its own", () => {
  it("is not trusted by itself", async () => {
    await expect(ask("localhost")).rejects.toMatchObject({ code: "http.tls-untrusted" });
  });

  it("is trusted when its authority is named, beside the machine's or alone", async () => {
    expect(await ask("localhost", { caPem })).toBe("over TLS");
    expect(await ask("localhost", { caPem, only: true })).toBe("over TLS");
  });

  it("is not trusted under another name", async () => {
    await expect(ask("127.0.0.1", { caPem })).rejects.toMatchObject({ code: "http.tls-untrusted" });
  });
});
