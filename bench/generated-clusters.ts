/** Clusters of generated estates: pods in fives, Services, and policies. */
import {
  type ArmId,
  type KubernetesId,
  type KubernetesService,
  type ManagedCluster,
  type Namespace,
  type NetworkPolicy,
  type Pod,
  type Resource,
  toKubernetesId,
  type Workload,
} from "@sightline/model";
import { address, type EstateSize, fields, pick, type Random, subnetId } from "./generated-parts.ts";

function toPolicy(cluster: ArmId, index: number, namespaces: number, random: Random): NetworkPolicy {
  const namespace = `ns${index % namespaces}`;
  const open = random() < 0.1;
  return {
    kind: "networkPolicy",
    id: toKubernetesId({ cluster, kind: "networkPolicy", namespace, name: `p${index}` }),
    cluster,
    namespace,
    name: `p${index}`,
    labels: {},
    annotations: {},
    podSelector: { matchLabels: random() < 0.3 ? {} : { app: `a${Math.floor(random() * 20)}` }, matchExpressions: [] },
    policyTypes: ["Ingress"],
    ingress: [
      {
        peers: open
          ? []
          : [{ podSelector: { matchLabels: { tier: pick(random, ["web", "api", "db"]) }, matchExpressions: [] } }],
        ports: random() < 0.5 ? [] : [{ protocol: "TCP", port: pick(random, [80, 8080, 5432]) }],
      },
    ],
  };
}

/** A cluster's objects and workloads. */
export interface ClusterObjects {
  readonly resources: readonly Resource[];
  readonly workloads: readonly Workload[];
  readonly id: ArmId;
}

/** One cluster of the size. */
export function toCluster(size: EstateSize, random: Random, index: number): ClusterObjects {
  const managed: ManagedCluster = {
    kind: "managedCluster",
    ...fields("Microsoft.ContainerService/managedClusters", `c${index}`),
    nodeResourceGroup: `mc_c${index}`,
    powerState: "Running",
    enablePrivateCluster: false,
    authorizedIPRanges: [],
    aad: { managed: true, enableAzureRBAC: true },
    disableLocalAccounts: true,
    networkPlugin: "azure",
    networkPluginMode: "overlay",
    networkPolicy: pick(random, ["", "calico", "azure"]),
    networkDataplane: "azure",
    podCidrs: ["192.168.0.0/16"],
    serviceCidrs: ["172.16.0.0/16"],
    agentPools: [
      {
        name: "pool",
        vnetSubnetId: subnetId(index % size.networks, 0),
        enableNodePublicIP: false,
        powerState: "Running",
      },
    ],
    enabledAddons: [],
    webAppRoutingEnabled: false,
  };
  const cluster = managed.id;
  const namespaces = Math.max(1, Math.ceil(size.podsPerCluster / 100));
  const objectId = (kind: string, namespace: string, name: string): KubernetesId =>
    toKubernetesId({ cluster, kind, namespace, name });
  const spaces = Array.from(
    { length: namespaces },
    (_, number): Namespace => ({
      kind: "namespace",
      id: objectId("namespace", "", `ns${number}`),
      cluster,
      namespace: "",
      name: `ns${number}`,
      labels: { "kubernetes.io/metadata.name": `ns${number}` },
      annotations: {},
    }),
  );
  const replicas = 5;
  const pods = Array.from({ length: size.podsPerCluster }, (_, number): Pod => {
    const app = Math.floor(number / replicas);
    const namespace = `ns${app % namespaces}`;
    return {
      kind: "pod",
      id: objectId("pod", namespace, `pod${number}`),
      cluster,
      namespace,
      name: `pod${number}`,
      labels: { app: `a${app % 20}`, tier: ["web", "api", "db"][app % 3] ?? "web", name: `n${app}` },
      annotations: {},
      phase: "Running",
      podIPs: [`192.168.${number >> 8}.${number & 255}`],
      hostIP: address(index % size.networks, 0, index),
      nodeName: "node",
      hostNetwork: false,
      containers: [
        {
          name: "main",
          image: "example.azurecr.io/app:1",
          ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
          init: false,
          state: "running",
        },
      ],
      owners: [],
    };
  });
  const services = Array.from(
    { length: Math.ceil(size.podsPerCluster / (replicas * 4)) },
    (_, number): KubernetesService => {
      const app = number * 4;
      const namespace = `ns${app % namespaces}`;
      return {
        kind: "service",
        id: objectId("service", namespace, `svc${app}`),
        cluster,
        namespace,
        name: `svc${app}`,
        labels: {},
        annotations: {},
        type: number % 5 === 0 ? "NodePort" : "ClusterIP",
        selector: { name: `n${app}` },
        ports: [
          {
            name: "http",
            protocol: "TCP",
            port: 80,
            targetPort: "http",
            ...(number % 5 === 0 ? { nodePort: 30_000 + number } : {}),
          },
        ],
        clusterIPs: [],
        externalIPs: [],
        loadBalancerSourceRanges: [],
        loadBalancerIngressIPs: [],
        externalTrafficPolicy: "Cluster",
      };
    },
  );
  const policies = Array.from({ length: size.policiesPerCluster }, (_, number) =>
    toPolicy(cluster, number, namespaces, random),
  );
  const groups = Map.groupBy(pods, (pod) => pod.labels["name"] ?? "");
  const workloads = [...groups].map(([name, members]): Workload => {
    const namespace = members[0]?.namespace ?? "";
    return {
      id: objectId("deployment", namespace, name),
      kind: "kubernetes",
      name,
      cluster,
      namespace,
      members: members.map((pod) => pod.id),
      containers: [
        {
          name: "main",
          image: { kind: "tag-only", name: "example.azurecr.io/app:1", reason: "generated" },
          declaredPorts: [{ port: 8080, protocol: "TCP" }],
        },
      ],
      liveness: { kind: "live", reason: "running" },
    };
  });
  return { resources: [managed, ...spaces, ...pods, ...services, ...policies], workloads, id: cluster };
}
