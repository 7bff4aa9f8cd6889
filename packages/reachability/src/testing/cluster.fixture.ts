/** Clusters and their objects for tests. All of them are in the cluster `c`. */
import type {
  EstateSnapshot,
  Ingress,
  IngressClass,
  KubernetesId,
  KubernetesService,
  LabelSelector,
  ManagedCluster,
  Namespace,
  NetworkInterface,
  NetworkPolicy,
  NetworkPolicyRule,
  Pod,
  Resource,
  Workload,
} from "@sightline/model";
import { toKubernetesId } from "@sightline/model";
import {
  balancer,
  balancingRule,
  fields,
  group,
  idOf,
  network,
  nic,
  publicIp,
  rule,
  snapshot,
  subnet,
} from "./estate.fixture.ts";

const cluster = idOf.cluster("c");

/** A cluster with an overlay network and no policy engine. */
export function clusterResource(name: string, more: Partial<ManagedCluster> = {}): ManagedCluster {
  return {
    kind: "managedCluster",
    ...fields("Microsoft.ContainerService/managedClusters", name),
    nodeResourceGroup: `mc_${name}`,
    powerState: "Running",
    enablePrivateCluster: false,
    authorizedIPRanges: [],
    aad: { managed: true, enableAzureRBAC: true },
    disableLocalAccounts: true,
    networkPlugin: "azure",
    networkPluginMode: "overlay",
    networkPolicy: "",
    networkDataplane: "azure",
    podCidrs: ["10.244.0.0/16"],
    serviceCidrs: ["10.0.0.0/16"],
    agentPools: [],
    enabledAddons: [],
    webAppRoutingEnabled: false,
    ...more,
  };
}

/** Id of an object of the cluster. */
export function objectId(kind: string, namespace: string, name: string): KubernetesId {
  return toKubernetesId({ cluster, kind, namespace, name });
}

const metadata = (kind: string, namespace: string, name: string, labels: Readonly<Record<string, string>> = {}) =>
  ({ id: objectId(kind, namespace, name), cluster, namespace, name, labels, annotations: {} }) as const;

/** A namespace with the label every namespace has. */
export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): Namespace {
  const all = { "kubernetes.io/metadata.name": name, ...labels };
  return { kind: "namespace", ...metadata("namespace", "", name, all) };
}

/** A running pod with the label `app` and one declared port, http on 8080. */
export function pod(name: string, address: string, more: Partial<Pod> & { readonly ns?: string } = {}): Pod {
  const { ns = "shop", ...rest } = more;
  return {
    kind: "pod",
    ...metadata("pod", ns, name, { app: name }),
    phase: "Running",
    podIPs: [address],
    hostIP: "10.3.0.4",
    nodeName: "node-1",
    hostNetwork: false,
    containers: [
      {
        name: "main",
        image: `example.azurecr.io/${name}:1`,
        ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
        init: false,
        state: "running",
      },
    ],
    owners: [],
    ...rest,
  };
}

/** A Service of the pods with this `app` label: port 80 to the port named http. */
export function service(
  name: string,
  more: Partial<KubernetesService> & { readonly ns?: string } = {},
): KubernetesService {
  const { ns = "shop", ...rest } = more;
  return {
    kind: "service",
    ...metadata("service", ns, name),
    type: "ClusterIP",
    selector: { app: name },
    ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: "http" }],
    clusterIPs: ["172.16.0.10"],
    externalIPs: [],
    loadBalancerSourceRanges: [],
    loadBalancerIngressIPs: [],
    externalTrafficPolicy: "Cluster",
    ...rest,
  };
}

/** A selector by labels. */
export function labelled(matchLabels: Readonly<Record<string, string>>): LabelSelector {
  return { matchLabels, matchExpressions: [] };
}

/** A policy of the namespace shop for incoming traffic. */
export function policy(
  name: string,
  selects: Readonly<Record<string, string>>,
  ingress: readonly NetworkPolicyRule[],
  ns = "shop",
): NetworkPolicy {
  return {
    kind: "networkPolicy",
    ...metadata("networkPolicy", ns, name),
    podSelector: labelled(selects),
    policyTypes: ["Ingress"],
    ingress,
  };
}

