/**
 * The estate of the contoso scenario, collected over Entra's, ARM's, Resource Graph's and Kubernetes' own protocols by two
 * identities: what is read, what is honestly missing, and that nothing was asked for but reads.
 */
import { type AppIdentity, azureClouds, type ConnectionCheck, testConnection } from "@sightline/azure";
import { parseSnapshot } from "@sightline/estate";
import type { Workload, WorkloadContainer } from "@sightline/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ContosoAzure, readableSubscriptions, startContoso } from "./contoso-azure.ts";
import { collectRound, type Round, scopesOf, withHttp, withoutQuery, withoutTimes } from "./contoso-round.ts";

const cloud = azureClouds.public;
const clusterKinds = 14;

let azure: ContosoAzure;
let bySecret: Round;
let byCertificate: Round;

/** One round as this identity, over every subscription unless told otherwise. */
function collect(identity: AppIdentity, subscriptionIds: readonly string[] = allSubscriptions()): Promise<Round> {
  return collectRound(azure, identity, subscriptionIds);
}

beforeAll(async () => {
  azure = await startContoso();
  bySecret = await collect(azure.bySecret);
  byCertificate = await collect(azure.byCertificate);
});
afterAll(() => azure.close());

/** Those the scanner may read, and `finance`, which it may not. */
function allSubscriptions(): readonly string[] {
  return [...azure.subscriptions.values()];
}

function idOf(subscription: string): string {
  return azure.subscriptions.get(subscription) ?? expect.fail(`no subscription ${subscription}`);
}

describe("an estate collected with a secret and with a certificate", () => {
  it("is the same", () => {
    expect(withoutTimes(byCertificate.snapshot)).toEqual(withoutTimes(bySecret.snapshot));
    expect(bySecret.snapshot.resources.length).toBeGreaterThan(100);
  });

  it("can be stored and read back, and holds no credential", () => {
    const stored = JSON.stringify(bySecret.snapshot);
    expect(parseSnapshot(JSON.parse(stored))).toEqual({ ok: true, value: bySecret.snapshot });
    const { bySecret: identity } = azure;
    const secret = identity.kind === "client-secret" ? identity.secret.reveal() : expect.fail("no secret");
    expect(stored).not.toContain(secret);
    // Every JSON web token begins like this.
    expect(stored).not.toContain("eyJ");
  });

  it("asked for nothing but reads, of nobody but Azure", () => {
    for (const { journal } of [bySecret, byCertificate]) {
      const posts = journal.filter(({ method }) => method !== "GET" && method !== "HEAD");
      expect(new Set(posts.map(({ method, url }) => `${method} ${withoutQuery(url)}`))).toEqual(
        new Set([
          `POST https://login.microsoftonline.com/${azure.tenantId}/oauth2/v2.0/token`,
          "POST https://management.azure.com/providers/Microsoft.ResourceGraph/resources",
        ]),
      );
      const hosts = new Set(journal.map(({ url }) => new URL(url).host));
      expect([...hosts].toSorted()).toEqual([
        "aks-legacy-7c10de52.hcp.westeurope.azmk8s.io",
        "aks-shop-4f2a91c7.hcp.westeurope.azmk8s.io",
        "login.microsoftonline.com",
        "management.azure.com",
      ]);
    }
  });

  it("asked Entra for one token for each of the two audiences, and no cluster with a token before it was trusted", async () => {
    const tokens = bySecret.journal.filter(({ url }) => withoutQuery(url).endsWith("/token"));
    expect(tokens).toHaveLength(2);
    const seen = await azure.readJournal();
    const cluster = seen.filter(({ host }) => host.startsWith("aks-shop"));
    expect(cluster[0]).toMatchObject({ method: "GET", path: "/version", status: 401 });
    expect(seen.every(({ method, path }) => method !== "POST" || /\/token$|ResourceGraph\/resources$/.test(path))).toBe(
      true,
    );
  });
});

