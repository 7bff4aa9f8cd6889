/** Clusters: Services, nodes, ingresses and policies, in pairs one change apart. */
import type { EstateSnapshot, KubernetesService, Resource } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { computeExposures } from "./compute-exposures.ts";
import { ask, missingOf, resultOf } from "./testing/answer.fixture.ts";
import {
  clusterSnapshot,
  exposedByAzure,
  ingressObject,
  labelled,
  namespace,
  nginxClass,
  nginxController,
  node,
  objectId,
  pod,
  podWorkload,
  policy,
  service,
} from "./testing/cluster.fixture.ts";
import { balancer, balancingRule, completeList, group, idOf, other, publicIp, rule } from "./testing/estate.fixture.ts";

const api = pod("api", "10.244.0.10");
const web = pod("web", "10.244.0.11");
const both: readonly Resource[] = [api, web];
const workloads = [podWorkload("api", ["api"])];
const calico = { networkPolicy: "calico" };

const exposed = (more: Partial<KubernetesService> = {}): KubernetesService =>
  service("api", {
    type: "LoadBalancer",
    loadBalancerIngressIPs: ["20.0.0.9"],
    ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: "http", nodePort: 30_001 }],
    ...more,
  });

describe("a Service of type LoadBalancer", () => {
  it("is reachable where the load balancer and the security group in Azure carry it to the nodes", () => {
    const estate = clusterSnapshot([...both, exposed(), ...exposedByAzure([80])], workloads);
    expect(resultOf(estate, "internet", 8080)).toBe("reachable");
    expect(resultOf(estate, "internet", 9090)).toBe("unreachable");
  });

  it("is shut where the security group of the nodes does not admit its address", () => {
    const [address, balancer] = exposedByAzure([80]);
    const closed = [address, balancer, group("nodes", [])].filter((one) => one !== undefined);
    expect(resultOf(clusterSnapshot([...both, exposed(), ...closed], workloads), "internet", 8080)).toBe("unreachable");
  });

  it("admits only its source ranges, which the security group repeats", () => {
    const ranges = { loadBalancerSourceRanges: ["198.51.100.0/24"] };
    const azure = exposedByAzure([80], ["198.51.100.0/24"]);
    const estate = clusterSnapshot([...both, exposed(ranges), ...azure], workloads);
    expect(resultOf(estate, "internet", 8080)).toBe("unreachable");
    expect(resultOf(estate, "internet-allowlisted", 8080)).toBe("reachable");
    const stale = clusterSnapshot([...both, exposed(ranges), ...exposedByAzure([80])], workloads);
    expect(resultOf(stale, "internet", 8080)).toBe("undetermined");
  });

  it("is undetermined while its load balancer, or its address, was not read", () => {
    const unread = clusterSnapshot([...both, exposed()], workloads);
    expect(missingOf(ask(unread, { from: "internet", port: 8080 }))).toContain("20.0.0.9");
    const pending = clusterSnapshot([...both, exposed({ loadBalancerIngressIPs: [] })], workloads);
    expect(resultOf(pending, "internet", 8080)).toBe("undetermined");
  });

  it("is undetermined while the nodes behind it were not read", () => {
    const estate = clusterSnapshot([...both, exposed(), ...exposedByAzure([80])], workloads);
    const without = { ...estate, resources: estate.resources.filter(({ kind }) => kind !== "networkInterface") };
    expect(resultOf(without, "internet", 8080)).toBe("undetermined");
  });

  it("is undetermined while one of several nodes was not read: its group may be open", () => {
    const carried = [balancingRule("kubernetes", "tcp-80", [80, 80], { enableFloatingIP: true })];
    const azure = (members: readonly string[]): readonly Resource[] => [
      publicIp("kubernetes", "20.0.0.9"),
      balancer("kubernetes", { publicIp: "kubernetes" }, members, { loadBalancingRules: carried }),
    ];
    const estate = (members: readonly string[]): EstateSnapshot =>
      clusterSnapshot([...both, exposed(), ...azure(members)], workloads);
    expect(resultOf(estate(["node-1"]), "internet", 8080)).toBe("unreachable");
    expect(resultOf(estate(["node-1", "node-2"]), "internet", 8080)).toBe("undetermined");
  });

  it("whose load balancer has no rule for the port is shut", () => {
    const estate = clusterSnapshot([...both, exposed(), ...exposedByAzure([8443])], workloads);
    expect(resultOf(estate, "internet", 8080)).toBe("unreachable");
  });

  it("of another namespace or other labels does not lead to the pods", () => {
    const elsewhere = clusterSnapshot(
      [
        ...both,
        namespace("other"),
        service("api", { ...exposed(), ns: "other", id: objectId("service", "other", "api"), namespace: "other" }),
        ...exposedByAzure([80]),
      ],
      workloads,
    );
    expect(resultOf(elsewhere, "internet", 8080)).toBe("unreachable");
    const others = clusterSnapshot(
      [...both, exposed({ selector: { app: "web" } }), ...exposedByAzure([80])],
      workloads,
    );
    expect(resultOf(others, "internet", 8080)).toBe("unreachable");
  });
});

