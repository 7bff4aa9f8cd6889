/** What tokens can be asked for: the APIs of Azure and the names they go by. */

/** An API with the audiences that mean it. */
export interface TokenResource {
  readonly appId: string;
  readonly name: string;
  /** Identifiers without a slash at the end. */
  readonly identifiers: readonly string[];
}

export const managementResource: TokenResource = {
  appId: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
  name: "Windows Azure Service Management API",
  identifiers: ["https://management.azure.com", "https://management.core.windows.net"],
};

export const graphResource: TokenResource = {
  appId: "00000003-0000-0000-c000-000000000000",
  name: "Microsoft Graph",
  identifiers: ["https://graph.microsoft.com"],
};

export const registryResource: TokenResource = {
  appId: "6a0ec4d3-30cb-4a83-91c0-ae56bc0e3d26",
  name: "Azure Container Registry",
  identifiers: ["https://containerregistry.azure.net", "https://azurecr.io"],
};

/** The server application every AKS cluster with Entra integration accepts tokens for. */
export const clusterResource: TokenResource = {
  appId: "6dae42f8-4368-4678-94ff-3960e28e3630",
  name: "Azure Kubernetes Service AAD Server",
  identifiers: ["6dae42f8-4368-4678-94ff-3960e28e3630"],
};

export const tokenResources: readonly TokenResource[] = [
  managementResource,
  graphResource,
  registryResource,
  clusterResource,
];

/** The API an identifier or app id means; a slash at the end does not count. */
export function findTokenResource(identifier: string): TokenResource | undefined {
  const plain = identifier.replace(/\/+$/, "").toLowerCase();
  return tokenResources.find((resource) => resource.appId === plain || resource.identifiers.includes(plain));
}
