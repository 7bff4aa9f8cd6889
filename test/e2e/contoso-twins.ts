/** Single changes of the contoso scenario, each with the way back, and the verdict that must turn with it. */
import type { VerdictClass } from "@sightline/model";
import type { ControlCall } from "./contoso-azure.ts";
import type { ListItem, Names, SecurityRule } from "./contoso-names.ts";

/** The verdicts a twin looks at. */
export interface TwinVerdicts {
  /** End of the workload's id. */
  readonly workload: string;
  readonly vulnerability: string;
  readonly from: VerdictClass;
  readonly to: VerdictClass;
}

/** One change. */
export interface Twin extends TwinVerdicts {
  readonly name: string;
  readonly change: readonly ControlCall[];
  readonly undo: readonly ControlCall[];
  /** Workloads that may change with it; every other keeps all its verdicts. */
  readonly touched: RegExp;
}

function patchSite(names: Names, name: string, properties: unknown): ControlCall {
  const id = `${names.shop}/resourceGroups/rg-shop/providers/Microsoft.Web/sites/${name}`;
  return { method: "PATCH", name: "resources", body: { id, patch: { properties } } };
}

function patchObject(names: Names, of: { readonly kind: string; readonly name: string }, patch: unknown): ControlCall {
  const [namespace = "", name = ""] = of.name.split("/");
  return { method: "PATCH", name: "objects", body: { cluster: names.cluster, kind: of.kind, namespace, name, patch } };
}

function removeObject(names: Names, of: { readonly kind: string; readonly name: string }): ControlCall {
  const [namespace = "", name = ""] = of.name.split("/");
  return { method: "DELETE", name: "objects", body: { cluster: names.cluster, kind: of.kind, namespace, name } };
}

function toPeering(name: string, network: string, prefix: string): unknown {
  return {
    name,
    properties: {
      remoteVirtualNetwork: { id: network },
      remoteAddressSpace: { addressPrefixes: [prefix] },
      peeringState: "Connected",
      peeringSyncLevel: "FullyInSync",
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: true,
      allowGatewayTransit: false,
      useRemoteGateways: false,
    },
  };
}

const denyAll = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

function siteTwins(names: Names): readonly Twin[] {
  const restrict = (action: string): ControlCall =>
    patchSite(names, "contoso-admin", { siteConfig: { ipSecurityRestrictionsDefaultAction: action } });
  const authenticate = (required: boolean): ControlCall =>
    patchSite(names, "contoso-members", {
      authsettingsV2: { globalValidation: { requireAuthentication: required } },
    });
  return [
    {
      name: "taking a site off the public network",
      workload: "sites/contoso-portal",
      vulnerability: "CVE-2024-45590",
      from: "exploitable.internet",
      to: "not_exploitable.no_path",
      change: [patchSite(names, "contoso-portal", { publicNetworkAccess: "Disabled" })],
      undo: [patchSite(names, "contoso-portal", { publicNetworkAccess: "Enabled" })],
      touched: /contoso-portal$/,
    },
    {
      name: "stopping a site",
      workload: "sites/contoso-portal",
      vulnerability: "CVE-2024-45296",
      from: "exploitable.internet",
      to: "inert.not_running",
      change: [patchSite(names, "contoso-portal", { state: "Stopped" })],
      undo: [patchSite(names, "contoso-portal", { state: "Running" })],
      touched: /contoso-portal$/,
    },
    {
      name: "starting a site whose image is known by tag only",
      workload: "sites/contoso-old",
      vulnerability: "CVE-2024-45590",
      from: "inert.not_running",
      to: "unknown",
      change: [patchSite(names, "contoso-old", { state: "Running" })],
      undo: [patchSite(names, "contoso-old", { state: "Stopped" })],
      touched: /contoso-old$/,
    },
    {
      name: "asking nobody to sign in any more",
      workload: "sites/contoso-members",
      vulnerability: "CVE-2024-45590",
      from: "exploitable.credentialed",
      to: "exploitable.internet",
      change: [authenticate(false)],
      undo: [authenticate(true)],
      touched: /contoso-members$/,
    },
    {
      name: "opening a site's access restrictions",
      workload: "sites/contoso-admin",
      vulnerability: "CVE-2024-6387",
      from: "exploitable.trusted",
      to: "exploitable.internet",
      change: [restrict("Allow")],
      undo: [restrict("Deny")],
      touched: /contoso-admin$/,
    },
  ];
}

