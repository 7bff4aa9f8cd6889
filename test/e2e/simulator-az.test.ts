/** The real `az` of Debian 12 against the simulated Azure: the commands of the installation scripts, and their ends. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningAzure, scenarioFolder, startAzure } from "@sightline/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireTool } from "./tools.ts";

const hasAz = requireTool("az", "azure-cli", "simulator-az");

interface Done {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const scanner = "3d9e4c1a-7b52-4f08-8c6e-91a0b2d4f365";
const nobody = "3d9e4c1a-7b52-4f08-8c6e-91a0b2d4f366";

let azure: RunningAzure;
let folder: string;

function az(...parameters: string[]): Promise<Done> {
  const environment = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    HTTPS_PROXY: azure.proxy,
    REQUESTS_CA_BUNDLE: azure.caFile,
    AZURE_CONFIG_DIR: folder,
    AZURE_CORE_COLLECT_TELEMETRY: "no",
    AZURE_CORE_NO_COLOR: "true",
    AZURE_CORE_ONLY_SHOW_ERRORS: "true",
    PYTHONPATH: join(import.meta.dirname, "az-shim"),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  return new Promise((resolve, reject) => {
    const child = spawn("az", parameters, { env: environment });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString("utf8")));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString("utf8")));
    child.once("error", reject);
    child.once("close", (status) => resolve({ status: status ?? -1, stdout: stdout.trim(), stderr: stderr.trim() }));
  });
}

function findSubscription(name: string): string {
  return azure.subscriptions.find((subscription) => subscription.name === name)?.id ?? "";
}

describe.skipIf(!hasAz)("az", () => {
  beforeAll(async () => {
    azure = await startAzure({ scenario: join(scenarioFolder, "contoso.yaml") });
    folder = await mkdtemp(join(tmpdir(), "az-"));
    const administrator = azure.credentials.find(({ application }) => application === "administrator");
    const login = await az(
      "login",
      "--service-principal",
      "--username",
      administrator?.appId ?? "",
      "--password",
      administrator?.secrets[0] ?? "",
      "--tenant",
      administrator?.tenantId ?? "",
      "--output=none",
    );
    if (login.status !== 0) {
      throw new Error(`az login failed: ${login.stderr}`);
    }
    await az("account", "set", "--subscription", "shop");
  });
  afterAll(async () => {
    await azure.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("sees the subscriptions of its roles and no others", async () => {
    const names = await az("account", "list", "--query", "[].name", "--output", "tsv");
    expect(names.stdout.split("\n")).toEqual(["platform", "shop", "legacy"]);
  });

  it("finds service principals, and ends with 3 for one that is absent", async () => {
    const found = await az("ad", "sp", "show", "--id", scanner, "--query", "id", "--output", "tsv");
    expect(found.stdout).toBe("a4c7e1d2-58b3-4f69-9d20-7e8f6a5b4c31");
    const absent = await az("ad", "sp", "show", "--id", nobody);
    expect([absent.status, absent.stderr]).toEqual([3, expect.stringContaining("does not exist")]);
    const again = await az("ad", "sp", "create", "--id", scanner);
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining("already in use")]);
  });

  it("assigns a role, again without harm, and removes it once", async () => {
    const scope = `/subscriptions/${findSubscription("shop")}/resourceGroups/rg-registries`;
    const parameters = ["--assignee", scanner, "--role", "AcrPush", "--scope", scope];
    expect((await az("role", "assignment", "create", ...parameters)).status).toBe(0);
    expect((await az("role", "assignment", "create", ...parameters)).status).toBe(0);
    const list = ["role", "assignment", "list", "--assignee", scanner, "--scope", scope];
    const listed = await az(...list, "--query", "[].roleDefinitionName", "--output", "tsv");
    expect(listed.stdout.split("\n")).toEqual(["AcrPush"]);
    expect((await az("role", "assignment", "delete", ...parameters)).status).toBe(0);
    const twice = await az("role", "assignment", "delete", ...parameters);
    expect([twice.status, twice.stderr]).toEqual([1, expect.stringContaining("No matched assignments")]);
    const unknown = await az(
      "role",
      "assignment",
      "create",
      "--assignee",
      scanner,
      "--role",
      "Nothing",
      "--scope",
      scope,
    );
    expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining("doesn't exist")]);
  });

  it("assigns by object id and role id with one request", async () => {
    const scope = `/subscriptions/${findSubscription("legacy")}`;
    await fetch(`${azure.control}/_simulator/journal`, { method: "DELETE" });
    const made = await az(
      "role",
      "assignment",
      "create",
      "--assignee-object-id",
      "a4c7e1d2-58b3-4f69-9d20-7e8f6a5b4c31",
      "--assignee-principal-type",
      "ServicePrincipal",
      "--role",
      "7f951dda-4ed3-4680-a7ca-43fe172d538d",
      "--scope",
      scope,
    );
    expect([made.status, made.stderr]).toEqual([0, ""]);
    const journal = await (await fetch(`${azure.control}/_simulator/journal`)).text();
    expect(journal.match(/"method":"PUT"/g)).toHaveLength(1);
    expect(journal).not.toContain("graph.microsoft.com");
  });

  it("reads registries and clusters, also what its own models do not know", async () => {
    const registries = await az("acr", "list", "--query", "[].loginServer", "--output", "tsv");
    expect(registries.stdout.split("\n")).toEqual(["contosoclassic.azurecr.io", "contosoabac.azurecr.io"]);
    const shown = await az("acr", "show", "--name", "contosoabac", "--query", "id", "--output", "tsv");
    const url = `${shown.stdout}?api-version=2025-04-01`;
    const mode = await az("rest", "--url", url, "--query", "properties.roleAssignmentMode", "--output", "tsv");
    expect(mode.stdout).toBe("AbacRepositoryPermissions");
    const clusters = await az("aks", "list", "--query", "[].fqdn", "--output", "tsv");
    expect(clusters.stdout).toBe("aks-shop-4f2a91c7.hcp.westeurope.azmk8s.io");
    const absent = await az("aks", "show", "--resource-group", "rg-shop", "--name", "none");
    expect([absent.status, absent.stderr]).toEqual([3, expect.stringContaining("(ResourceNotFound)")]);
  });

  it("switches Azure RBAC on, fetches credentials, and gets a token for clusters", async () => {
    const update = ["aks", "update", "--resource-group", "rg-shop", "--name", "aks-shop", "--enable-azure-rbac"];
    expect((await az(...update, "--query", "aadProfile.enableAzureRbac", "--output", "tsv")).stdout).toBe("true");
    const config = await az(
      "aks",
      "get-credentials",
      "--resource-group",
      "rg-shop",
      "--name",
      "aks-shop",
      "--file",
      "-",
    );
    expect(config.stdout).toContain("certificate-authority-data");
    const resource = "6dae42f8-4368-4678-94ff-3960e28e3630";
    const token = await az(
      "account",
      "get-access-token",
      "--resource",
      resource,
      "--query",
      "tokenType",
      "--output",
      "tsv",
    );
    expect(token.stdout).toBe("Bearer");
  });

  it("says which error Entra gave", async () => {
    const administrator = azure.credentials.find(({ application }) => application === "administrator");
    const tenant = administrator?.tenantId ?? "";
    const wrong = await az(
      "login",
      "--service-principal",
      "-u",
      administrator?.appId ?? "",
      "-p",
      "wrong",
      "--tenant",
      tenant,
    );
    expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining("AADSTS7000215")]);
    const unknown = await az("login", "--service-principal", "-u", nobody, "-p", "wrong", "--tenant", tenant);
    expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining("AADSTS700016")]);
  });
});