describe("nodes", () => {
  const nodePort = service("api", {
    type: "NodePort",
    ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: "http", nodePort: 30_001 }],
  });

  it("offer node ports to their network, and to the internet where they have public addresses that a group opens", () => {
    const inside = clusterSnapshot([...both, nodePort], workloads);
    expect(resultOf(inside, "same-vnet", 8080)).toBe("reachable");
    expect(resultOf(inside, "internet", 8080)).toBe("unreachable");
    const publicNode = [
      node({ publicIPAddress: idOf.publicIp("node") }),
      publicIp("node", "20.0.0.20"),
      group("nodes", [rule("ports", 100, "Allow", { destinationPortRanges: ["30000-32767"] })]),
    ];
    expect(resultOf(clusterSnapshot([...both, nodePort, ...publicNode], workloads), "internet", 8080)).toBe(
      "reachable",
    );
  });

  it("without node port, host port or host network offer nothing", () => {
    expect(resultOf(clusterSnapshot([...both, service("api")], workloads), "same-vnet", 8080)).toBe("unreachable");
  });

  it("offer host ports and the host network", () => {
    const hostPort = pod("api", "10.244.0.10", {
      containers: [
        {
          name: "main",
          image: "x",
          ports: [{ containerPort: 8080, protocol: "TCP", hostPort: 9000 }],
          init: false,
          state: "running",
        },
      ],
    });
    expect(resultOf(clusterSnapshot([hostPort, web], workloads), "same-vnet", 8080)).toBe("reachable");
    const hostNetwork = pod("api", "10.3.0.4", { hostNetwork: true });
    expect(resultOf(clusterSnapshot([hostNetwork, web], workloads), "same-vnet", 12_345)).toBe("reachable");
  });

  it("with public addresses that were not collected may be reached from the internet", () => {
    const agentPools = [
      { name: "pool", vnetSubnetId: idOf.subnet("k", "nodes"), enableNodePublicIP: true, powerState: "Running" },
    ];
    const opened = group("nodes", [rule("ports", 100, "Allow", { destinationPortRanges: ["30000-32767"] })]);
    const estate = clusterSnapshot([...both, nodePort, opened], workloads, { cluster: { agentPools } });
    expect(missingOf(ask(estate, { from: "internet", port: 8080 }))).toContain("public addresses of the nodes");
  });
});

