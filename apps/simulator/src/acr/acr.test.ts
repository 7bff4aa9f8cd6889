import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { group, ids, openSimulation, pluck, type Simulation } from "../testing/simulation.ts";
import { blobHost } from "./acr.ts";

let simulation: Simulation;
beforeAll(async () => {
  simulation = await openSimulation();
});
afterAll(() => simulation.close());

const classic = "classic.azurecr.io";
const abac = "abac.azurecr.io";

async function exchange(host: string, resource = "https://containerregistry.azure.net", application = "reader") {
  const accessToken = await simulation.tokenFor(resource, application);
  const form = { grant_type: "access_token", service: host, access_token: accessToken };
  return simulation.call(host, "/oauth2/exchange", { form });
}

async function readToken(host: string, scope: string, application = "reader"): Promise<string> {
  const { json } = await exchange(host, undefined, application);
  const form = { grant_type: "refresh_token", service: host, scope, refresh_token: json.refresh_token };
  const answer = await simulation.call(host, "/oauth2/token", { form });
  return String(pluck([answer.json], "access_token")[0]);
}

function readGranted(token: string): unknown {
  const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
  return pluck([claims], "access")[0];
}

describe("signing in to a registry", () => {
  it("starts with a challenge that names the token endpoint and what is needed", async () => {
    const answer = await simulation.call(classic, "/v2/shop/web/manifests/1.4.2");
    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe(
      `Bearer realm="https://${classic}/oauth2/token",service="${classic}",scope="repository:shop/web:pull"`,
    );
    expect(answer.json.errors[0].detail).toEqual([{ Type: "repository", Name: "shop/web", Action: "pull" }]);
  });

  it("exchanges a token for the registry's own audience, and ARM's only where the registry lets it", async () => {
    expect((await exchange(classic)).status).toBe(200);
    expect((await exchange(classic, "https://management.azure.com")).status).toBe(200);
    expect((await exchange(abac)).status).toBe(200);
    expect((await exchange(abac, "https://management.azure.com")).status).toBe(401);
    expect((await exchange(classic, "https://graph.microsoft.com")).status).toBe(401);
  });

  it("takes Basic credentials of docker clients and of applications", async () => {
    const { json } = await exchange(classic);
    const basic = (user: string, password: string) => ({
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
    });
    const docker = basic("00000000-0000-0000-0000-000000000000", json.refresh_token);
    const path = "/oauth2/token?service=x&scope=repository:shop/web:pull";
    expect(readGranted((await simulation.call(classic, path, { headers: docker })).json.access_token)).toHaveLength(1);
    const secret = simulation.azure.credentials.find(({ application }) => application === "reader")?.secrets[0] ?? "";
    const application = basic(ids.readerApp, secret);
    expect((await simulation.call(classic, "/v2/shop/web/tags/list", { headers: application })).status).toBe(200);
    const wrong = basic(ids.readerApp, "no");
    expect((await simulation.call(classic, "/v2/shop/web/tags/list", { headers: wrong })).status).toBe(401);
  });

  it("lets the admin user in only while the registry has one", async () => {
    const id = `${group}/providers/Microsoft.ContainerRegistry/registries/classic`;
    const owner = await simulation.tokenFor("https://management.azure.com", "owner");
    const path = `${id}/listCredentials?api-version=2025-04-01`;
    const { json } = await simulation.call("management.azure.com", path, { method: "POST", bearer: owner });
    const headers = {
      authorization: `Basic ${Buffer.from(`${json.username}:${json.passwords[0].value}`).toString("base64")}`,
    };
    expect((await simulation.call(classic, "/v2/_catalog", { headers })).status).toBe(401);
    await simulation.control("PATCH", "resources", { id, patch: { properties: { adminUserEnabled: true } } });
    expect((await simulation.call(classic, "/v2/_catalog", { headers })).status).toBe(200);
    await simulation.control("PATCH", "resources", { id, patch: { properties: { adminUserEnabled: false } } });
  });

  it("pulls without credentials only where that is on", async () => {
    const id = `${group}/providers/Microsoft.ContainerRegistry/registries/classic`;
    const path = "/oauth2/token?service=x&scope=repository:shop/web:pull,push";
    expect((await simulation.call(classic, path)).status).toBe(401);
    await simulation.control("PATCH", "resources", { id, patch: { properties: { anonymousPullEnabled: true } } });
    const { json } = await simulation.call(classic, path);
    expect(readGranted(json.access_token)).toEqual([{ type: "repository", name: "shop/web", actions: ["pull"] }]);
    await simulation.control("PATCH", "resources", { id, patch: { properties: { anonymousPullEnabled: false } } });
  });

  it("is refused with 403 when the registry is closed to public networks", async () => {
    const id = `${group}/providers/Microsoft.ContainerRegistry/registries/abac`;
    await simulation.control("PATCH", "resources", { id, patch: { properties: { publicNetworkAccess: "Disabled" } } });
    const answer = await simulation.call(abac, "/v2/");
    expect([answer.status, answer.json.errors[0].code]).toEqual([403, "DENIED"]);
    await simulation.control("PATCH", "resources", { id, patch: { properties: { publicNetworkAccess: "Enabled" } } });
  });
});

