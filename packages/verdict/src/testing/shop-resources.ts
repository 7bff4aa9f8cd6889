/** Resources of the estate of `shop-estate.ts`. */
import {
  type ArmId,
  type Digest,
  type KubernetesId,
  type Pod,
  type Resource,
  toArmId,
  toDigest,
  toKubernetesId,
} from "@sightline/model";

export const subscriptionId = "11111111-1111-4111-8111-111111111111";
const group = `/subscriptions/${subscriptionId}/resourceGroups/shop`;

/** An ARM id in the test's resource group; throws on a malformed one. */
export function armId(path: string): ArmId {
  const id = toArmId(`${group}/providers/${path}`);
  if (id === undefined) {
    throw new TypeError(path);
  }
  return id;
}

/** A digest that repeats one hex digit. */
export function digestOf(digit: string): Digest {
  const digest = toDigest(`sha256:${digit.repeat(64)}`);
  if (digest === undefined) {
    throw new TypeError(digit);
  }
  return digest;
}

export const cluster = armId("Microsoft.ContainerService/managedClusters/prod-weu");
export const networkSecurityGroup = armId("Microsoft.Network/networkSecurityGroups/nsg-aks");
const virtualNetwork = armId("Microsoft.Network/virtualNetworks/vnet-prod");
const subnet = armId("Microsoft.Network/virtualNetworks/vnet-prod/subnets/aks");
export const loadBalancer = armId("Microsoft.Network/loadBalancers/kubernetes");
const publicAddress = armId("Microsoft.Network/publicIPAddresses/web");
export const siteId = armId("Microsoft.Web/sites/shop-admin");

/** Id of an object in namespace `shop`. */
export function kubernetesId(kind: string, name: string): KubernetesId {
  return toKubernetesId({ cluster, kind, namespace: "shop", name });
}

export const images = {
  web: digestOf("a"),
  orders: digestOf("b"),
  ledger: digestOf("c"),
  batch: digestOf("d"),
  admin: digestOf("e"),
  nowhere: digestOf("f"),
} as const;

/** What a running workload of the shop differs by. */
export interface PodPlan {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  readonly digest: Digest;
}

/** The running workloads. */
export const plans: readonly PodPlan[] = [
  { name: "web", ip: "10.40.1.10", port: 3000, digest: images.web },
  { name: "orders", ip: "10.40.1.20", port: 7001, digest: images.orders },
  { name: "ledger", ip: "10.40.1.30", port: 8443, digest: images.ledger },
];

function toPod({ name, ip, port, digest }: PodPlan): Pod {
  return {
    kind: "pod",
    id: kubernetesId("pod", `${name}-1`),
    cluster,
    namespace: "shop",
    name: `${name}-1`,
    labels: { app: name },
    annotations: {},
    phase: "Running",
    podIPs: [ip],
    hostNetwork: false,
    nodeName: "node-1",
    containers: [
      {
        name,
        image: `contoso.azurecr.io/shop/${name}:1`,
        imageID: `contoso.azurecr.io/shop/${name}@${digest}`,
        ports: [{ containerPort: port, protocol: "TCP" }],
        init: false,
        state: "running",
      },
    ],
    owners: [{ kind: "Deployment", name, controller: true }],
  };
}

const azure = { subscriptionId, location: "westeurope" };
const kubernetes = { cluster, namespace: "shop", annotations: {} };

