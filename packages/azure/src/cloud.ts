/** Azure's clouds: where each part answers. Source: learn.microsoft.com, "National clouds" and "Azure environments". */

import type { ReadGuardHosts } from "@sightline/platform";

/** One cloud's addresses, without trailing slash. */
export interface AzureCloud {
  readonly id: "public" | "us-government" | "china";
  readonly login: string;
  readonly resourceManager: string;
  /** Suffix of registries' login servers. */
  readonly registrySuffix: string;
}

/** The clouds Sightline knows. */
export const azureClouds: Readonly<Record<AzureCloud["id"], AzureCloud>> = {
  public: {
    id: "public",
    login: "https://login.microsoftonline.com",
    resourceManager: "https://management.azure.com",
    registrySuffix: ".azurecr.io",
  },
  "us-government": {
    id: "us-government",
    login: "https://login.microsoftonline.us",
    resourceManager: "https://management.usgovcloudapi.net",
    registrySuffix: ".azurecr.us",
  },
  china: {
    id: "china",
    login: "https://login.partner.microsoftonline.cn",
    resourceManager: "https://management.chinacloudapi.cn",
    registrySuffix: ".azurecr.cn",
  },
};

/** The hosts on which the HTTP client's guard must allow this cloud's named reads. */
export function toReadGuardHosts(cloud: AzureCloud): ReadGuardHosts {
  return { login: [new URL(cloud.login).host], resourceManager: [new URL(cloud.resourceManager).host] };
}

/** What a token is for. */
export const tokenScopes = {
  /** Resource Manager and Resource Graph. */
  resourceManager: (cloud: AzureCloud): string => `${cloud.resourceManager}/.default`,
  /** The AKS server application, the same in every tenant. Source: learn.microsoft.com, "AKS: use kubelogin". */
  kubernetes: "6dae42f8-4368-4678-94ff-3960e28e3630/.default",
  /** Container registries; accepted also where ARM tokens are switched off. Source: Azure/acr, docs/AAD-OAuth.md. */
  containerRegistry: "https://containerregistry.azure.net/.default",
} as const;

const guidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text is a GUID in Azure's form. */
export function isGuid(text: string): boolean {
  return guidForm.test(text);
}