describe("what was read", () => {
  it("is complete in every subscription with Reader and every cluster with RBAC Reader, but for classes of ingress", () => {
    const readable = readableSubscriptions.map((name) => `/subscriptions/${idOf(name)}`);
    const incomplete = [...scopesOf(bySecret.snapshot)].flatMap(([scope, records]) =>
      records.flatMap(({ kind, complete }) => (complete || scope.includes(idOf("finance")) ? [] : [[scope, kind]])),
    );
    const clusters = bySecret.snapshot.resources.filter(({ kind }) => kind === "managedCluster");
    expect(incomplete).toEqual(clusters.map(({ id }) => [id.toLowerCase(), "ingressClass"]));
    expect([...scopesOf(bySecret.snapshot).keys()]).toEqual(expect.arrayContaining(readable));
    for (const { id } of clusters) {
      expect(scopesOf(bySecret.snapshot).get(id.toLowerCase())).toHaveLength(clusterKinds);
    }
  });

  it("names the action that is missing for classes of ingress", () => {
    const records = bySecret.snapshot.coverage.filter(({ kind }) => kind === "ingressClass");
    expect(records.map(({ gaps }) => gaps)).toMatchObject(
      ["shop", "legacy"].map((name) => [
        {
          kind: "denied",
          status: 403,
          code: "Forbidden",
          missingAction: "Microsoft.ContainerService/managedClusters/networking.k8s.io/ingressclasses/read",
          remedy: `az role assignment create --assignee <application id> --role "Azure Kubernetes Service RBAC Reader" --scope /subscriptions/${idOf(name)}`,
        },
      ]),
    );
  });

  it("is nothing in the subscription without Reader, and says so for every kind", () => {
    const scope = `/subscriptions/${idOf("finance")}`;
    const records = scopesOf(bySecret.snapshot).get(scope) ?? [];
    expect(records.length).toBeGreaterThan(10);
    expect(records.filter(({ complete, count }) => complete || count > 0)).toEqual([]);
    expect(bySecret.snapshot.resources.filter(({ id }) => id.toLowerCase().startsWith(scope))).toEqual([]);
    expect(new Set(records.flatMap(({ gaps }) => gaps.map(({ kind }) => kind)))).toEqual(new Set(["denied"]));
    const network = records.find(({ kind }) => kind === "virtualNetwork");
    expect(network?.gaps).toMatchObject([
      { kind: "denied", code: "AuthorizationFailed", missingAction: "Microsoft.Network/virtualNetworks/read" },
    ]);
    expect(network?.gaps[0]?.remedy).toContain(idOf("finance"));
  });

  it("agrees with the census, type by type", () => {
    const counts = new Map<string, number>();
    for (const { type, count } of bySecret.snapshot.census) {
      counts.set(type, (counts.get(type) ?? 0) + count);
    }
    const countOf = (kind: string): number =>
      bySecret.snapshot.resources.filter(
        (resource) =>
          resource.kind === kind && !("virtualMachineScaleSet" in resource && resource.virtualMachineScaleSet),
      ).length;
    expect(Object.fromEntries(counts)).toMatchObject({
      "microsoft.network/virtualnetworks": countOf("virtualNetwork"),
      "microsoft.network/networksecuritygroups": countOf("networkSecurityGroup"),
      "microsoft.network/publicipaddresses": countOf("publicIPAddress"),
      "microsoft.network/networkinterfaces": countOf("networkInterface"),
      "microsoft.network/loadbalancers": countOf("loadBalancer"),
      "microsoft.compute/virtualmachines": countOf("virtualMachine"),
      "microsoft.web/sites": countOf("site"),
      "microsoft.containerservice/managedclusters": 2,
      // Counted, and read as a resource whose meaning nobody models.
      "microsoft.web/serverfarms": countOf("other"),
    });
    const nodes = bySecret.snapshot.resources.filter(
      (resource) => resource.kind === "networkInterface" && resource.virtualMachineScaleSet !== undefined,
    );
    expect(nodes).toHaveLength(3);
    expect(bySecret.snapshot.serviceTags?.["AzureCloud"]).toContain("20.33.0.0/16");
  });
});

describe("the workloads", () => {
  const find = (name: string, namespace?: string): Workload =>
    bySecret.snapshot.workloads.find((each) => each.name === name && each.namespace === namespace) ??
    expect.fail(`no workload ${name}`);

  it.each([
    ["web", "shop", "live"],
    ["orders", "shop", "live"],
    ["partner-api", "partner", "live"],
    ["nightly", "batch", "live"],
    ["reports", "reports", "live"],
    ["nginx", "app-routing-system", "live"],
    ["kube-proxy", "kube-system", "live"],
    ["admin", "legacy", "stopped"],
    ["cleanup", "batch", "stopped"],
    ["contoso-portal", undefined, "live"],
    ["contoso-old", undefined, "stopped"],
    ["vm-jump", undefined, "live"],
    ["vm-old", undefined, "stopped"],
  ])("%s in %s is %s", (name, namespace, kind) => {
    expect(find(name, namespace).liveness.kind).toBe(kind);
  });

  it("run the digests that were pulled, and only a tag where nobody pulled one", () => {
    const imagesOf = (name: string, namespace?: string): readonly WorkloadContainer["image"][] =>
      find(name, namespace).containers.map(({ image }) => image);
    const digestOf = (name: string, namespace?: string): string => {
      const [image] = imagesOf(name, namespace);
      return image?.kind === "digest" ? image.digest : expect.fail(`no digest of ${name}`);
    };
    expect(imagesOf("web", "shop")[0]?.name).toBe("contosoclassic.azurecr.io/shop/web:1.4.2");
    // The cluster pulled by tag what the site names by digest, and the other cluster from the other registry.
    expect(digestOf("web", "shop")).toBe(digestOf("contoso-portal"));
    expect(digestOf("orders", "shop")).toBe(digestOf("reports", "reports"));
    expect(digestOf("orders", "shop")).not.toBe(digestOf("web", "shop"));
    expect(imagesOf("contoso-old")).toMatchObject([{ kind: "tag-only" }]);
    expect(imagesOf("admin", "legacy")).toMatchObject([
      { kind: "tag-only", name: "contosoclassic.azurecr.io/legacy/admin:0.9" },
    ]);
    expect(find("web", "shop").members).toHaveLength(2);
  });

  it("that want no pods are unknown once something in the cluster may start them", async () => {
    const cluster = "aks-shop-4f2a91c7.hcp.westeurope.azmk8s.io";
    const object = { cluster, kind: "HorizontalPodAutoscaler", namespace: "legacy", name: "admin" };
    const patch = { spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "admin" } } };
    await azure.control({ method: "PATCH", name: "objects", body: { ...object, patch } });
    try {
      const { snapshot } = await collect(azure.bySecret, [idOf("shop")]);
      const admin = snapshot.workloads.find(({ name }) => name === "admin");
      expect(admin?.liveness).toEqual({
        kind: "unknown",
        reason: "the Deployment wants no pods now, but a HorizontalPodAutoscaler targets it",
      });
    } finally {
      await azure.control({ method: "DELETE", name: "objects", body: object });
    }
  });
});

