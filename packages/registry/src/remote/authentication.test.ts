import { Secret } from "@sightline/platform";
import { describe, expect, it } from "vitest";
import { layerOf, parseLocation, readBlob, tokensOf, useBench } from "../bench.fixture.ts";
import { createImage, type SeenRequest, toJson, toJwt } from "../image.fixture.ts";
import type { RegistryCredential } from "./token-source.ts";

const bench = useBench();

describe("authentication", () => {
  /** Asks for a bearer token from `realm` until one is presented. */
  function demandBearer(realm: string, accepted: string): void {
    bench.current.registry.interventions.push(({ path, headers }, response) => {
      if (!path.startsWith("/v2/") || headers.authorization === `Bearer ${accepted}`) {
        return false;
      }
      const challenge = `Bearer realm="${realm}",service="registry.test",scope="repository:shop/api:pull"`;
      response.writeHead(401, { "www-authenticate": challenge }).end(toJson({ errors: [{ code: "UNAUTHORIZED" }] }));
      return true;
    });
  }

  async function startTokenService(answer: unknown, status = 200): Promise<{ realm: string; seen: SeenRequest[] }> {
    const seen: SeenRequest[] = [];
    const host = await bench.current.serve((request, response) => {
      seen.push(request);
      response.writeHead(status).end(toJson(answer));
    });
    return { realm: `http://${host}/token`, seen };
  }

  const password: RegistryCredential = { kind: "basic", username: "ci", password: new Secret("hunter2") };

  it("anonymous: asks the token service without credentials, and hands the token on to the layers", async () => {
    const image = createImage();
    bench.current.registry.put(image, "1");
    const { realm, seen } = await startTokenService({ token: "t1", expires_in: 300 });
    demandBearer(realm, "t1");
    const opened = await bench.current.open("shop/api:1");
    expect(seen).toHaveLength(1);
    expect(seen[0]?.path).toBe("/token?service=registry.test&scope=repository%3Ashop%2Fapi%3Apull");
    expect(seen[0]?.headers.authorization).toBeUndefined();
    expect(await readBlob(bench.current.http, opened.blobs, layerOf(opened))).toEqual(image.layers[0]);
  });

  it("basic: shows the password to the token service only", async () => {
    bench.current.registry.put(createImage(), "1");
    const { realm, seen } = await startTokenService({ access_token: "t2" });
    demandBearer(realm, "t2");
    await bench.current.open("shop/api:1", {}, tokensOf(password));
    const basic = `Basic ${Buffer.from("ci:hunter2").toString("base64")}`;
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([basic]);
    expect(bench.current.registry.seen.some(({ headers }) => headers.authorization === basic)).toBe(false);
  });

  it("basic: with a registry that wants it on every request", async () => {
    const image = createImage();
    bench.current.registry.put(image, "1");
    const basic = `Basic ${Buffer.from("ci:hunter2").toString("base64")}`;
    bench.current.registry.interventions.push(({ path, headers }, response) => {
      if (!path.startsWith("/v2/") || headers.authorization === basic) {
        return false;
      }
      response.writeHead(401, { "www-authenticate": 'Basic realm="registry"' }).end();
      return true;
    });
    const opened = await bench.current.open("shop/api:1", {}, tokensOf(password));
    expect(await readBlob(bench.current.http, opened.blobs, layerOf(opened))).toEqual(image.layers[0]);
    await expect(bench.current.open("shop/api:1")).rejects.toMatchObject({ code: "registry.unauthorized" });
  });

  it("basic: never at a token service without TLS on another machine", async () => {
    bench.current.registry.put(createImage(), "1");
    demandBearer("http://tokens.example/token", "t");
    await expect(bench.current.open("shop/api:1", {}, tokensOf(password))).rejects.toMatchObject({
      code: "registry.challenge-invalid",
    });
  });

  it("says that credentials were refused by the token service, and repeats no secret", async () => {
    bench.current.registry.put(createImage(), "1");
    const { realm } = await startTokenService({ errors: [{ code: "UNAUTHORIZED", message: "no" }] }, 401);
    demandBearer(realm, "t");
    const failure: unknown = await bench.current
      .open("shop/api:1", {}, tokensOf(password))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "registry.token-refused", details: { status: 401 } });
    expect(JSON.stringify(failure) + String(failure)).not.toContain("hunter2");
  });

  it("says forbidden when a known caller gets a token without the scope, unauthorized when nobody is known", async () => {
    bench.current.registry.put(createImage(), "1");
    const { realm } = await startTokenService({ token: toJwt({ access: [] }) });
    demandBearer(realm, "another");
    await expect(bench.current.open("shop/api:1", {}, tokensOf(password))).rejects.toMatchObject({
      code: "registry.forbidden",
    });
    await expect(bench.current.open("shop/api:1")).rejects.toMatchObject({ code: "registry.unauthorized" });
  });

  it("asks for a token once for many reads, and again when it has run out", async () => {
    bench.current.registry.put(createImage(), "1");
    const { realm, seen } = await startTokenService({ token: "t3", expires_in: 120 });
    demandBearer(realm, "t3");
    const client = bench.current.createClient();
    const location = parseLocation(`${bench.current.registry.host}/shop/api:1`);
    await Promise.all([client.openImage(location), client.openImage(location)]);
    await client.openImage(location);
    expect(seen).toHaveLength(1);
    bench.current.clock.advance(100_000);
    await client.openImage(location);
    expect(seen).toHaveLength(2);
  });

  describe("with an Entra ID token", () => {
    const entra: RegistryCredential = { kind: "entra", token: new Secret("entra-token"), tenant: "t-1" };

    function serveAcr(refuse = false): void {
      bench.current.registry.interventions.push(({ method, path, body }, response) => {
        const form = new URLSearchParams(body);
        if (method === "POST" && path === "/oauth2/exchange") {
          const isRight = form.get("access_token") === "entra-token" && form.get("tenant") === "t-1" && !refuse;
          response.writeHead(isRight ? 200 : 401);
          response.end(toJson(isRight ? { refresh_token: "refresh" } : { errors: [{ code: "UNAUTHORIZED" }] }));
          return true;
        }
        if (method === "POST" && path === "/oauth2/token") {
          const isRight = form.get("refresh_token") === "refresh" && form.get("scope") === "repository:shop/api:pull";
          response.writeHead(isRight ? 200 : 400).end(toJson({ access_token: "acr-token" }));
          return true;
        }
        return false;
      });
    }

    it("exchanges it at the registry itself", async () => {
      bench.current.registry.put(createImage(), "1");
      serveAcr();
      demandBearer(`http://${bench.current.registry.host}/oauth2/token`, "acr-token");
      expect((await bench.current.open("shop/api:1", {}, tokensOf(entra))).resolved.layers).toHaveLength(1);
    });

    it("exchanges once for all scopes while the refresh token lives, and anew when it was revoked", async () => {
      bench.current.registry.put(createImage(), "1");
      let exchanges = 0;
      let isRevoked = false;
      const refresh = toJwt({ exp: bench.current.clock.nowMs() / 1000 + 3600 });
      bench.current.registry.interventions.push(({ method, path, body, headers }, response) => {
        if (method === "POST" && path === "/oauth2/exchange") {
          exchanges += 1;
          isRevoked = false;
          response.end(toJson({ refresh_token: refresh }));
          return true;
        }
        if (method === "POST") {
          const scope = new URLSearchParams(body).get("scope") ?? "";
          response.writeHead(isRevoked ? 401 : 200).end(toJson(isRevoked ? {} : { access_token: `for-${scope}` }));
          return true;
        }
        if (!path.startsWith("/v2/") || headers.authorization !== undefined) {
          return false;
        }
        const scope = path.startsWith("/v2/_catalog") ? "registry:catalog:*" : "repository:shop/api:pull";
        const realm = `http://${bench.current.registry.host}/oauth2/token`;
        response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}",scope="${scope}"` }).end();
        return true;
      });
      const client = bench.current.createClient(tokensOf(entra));
      const location = parseLocation(`${bench.current.registry.host}/shop/api:1`);
      const listing = client.listRepositories(bench.current.registry.host).catch(() => undefined);
      await Promise.all([client.openImage(location), listing]);
      expect(exchanges).toBe(1);
      isRevoked = true;
      bench.current.clock.advance(600_000);
      await client.openImage(location);
      expect(exchanges).toBe(2);
    });

    it("does not send it to a token service elsewhere", async () => {
      bench.current.registry.put(createImage(), "1");
      const { realm, seen } = await startTokenService({ token: "t" });
      demandBearer(realm, "t");
      await expect(bench.current.open("shop/api:1", {}, tokensOf(entra))).rejects.toMatchObject({
        code: "registry.challenge-invalid",
      });
      expect(seen).toEqual([]);
    });

    it("says so when the registry does not take it", async () => {
      bench.current.registry.put(createImage(), "1");
      serveAcr(true);
      demandBearer(`http://${bench.current.registry.host}/oauth2/token`, "acr-token");
      await expect(bench.current.open("shop/api:1", {}, tokensOf(entra))).rejects.toMatchObject({
        code: "registry.token-refused",
      });
    });
  });
});
