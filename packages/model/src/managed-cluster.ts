/**
 * AKS clusters as Azure Resource Manager describes them; what runs inside is in kubernetes-resource.ts. Source:
 * Microsoft.ContainerService/managedClusters.
 */
import type { AzureResourceFields } from "./azure-resource.ts";
import type { ArmId } from "./ids.ts";

/** Nodes of an AKS cluster that are made alike. */
export interface AgentPool {
  readonly name: string;
  readonly vnetSubnetId?: ArmId;
  readonly podSubnetId?: ArmId;
  readonly enableNodePublicIP: boolean;
  readonly powerState: string;
}

/** Microsoft.ContainerService/managedClusters. */
export interface ManagedCluster extends AzureResourceFields {
  readonly kind: "managedCluster";
  readonly nodeResourceGroup: string;
  readonly powerState: string;
  readonly fqdn?: string;
  readonly privateFqdn?: string;
  readonly enablePrivateCluster: boolean;
  readonly authorizedIPRanges: readonly string[];
  readonly aad: { readonly managed: boolean; readonly enableAzureRBAC: boolean; readonly tenantId?: string };
  readonly disableLocalAccounts: boolean;
  readonly networkPlugin: string;
  readonly networkPluginMode: string;
  /** Engine that enforces NetworkPolicy; `none` or empty = policies are void. */
  readonly networkPolicy: string;
  readonly networkDataplane: string;
  readonly podCidrs: readonly string[];
  readonly serviceCidrs: readonly string[];
  readonly agentPools: readonly AgentPool[];
  /** Add-on profiles that are enabled, by ARM name (`ingressApplicationGateway`, …). */
  readonly enabledAddons: readonly string[];
  readonly webAppRoutingEnabled: boolean;
  /** The KEDA add-on is on: it starts workloads that want no pods. Absent = not said, so off. */
  readonly kedaEnabled?: boolean;
}
