import { AzureError, azureClouds, type TokenGiver } from "@sightline/azure";
import { type HttpRequest, Secret } from "@sightline/platform";
import { describe, expect, it } from "vitest";
import { createFakeHttp, type FakeHttpAnswer } from "../testing/fake-http.ts";
import { readSampleCluster } from "../testing/sample.ts";
import { createKubernetesReader, type KubernetesReader } from "./reader.ts";

const cluster = readSampleCluster();
const tokens: TokenGiver = {
  tokenFor: (scope) => Promise.resolve({ token: new Secret(`token for ${scope}`), expiresAtMs: 0 }),
};

interface Opened {
  readonly reader: KubernetesReader;
  readonly seen: readonly HttpRequest[];
}

/** A reader over an API server that answers its version, and lists as told. */
function open(answer: (url: URL) => FakeHttpAnswer, change: Partial<typeof cluster> = {}, giver = tokens): Opened {
  const http = createFakeHttp((_request, url) => (url.pathname === "/version" ? { body: {} } : answer(url)));
  const options = { cluster: { ...cluster, ...change }, http, tokens: giver, cloud: azureClouds.public };
  return { reader: createKubernetesReader(options), seen: http.seen };
}

const page = (items: readonly unknown[], next?: string): FakeHttpAnswer => ({
  body: { kind: "PodList", metadata: next === undefined ? {} : { continue: next }, items },
});

describe("a list of a cluster", () => {
  it("is read page by page to its end", async () => {
    const { reader, seen } = open((url) =>
      url.searchParams.get("continue") === "two" ? page([3]) : page([1, 2], "two"),
    );
    expect(await reader.list("/api/v1/pods")).toEqual({ items: [1, 2, 3], pages: 2 });
    expect(seen.map(({ url }) => url)).toEqual([
      "https://aks-app-1.hcp.westeurope.azmk8s.io/version",
      "https://aks-app-1.hcp.westeurope.azmk8s.io/api/v1/pods?limit=500",
      "https://aks-app-1.hcp.westeurope.azmk8s.io/api/v1/pods?limit=500&continue=two",
    ]);
  });

  it("is asked for only after a request without a token has been answered, once for each cluster", async () => {
    const { reader, seen } = open(() => page([]));
    await Promise.all([reader.list("/api/v1/pods"), reader.list("/api/v1/services")]);
    const withToken = seen.map(({ headers }) => headers?.["authorization"] !== undefined);
    expect(withToken).toEqual([false, true, true]);
    expect(
      seen.every(
        ({ method, towards, redirect }) => method === "GET" && towards === "kubernetes" && redirect === "return",
      ),
    ).toBe(true);
    expect(JSON.stringify(seen)).not.toContain("token for");
  });

  it("is not asked for where the server shows a certificate nobody trusts", async () => {
    const http = createFakeHttp(() => ({ error: "http.tls-untrusted" }));
    const reader = createKubernetesReader({ cluster, http, tokens, cloud: azureClouds.public });
    const { gap } = await reader.list("/api/v1/pods");
    await reader.list("/api/v1/services");
    expect(gap).toMatchObject({ kind: "failed", code: "http.tls-untrusted", subject: cluster.id });
    expect(http.seen).toHaveLength(1);
  });

  it.each([
    [401, { kind: "denied", code: "Unauthorized" }],
    [403, { kind: "denied", code: "Forbidden" }],
    [404, { kind: "failed", code: "NotFound" }],
    [410, { kind: "failed", code: "Expired" }],
    [429, { kind: "throttled" }],
    [500, { kind: "failed", code: "InternalError" }],
  ])("keeps its first pages when a later one answers %i", async (status, expected) => {
    const reason = "code" in expected ? expected.code : "TooManyRequests";
    const { reader } = open((url) =>
      url.searchParams.has("continue") ? { status, body: { kind: "Status", reason } } : page([1, 2], "two"),
    );
    const list = await reader.list("/apis/apps/v1/deployments");
    expect(list).toMatchObject({ items: [1, 2], pages: 1, gap: { ...expected, status } });
  });

  it("that is denied names the missing action and the command that grants it", async () => {
    const { reader } = open(() => ({ status: 403, body: "not even JSON" }));
    const { gap } = await reader.list("/apis/networking.k8s.io/v1/ingresses");
    expect(gap).toMatchObject({
      kind: "denied",
      code: "HTTP 403",
      missingAction: "Microsoft.ContainerService/managedClusters/networking.k8s.io/ingresses/read",
      remedy:
        'az role assignment create --assignee <application id> --role "Azure Kubernetes Service RBAC Reader" --scope /subscriptions/10000000-0000-4000-8000-000000000001',
    });
  });

  it.each([
    ["an empty object", {}],
    ["a list without items", { kind: "PodList" }],
    ["an object", { kind: "Pod", items: [] }],
    ["no JSON", "<html>"],
  ])("is unreadable, not empty, where %s comes instead", async (_what, body) => {
    const { reader } = open(() => ({ body }));
    expect(await reader.list("/api/v1/pods")).toMatchObject({ items: [], pages: 0, gap: { kind: "unreadable" } });
  });

  it("may be empty in either spelling", async () => {
    for (const items of [[], null]) {
      const { reader } = open(() => ({ body: { kind: "PodList", items } }));
      expect(await reader.list("/api/v1/pods")).toEqual({ items: [], pages: 1 });
    }
  });

  it("that goes in circles is cut, and says so", async () => {
    const { reader, seen } = open(() => page([1], "again"));
    const list = await reader.list("/api/v1/pods");
    expect(list).toMatchObject({ items: [1, 1], pages: 2, gap: { kind: "truncated" } });
    expect(seen).toHaveLength(3);
  });

  it("without an end is cut, and says so", async () => {
    let number = 0;
    const { reader } = open(() => {
      number += 1;
      return page([], String(number));
    });
    expect(await reader.list("/api/v1/pods")).toMatchObject({
      pages: 2000,
      gap: { kind: "truncated", limit: "2000 pages" },
    });
  });

  it("of which the connection breaks keeps what came", async () => {
    const { reader } = open((url) =>
      url.searchParams.has("continue") ? { error: "http.body-interrupted" } : page([1], "two"),
    );
    expect(await reader.list("/api/v1/pods")).toMatchObject({
      items: [1],
      gap: { kind: "failed", code: "http.body-interrupted" },
    });
  });

  it("tells why Entra ID gave no token, by Entra's own code", async () => {
    const refusing: TokenGiver = {
      tokenFor: () => {
        const problem = { subject: "tenant", message: "No token.", next: "Consent." };
        const details = { azureCode: "AADSTS500011" };
        return Promise.reject(new AzureError({ code: "azure.token-refused", ...problem }, { details }));
      },
    };
    const { reader } = open(() => page([]), {}, refusing);
    expect((await reader.list("/api/v1/pods")).gap).toMatchObject({ kind: "failed", code: "AADSTS500011" });
  });

  it("ends with the cancellation, not with a gap", async () => {
    const { reader } = open(() => ({ error: "http.cancelled" }));
    await expect(reader.list("/api/v1/pods")).rejects.toMatchObject({ code: "http.cancelled" });
  });
});

