/** The hand-written shop, with what the reachability engine needs to find the ways in by itself. */
import {
  type ArmId,
  type EstateSnapshot,
  type KubernetesService,
  type LoadBalancer,
  type NetworkInterface,
  type NetworkPolicy,
  type Resource,
  toArmId,
  toKubernetesId,
} from "@sightline/model";
import { createEstate, readAt } from "../../packages/verdict/src/testing/shop-estate.ts";
import {
  armId,
  cluster,
  kubernetesId,
  loadBalancer,
  subscriptionId,
} from "../../packages/verdict/src/testing/shop-resources.ts";

function inNodeGroup(path: string): ArmId {
  const id = toArmId(`/subscriptions/${subscriptionId}/resourceGroups/MC_shop/providers/${path}`);
  if (id === undefined) {
    throw new TypeError(path);
  }
  return id;
}

const pool = armId("Microsoft.Network/loadBalancers/kubernetes/backendAddressPools/kubernetes");
const frontend = armId("Microsoft.Network/loadBalancers/kubernetes/frontendIPConfigurations/web");
const address = armId("Microsoft.Network/publicIPAddresses/web");
const nodeInterface = inNodeGroup("Microsoft.Network/networkInterfaces/node-1");
const nodeConfiguration = inNodeGroup("Microsoft.Network/networkInterfaces/node-1/ipConfigurations/main");
const azure = { subscriptionId, location: "westeurope" };

const node: NetworkInterface = {
  ...azure,
  kind: "networkInterface",
  id: nodeInterface,
  name: "node-1",
  enableIPForwarding: true,
  ipConfigurations: [
    {
      id: nodeConfiguration,
      name: "main",
      primary: true,
      privateIPAddress: "10.40.1.4",
      subnet: armId("Microsoft.Network/virtualNetworks/vnet-prod/subnets/aks"),
      applicationSecurityGroups: [],
      loadBalancerBackendAddressPools: [pool],
      loadBalancerInboundNatRules: [],
      applicationGatewayBackendAddressPools: [],
    },
  ],
};

const balancer: LoadBalancer = {
  ...azure,
  kind: "loadBalancer",
  id: loadBalancer,
  name: "kubernetes",
  sku: "Standard",
  frontendIPConfigurations: [{ id: frontend, name: "web", publicIPAddress: address }],
  backendAddressPools: [
    { id: pool, name: "kubernetes", backendIPConfigurations: [nodeConfiguration], loadBalancerBackendAddresses: [] },
  ],
  loadBalancingRules: [
    {
      id: armId("Microsoft.Network/loadBalancers/kubernetes/loadBalancingRules/web-443"),
      name: "web-443",
      frontendIPConfiguration: frontend,
      backendAddressPools: [pool],
      protocol: "Tcp",
      frontendPort: 443,
      backendPort: 443,
      enableFloatingIP: true,
    },
  ],
  inboundNatRules: [],
};

/** A Service of the shop. */
export function service(name: string, rest: Partial<KubernetesService>): KubernetesService {
  return {
    kind: "service",
    id: kubernetesId("service", name),
    cluster,
    namespace: "shop",
    name,
    labels: {},
    annotations: {},
    type: "ClusterIP",
    selector: { app: name },
    ports: [],
    clusterIPs: ["10.0.0.10"],
    externalIPs: [],
    loadBalancerSourceRanges: [],
    loadBalancerIngressIPs: [],
    externalTrafficPolicy: "Cluster",
    ...rest,
  };
}

const namespace: Resource = {
  kind: "namespace",
  id: toKubernetesId({ cluster, kind: "namespace", namespace: "", name: "shop" }),
  cluster,
  namespace: "",
  name: "shop",
  labels: { "kubernetes.io/metadata.name": "shop" },
  annotations: {},
};

const publicWeb = service("web", {
  type: "LoadBalancer",
  ports: [{ protocol: "TCP", port: 443, targetPort: 3000, nodePort: 31443 }],
  loadBalancerIngressIPs: ["20.61.14.87"],
});

/** The estate with a node, a load balancer that leads to it, and these policies instead of its own. */
export function createShopCluster(
  policies: readonly NetworkPolicy[],
  engine: string,
  services: readonly KubernetesService[] = [publicWeb],
): EstateSnapshot {
  const shop = createEstate();
  const kept = shop.resources.filter(({ kind }) => kind !== "networkPolicy" && kind !== "loadBalancer");
  const resources = [
    ...kept.map((resource) => adapt(resource, engine)),
    balancer,
    node,
    namespace,
    ...services,
    ...policies,
  ];
  const seen = (resource: Resource): readonly [string, { at: string; coverage: string }] => [
    resource.id.toLowerCase(),
    { at: readAt, coverage: coverageOf(resource) },
  ];
  return {
    ...shop,
    resources,
    observations: { ...shop.observations, ...Object.fromEntries(resources.map(seen)) },
  };
}

function coverageOf(resource: Resource): string {
  const scope = "cluster" in resource ? cluster.toLowerCase() : `/subscriptions/${subscriptionId}`;
  return `${scope}|${resource.kind}`;
}

function adapt(resource: Resource, engine: string): Resource {
  switch (resource.kind) {
    case "managedCluster":
      return { ...resource, networkPolicy: engine, networkDataplane: engine === "cilium" ? "cilium" : "azure" };
    case "publicIPAddress":
      return { ...resource, ipConfiguration: frontend };
    case "pod":
      return { ...resource, hostIP: "10.40.1.4" };
    default:
      return resource;
  }
}
