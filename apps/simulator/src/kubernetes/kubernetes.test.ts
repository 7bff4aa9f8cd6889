import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CallOptions, group, ids, openSimulation, pluck, type Simulation } from "../testing/simulation.ts";
import { createAddresses, toAddress, toNumber } from "./addresses.ts";

let simulation: Simulation;
let reader: string;
let owner: string;
const serverApp = "6dae42f8-4368-4678-94ff-3960e28e3630";
const clusterId = `/subscriptions/${ids.one}/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/cluster`;
beforeAll(async () => {
  simulation = await openSimulation();
  reader = await simulation.tokenFor(serverApp);
  owner = await simulation.tokenFor(serverApp, "owner");
});
afterAll(() => simulation.close());

function ask(path: string, options: CallOptions = {}) {
  return simulation.call(ids.clusterHost, path, { bearer: reader, ...options });
}

describe("who gets in", () => {
  it("is whoever brings a token for the AKS server application, and nobody else", async () => {
    expect((await ask("/version")).json.gitVersion).toBe("v1.30.6");
    const without = await simulation.call(ids.clusterHost, "/version");
    expect([without.status, without.json.kind, without.json.reason]).toEqual([401, "Status", "Unauthorized"]);
    const bearer = await simulation.tokenFor("https://management.azure.com");
    expect((await ask("/version", { bearer })).status).toBe(401);
  });

  it("is nobody when the cluster has no Entra sign-in", async () => {
    const patch = { properties: { aadProfile: { managed: false } } };
    await simulation.control("PATCH", "resources", { id: clusterId, patch });
    expect((await ask("/version")).status).toBe(401);
    await simulation.control("PATCH", "resources", {
      id: clusterId,
      patch: { properties: { aadProfile: { managed: true } } },
    });
  });
});