describe("a remedy", () => {
  const denied = (): FakeHttpAnswer => ({ status: 403, body: { reason: "Forbidden" } });

  it.each([
    [{ managed: true, enableAzureRBAC: false }, `az aks update --ids ${cluster.id} --enable-azure-rbac`],
    [{ managed: false, enableAzureRBAC: false }, `az aks update --ids ${cluster.id} --enable-aad --enable-azure-rbac`],
  ])("for a cluster that does not ask Azure who may what (%j) is %s", async (aad, remedy) => {
    const { reader } = open(denied, { aad });
    expect((await reader.list("/api/v1/pods")).gap).toMatchObject({ kind: "denied", remedy });
  });

  it.each([
    [{ enablePrivateCluster: true }, "Run Sightline in a network that reaches the cluster's private API server."],
    [
      { authorizedIPRanges: ["198.51.100.0/24"] },
      `az aks update --ids ${cluster.id} --api-server-authorized-ip-ranges 198.51.100.0/24,<address of this machine>`,
    ],
    [{ authorizedIPRanges: [] }, "Try again."],
  ])("for a cluster out of reach (%j) is %s", async (change, remedy) => {
    const http = createFakeHttp(() => ({ error: "http.timeout" }));
    const options = { cluster: { ...cluster, ...change }, http, tokens, cloud: azureClouds.public };
    const { gap } = await createKubernetesReader(options).list("/api/v1/pods");
    expect(gap).toMatchObject({ kind: "failed", code: "http.timeout", remedy });
  });
});

describe("a cluster that cannot answer", () => {
  it("because it is stopped is not asked", async () => {
    const { reader, seen } = open(() => page([]), { powerState: "Stopped" });
    expect((await reader.list("/api/v1/pods")).gap).toMatchObject({
      kind: "failed",
      code: "cluster-stopped",
      remedy: `az aks start --ids ${cluster.id}`,
    });
    expect(seen).toEqual([]);
  });

  it("because it has no address is not asked", async () => {
    const { fqdn: _fqdn, ...nameless } = cluster;
    const http = createFakeHttp(() => page([]));
    const reader = createKubernetesReader({ cluster: nameless, http, tokens, cloud: azureClouds.public });
    expect((await reader.list("/api/v1/pods")).gap).toMatchObject({ code: "no-api-server-address" });
    expect(http.seen).toEqual([]);
  });
});
