/** The port through which credentials come in. This package knows no Azure credential; whoever has one hands it over here. */
import type { Secret } from "@sightline/platform";

/** What may be presented to one registry. */
export type RegistryCredential =
  | { readonly kind: "anonymous" }
  | { readonly kind: "basic"; readonly username: string; readonly password: Secret }
  /** An Entra ID access token, exchanged at an Azure Container Registry for one of its own. */
  | { readonly kind: "entra"; readonly token: Secret; readonly tenant?: string };

/** Says what to present to which registry. Asked again whenever a token is needed, so it may rotate. */
export interface TokenSource {
  /** `registry` is host and port as in an image reference, `docker.io` for Docker Hub. */
  credentialFor(registry: string): Promise<RegistryCredential>;
}

/** Nothing for nobody: public images only. */
export const anonymousTokens: TokenSource = { credentialFor: () => Promise.resolve({ kind: "anonymous" }) };