describe("what RBAC Reader may see", () => {
  it.each([
    "/api/v1/namespaces",
    "/api/v1/pods",
    "/api/v1/services",
    "/apis/apps/v1/deployments",
    "/apis/apps/v1/replicasets",
    "/apis/apps/v1/statefulsets",
    "/apis/apps/v1/daemonsets",
    "/apis/batch/v1/jobs",
    "/apis/batch/v1/cronjobs",
    "/apis/networking.k8s.io/v1/ingresses",
    "/apis/networking.k8s.io/v1/networkpolicies",
    "/apis/discovery.k8s.io/v1/endpointslices",
    "/api/v1/namespaces/shop/pods",
    "/api/v1/namespaces/kube-system/configmaps/kube-root-ca.crt",
  ])("includes %s", async (path) => {
    expect((await ask(path)).status).toBe(200);
  });

  it.each(["/api/v1/nodes", "/api/v1/secrets", "/apis/networking.k8s.io/v1/ingressclasses"])(
    "excludes %s",
    async (path) => {
      const answer = await ask(path);
      expect([answer.status, answer.json.reason]).toEqual([403, "Forbidden"]);
      expect(answer.json.message).toContain(`User "${ids.reader}" cannot list resource`);
      expect(answer.json.message).toContain("User does not have access to the resource in Azure.");
    },
  );

  it("excludes custom resources before it matters whether they are there", async () => {
    expect((await ask("/apis/gateway.networking.k8s.io/v1/gateways")).status).toBe(403);
    await simulation.control("POST", "role-assignments", {
      principalId: ids.owner,
      role: "Azure Kubernetes Service RBAC Cluster Admin",
      scope: clusterId,
    });
    expect((await ask("/apis/gateway.networking.k8s.io/v1/gateways", { bearer: owner })).status).toBe(404);
    expect((await ask("/apis/networking.k8s.io/v1/ingressclasses", { bearer: owner })).json.items).toHaveLength(1);
  });

  it("ends at the namespace when the role was given there", async () => {
    const grant = { principalId: ids.reader, role: "Azure Kubernetes Service RBAC Reader" };
    await simulation.control("DELETE", "role-assignments", { ...grant, scope: clusterId });
    await simulation.control("POST", "role-assignments", { ...grant, scope: `${clusterId}/namespaces/shop` });
    expect((await ask("/api/v1/namespaces/shop/pods")).status).toBe(200);
    expect((await ask("/api/v1/pods")).status).toBe(403);
    const message = (await ask("/api/v1/namespaces/default/pods")).json.message;
    expect(message).toContain('in the namespace "default"');
    await simulation.control("DELETE", "role-assignments", { ...grant, scope: `${clusterId}/namespaces/shop` });
    await simulation.control("POST", "role-assignments", { ...grant, scope: clusterId });
  });

  it("can be asked for without reading anything", async () => {
    const review = async (resource: string, groupName = "") => {
      const spec = { resourceAttributes: { verb: "list", group: groupName, resource } };
      const answer = await ask("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", { body: { spec } });
      return pluck([answer.json], "status.allowed")[0];
    };
    expect([await review("pods"), await review("nodes"), await review("ingresses", "networking.k8s.io")]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("cannot be changed", async () => {
    const answer = await ask("/api/v1/namespaces/shop/pods/x", { method: "DELETE" });
    expect([answer.status, answer.json.reason]).toEqual([403, "Forbidden"]);
  });
});

describe("lists", () => {
  it("come in chunks by continue token, with what remains", async () => {
    const first = await ask("/api/v1/pods?limit=2");
    expect(first.json.items).toHaveLength(2);
    expect(first.json.metadata.remainingItemCount).toBe(3);
    const second = await ask(`/api/v1/pods?limit=2&continue=${first.json.metadata.continue}`);
    const third = await ask(`/api/v1/pods?limit=2&continue=${second.json.metadata.continue}`);
    const names = [first, second, third].flatMap(({ json }) => pluck(json.items, "metadata.name"));
    expect(new Set(names).size).toBe(5);
    expect(third.json.metadata.continue).toBeUndefined();
  });

  it("say 410 Expired when the token is old, and 400 when it is none", async () => {
    const { json } = await ask("/api/v1/pods?limit=1");
    await simulation.control("POST", "clock", { advanceSeconds: 301 });
    const late = await ask(`/api/v1/pods?limit=1&continue=${json.metadata.continue}`);
    expect([late.status, late.json.reason]).toEqual([410, "Expired"]);
    await simulation.control("POST", "clock", { advanceSeconds: -301 });
    expect((await ask("/api/v1/pods?continue=nonsense")).status).toBe(400);
  });

  it("can be narrowed by label and field", async () => {
    expect((await ask("/api/v1/pods?labelSelector=app%3Dweb")).json.items).toHaveLength(3);
    const { json } = await ask("/api/v1/pods?fieldSelector=metadata.namespace%3Dkube-system");
    expect(pluck(json.items, "metadata.namespace")).toEqual(["kube-system"]);
  });
});

describe("a settled cluster", () => {
  it("runs the pods its workloads want, with owners, addresses and image digests", async () => {
    const { json } = await ask("/api/v1/namespaces/shop/pods");
    const images = simulation.azure.images;
    const digestOf = (name: string) => images.find(({ repository }) => repository === name)?.digest ?? "";
    expect(pluck(json.items, "status.podIP")).toEqual(["10.0.1.1", "10.0.1.2", "10.0.1.3", "10.0.1.4"]);
    const [web] = json.items;
    expect(web.status.containerStatuses[0].imageID).toBe(`classic.azurecr.io/shop/web@${digestOf("shop/web")}`);
    expect(web.metadata.ownerReferences[0].kind).toBe("ReplicaSet");
    const sets = (await ask("/apis/apps/v1/replicasets")).json.items;
    expect(sets[0].metadata.ownerReferences[0]).toMatchObject({ kind: "Deployment", name: "web" });
    expect(pluck(json.items, "metadata.name")).toContain("data-0");
    const agent = (await ask("/api/v1/namespaces/kube-system/pods")).json.items[0];
    expect(agent.status.podIP).toBe("10.0.0.4");
  });

  it("gives Services addresses, node ports and the pods behind them", async () => {
    const service = (await ask("/api/v1/namespaces/shop/services/web")).json;
    expect(service.spec.clusterIP).toBe("172.16.0.10");
    expect(service.spec.ports[0].nodePort).toBeGreaterThanOrEqual(30_000);
    const [slice] = (await ask("/apis/discovery.k8s.io/v1/endpointslices")).json.items;
    expect(slice.ports).toEqual([{ name: "http", protocol: "TCP", port: 8080 }]);
    expect(pluck(slice.endpoints, "addresses").flat()).toEqual(["10.0.1.1", "10.0.1.2", "10.0.1.3"]);
  });

  it("changes when the control port changes it", async () => {
    const change = { cluster: ids.clusterHost, kind: "Deployment", namespace: "shop", name: "web" };
    await simulation.control("PATCH", "objects", { ...change, patch: { spec: { replicas: 0 } } });
    expect((await ask("/apis/apps/v1/namespaces/shop/deployments/web")).json.spec.replicas).toBe(0);
    expect((await simulation.control("PATCH", "objects", { ...change, kind: "Nothing" })).status).toBe(400);
  });

  it("tells its kinds to clients that ask", async () => {
    expect((await ask("/api")).json.versions).toEqual(["v1"]);
    const { json } = await ask("/apis/apps/v1");
    expect(pluck(json.resources, "name")).toEqual(["deployments", "replicasets", "statefulsets", "daemonsets"]);
    expect(pluck((await ask("/apis")).json.groups, "name")).not.toContain("gateway.networking.k8s.io");
  });

  it("keeps its authority's certificate where pods find it", async () => {
    const { json } = await ask("/api/v1/namespaces/shop/configmaps/kube-root-ca.crt");
    expect(json.data["ca.crt"]).toContain("BEGIN CERTIFICATE");
    expect(group).toContain(ids.one);
  });
});

describe("addresses", () => {
  it("are given out in order and never twice", () => {
    expect(toAddress(toNumber("10.0.255.255") + 1)).toBe("10.1.0.0");
    const next = createAddresses("10.0.0.254", new Set(["10.0.0.255"]));
    expect([next(), next(), next()]).toEqual(["10.0.0.254", "10.0.1.0", "10.0.1.1"]);
  });
});
