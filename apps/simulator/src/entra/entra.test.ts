import { createPrivateKey, createPublicKey, randomUUID, X509Certificate } from "node:crypto";
import { createLocalJWKSet, decodeJwt, jwtVerify, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ids, login, management, openSimulation, type Simulation } from "../testing/simulation.ts";

let simulation: Simulation;
beforeAll(async () => {
  simulation = await openSimulation();
});
afterAll(() => simulation.close());

const scope = "https://management.azure.com/.default";

async function askToken(form: Record<string, string>, tenant: string = ids.alpha) {
  return simulation.call(login, `/${tenant}/oauth2/v2.0/token`, {
    form: { client_id: ids.readerApp, grant_type: "client_credentials", scope, ...form },
  });
}

function readSecret(application = "reader"): string {
  return simulation.azure.credentials.find((entry) => entry.application === application)?.secrets[0] ?? "";
}

describe("discovery", () => {
  it("names the tenant's endpoints and issuer", async () => {
    const { json } = await simulation.call(login, `/${ids.alpha}/v2.0/.well-known/openid-configuration`);
    expect(json.token_endpoint).toBe(`https://${login}/${ids.alpha}/oauth2/v2.0/token`);
    expect(json.issuer).toBe(`https://${login}/${ids.alpha}/v2.0`);
  });

  it("finds a tenant by its domain too", async () => {
    const { json } = await simulation.call(login, "/alpha.example/v2.0/.well-known/openid-configuration");
    expect(json.issuer).toContain(ids.alpha);
  });

  it("says AADSTS90002 for a tenant that does not exist and AADSTS900023 for what cannot be one", async () => {
    const unknown = await simulation.call(login, `/${randomUUID()}/v2.0/.well-known/openid-configuration`);
    expect([unknown.status, unknown.json.error_codes]).toEqual([400, [90002]]);
    const malformed = await simulation.call(login, "/nonsense/v2.0/.well-known/openid-configuration");
    expect(malformed.json.error_codes).toEqual([900023]);
  });

  it("answers instance discovery as MSAL expects it", async () => {
    const endpoint = encodeURIComponent(`https://${login}/${ids.alpha}/oauth2/v2.0/authorize`);
    const path = `/common/discovery/instance?api-version=1.1&authorization_endpoint=${endpoint}`;
    const { json } = await simulation.call(login, path);
    expect(json.tenant_discovery_endpoint).toContain(ids.alpha);
    expect(json.metadata[0].aliases).toContain(login);
  });
});

