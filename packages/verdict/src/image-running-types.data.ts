/**
 * ARM types that can run container images and whose images the estate does not list. Where one of them is present, no
 * image is ever called not deployed. Source: learn.microsoft.com/azure/templates, type by type.
 */
export const unlistedImageRunners: readonly string[] = [
  "microsoft.app/containerapps",
  "microsoft.app/jobs",
  "microsoft.app/sessionpools",
  "microsoft.containerinstance/containergroups",
  "microsoft.compute/virtualmachinescalesets",
  "microsoft.redhatopenshift/openshiftclusters",
  "microsoft.kubernetes/connectedclusters",
  "microsoft.hybridcompute/machines",
  "microsoft.servicefabric/clusters",
  "microsoft.servicefabric/managedclusters",
  "microsoft.batch/batchaccounts",
  "microsoft.machinelearningservices/workspaces",
  "microsoft.appplatform/spring",
  "microsoft.web/containerapps",
  "microsoft.web/sites/slots",
];
