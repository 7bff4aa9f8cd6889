/** kubectl against a simulated cluster, with the roles the scanner has and no more. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningAzure, scenarioFolder, startAzure } from "@sightline/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { requireTool } from "./tools.ts";

const hasKubectl = requireTool("kubectl", "kubernetes-client", "simulator-kubectl");

let azure: RunningAzure;
let folder: string;
let kubeconfig: string;

/** Asks Entra for a token of the AKS server application, straight at the TLS port. */
function readToken(): Promise<string> {
  const scanner = azure.credentials.find(({ application }) => application === "scanner");
  const form = new URLSearchParams({
    client_id: scanner?.appId ?? "",
    client_secret: scanner?.secrets[0] ?? "",
    grant_type: "client_credentials",
    scope: "6dae42f8-4368-4678-94ff-3960e28e3630/.default",
  }).toString();
  const host = "login.microsoftonline.com";
  const headers = { host, "content-type": "application/x-www-form-urlencoded", "content-length": form.length };
  const path = `/${scanner?.tenantId ?? ""}/oauth2/v2.0/token`;
  const target = {
    host: "127.0.0.1",
    port: azure.tlsPort,
    servername: host,
    ca: readFileSync(azure.caFile),
    headers,
    path,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...target, method: "POST" }, (response) => {
      let text = "";
      response.on("data", (data: Buffer) => (text += data.toString("utf8")));
      response.on("end", () => resolve(z.object({ access_token: z.string() }).parse(JSON.parse(text)).access_token));
    });
    outgoing.on("error", reject);
    outgoing.end(form);
  });
}

function kubectl(...parameters: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const environment = { PATH: process.env["PATH"] ?? "", KUBECONFIG: kubeconfig, HOME: folder };
    const child = spawn("kubectl", parameters, { env: environment });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString("utf8")));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString("utf8")));
    child.once("error", reject);
    child.once("close", (status) => resolve({ status: status ?? -1, stdout, stderr }));
  });
}

describe.skipIf(!hasKubectl)("kubectl", () => {
  beforeAll(async () => {
    azure = await startAzure({ scenario: join(scenarioFolder, "contoso.yaml") });
    folder = await mkdtemp(join(tmpdir(), "kubectl-"));
    kubeconfig = join(folder, "config.json");
    const [cluster] = azure.clusters;
    const server = {
      server: `https://${cluster?.fqdn ?? ""}`,
      "certificate-authority": cluster?.caFile,
      "proxy-url": azure.proxy,
    };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: server }],
      users: [{ name: "u", user: { token: await readToken() } }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      "current-context": "c",
    };
    await writeFile(kubeconfig, JSON.stringify(config));
  });
  afterAll(async () => {
    await azure.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("lists pods in small chunks and finds the digests the recipes have", async () => {
    const listed = await kubectl("get", "pods", "--all-namespaces", "--chunk-size=2", "--output=json");
    expect(listed.stderr).toBe("");
    const schema = z.object({
      items: z.array(z.object({ status: z.object({ containerStatuses: z.array(z.object({ imageID: z.string() })) }) })),
    });
    const images = schema.parse(JSON.parse(listed.stdout)).items.flatMap(({ status }) => status.containerStatuses);
    const web = azure.images.find(({ repository }) => repository === "shop/web")?.digest ?? "";
    expect(images.map(({ imageID }) => imageID)).toContain(`contosoclassic.azurecr.io/shop/web@${web}`);
  });

  it.each(["services", "deployments", "networkpolicies", "ingresses", "endpointslices", "cronjobs"])(
    "lists %s of all namespaces",
    async (kind) => {
      const listed = await kubectl("get", kind, "--all-namespaces", "--output=name");
      expect([listed.status, listed.stderr]).toEqual([0, ""]);
      expect(listed.stdout.trim().split("\n").length).toBeGreaterThan(0);
    },
  );

  it.each(["secrets", "nodes", "ingressclasses"])("is forbidden to list %s", async (kind) => {
    const refused = await kubectl("get", kind, "--all-namespaces");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("(Forbidden)");
    expect(refused.stderr).toContain("Update role assignment to allow access.");
  });

  it("learns what it may do by asking", async () => {
    expect((await kubectl("auth", "can-i", "list", "pods", "--all-namespaces")).stdout).toBe("yes\n");
    expect((await kubectl("auth", "can-i", "list", "secrets", "--all-namespaces")).stdout).toContain("no");
  });
});
