import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseChallenge } from "./challenge.ts";
import { readDockerConfig } from "./docker-config.ts";
import type { TokenSource } from "./token-source.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "registry-test-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function readConfig(value: unknown): Promise<TokenSource> {
  const path = join(folder, "config.json");
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return readDockerConfig(path);
}

const auth = Buffer.from("ci:pass:word").toString("base64");

describe("Docker's config.json", () => {
  it.each([
    ["shop.azurecr.io", { "shop.azurecr.io": { auth } }],
    ["shop.azurecr.io", { "https://shop.azurecr.io": { auth } }],
    ["docker.io", { "https://index.docker.io/v1/": { auth } }],
    ["shop.azurecr.io", { "shop.azurecr.io": { username: "ci", password: "pass:word" } }],
  ])("gives the password for %s", async (registry, auths) => {
    const credential = await (await readConfig({ auths })).credentialFor(registry);
    expect(credential).toMatchObject({ kind: "basic", username: "ci" });
    expect(credential.kind === "basic" ? credential.password.reveal() : "").toBe("pass:word");
    expect(JSON.stringify(credential)).not.toContain("pass:word");
  });

  it("gives the refresh token az acr login leaves behind", async () => {
    const nobody = Buffer.from("00000000-0000-0000-0000-000000000000:").toString("base64");
    const auths = { "shop.azurecr.io": { auth: nobody, identitytoken: "refresh" } };
    const credential = await (await readConfig({ auths })).credentialFor("shop.azurecr.io");
    expect(credential).toMatchObject({ kind: "basic", username: "00000000-0000-0000-0000-000000000000" });
    expect(credential.kind === "basic" ? credential.password.reveal() : "").toBe("refresh");
  });

  it("has nothing for a registry it does not name", async () => {
    const source = await readConfig({ auths: { "a.example": { auth } }, credsStore: "desktop" });
    expect(await source.credentialFor("b.example")).toEqual({ kind: "anonymous" });
  });

  it.each([
    { credHelpers: { "shop.azurecr.io": "acr-env" } },
    { auths: { "shop.azurecr.io": {} }, credsStore: "desktop" },
  ])("says that a helper keeps the credentials: %j", async (config) => {
    const source = await readConfig(config);
    await expect(source.credentialFor("shop.azurecr.io")).rejects.toMatchObject({
      code: "registry.credential-unsupported",
    });
  });

  it("is not quoted when it is none", async () => {
    const failure: unknown = await readConfig("hunter2").catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "registry.credential-unsupported" });
    expect(String(failure)).not.toContain("hunter2");
    await expect(readDockerConfig(join(folder, "none"))).rejects.toMatchObject({ code: "file.not-found" });
  });
});

describe("a challenge", () => {
  it.each([
    [null, undefined],
    ["", undefined],
    ["Negotiate", undefined],
    ['Basic realm="x"', { scheme: "basic" }],
    ["basic", { scheme: "basic" }],
    [
      'Bearer realm="https://r/token",service="s",scope="repository:a/b:pull,push"',
      { scheme: "bearer", realm: "https://r/token", service: "s", scope: "repository:a/b:pull,push" },
    ],
    ["Bearer realm=https://r/token", { scheme: "bearer", realm: "https://r/token" }],
    ['Basic realm="x", Bearer realm="https://r/token"', { scheme: "bearer", realm: "https://r/token" }],
    ['Bearer realm="a\\"b" , error="insufficient_scope"', { scheme: "bearer", realm: 'a"b' }],
    ["Bearer service=x", undefined],
  ])("%s is %o", (header, expected) => {
    expect(parseChallenge(header)).toEqual(expected);
  });
});
