/** skopeo, an independent registry client, against the simulated registries. */
import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type RunningAzure,
  type RunningRegistry,
  scenarioFolder,
  startAzure,
  startRegistry,
} from "@sightline/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireTool } from "./tools.ts";

const hasSkopeo = requireTool("skopeo", "skopeo", "simulator-skopeo");

interface Done {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs skopeo without blocking this process, which serves it. */
function runSkopeo(parameters: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Done> {
  return new Promise((resolve, reject) => {
    const child = spawn("skopeo", parameters, { env: { PATH: process.env["PATH"] ?? "", ...environment } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString("utf8")));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString("utf8")));
    child.once("error", reject);
    child.once("close", (status) => resolve({ status: status ?? -1, stdout, stderr }));
  });
}

async function readTopDigest(layout: string): Promise<string> {
  const index: unknown = JSON.parse(await readFile(join(layout, "index.json"), "utf8"));
  return JSON.stringify(index);
}

describe.skipIf(!hasSkopeo)("skopeo", () => {
  let folder: string;
  let registry: RunningRegistry;
  let azure: RunningAzure;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "skopeo-"));
    registry = await startRegistry();
    azure = await startAzure({ scenario: join(scenarioFolder, "contoso.yaml") });
  });
  afterAll(async () => {
    await registry.close();
    await azure.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("pulls every image of the plain registry with all its platforms, and pushes them back unchanged", async () => {
    const credentials = `${registry.username}:${registry.password}`;
    for (const { repository, tags, digest } of registry.images) {
      const layout = join(folder, repository.replace("/", "-"));
      const source = `docker://${registry.host}/${repository}:${tags[0] ?? ""}`;
      const pull = ["copy", "--all", "--src-tls-verify=false", "--src-creds", credentials, source, `oci:${layout}:1`];
      const pulled = await runSkopeo(pull);
      expect(pulled.stderr).toBe("");
      expect(await readTopDigest(layout)).toContain(digest);
      const target = `docker://${registry.host}/copies/${repository}:1`;
      const push = ["copy", "--all", "--dest-tls-verify=false", "--dest-creds", credentials, `oci:${layout}:1`, target];
      expect((await runSkopeo(push)).status).toBe(0);
      const inspect = ["inspect", "--raw", "--tls-verify=false", "--creds", credentials, target];
      const original = await runSkopeo(["inspect", "--raw", "--tls-verify=false", "--creds", credentials, source]);
      expect((await runSkopeo(inspect)).stdout).toBe(original.stdout);
    }
  });

  it("is refused with a wrong password", async () => {
    const [image] = registry.images;
    const target = `docker://${registry.host}/${image?.repository ?? ""}:${image?.tags[0] ?? ""}`;
    const refused = await runSkopeo(["inspect", "--tls-verify=false", "--creds", "scanner:no", target]);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain("unauthorized");
  });

  it("pulls from both Azure registries through the proxy, with the blobs at another host", async () => {
    const certificates = join(folder, "certificates");
    await mkdir(certificates);
    await copyFile(azure.caFile, join(certificates, "ca.crt"));
    const scanner = azure.credentials.find(({ application }) => application === "scanner");
    const credentials = `${scanner?.appId ?? ""}:${scanner?.secrets[0] ?? ""}`;
    for (const { loginServer } of azure.registries) {
      const layout = join(folder, loginServer);
      const source = `docker://${loginServer}/shop/web:1.4.2`;
      const pull = ["copy", "--src-cert-dir", certificates, "--src-creds", credentials, source, `oci:${layout}:1`];
      const pulled = await runSkopeo(pull, { HTTPS_PROXY: azure.proxy });
      expect(pulled.stderr).toBe("");
      const web = azure.images.find(({ repository }) => repository === "shop/web");
      expect(await readTopDigest(layout)).toContain(web?.digest ?? "none");
    }
  });
});