/** Everything collected. */
export const shopResources: readonly Resource[] = [
  {
    ...azure,
    kind: "managedCluster",
    id: cluster,
    name: "prod-weu",
    nodeResourceGroup: "MC_shop",
    powerState: "Running",
    enablePrivateCluster: false,
    authorizedIPRanges: [],
    aad: { managed: true, enableAzureRBAC: true },
    disableLocalAccounts: true,
    networkPlugin: "azure",
    networkPluginMode: "",
    networkPolicy: "cilium",
    networkDataplane: "cilium",
    podCidrs: [],
    serviceCidrs: ["10.0.0.0/16"],
    agentPools: [{ name: "pool1", vnetSubnetId: subnet, enableNodePublicIP: false, powerState: "Running" }],
    enabledAddons: [],
    webAppRoutingEnabled: false,
  },
  {
    ...azure,
    kind: "virtualNetwork",
    id: virtualNetwork,
    name: "vnet-prod",
    addressPrefixes: ["10.40.0.0/16"],
    subnets: [
      {
        id: subnet,
        name: "aks",
        addressPrefixes: ["10.40.1.0/24"],
        networkSecurityGroup,
        privateEndpointNetworkPolicies: "Disabled",
        delegations: [],
      },
    ],
    virtualNetworkPeerings: [],
  },
  {
    ...azure,
    kind: "networkSecurityGroup",
    id: networkSecurityGroup,
    name: "nsg-aks",
    securityRules: [
      {
        name: "DenyScanners",
        priority: 150,
        direction: "Inbound",
        access: "Deny",
        protocol: "*",
        sourceAddressPrefixes: ["198.51.100.0/24"],
        sourceApplicationSecurityGroups: [],
        sourcePortRanges: ["*"],
        destinationAddressPrefixes: ["*"],
        destinationApplicationSecurityGroups: [],
        destinationPortRanges: ["*"],
      },
      {
        name: "AllowHttps",
        priority: 200,
        direction: "Inbound",
        access: "Allow",
        protocol: "Tcp",
        sourceAddressPrefixes: ["Internet"],
        sourceApplicationSecurityGroups: [],
        sourcePortRanges: ["*"],
        destinationAddressPrefixes: ["20.61.14.87"],
        destinationApplicationSecurityGroups: [],
        destinationPortRanges: ["443"],
      },
    ],
    defaultSecurityRules: [],
  },
  {
    ...azure,
    kind: "publicIPAddress",
    id: publicAddress,
    name: "web",
    ipAddress: "20.61.14.87",
    publicIPAddressVersion: "IPv4",
    sku: "Standard",
  },
  {
    ...azure,
    kind: "loadBalancer",
    id: loadBalancer,
    name: "kubernetes",
    sku: "Standard",
    frontendIPConfigurations: [],
    backendAddressPools: [],
    loadBalancingRules: [
      {
        id: armId("Microsoft.Network/loadBalancers/kubernetes/loadBalancingRules/web-443"),
        name: "web-443",
        frontendIPConfiguration: armId("Microsoft.Network/loadBalancers/kubernetes/frontendIPConfigurations/web"),
        backendAddressPools: [],
        protocol: "Tcp",
        frontendPort: 443,
        backendPort: 443,
        enableFloatingIP: true,
      },
    ],
    inboundNatRules: [],
  },
  {
    ...azure,
    kind: "site",
    id: siteId,
    name: "shop-admin",
    siteKind: "app,linux,container",
    state: "Running",
    enabled: true,
    hostNames: ["shop-admin.azurewebsites.net"],
    publicNetworkAccess: "Enabled",
    privateEndpointConnections: [],
    httpsOnly: true,
    clientCertEnabled: false,
    clientCertMode: "",
    web: {
      linuxFxVersion: `DOCKER|contoso.azurecr.io/shop/admin@${images.admin}`,
      ipSecurityRestrictions: [
        { name: "Allow all", priority: 2147483647, action: "Allow", ipAddress: "Any", tag: "Default", headers: {} },
      ],
      ipSecurityRestrictionsDefaultAction: "",
      scmIpSecurityRestrictions: [],
      scmIpSecurityRestrictionsDefaultAction: "",
      scmIpSecurityRestrictionsUseMain: false,
    },
    authentication: "required",
  },
  ...plans.map(toPod),
  {
    ...kubernetes,
    kind: "networkPolicy",
    id: kubernetesId("networkPolicy", "orders-from-shop"),
    name: "orders-from-shop",
    labels: {},
    podSelector: { matchLabels: { app: "orders" }, matchExpressions: [] },
    policyTypes: ["Ingress"],
    ingress: [
      {
        peers: [{ podSelector: { matchLabels: {}, matchExpressions: [] } }],
        ports: [{ protocol: "TCP", port: 7001 }],
      },
    ],
  },
];