describe("what roles give", () => {
  it("in a classic registry: Reader pulls and lists, and cannot push", async () => {
    const token = await readToken(classic, "repository:shop/web:pull,push");
    expect(readGranted(token)).toEqual([{ type: "repository", name: "shop/web", actions: ["pull"] }]);
    const catalog = await readToken(classic, "registry:catalog:*");
    expect((await simulation.call(classic, "/v2/_catalog", { bearer: catalog })).json.repositories).toEqual([
      "shop/orders",
      "shop/web",
    ]);
  });

  it("in ABAC mode: neither Reader nor AcrPull count, repository roles do, and their conditions narrow them", async () => {
    const granted = readGranted(await readToken(abac, "repository:shop/web:pull"));
    expect(granted).toHaveLength(1);
    expect(readGranted(await readToken(abac, "repository:tools/batch:pull"))).toEqual([]);
    expect(readGranted(await readToken(abac, "registry:catalog:*"))).toEqual([]);
    await simulation.control("POST", "role-assignments", {
      principalId: ids.owner,
      role: "AcrPull",
      scope: `${group}/providers/Microsoft.ContainerRegistry/registries/abac`,
    });
    expect(readGranted(await readToken(abac, "repository:shop/web:pull", "owner"))).toEqual([]);
    await simulation.control("POST", "role-assignments", {
      principalId: ids.owner,
      role: "Container Registry Repository Catalog Lister",
      scope: `${group}/providers/Microsoft.ContainerRegistry/registries/abac`,
    });
    const catalog = await readToken(abac, "registry:catalog:*", "owner");
    expect((await simulation.call(abac, "/acr/v1/_catalog", { bearer: catalog })).json.repositories).toEqual([
      "shop/web",
      "tools/batch",
    ]);
  });

  it("a token for one repository opens no other, and no other registry", async () => {
    const bearer = await readToken(classic, "repository:shop/web:pull");
    expect((await simulation.call(classic, "/v2/shop/web/tags/list", { bearer })).status).toBe(200);
    const other = await simulation.call(classic, "/v2/shop/orders/tags/list", { bearer });
    expect([other.status, other.headers["www-authenticate"]]).toEqual([
      401,
      expect.stringContaining("insufficient_scope"),
    ]);
    expect((await simulation.call(abac, "/v2/shop/web/tags/list", { bearer })).status).toBe(401);
  });
});

describe("blobs", () => {
  const readLocation = async () => {
    const bearer = await readToken(classic, "repository:shop/web:pull");
    const manifest = await simulation.call(classic, "/v2/shop/web/manifests/1.4.2", { bearer });
    const { digest } = manifest.json.layers[2];
    const answer = await simulation.call(classic, `/v2/shop/web/blobs/${digest}`, { bearer });
    return { answer, bearer, digest, location: new URL(String(answer.headers.location)) };
  };

  it("are at another host, behind a link that works without token", async () => {
    const { answer, location, digest } = await readLocation();
    expect([answer.status, location.host]).toEqual([307, blobHost]);
    const blob = await simulation.call(blobHost, location.pathname + location.search);
    expect(blob.status).toBe(200);
    const range = await simulation.call(blobHost, location.pathname + location.search, {
      headers: { range: "bytes=0-9" },
    });
    expect([range.status, range.headers["content-length"]]).toEqual([206, "10"]);
    expect(blob.headers["docker-content-digest"]).toBe(digest);
    expect(createHash("sha256").update(digest).digest("hex")).toHaveLength(64);
  });

  it("are refused when the token comes along, when the link was changed, and when it is old", async () => {
    const { location, bearer } = await readLocation();
    const path = location.pathname + location.search;
    expect((await simulation.call(blobHost, path, { bearer })).status).toBe(400);
    expect((await simulation.call(blobHost, path.replace("sig=", "sig=x"))).status).toBe(403);
    await simulation.control("POST", "clock", { advanceSeconds: 21 * 60 });
    expect((await simulation.call(blobHost, path)).status).toBe(403);
    await simulation.control("POST", "clock", { advanceSeconds: -21 * 60 });
  });
});

describe("the metadata API", () => {
  it("describes repository, tags and manifests under encoded names", async () => {
    const bearer = await readToken(classic, "repository:shop/orders:metadata_read");
    const ask = (path: string) => simulation.call(classic, `/acr/v1/${path}`, { bearer });
    expect((await ask("shop%2Forders")).json).toMatchObject({
      imageName: "shop/orders",
      manifestCount: 3,
      tagCount: 2,
    });
    const tags = await ask("shop%2Forders/_tags?n=1");
    expect(tags.json.tags).toHaveLength(1);
    expect(tags.headers.link).toBe(`</acr/v1/shop%2Forders/_tags?last=2.0.0&n=1&orderby=>; rel="next"`);
    expect((await ask("shop%2Forders/_tags?n=1&last=2.0.0")).json.tags[0].name).toBe("latest");
    const manifests = (await ask("shop%2Forders/_manifests")).json.manifests;
    expect(new Set(pluck(manifests, "architecture"))).toEqual(new Set(["amd64", "arm64", undefined]));
    const { digest } = (await ask("shop%2Forders/_tags/latest")).json.tag;
    expect((await ask(`shop%2Forders/_manifests/${digest}`)).json.manifest.tags).toEqual(["2.0.0", "latest"]);
    expect((await ask("shop%2Forders/_tags/none")).status).toBe(404);
  });

  it("needs its own permission", async () => {
    const bearer = await readToken(classic, "repository:shop/orders:pull");
    expect((await simulation.call(classic, "/acr/v1/shop%2Forders/_tags", { bearer })).status).toBe(401);
  });
});