function clusterTwins(names: Names): readonly Twin[] {
  const policy = { kind: "NetworkPolicy", name: "batch/deny-all" };
  const deployment = { kind: "Deployment", name: "batch/nightly" };
  const nightly = names.item("/api/v1/pods", /^nightly-/);
  const pod = { kind: "Pod", name: `batch/${nightly.name}` };
  const ingress = [
    { from: [{ podSelector: { matchLabels: { app: "web" } } }], ports: [{ protocol: "TCP", port: 8000 }] },
  ];
  const orders = { kind: "NetworkPolicy", name: "shop/orders-from-web" };
  return [
    {
      name: "removing the policy that denies everything",
      workload: "batch/nightly",
      vulnerability: "CVE-2024-6387",
      from: "not_exploitable.no_path",
      to: "exploitable.foothold",
      change: [removeObject(names, policy)],
      undo: [patchObject(names, policy, { spec: denyAll })],
      touched: /batch\/nightly$/,
    },
    {
      name: "taking the one sender out of a policy",
      workload: "shop/orders",
      vulnerability: "CVE-2023-31047",
      from: "exploitable.foothold",
      to: "not_exploitable.no_path",
      change: [patchObject(names, orders, { spec: { ingress: [] } })],
      undo: [patchObject(names, orders, { spec: { ingress } })],
      touched: /shop\/orders$/,
    },
    {
      name: "scaling a deployment to nothing",
      workload: "batch/nightly",
      vulnerability: "CVE-2023-38545",
      from: "conditional.indirect",
      to: "inert.not_running",
      change: [patchObject(names, deployment, { spec: { replicas: 0 } }), removeObject(names, pod)],
      undo: [patchObject(names, deployment, { spec: { replicas: 1 } }), patchObject(names, pod, nightly.whole)],
      touched: /batch\/nightly$/,
    },
    {
      name: "a list of policies that fails",
      workload: "batch/nightly",
      vulnerability: "CVE-2024-6387",
      from: "not_exploitable.no_path",
      to: "unknown",
      change: [
        {
          method: "POST",
          name: "faults",
          body: {
            match: { host: names.cluster, path: "*/networkpolicies" },
            effect: { status: 503, headers: { "retry-after": "0" } },
          },
        },
      ],
      undo: [{ method: "DELETE", name: "faults" }],
      touched: /aks-shop#/,
    },
  ];
}

function networkTwins(names: Names): readonly Twin[] {
  const networks = "/Microsoft.Network/virtualNetworks";
  const [legacy, shop] = [names.item(networks, /^vnet-legacy$/), names.item(networks, /^vnet-shop$/)];
  const vnetFinance = `${names.finance}/resourceGroups/rg-finance/providers${networks}/vnet-finance`;
  const peeringsOf = ({ properties }: ListItem): readonly unknown[] => properties?.virtualNetworkPeerings ?? [];
  const peer = ({ id }: ListItem, virtualNetworkPeerings: readonly unknown[]): ControlCall => ({
    method: "PATCH",
    name: "resources",
    body: { id, patch: { properties: { virtualNetworkPeerings } } },
  });
  const role = (method: "POST" | "DELETE"): ControlCall => ({
    method,
    name: "role-assignments",
    body: { principalId: names.scanner, role: "Reader", scope: names.platform },
  });
  return [
    {
      name: "removing the peering with a network nobody may read",
      workload: "reports/reports",
      vulnerability: "CVE-2023-31047",
      from: "unknown",
      to: "exploitable.foothold",
      change: [peer(legacy, [])],
      undo: [peer(legacy, peeringsOf(legacy))],
      touched: /reports\/reports$/,
    },
    {
      name: "adding a peering with a network nobody may read",
      workload: "shop/catalogue",
      vulnerability: "CVE-2023-31047",
      from: "exploitable.foothold",
      to: "unknown",
      change: [peer(shop, [...peeringsOf(shop), toPeering("shop-to-finance", vnetFinance, "10.6.0.0/16")])],
      undo: [peer(shop, peeringsOf(shop))],
      touched: /aks-shop#/,
    },
    {
      name: "losing Reader on the hub",
      workload: "shop/catalogue",
      vulnerability: "CVE-2023-31047",
      from: "exploitable.foothold",
      to: "unknown",
      change: [role("DELETE")],
      undo: [role("POST")],
      touched: /aks-shop#|contoso-/,
    },
    ...partnerTwins(names),
  ];
}

