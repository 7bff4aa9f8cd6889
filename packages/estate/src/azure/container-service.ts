/** AKS clusters. Source: Microsoft.ContainerService REST API 2024-09-01, managedClusters. */
import type { ManagedCluster } from "@sightline/model";
import { z } from "zod";
import { armId, envelope, flag, listOf, optional, text, toFields, unite } from "../wire.ts";

const power = z
  .object({ code: text })
  .nullish()
  .transform((value) => value?.code ?? "");

/** Names of the profiles that are switched on. */
const addonProfiles = z
  .record(z.string(), z.object({ enabled: flag }).nullish())
  .nullish()
  .transform((value) =>
    Object.entries(value ?? {}).flatMap(([name, profile]) => (profile?.enabled === true ? [name] : [])),
  );

const ingressProfile = z
  .object({ webAppRouting: z.object({ enabled: flag }).nullish() })
  .nullish()
  .transform((value) => value?.webAppRouting?.enabled ?? false);

const workloadAutoScalerProfile = z
  .object({ keda: z.object({ enabled: flag }).nullish() })
  .nullish()
  .transform((value) => value?.keda?.enabled ?? false);

const networkProfile = z
  .object({
    networkPlugin: text,
    networkPluginMode: text,
    networkPolicy: text,
    networkDataplane: text,
    podCidr: z.string().nullish(),
    podCidrs: listOf(z.string()),
    serviceCidr: z.string().nullish(),
    serviceCidrs: listOf(z.string()),
  })
  .transform((raw) => ({
    networkPlugin: raw.networkPlugin,
    networkPluginMode: raw.networkPluginMode,
    networkPolicy: raw.networkPolicy,
    networkDataplane: raw.networkDataplane,
    podCidrs: [...new Set(unite(raw.podCidr, raw.podCidrs))],
    serviceCidrs: [...new Set(unite(raw.serviceCidr, raw.serviceCidrs))],
  }))
  .nullish();

const noNetworkProfile = {
  networkPlugin: "",
  networkPluginMode: "",
  networkPolicy: "",
  networkDataplane: "",
  podCidrs: [],
  serviceCidrs: [],
};

const aadProfile = z
  .object({ managed: flag, enableAzureRBAC: flag, tenantID: z.string().nullish() })
  .transform((raw) => ({
    managed: raw.managed,
    enableAzureRBAC: raw.enableAzureRBAC,
    ...optional("tenantId", raw.tenantID),
  }))
  .nullish();

const agentPool = z.object({
  name: text,
  vnetSubnetID: armId.nullish(),
  podSubnetID: armId.nullish(),
  enableNodePublicIP: flag,
  powerState: power,
});

/** Microsoft.ContainerService/managedClusters. */
export const managedCluster = envelope
  .extend({
    properties: z.object({
      nodeResourceGroup: text,
      powerState: power,
      fqdn: z.string().nullish(),
      privateFQDN: z.string().nullish(),
      apiServerAccessProfile: z
        .object({ enablePrivateCluster: flag, authorizedIPRanges: listOf(z.string()) })
        .nullish(),
      aadProfile,
      disableLocalAccounts: flag,
      networkProfile,
      agentPoolProfiles: listOf(agentPool),
      addonProfiles,
      ingressProfile,
      workloadAutoScalerProfile,
    }),
  })
  .transform((raw): ManagedCluster => {
    const { properties: each } = raw;
    return {
      kind: "managedCluster",
      ...toFields(raw),
      nodeResourceGroup: each.nodeResourceGroup,
      powerState: each.powerState,
      ...optional("fqdn", each.fqdn || undefined),
      ...optional("privateFqdn", each.privateFQDN || undefined),
      enablePrivateCluster: each.apiServerAccessProfile?.enablePrivateCluster ?? false,
      authorizedIPRanges: each.apiServerAccessProfile?.authorizedIPRanges ?? [],
      aad: each.aadProfile ?? { managed: false, enableAzureRBAC: false },
      disableLocalAccounts: each.disableLocalAccounts,
      ...(each.networkProfile ?? noNetworkProfile),
      agentPools: each.agentPoolProfiles.map((pool) => ({
        name: pool.name,
        ...optional("vnetSubnetId", pool.vnetSubnetID),
        ...optional("podSubnetId", pool.podSubnetID),
        enableNodePublicIP: pool.enableNodePublicIP,
        powerState: pool.powerState,
      })),
      enabledAddons: each.addonProfiles,
      webAppRoutingEnabled: each.ingressProfile,
      kedaEnabled: each.workloadAutoScalerProfile,
    };
  });