describe("tokens", () => {
  it("are signed with a published key and carry Entra's claims", async () => {
    const keys = await simulation.call(login, `/${ids.alpha}/discovery/v2.0/keys`);
    const { json } = await askToken({ client_secret: readSecret() });
    const { payload } = await jwtVerify(json.access_token, createLocalJWKSet(keys.json));
    expect(payload).toMatchObject({
      aud: "https://management.azure.com",
      iss: `https://sts.windows.net/${ids.alpha}/`,
      oid: ids.reader,
      appid: ids.readerApp,
      tid: ids.alpha,
      idtyp: "app",
    });
    expect(json.expires_in).toBe(3599);
  });

  it("keep the audience as the client spelt it", async () => {
    const form = { client_secret: readSecret(), scope: "https://management.core.windows.net//.default" };
    const { json } = await askToken(form);
    expect(decodeJwt(json.access_token).aud).toBe("https://management.core.windows.net/");
  });

  it("are given for a certificate's assertion, and refused for a foreign certificate", async () => {
    const [pem = ""] =
      simulation.azure.credentials.find(({ application }) => application === "reader")?.certificates ?? [];
    const key = createPrivateKey(pem);
    const certificate = new X509Certificate(pem.slice(pem.indexOf("-----BEGIN CERTIFICATE")));
    const sign = (thumbprint: string) =>
      new SignJWT({ jti: randomUUID() })
        .setProtectedHeader({ alg: "RS256", x5t: thumbprint })
        .setIssuer(ids.readerApp)
        .setSubject(ids.readerApp)
        .setAudience(`https://${login}/${ids.alpha}/oauth2/v2.0/token`)
        .setIssuedAt()
        .setExpirationTime("5m")
        .sign(key);
    const thumbprint = Buffer.from(certificate.fingerprint.replaceAll(":", ""), "hex").toString("base64url");
    const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const good = await askToken({ client_assertion_type: type, client_assertion: await sign(thumbprint) });
    expect(good.status).toBe(200);
    const foreign = await askToken({ client_assertion_type: type, client_assertion: await sign("AAAA") });
    expect([foreign.status, foreign.json.error_codes]).toEqual([401, [700027]]);
    expect(createPublicKey(pem).asymmetricKeyType).toBe("rsa");
  });

  it("are given for a federated token only when issuer, subject and audience all match", async () => {
    const exchange = async (change: object) => {
      const body = {
        issuer: "https://issuer.example",
        subject: "job",
        audience: "api://AzureADTokenExchange",
        ...change,
      };
      const { json } = await simulation.control("POST", "outside-tokens", body);
      const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
      return askToken({ client_assertion_type: type, client_assertion: json.token });
    };
    expect((await exchange({})).status).toBe(200);
    expect((await exchange({ issuer: "https://other.example" })).json.error_codes).toEqual([700211]);
    expect((await exchange({ audience: "else" })).json.error_codes).toEqual([700212]);
    expect((await exchange({ subject: "other" })).json.error_codes).toEqual([700213]);
  });

  it.each([
    ["a wrong secret", { client_secret: "no" }, 401, 7000215],
    ["no secret at all", {}, 401, 7000218],
    ["an application the tenant does not know", { client_id: randomUUID(), client_secret: "x" }, 400, 700016],
    ["an application without service principal", { client_id: ids.absentApp, client_secret: "x" }, 401, 7000229],
    ["a grant it does not serve", { grant_type: "password", client_secret: "x" }, 400, 70003],
  ])("are refused for %s", async (_case, form, status, code) => {
    const answer = await askToken(form);
    expect([answer.status, answer.json.error_codes]).toEqual([status, [code]]);
  });

  it("are refused for a resource the tenant does not have and for a scope without .default", async () => {
    const secret = { client_secret: readSecret() };
    expect((await askToken({ ...secret, scope: "https://nowhere.example/.default" })).json.error_codes).toEqual([
      500011,
    ]);
    expect((await askToken({ ...secret, scope: "https://graph.microsoft.com/User.Read" })).json.error_codes).toEqual([
      1002012,
    ]);
  });

  it("need the application in that very tenant", async () => {
    const answer = await askToken({ client_secret: readSecret() }, ids.beta);
    expect(answer.json.error_codes).toEqual([7000229]);
  });

  it("are refused for expired secrets and disabled principals", async () => {
    const secret = { client_id: ids.ownerApp, client_secret: readSecret("owner") };
    await simulation.control("PATCH", "applications", { appId: ids.ownerApp, secretsExpired: true });
    expect((await askToken(secret)).json.error_codes).toEqual([7000222]);
    await simulation.control("PATCH", "applications", { appId: ids.ownerApp, secretsExpired: false });
    await simulation.control("PATCH", "service-principals", { objectId: ids.owner, enabled: false });
    expect((await askToken(secret)).json.error_codes).toEqual([7000112]);
    await simulation.control("PATCH", "service-principals", { objectId: ids.owner, enabled: true });
  });
});

describe("an API", () => {
  const path = "/subscriptions?api-version=2022-12-01";

  it("refuses requests without token, with a foreign one, or for another API", async () => {
    const missing = await simulation.call(management, path);
    expect([missing.status, missing.json.error.code]).toEqual([401, "AuthenticationFailed"]);
    expect(missing.headers["www-authenticate"]).toContain("Bearer");
    const foreign = await simulation.call(management, path, { bearer: "eyJhbGciOiJub25lIn0.e30." });
    expect(foreign.json.error.code).toBe("InvalidAuthenticationToken");
    const graph = await simulation.tokenFor("https://graph.microsoft.com");
    const other = await simulation.call(management, path, { bearer: graph });
    expect(other.json.error.code).toBe("InvalidAuthenticationTokenAudience");
  });

  it("refuses a token once its time is over", async () => {
    const bearer = await simulation.tokenFor("https://management.azure.com");
    expect((await simulation.call(management, path, { bearer })).status).toBe(200);
    await simulation.control("POST", "clock", { advanceSeconds: 3700 });
    const late = await simulation.call(management, path, { bearer });
    await simulation.control("POST", "clock", { advanceSeconds: -3700 });
    expect([late.status, late.json.error.code]).toEqual([401, "ExpiredAuthenticationToken"]);
  });
});