describe("network policies", () => {
  const deny = policy("deny", {}, []);
  const fromWeb = policy("from-web", { app: "api" }, [
    { peers: [{ podSelector: labelled({ app: "web" }) }], ports: [{ port: 8080 }] },
  ]);

  it("shut a pod off from the others where an engine enforces them, and are void where none does", () => {
    expect(resultOf(clusterSnapshot([...both, deny], workloads, { cluster: calico }), "same-cluster", 8080)).toBe(
      "unreachable",
    );
    const unenforced = ask(clusterSnapshot([...both, deny], workloads), { from: "same-cluster", port: 8080 });
    expect(unenforced.result === "reachable" && JSON.stringify(unenforced.paths)).toContain("policies have no effect");
  });

  it("admit whom a rule names, on the ports it names", () => {
    const estate = clusterSnapshot([...both, deny, fromWeb], workloads, { cluster: calico });
    expect(resultOf(estate, "same-cluster", 8080)).toBe("reachable");
    expect(resultOf(estate, "same-cluster", 9090)).toBe("unreachable");
  });

  it("of another namespace do nothing here", () => {
    const elsewhere = policy("deny", {}, [], "other");
    expect(resultOf(clusterSnapshot([...both, elsewhere], workloads, { cluster: calico }), "same-cluster", 8080)).toBe(
      "reachable",
    );
  });

  it("that stop the sender shut the way as well", () => {
    const egress = { ...policy("no-egress", { app: "web" }, []), policyTypes: ["Egress"] };
    expect(resultOf(clusterSnapshot([...both, egress], workloads, { cluster: calico }), "same-cluster", 8080)).toBe(
      "unreachable",
    );
  });

  it("spare pods of the host network, which count as their node and are nobody's position", () => {
    const host = pod("agent", "10.3.0.4", { hostNetwork: true, labels: { app: "agent" } });
    const estate = clusterSnapshot([...both, host, deny], workloads, { cluster: calico });
    expect(resultOf(estate, "same-cluster", 8080)).toBe("unreachable");
    expect(computeExposures(estate).exposures[0]?.assumptions.join()).toContain("host network counts as its node");
    const spared = clusterSnapshot([pod("api", "10.3.0.4", { hostNetwork: true }), web, deny], workloads, {
      cluster: calico,
    });
    expect(resultOf(spared, "same-cluster", 8080)).toBe("reachable");
  });

  it("see a node in the sender's place behind a Service that does not keep the sender", () => {
    const office = policy("office", {}, [{ peers: [{ ipBlock: { cidr: "198.51.100.0/24", except: [] } }], ports: [] }]);
    const behind = (externalTrafficPolicy: string): EstateSnapshot =>
      clusterSnapshot([...both, office, exposed({ externalTrafficPolicy }), ...exposedByAzure([80])], workloads, {
        cluster: calico,
      });
    expect(resultOf(behind("Local"), "internet", 8080)).toBe("unreachable");
    expect(resultOf(behind("Local"), "internet-allowlisted", 8080)).toBe("reachable");
    expect(resultOf(behind("Cluster"), "internet", 8080)).toBe("undetermined");
  });

  it("of Cilium's own kinds may let more in, so that a negative needs them read and absent", () => {
    const cilium = { networkPolicy: "cilium", networkDataplane: "cilium" };
    const estate = clusterSnapshot([...both, deny], workloads, { cluster: cilium });
    expect(missingOf(ask(estate, { from: "same-cluster", port: 8080 }))).toContain("CiliumNetworkPolicy");
    const read = {
      ...estate,
      coverage: [...estate.coverage, completeList("ciliumNetworkPolicy", idOf.cluster("c").toLowerCase())],
    };
    expect(resultOf(read, "same-cluster", 8080)).toBe("unreachable");
  });

  it("match pods by address block, except under Cilium", () => {
    const block = policy("block", {}, [{ peers: [{ ipBlock: { cidr: "10.244.0.0/16", except: [] } }], ports: [] }]);
    expect(resultOf(clusterSnapshot([...both, block], workloads, { cluster: calico }), "same-cluster", 8080)).toBe(
      "reachable",
    );
    const cilium = clusterSnapshot([...both, block], workloads, { cluster: { networkPolicy: "cilium" } });
    const read = {
      ...cilium,
      coverage: [...cilium.coverage, completeList("ciliumNetworkPolicy", idOf.cluster("c").toLowerCase())],
    };
    expect(resultOf(read, "same-cluster", 8080)).toBe("unreachable");
  });

  it("are in doubt under an engine nobody knows", () => {
    expect(
      resultOf(
        clusterSnapshot([...both, deny], workloads, { cluster: { networkPolicy: "magic" } }),
        "same-cluster",
        8080,
      ),
    ).toBe("undetermined");
  });
});