describe("a round in which Azure has a bad moment", () => {
  it("comes to the same snapshot: reads are repeated as late as Azure wants", async () => {
    const faults = [
      { match: { path: "*/virtualNetworks" }, count: 2, effect: { status: 429, headers: { "retry-after": "7" } } },
      { match: { path: "*/networkInterfaces" }, count: 1, effect: { status: 503 } },
      { match: { path: "*/sites" }, count: 1, effect: { reset: true } },
      { match: { path: "/api/v1/pods" }, count: 1, effect: { truncateBytes: 100 } },
      { match: { path: "*/token" }, count: 1, effect: { status: 503 } },
    ];
    const before = await collect(azure.bySecret);
    try {
      for (const fault of faults) {
        await azure.control({ method: "POST", name: "faults", body: fault });
      }
      const { snapshot, journal } = await collect(azure.bySecret);
      expect(withoutTimes(snapshot)).toEqual(withoutTimes(before.snapshot));
      expect(journal.filter(({ attempt }) => attempt > 1).length).toBeGreaterThanOrEqual(6);
    } finally {
      await azure.control({ method: "DELETE", name: "faults" });
    }
  });

  it("that lasts leaves a gap of the right kind and everything else", async () => {
    const effect = { status: 429, headers: { "retry-after": "600" } };
    await azure.control({ method: "POST", name: "faults", body: { match: { path: "*/loadBalancers" }, effect } });
    try {
      const { snapshot } = await collect(azure.bySecret, [idOf("shop")]);
      const incomplete = snapshot.coverage.filter(({ complete }) => !complete);
      expect(incomplete.map(({ kind, gaps }) => [kind, gaps[0]?.kind])).toEqual([
        ["ingressClass", "denied"],
        ["loadBalancer", "throttled"],
      ]);
      expect(snapshot.resources.some(({ kind }) => kind === "virtualNetwork")).toBe(true);
    } finally {
      await azure.control({ method: "DELETE", name: "faults" });
    }
  });
});

describe("the connection test", () => {
  async function test(subscription: string): Promise<readonly ConnectionCheck[]> {
    const { tenantId, clock, bySecret: identity } = azure;
    const { value } = await withHttp(azure, (http) =>
      Array.fromAsync(
        testConnection({ tenantId, subscriptionIds: [idOf(subscription)], identity, cloud, http, clock }),
      ),
    );
    return value;
  }

  it("passes every rung of a subscription with Reader", async () => {
    const checks = await test("shop");
    expect(checks.map(({ rung, state }) => [rung, state])).toEqual([
      ["ids", "passed"],
      ["ids", "passed"],
      ["tenant", "passed"],
      ["token", "passed"],
      ["subscription", "passed"],
      ["resources", "passed"],
      ["roles", "passed"],
    ]);
  });

  it("names the command that mends the subscription without Reader, ready to paste", async () => {
    const checks = await test("finance");
    const failed = checks.find(({ rung }) => rung === "subscription");
    expect(failed).toMatchObject({
      state: "failed",
      subject: idOf("finance"),
      code: "connection.reader-missing",
      azureCode: "AuthorizationFailed",
      command: `az role assignment create --assignee-object-id a4c7e1d2-58b3-4f69-9d20-7e8f6a5b4c31 --assignee-principal-type ServicePrincipal --role acdd72a7-3385-48ef-bd42-f606fba81ae7 --scope /subscriptions/${idOf("finance")}`,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(checks.filter(({ state }) => state === "skipped").map(({ rung }) => rung)).toEqual(["resources", "roles"]);
  });
});