/** Changes of the security group on the nodes' interfaces. */
function partnerTwins(names: Names): readonly Twin[] {
  const group = names.item("/Microsoft.Network/networkSecurityGroups", /^aks-agentpool-31133352-/);
  const rules = group.properties?.securityRules ?? [];
  const setRules = (securityRules: readonly SecurityRule[]): ControlCall => ({
    method: "PATCH",
    name: "resources",
    body: { id: group.id, patch: { properties: { securityRules } } },
  });
  const isPartner = ({ properties }: SecurityRule): boolean => JSON.stringify(properties).includes("198.51.100.0/24");
  const opened = rules.map((rule) =>
    isPartner(rule)
      ? { ...rule, properties: { ...rule.properties, sourceAddressPrefix: "Internet", sourceAddressPrefixes: [] } }
      : rule,
  );
  const service = { kind: "Service", name: "partner/partner-api" };
  const setRanges = (ranges: readonly string[]): ControlCall =>
    patchObject(names, service, { spec: { loadBalancerSourceRanges: ranges } });
  return [
    {
      name: "opening a rule of the nodes while the Service still asks for a range",
      workload: "partner/partner-api",
      vulnerability: "CVE-2023-31047",
      from: "exploitable.trusted",
      to: "unknown",
      change: [setRules(opened)],
      undo: [setRules(rules)],
      touched: /partner-api$/,
    },
    {
      name: "lifting a Service's source ranges, as the cloud provider does it",
      workload: "partner/partner-api",
      vulnerability: "CVE-2023-31047",
      from: "exploitable.trusted",
      to: "exploitable.internet",
      change: [setRules(opened), setRanges([])],
      undo: [setRules(rules), setRanges(["198.51.100.0/24"])],
      touched: /partner-api$/,
    },
    {
      name: "removing the rules that let the internet in",
      workload: "shop/web",
      vulnerability: "CVE-2024-45590",
      from: "exploitable.internet",
      to: "exploitable.foothold",
      change: [setRules(rules.filter(isPartner))],
      undo: [setRules(rules)],
      touched: /shop\/web$/,
    },
  ];
}

/** All of them. */
export function toTwins(names: Names): readonly Twin[] {
  return [...siteTwins(names), ...clusterTwins(names), ...networkTwins(names)];
}

/** Roles that the scanner collects with, where it has them. */
export const scannerRoles = [
  { role: "Reader", scope: "platform", below: "" },
  { role: "Reader", scope: "shop", below: "" },
  { role: "Reader", scope: "legacy", below: "" },
  {
    role: "Azure Kubernetes Service RBAC Reader",
    scope: "shop",
    below: "/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop",
  },
  {
    role: "Azure Kubernetes Service RBAC Reader",
    scope: "legacy",
    below: "/resourceGroups/rg-legacy/providers/Microsoft.ContainerService/managedClusters/aks-legacy",
  },
] as const;

/** Names of the twins, known before the simulator runs. */
export const twinNames = [
  "taking a site off the public network",
  "stopping a site",
  "starting a site whose image is known by tag only",
  "asking nobody to sign in any more",
  "opening a site's access restrictions",
  "removing the policy that denies everything",
  "taking the one sender out of a policy",
  "scaling a deployment to nothing",
  "a list of policies that fails",
  "removing the peering with a network nobody may read",
  "adding a peering with a network nobody may read",
  "losing Reader on the hub",
  "opening a rule of the nodes while the Service still asks for a range",
  "lifting a Service's source ranges, as the cloud provider does it",
  "removing the rules that let the internet in",
] as const;