describe("ingresses", () => {
  const controlled = (objects: readonly Resource[]): EstateSnapshot =>
    clusterSnapshot([...both, service("api"), service("web"), ...objects, ...exposedByAzure([80, 443])], workloads);

  it("carry requests from the controller's address to the pods of the Service they name", () => {
    const estate = controlled([nginxClass, ...nginxController(), ingressObject("api", "api")]);
    const answer = ask(estate, { from: "internet", port: 8080 });
    expect(answer.result).toBe("reachable");
    expect(answer.result === "reachable" && answer.paths[0].hops.map(({ kind }) => kind)).toEqual([
      "public-ip",
      "load-balancer",
      "network-interface",
      "service",
      "pod",
      "ingress",
    ]);
    expect(resultOf(estate, "internet", 9090)).toBe("unreachable");
  });

  it("are served by one controller while it is rolled over, and by nobody knows which of two", () => {
    const labels = { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller" };
    const second = (more: Readonly<Record<string, string>>): Resource =>
      pod("controller-2", "10.244.0.91", { ns: "ingress", labels: { ...labels, ...more } });
    const estate = (more: Readonly<Record<string, string>>): EstateSnapshot =>
      controlled([nginxClass, ...nginxController(), second(more), ingressObject("api", "api")]);
    expect(resultOf(estate({ "pod-template-hash": "new" }), "internet", 8080)).toBe("reachable");
    expect(resultOf(estate({ "app.kubernetes.io/instance": "internal" }), "internet", 8080)).toBe("undetermined");
  });

  it("to another Service do not lead here", () => {
    expect(
      resultOf(controlled([nginxClass, ...nginxController(), ingressObject("web", "web")]), "internet", 8080),
    ).toBe("unreachable");
  });

  it("are known by the usual class name where classes cannot be read", () => {
    expect(resultOf(controlled([...nginxController(), ingressObject("api", "api")]), "internet", 8080)).toBe(
      "reachable",
    );
  });

  it("of a class that leads to no controller are undetermined, and so are those of application gateways", () => {
    const unknown = controlled([...nginxController(), ingressObject("api", "api", { ingressClassName: "mystery" })]);
    expect(missingOf(ask(unknown, { from: "internet", port: 8080 }))).toContain("mystery");
    const gateway = controlled([ingressObject("api", "api", { ingressClassName: "azure-application-gateway" })]);
    expect(missingOf(ask(gateway, { from: "internet", port: 8080 }))).toContain("Application Gateway");
  });

  it("cannot pass a policy that does not admit the controller", () => {
    const shut = policy("shut", { app: "api" }, [{ peers: [{ podSelector: labelled({ app: "web" }) }], ports: [] }]);
    const objects = [
      ...both,
      service("api"),
      nginxClass,
      ...nginxController(),
      ingressObject("api", "api"),
      shut,
      ...exposedByAzure([80, 443]),
    ];
    expect(resultOf(clusterSnapshot(objects, workloads, { cluster: calico }), "internet", 8080)).toBe("unreachable");
    const admits = policy("shut", { app: "api" }, [
      { peers: [{ namespaceSelector: labelled({ "kubernetes.io/metadata.name": "ingress" }) }], ports: [] },
    ]);
    const opened = objects.map((one) => (one === shut ? admits : one));
    expect(resultOf(clusterSnapshot(opened, workloads, { cluster: calico }), "internet", 8080)).toBe("reachable");
  });

  it("with annotations that route freely may lead anywhere", () => {
    const free = ingressObject("web", "web", { annotations: { "nginx.ingress.kubernetes.io/server-snippet": "…" } });
    expect(
      missingOf(ask(controlled([nginxClass, ...nginxController(), free]), { from: "internet", port: 8080 })),
    ).toContain("server-snippet");
  });

  it("are not needed by a proxy that routes by objects nobody read", () => {
    const envoy = pod("envoy", "10.244.0.50", {
      containers: [
        {
          name: "envoy",
          image: "docker.io/envoyproxy/envoy:v1.31",
          ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
          init: false,
          state: "running",
        },
      ],
    });
    const front = exposed({ name: "envoy", id: objectId("service", "shop", "envoy"), selector: { app: "envoy" } });
    const estate = clusterSnapshot([...both, envoy, front, ...exposedByAzure([80])], workloads);
    expect(missingOf(ask(estate, { from: "internet", port: 8080 }))).toContain("envoy");
    const inside = clusterSnapshot([...both, envoy, service("envoy")], workloads);
    expect(resultOf(inside, "internet", 8080)).toBe("unreachable");
  });
});

describe("pod addresses", () => {
  const flat = { networkPluginMode: "" };
  const flatPods = [pod("api", "10.3.0.40"), pod("web", "10.3.0.41")];

  it("of the virtual network are reachable from it, those of an overlay are not", () => {
    expect(resultOf(clusterSnapshot(flatPods, workloads, { cluster: flat }), "same-vnet", 8080)).toBe("reachable");
    expect(resultOf(clusterSnapshot(both, workloads), "same-vnet", 8080)).toBe("unreachable");
  });

  it("of the virtual network may be members of a load balancer, each of them", () => {
    const pods = [pod("api", "10.3.0.40"), pod("api-2", "10.3.0.41", { labels: { app: "api" } })];
    const members = [{ ipAddress: "10.3.0.41", virtualNetwork: idOf.network("k") }];
    const pool = {
      id: idOf.pool("lb"),
      name: "pool",
      backendIPConfigurations: [],
      loadBalancerBackendAddresses: members,
    };
    const front = balancer("lb", { publicIp: "front" }, [], {
      backendAddressPools: [pool],
      loadBalancingRules: [balancingRule("lb", "web", [80, 8080])],
    });
    const open = group("nodes", [rule("web", 100, "Allow", { destinationPortRanges: ["8080"] })]);
    const estate = clusterSnapshot(
      [...pods, front, publicIp("front", "20.0.0.9"), open],
      [podWorkload("api", ["api", "api-2"])],
      {
        cluster: flat,
      },
    );
    expect(resultOf(estate, "internet", 8080)).toBe("reachable");
  });

  it("of the virtual network are guarded by the group of their subnet", () => {
    const closed = group("nodes", [rule("none", 100, "Deny", { protocol: "*" })]);
    expect(resultOf(clusterSnapshot([...flatPods, closed], workloads, { cluster: flat }), "same-vnet", 8080)).toBe(
      "unreachable",
    );
  });

  it("are in doubt with a network plugin whose routing is not known", () => {
    expect(
      resultOf(
        clusterSnapshot(both, workloads, { cluster: { networkPlugin: "kubenet", networkPluginMode: "" } }),
        "same-vnet",
        8080,
      ),
    ).toBe("undetermined");
    expect(resultOf(clusterSnapshot(both, workloads, { cluster: { networkPlugin: "none" } }), "same-vnet", 8080)).toBe(
      "undetermined",
    );
  });

  it("of a cluster that is not in the snapshot are in doubt altogether", () => {
    const estate = clusterSnapshot(both, workloads);
    const lost = { ...estate, resources: estate.resources.filter(({ kind }) => kind !== "managedCluster") };
    expect(resultOf(lost, "same-vnet", 8080)).toBe("undetermined");
  });

  it("in a network with an application gateway may be met by it, overlay or not", () => {
    const gateway = other("Microsoft.Network/applicationGateways", "gw", [idOf.subnet("k", "gateway")]);
    expect(resultOf(clusterSnapshot([...both, gateway], workloads), "internet", 8080)).toBe("undetermined");
  });
});

describe("workloads without pods", () => {
  it("are judged by what their controller would make", () => {
    const controller: Resource = {
      kind: "workloadController",
      id: objectId("deployment", "shop", "api"),
      cluster: idOf.cluster("c"),
      namespace: "shop",
      name: "api",
      labels: {},
      annotations: {},
      controllerKind: "Deployment",
      replicas: 0,
      suspended: false,
      podLabels: { app: "api" },
      containers: api.containers,
      hostNetwork: false,
      owners: [],
    };
    const idle = [podWorkload("api", [])];
    const estate = clusterSnapshot([web, controller, exposed(), ...exposedByAzure([80])], idle);
    expect(resultOf(estate, "internet", 8080)).toBe("reachable");
    expect(resultOf(clusterSnapshot([web, controller], idle), "internet", 8080)).toBe("unreachable");
    expect(resultOf(clusterSnapshot([web], idle), "internet", 8080)).toBe("undetermined");
  });
});
