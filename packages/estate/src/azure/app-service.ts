/**
 * App Service sites. The list answer's `siteConfig` is mostly null: what decides reachability stands in `config/web`,
 * which is a further read. Source: Microsoft.Web REST API 2024-04-01, webApps.
 */
import type { IpSecurityRestriction, Site, SiteWebConfiguration } from "@sightline/model";
import { z } from "zod";
import { armId, envelope, flag, listOf, numeric, optional, reference, text, toFields } from "../wire.ts";

const restriction = z
  .object({
    name: text,
    priority: numeric.nullish(),
    action: text,
    ipAddress: z.string().nullish(),
    tag: text,
    vnetSubnetResourceId: armId.nullish(),
    headers: z.record(z.string(), listOf(z.string())).nullish(),
  })
  .transform(
    (raw): IpSecurityRestriction => ({
      name: raw.name,
      // A rule without a priority is evaluated last, as the portal shows it.
      priority: raw.priority ?? 2_147_483_647,
      action: raw.action || "Allow",
      ...optional("ipAddress", raw.ipAddress || undefined),
      tag: raw.tag || "Default",
      ...optional("vnetSubnetResourceId", raw.vnetSubnetResourceId),
      headers: raw.headers ?? {},
    }),
  );

/** Microsoft.Web/sites/config `web`. */
export const siteWebConfiguration = z
  .object({
    properties: z.object({
      linuxFxVersion: text,
      windowsFxVersion: text,
      ipSecurityRestrictions: listOf(restriction),
      ipSecurityRestrictionsDefaultAction: text,
      scmIpSecurityRestrictions: listOf(restriction),
      scmIpSecurityRestrictionsDefaultAction: text,
      scmIpSecurityRestrictionsUseMain: flag,
    }),
  })
  .transform(
    ({ properties: each }): SiteWebConfiguration => ({
      linuxFxVersion: each.linuxFxVersion || each.windowsFxVersion,
      ipSecurityRestrictions: each.ipSecurityRestrictions,
      ipSecurityRestrictionsDefaultAction: each.ipSecurityRestrictionsDefaultAction,
      scmIpSecurityRestrictions: each.scmIpSecurityRestrictions,
      scmIpSecurityRestrictionsDefaultAction: each.scmIpSecurityRestrictionsDefaultAction,
      scmIpSecurityRestrictionsUseMain: each.scmIpSecurityRestrictionsUseMain,
    }),
  );

const gateActions = new Set(["", "redirecttologinpage", "return401", "return403", "return404"]);

/** Microsoft.Web/sites/config `authsettingsV2` (the read without secrets): whether every request must carry a sign-in. */
export const siteAuthentication = z
  .object({
    properties: z.object({
      platform: z.object({ enabled: flag, configFilePath: text }).nullish(),
      globalValidation: z
        .object({
          requireAuthentication: z.boolean().nullish(),
          unauthenticatedClientAction: text,
          excludedPaths: listOf(z.string()),
        })
        .nullish(),
    }),
  })
  .transform(({ properties: { platform, globalValidation: rule } }): Site["authentication"] => {
    if (platform?.enabled !== true) {
      return "off";
    }
    if (platform.configFilePath !== "") {
      // The settings come from a file inside the site, which is not read.
      return "unknown";
    }
    if (!gateActions.has(rule?.unauthenticatedClientAction.toLowerCase() ?? "")) {
      return "optional";
    }
    // An excluded path stays open to everyone: such a gate does not stand on every way in.
    return rule?.requireAuthentication === true && rule.excludedPaths.length === 0 ? "required" : "optional";
  });

/** Microsoft.Web/sites as listed; `web` and `authentication` are added by the collector after further reads. */
export const site = envelope
  .extend({
    kind: text,
    properties: z.object({
      state: text,
      enabled: z.boolean().nullish(),
      defaultHostName: text,
      hostNames: listOf(z.string()),
      publicNetworkAccess: text,
      virtualNetworkSubnetId: armId.nullish(),
      privateEndpointConnections: listOf(reference),
      httpsOnly: flag,
      clientCertEnabled: flag,
      clientCertMode: text,
    }),
  })
  .transform((raw): Site => {
    const { properties: each } = raw;
    return {
      kind: "site",
      ...toFields(raw),
      siteKind: raw.kind,
      state: each.state,
      enabled: each.enabled ?? true,
      hostNames: each.hostNames.length > 0 ? each.hostNames : [each.defaultHostName].filter((name) => name !== ""),
      publicNetworkAccess: each.publicNetworkAccess,
      ...optional("virtualNetworkSubnetId", each.virtualNetworkSubnetId),
      privateEndpointConnections: each.privateEndpointConnections.map((connection) => connection.id),
      httpsOnly: each.httpsOnly,
      clientCertEnabled: each.clientCertEnabled,
      clientCertMode: each.clientCertMode,
      authentication: "unknown",
    };
  });
