/**
 * What different calls show of one resource: lists and plain gets leave out what Azure leaves out there, and some
 * parts have addresses of their own.
 */
import { type Json, type JsonObject, readPath, readText, setPath, toList, toObject } from "../json.ts";
import type { ArmResource } from "../scenario/world.ts";

/** Members a scenario keeps with a resource that Azure serves elsewhere. */
function omit(object: JsonObject, members: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([member]) => !members.includes(member)));
}

/** `siteConfig` in lists and gets of sites: the image, and `null` for the rest. */
function toSiteView(site: ArmResource): ArmResource {
  const config = toObject(site.properties["siteConfig"]);
  const shown: JsonObject = {
    numberOfWorkers: 1,
    linuxFxVersion: config["linuxFxVersion"] ?? null,
    windowsFxVersion: config["windowsFxVersion"] ?? null,
    alwaysOn: config["alwaysOn"] ?? false,
    http20Enabled: config["http20Enabled"] ?? false,
    ipSecurityRestrictions: null,
    scmIpSecurityRestrictions: null,
    vnetRouteAllEnabled: config["vnetRouteAllEnabled"] ?? null,
  };
  return { ...site, properties: { ...omit(site.properties, ["authsettingsV2"]), siteConfig: shown } };
}

function toMachineView(machine: ArmResource, withInstanceView: boolean): ArmResource {
  return withInstanceView ? machine : { ...machine, properties: omit(machine.properties, ["instanceView"]) };
}

/** A resource as a get or list shows it. */
export function toView(resource: ArmResource, query: URLSearchParams): ArmResource {
  switch (resource.type.toLowerCase()) {
    case "microsoft.web/sites":
    case "microsoft.web/sites/slots":
      return toSiteView(resource);
    case "microsoft.compute/virtualmachines": {
      const expanded = query.get("$expand")?.toLowerCase().includes("instanceview") === true;
      return toMachineView(resource, expanded || query.get("statusOnly") === "true");
    }
    default:
      return resource;
  }
}

/** `config/web` of a site, with the entries Azure adds to its restriction lists. */
function toWebConfiguration(site: ArmResource): JsonObject {
  const config = toObject(site.properties["siteConfig"]);
  return {
    linuxFxVersion: "",
    scmIpSecurityRestrictionsUseMain: false,
    ...config,
    ipSecurityRestrictions: addCatchAll(config, "ipSecurityRestrictions"),
    scmIpSecurityRestrictions: addCatchAll(config, "scmIpSecurityRestrictions"),
  };
}

/** Azure shows the default as a last rule: Deny once there are rules and no default says otherwise. */
function addCatchAll(config: JsonObject, list: string): Json {
  const rules = toList(config[list]);
  const given = readText(config, `${list}DefaultAction`);
  const action = given === "" ? (rules.length === 0 ? "Allow" : "Deny") : given;
  const name = `${action} all`;
  return [...rules, { ipAddress: "Any", action, priority: 2_147_483_647, name, description: `${action} all access` }];
}

const closedAuthentication: JsonObject = {
  platform: { enabled: false },
  globalValidation: { requireAuthentication: false, unauthenticatedClientAction: "AllowAnonymous" },
};

/** A part of a resource that has an address of its own below it, or `undefined`. `tail` is lower case. */
export function toSubView(resource: ArmResource, tail: string): JsonObject | undefined {
  const type = resource.type.toLowerCase();
  const isSite = type === "microsoft.web/sites" || type === "microsoft.web/sites/slots";
  const toPart = (name: string, properties: JsonObject): JsonObject => ({
    id: `${resource.id}/config/${name}`,
    name,
    type: `${resource.type}/config`,
    location: resource["location"] ?? "",
    properties,
  });
  if (isSite && tail === "config/web") {
    return toPart("web", toWebConfiguration(resource));
  }
  if (isSite && tail === "config/authsettingsv2") {
    return toPart("authsettingsV2", {
      ...closedAuthentication,
      ...toObject(resource.properties["authsettingsV2"]),
    });
  }
  if (type === "microsoft.compute/virtualmachines" && tail === "instanceview") {
    return toObject(resource.properties["instanceView"]);
  }
  return undefined;
}

function readPowerState(machine: ArmResource): string {
  const statuses = toList(readPath(machine.properties, ["instanceView", "statuses"]));
  return statuses.map((status) => readText(status, "code")).find((code) => code.startsWith("PowerState/")) ?? "";
}

/** A resource as a row of Resource Graph: flat, type and group in lower case, the power state under `extended`. */
export function toGraphRow(resource: ArmResource, context: { tenantId: string; subscriptionId: string }): JsonObject {
  const shown = toView(resource, new URLSearchParams());
  const group = /\/resourcegroups\/([^/]+)/i.exec(resource.id)?.[1] ?? "";
  const power = readPowerState(resource);
  const properties =
    power === ""
      ? shown.properties
      : setPath(shown.properties, ["extended", "instanceView", "powerState", "code"], power);
  return {
    id: resource.id,
    name: resource.name,
    type: resource.type.toLowerCase(),
    tenantId: context.tenantId,
    kind: resource["kind"] ?? "",
    location: resource["location"] ?? "",
    resourceGroup: group.toLowerCase(),
    subscriptionId: context.subscriptionId,
    managedBy: resource["managedBy"] ?? "",
    sku: resource["sku"] ?? null,
    plan: null,
    properties,
    tags: resource["tags"] ?? null,
    identity: resource["identity"] ?? null,
    zones: resource["zones"] ?? null,
    extendedLocation: null,
  };
}
