import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "@sightline/platform";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  type Answerer,
  accessToken,
  clientId,
  createFixtureHttp,
  type FixtureHttp,
  tenantId,
  toEntraRefusal,
  toTenantDescription,
} from "./answers.fixture.ts";
import { azureClouds, tokenScopes } from "./cloud.ts";
import { type AppIdentity, createTokenGiver, type TokenGiver } from "./identity.ts";
import { createRegistryTokens } from "./registry-tokens.ts";

const secret: AppIdentity = { kind: "client-secret", clientId, secret: new Secret("hunter2") };
const scope = tokenScopes.resourceManager(azureClouds.public);

function serve(token: ReturnType<Answerer>): Answerer {
  return (_request, url) => (url.pathname.endsWith("/token") ? token : { body: toTenantDescription() });
}

const issued = { body: { token_type: "Bearer", expires_in: 3600, access_token: accessToken } };

function open(identity: AppIdentity, answer: Answerer): { http: FixtureHttp; tokens: TokenGiver } {
  const http = createFixtureHttp(answer);
  return { http, tokens: createTokenGiver({ identity, tenantId, cloud: azureClouds.public, http }) };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a token", () => {
  it("is asked for with a secret, through our own client and nothing else", async () => {
    const { http, tokens } = open(secret, serve(issued));
    const { token, expiresAtMs } = await tokens.tokenFor(scope);
    expect(token.reveal()).toBe(accessToken);
    expect(expiresAtMs).toBeGreaterThan(Date.now());
    const post = http.seen.find(({ method }) => method === "POST");
    expect(post).toMatchObject({ towards: "cloud", url: expect.stringContaining(`/${tenantId}/oauth2/v2.0/token`) });
    expect(new URLSearchParams(post?.body).get("client_secret")).toBe("hunter2");
    expect(new URLSearchParams(post?.body).get("scope")).toContain("https://management.azure.com/.default");
    expect(new Set(http.seen.map(({ url }) => new URL(url).host))).toEqual(new Set(["login.microsoftonline.com"]));
  });

  it("is kept: asking twice asks Entra once", async () => {
    const { http, tokens } = open(secret, serve(issued));
    await tokens.tokenFor(scope);
    await tokens.tokenFor(scope);
    expect(http.seen.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("is asked for once where many ask at the same time, and anew after a refusal", async () => {
    const { http, tokens } = open(secret, serve(issued));
    const same = await Promise.all(Array.from({ length: 10 }, () => tokens.tokenFor(scope)));
    expect(new Set(same.map(({ token }) => token.reveal()))).toEqual(new Set([accessToken]));
    expect(http.seen.filter(({ method }) => method === "POST")).toHaveLength(1);

    let isRefusing = true;
    const answer = serve({ status: 401, body: { error: "invalid_client", error_description: "AADSTS7000222: no" } });
    const later = open(secret, (request, url) => (isRefusing ? answer : serve(issued))(request, url));
    const refused = await Promise.allSettled([later.tokens.tokenFor(scope), later.tokens.tokenFor(scope)]);
    expect(refused.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    isRefusing = false;
    expect((await later.tokens.tokenFor(scope)).token.reveal()).toBe(accessToken);
  });

  it("that one caller no longer wants is still given to the others", async () => {
    const { tokens } = open(secret, serve(issued));
    const controller = new AbortController();
    const first = tokens.tokenFor(scope, controller.signal);
    const second = tokens.tokenFor(scope);
    controller.abort();
    await Promise.allSettled([first]);
    expect((await second).token.reveal()).toBe(accessToken);
  });

  it("is asked for with the token file of a federated identity", async () => {
    const folder = mkdtempSync(join(tmpdir(), "azure-test-"));
    try {
      const tokenFile = join(folder, "token");
      writeFileSync(tokenFile, "federated-assertion");
      const { http, tokens } = open({ kind: "workload-identity", clientId, tokenFile }, serve(issued));
      await tokens.tokenFor(scope);
      const form = new URLSearchParams(http.seen.find(({ method }) => method === "POST")?.body);
      expect(form.get("client_assertion")).toBe("federated-assertion");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is asked for from a managed identity's endpoint with a GET", async () => {
    vi.stubEnv("IDENTITY_ENDPOINT", "http://127.0.0.1:4141/msi/token");
    vi.stubEnv("IDENTITY_HEADER", "header-secret");
    const answer = {
      body: {
        access_token: accessToken,
        expires_on: `${Math.round(Date.now() / 1000) + 3600}`,
        resource: "x",
        token_type: "Bearer",
      },
    };
    const { http, tokens } = open({ kind: "managed-identity" }, () => answer);
    expect((await tokens.tokenFor(scope)).token.reveal()).toBe(accessToken);
    expect(http.seen.map(({ method, url }) => `${method} ${new URL(url).host}`)).toEqual(["GET 127.0.0.1:4141"]);
    expect(JSON.stringify(http.seen)).not.toContain("header-secret");
  });

  it.each([7000215, 7000222, 700016])(
    "that is refused comes with the code AADSTS%i and without the secret",
    async (code) => {
      const { tokens } = open(secret, serve(toEntraRefusal(code)));
      const failure: unknown = await tokens.tokenFor(scope).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "azure.token-refused", details: { azureCode: `AADSTS${code}` } });
      expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toContain("hunter2");
    },
  );

  it("cannot be asked for when Entra is out of reach, and the reason is kept", async () => {
    const { tokens } = open(secret, () => "unreachable");
    await expect(tokens.tokenFor(scope)).rejects.toMatchObject({
      code: "azure.unreachable",
      details: { azureCode: "http.timeout" },
    });
  });

  it("cannot be asked for with a token file that is not there", async () => {
    const { tokens } = open({ kind: "workload-identity", clientId, tokenFile: "/does/not/exist" }, serve(issued));
    await expect(tokens.tokenFor(scope)).rejects.toMatchObject({ code: expect.stringMatching(/^azure\./) });
  });
});

describe("a registry's credential", () => {
  const { http, tokens } = open(secret, serve(issued));
  const registryTokens = createRegistryTokens({
    tokens,
    tenantId,
    cloud: azureClouds.public,
    alsoFor: ["registry.contoso.example"],
  });

  it("is an Entra token made for registries, for hosts below Azure's suffix and those named", async () => {
    for (const registry of ["shop.azurecr.io", "Shop.AzureCR.io", "registry.contoso.example"]) {
      expect(await registryTokens.credentialFor(registry)).toMatchObject({ kind: "entra", tenant: tenantId });
    }
    const scopes = http.seen.flatMap(({ body }) => new URLSearchParams(body).get("scope") ?? []);
    expect(scopes.every((each) => each.includes("containerregistry.azure.net/.default"))).toBe(true);
  });

  it.each([
    "docker.io",
    "azurecr.io",
    "evil.example",
    "shop.azurecr.io.evil.example",
    "shop.azurecr.io:8443",
    "evilazurecr.io",
  ])("is none for %s", async (registry) => {
    expect(await registryTokens.credentialFor(registry)).toEqual({ kind: "anonymous" });
  });
});
