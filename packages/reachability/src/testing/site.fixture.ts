/** Sites for tests. */
import type { Site, Workload } from "@sightline/model";
import { fields, idOf } from "./estate.fixture.ts";

/** A site that is open to the internet. */
export function siteResource(name: string, more: Partial<Site> = {}): Site {
  return {
    kind: "site",
    ...fields("Microsoft.Web/sites", name),
    siteKind: "app,linux,container",
    state: "Running",
    enabled: true,
    hostNames: [`${name}.azurewebsites.net`],
    publicNetworkAccess: "Enabled",
    privateEndpointConnections: [],
    httpsOnly: true,
    clientCertEnabled: false,
    clientCertMode: "",
    authentication: "off",
    web: {
      linuxFxVersion: "DOCKER|example.azurecr.io/app:1",
      ipSecurityRestrictions: [],
      ipSecurityRestrictionsDefaultAction: "",
      scmIpSecurityRestrictions: [],
      scmIpSecurityRestrictionsDefaultAction: "Deny",
      scmIpSecurityRestrictionsUseMain: false,
    },
    ...more,
  };
}

/** A live workload of one site. */
export function siteWorkload(name: string): Workload {
  return {
    id: idOf.site(name),
    kind: "site",
    name,
    members: [idOf.site(name)],
    containers: [],
    liveness: { kind: "live", reason: "Running" },
  };
}