/** An Ingress of every host and path to one Service. */
export function ingressObject(name: string, backend: string, more: Partial<Ingress> = {}): Ingress {
  return {
    kind: "ingress",
    ...metadata("ingress", "shop", name),
    ingressClassName: "nginx",
    paths: [{ host: "", path: "/", pathType: "Prefix", service: { name: backend, port: 80 } }],
    tlsHosts: [],
    loadBalancerIngressIPs: [],
    ...more,
  };
}

/** The class of ingress-nginx. */
export const nginxClass: IngressClass = {
  kind: "ingressClass",
  ...metadata("ingressClass", "", "nginx"),
  controller: "k8s.io/ingress-nginx",
};

/** The controller of ingress-nginx with its Service, whose address is the load balancer's. */
export function nginxController(address = "20.0.0.9"): readonly Resource[] {
  const labels = { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller" };
  return [
    namespace("ingress"),
    pod("controller", "10.244.0.90", {
      ns: "ingress",
      labels,
      containers: [
        {
          name: "controller",
          image: "registry.k8s.io/ingress-nginx/controller:v1.14.0",
          ports: [
            { name: "http", containerPort: 80, protocol: "TCP" },
            { name: "https", containerPort: 443, protocol: "TCP" },
          ],
          init: false,
          state: "running",
        },
      ],
    }),
    service("controller", {
      ns: "ingress",
      selector: labels,
      type: "LoadBalancer",
      ports: [
        { name: "http", protocol: "TCP", port: 80, targetPort: "http", nodePort: 30_080 },
        { name: "https", protocol: "TCP", port: 443, targetPort: "https", nodePort: 30_443 },
      ],
      loadBalancerIngressIPs: [address],
    }),
  ];
}

/** The node of the cluster, in the network `k` and the security group `nodes`. */
export function node(more: Parameters<typeof nic>[2] = {}): NetworkInterface {
  return nic(
    "node-1",
    { network: "k", subnet: "nodes", address: "10.3.0.4" },
    { ...more, nic: { id: idOf.nic("node-1"), name: "node-1", ...more.nic } },
  );
}

/** What Azure makes for a Service at 20.0.0.9: address, load balancer with floating IP, and the rule that admits. */
export function exposedByAzure(
  ports: readonly number[],
  sources: readonly string[] = ["Internet"],
): readonly Resource[] {
  return [
    publicIp("kubernetes", "20.0.0.9"),
    balancer("kubernetes", { publicIp: "kubernetes" }, ["node-1"], {
      loadBalancingRules: ports.map((port) =>
        balancingRule("kubernetes", `tcp-${port}`, [port, port], { enableFloatingIP: true }),
      ),
    }),
    group("nodes", [
      rule("k8s-azure-lb_allow", 500, "Allow", {
        sourceAddressPrefixes: sources,
        destinationAddressPrefixes: ["20.0.0.9"],
        destinationPortRanges: ports.map(String),
      }),
    ]),
  ];
}

/** The security group of nodes without rules. */
export const closedNodes = group("nodes", []);

/** A workload of these pods. */
export function podWorkload(name: string, pods: readonly string[], ns = "shop"): Workload {
  return {
    id: objectId("deployment", ns, name),
    kind: "kubernetes",
    name,
    cluster,
    namespace: ns,
    members: pods.map((one) => objectId("pod", ns, one)),
    containers: [],
    liveness: { kind: "live", reason: "Running" },
  };
}

/** A complete snapshot of a cluster in the network `k` with the namespace `shop`. */
export function clusterSnapshot(
  resources: readonly Resource[],
  workloads: readonly Workload[],
  more: { readonly cluster?: Partial<ManagedCluster>; readonly estate?: Partial<EstateSnapshot> } = {},
): EstateSnapshot {
  const nodes = resources.some((resource) => resource.kind === "networkInterface") ? [] : [node()];
  const groups = resources.some((resource) => resource.kind === "networkSecurityGroup") ? [] : [closedNodes];
  return snapshot(
    [
      network("k", "10.3.0.0/16", [subnet("k", "nodes", "10.3.0.0/24", { networkSecurityGroup: idOf.group("nodes") })]),
      clusterResource("c", {
        agentPools: [
          { name: "pool", vnetSubnetId: idOf.subnet("k", "nodes"), enableNodePublicIP: false, powerState: "Running" },
        ],
        ...more.cluster,
      }),
      namespace("shop"),
      ...nodes,
      ...groups,
      ...resources,
    ],
    workloads,
    more.estate,
  );
}
