/** Microsoft's own packages against the simulated Azure, with nothing set but proxy and authority. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningAzure, scenarioFolder, startAzure } from "@sightline/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

let azure: RunningAzure;
let folder: string;
beforeAll(async () => {
  azure = await startAzure({ scenario: join(scenarioFolder, "contoso.yaml") });
  folder = await mkdtemp(join(tmpdir(), "azure-sdk-"));
});
afterAll(async () => {
  await azure.close();
  await rm(folder, { recursive: true, force: true });
});

const resultSchema = z.object({
  secret: z.string(),
  certificate: z.string(),
  federated: z.string(),
  wrong: z.string(),
  registry: z.object({ repositories: z.array(z.string()), tags: z.array(z.string()), manifests: z.array(z.string()) }),
  pull: z.object({ digest: z.string(), layerBytes: z.number() }),
});

function runClient(environment: Readonly<Record<string, string>>): Promise<z.infer<typeof resultSchema>> {
  return new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, "azure-sdk-client.ts");
    const child = spawn(process.execPath, [script], { env: { PATH: process.env["PATH"] ?? "", ...environment } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString("utf8")));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString("utf8")));
    child.once("error", reject);
    child.once("close", (status) => {
      if (status === 0) {
        resolve(resultSchema.parse(JSON.parse(stdout)));
      } else {
        reject(new Error(`the client ended with ${String(status)}:\n${stderr}`));
      }
    });
  });
}

async function readFederatedToken(): Promise<string> {
  const body = {
    issuer: "https://oidc.contoso.example",
    subject: "system:serviceaccount:sightline:scanner",
    audience: "api://AzureADTokenExchange",
  };
  const response = await fetch(`${azure.control}/_simulator/outside-tokens`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  return z.object({ token: z.string() }).parse(await response.json()).token;
}

async function toEnvironment(registry: string, digest: string): Promise<Record<string, string>> {
  const scanner = azure.credentials.find(({ application }) => application === "scanner");
  const certificateFile = join(folder, `${registry}.pem`);
  await writeFile(certificateFile, scanner?.certificates[0] ?? "");
  return {
    HTTPS_PROXY: azure.proxy,
    NODE_EXTRA_CA_CERTS: azure.caFile,
    TENANT_ID: scanner?.tenantId ?? "",
    CLIENT_ID: scanner?.appId ?? "",
    CLIENT_SECRET: scanner?.secrets[0] ?? "",
    CERTIFICATE_FILE: certificateFile,
    FEDERATED_TOKEN: await readFederatedToken(),
    REGISTRY: registry,
    REPOSITORY: "shop/web",
    DIGEST: digest,
  };
}

describe("Microsoft's packages", () => {
  it.each(["contosoclassic", "contosoabac"])(
    "sign in in three ways, list the registry %s and pull from it",
    async (name) => {
      const digest = azure.images.find(({ repository }) => repository === "shop/web")?.digest ?? "";
      const result = await runClient(await toEnvironment(`${name}.azurecr.io`, digest));
      expect([result.secret, result.certificate, result.federated]).toEqual(["ok", "ok", "ok"]);
      expect(result.wrong).toContain("AADSTS7000215");
      expect(result.registry.repositories).toEqual(["legacy/admin", "shop/orders", "shop/web", "tools/batch"]);
      expect(result.registry.tags).toEqual(["1.4.2", "latest"]);
      expect(result.registry.manifests).toEqual([digest]);
      expect(result.pull.digest).toBe(digest);
      expect(result.pull.layerBytes).toBeGreaterThan(0);
    },
  );
});
