/**
 * Azure's built-in roles the scenarios use, with the permissions Azure publishes.
 * Source: learn.microsoft.com/azure/role-based-access-control/built-in-roles (general, privileged, containers,
 * networking, monitor and security pages).
 */

/** A role as ARM knows it. `id` is the GUID that is its name. */
export interface RoleDefinition {
  readonly id: string;
  readonly roleName: string;
  readonly type: "BuiltInRole" | "CustomRole";
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly dataActions: readonly string[];
  readonly notDataActions: readonly string[];
}

type Permissions = Partial<Pick<RoleDefinition, "actions" | "notActions" | "dataActions" | "notDataActions">>;

function toBuiltIn(id: string, roleName: string, permissions: Permissions): RoleDefinition {
  return {
    id,
    roleName,
    type: "BuiltInRole",
    actions: [],
    notActions: [],
    dataActions: [],
    notDataActions: [],
    ...permissions,
  };
}

const registries = "Microsoft.ContainerRegistry/registries";
const clusters = "Microsoft.ContainerService/managedClusters";

const clusterActions = [
  "Microsoft.Authorization/*/read",
  "Microsoft.Resources/subscriptions/operationresults/read",
  "Microsoft.Resources/subscriptions/read",
  "Microsoft.Resources/subscriptions/resourceGroups/read",
];

/** What AKS RBAC Reader may read. Not in it: nodes, secrets, ingress classes, roles, custom resources. */
const clusterReads = [
  "apps/controllerrevisions",
  "apps/daemonsets",
  "apps/deployments",
  "apps/replicasets",
  "apps/statefulsets",
  "autoscaling/horizontalpodautoscalers",
  "batch/cronjobs",
  "batch/jobs",
  "configmaps",
  "discovery.k8s.io/endpointslices",
  "endpoints",
  "events.k8s.io/events",
  "events",
  "extensions/daemonsets",
  "extensions/deployments",
  "extensions/ingresses",
  "extensions/networkpolicies",
  "extensions/replicasets",
  "limitranges",
  "metrics.k8s.io/pods",
  "metrics.k8s.io/nodes",
  "namespaces",
  "networking.k8s.io/ingresses",
  "networking.k8s.io/networkpolicies",
  "persistentvolumeclaims",
  "pods",
  "policy/poddisruptionbudgets",
  "replicationcontrollers",
  "resourcequotas",
  "serviceaccounts",
  "services",
].map((kind) => `${clusters}/${kind}/read`);

export const builtInRoles: readonly RoleDefinition[] = [
  toBuiltIn("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", { actions: ["*"] }),
  toBuiltIn("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor", {
    actions: ["*"],
    notActions: [
      "Microsoft.Authorization/*/Delete",
      "Microsoft.Authorization/*/Write",
      "Microsoft.Authorization/elevateAccess/Action",
      "Microsoft.Blueprint/blueprintAssignments/write",
      "Microsoft.Blueprint/blueprintAssignments/delete",
      "Microsoft.Compute/galleries/share/action",
      "Microsoft.Purview/consents/write",
      "Microsoft.Purview/consents/delete",
    ],
  }),
  toBuiltIn("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", { actions: ["*/read"] }),
  toBuiltIn("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator", {
    actions: ["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
  }),
  toBuiltIn("f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator", {
    actions: [
      "Microsoft.Authorization/roleAssignments/write",
      "Microsoft.Authorization/roleAssignments/delete",
      "*/read",
      "Microsoft.Support/*",
    ],
  }),
  toBuiltIn("4d97b98b-1d4f-4787-a291-c67834d212e7", "Network Contributor", {
    actions: [
      "Microsoft.Authorization/*/read",
      "Microsoft.Insights/alertRules/*",
      "Microsoft.Network/*",
      "Microsoft.ResourceHealth/availabilityStatuses/read",
      "Microsoft.Resources/deployments/*",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
      "Microsoft.Support/*",
    ],
  }),
  toBuiltIn("7f951dda-4ed3-4680-a7ca-43fe172d538d", "AcrPull", { actions: [`${registries}/pull/read`] }),
  toBuiltIn("8311e382-0749-4cb8-b61a-304f252e45ec", "AcrPush", {
    actions: [`${registries}/pull/read`, `${registries}/push/write`],
  }),
  toBuiltIn("c2f4ef07-c644-48eb-af81-4b1b4947fb11", "AcrDelete", { actions: [`${registries}/artifacts/delete`] }),
  toBuiltIn("b93aa761-3e63-49ed-ac28-beffa264f7ac", "Container Registry Repository Reader", {
    dataActions: [`${registries}/repositories/metadata/read`, `${registries}/repositories/content/read`],
  }),
  toBuiltIn("2a1e307c-b015-4ebd-883e-5b7698a07328", "Container Registry Repository Writer", {
    dataActions: [
      `${registries}/repositories/metadata/read`,
      `${registries}/repositories/content/read`,
      `${registries}/repositories/metadata/write`,
      `${registries}/repositories/content/write`,
    ],
  }),
  toBuiltIn("bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7", "Container Registry Repository Catalog Lister", {
    dataActions: [`${registries}/catalog/read`],
  }),
  toBuiltIn(
    "69b07be0-09bf-439a-b9a6-e73de851bd59",
    "Container Registry Configuration Reader and Data Access Configuration Reader",
    { actions: [`${registries}/read`, `${registries}/listCredentials/action`, `${registries}/tokens/read`] },
  ),
  toBuiltIn("7f6c6a51-bcf8-42ba-9220-52d62157d7db", "Azure Kubernetes Service RBAC Reader", {
    actions: clusterActions,
    dataActions: clusterReads,
  }),
  toBuiltIn("b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", "Azure Kubernetes Service RBAC Cluster Admin", {
    actions: [...clusterActions, `${clusters}/listClusterUserCredential/action`],
    dataActions: [`${clusters}/*`],
  }),
  toBuiltIn("4abbcc35-e782-43d8-92c5-2d3f1bd2253f", "Azure Kubernetes Service Cluster User Role", {
    actions: [`${clusters}/listClusterUserCredential/action`, `${clusters}/read`],
  }),
  toBuiltIn("0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8", "Azure Kubernetes Service Cluster Admin Role", {
    actions: [
      `${clusters}/listClusterAdminCredential/action`,
      `${clusters}/accessProfiles/listCredential/action`,
      `${clusters}/read`,
      `${clusters}/runcommand/action`,
    ],
  }),
];
