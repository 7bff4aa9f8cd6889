/** Entra ID tokens for Azure Container Registries: what the `registry` package takes as its token source. */
import type { Secret } from "@sightline/platform";
import { type AzureCloud, tokenScopes } from "./cloud.ts";
import type { TokenGiver } from "./identity.ts";

/** What may be presented to one registry; the shape of `registry`'s port, which this package must not import. */
export type RegistryTokenCredential =
  | { readonly kind: "anonymous" }
  | { readonly kind: "entra"; readonly token: Secret; readonly tenant: string };

/** Says what to present to which registry. */
export interface RegistryTokens {
  /** Throws what {@link TokenGiver} throws. */
  credentialFor(registry: string): Promise<RegistryTokenCredential>;
}

/**
 * Tokens for the registries of one tenant. Only hosts below the cloud's registry suffix get one, and `alsoFor`, hosts by
 * which a customer names own registries: an Entra ID token must not be shown to whoever runs any other registry.
 */
export function createRegistryTokens(options: {
  readonly tokens: TokenGiver;
  readonly tenantId: string;
  readonly cloud: AzureCloud;
  readonly alsoFor?: readonly string[];
}): RegistryTokens {
  const { tokens, tenantId, cloud, alsoFor = [] } = options;
  return {
    credentialFor: async (registry) => {
      const host = registry.toLowerCase();
      // The suffix starts with a dot, and nothing but a port could follow a host name.
      if (!host.endsWith(cloud.registrySuffix) && !alsoFor.includes(host)) {
        return { kind: "anonymous" };
      }
      const { token } = await tokens.tokenFor(tokenScopes.containerRegistry);
      return { kind: "entra", token, tenant: tenantId };
    },
  };
}
