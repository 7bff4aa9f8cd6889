/**
 * The form of a scenario file. The README says what each part means; unknown members are refused, so that a misspelt
 * one is not silently without effect. What Azure itself defines (resource properties, manifests) is taken as it is.
 */
import { z } from "zod";
import { faultSchema } from "../control/faults.ts";
import type { Json } from "../json.ts";

const guid = z.guid().transform((text) => text.toLowerCase());
const json: z.ZodType<Json> = z.json();
const jsonObject = z.record(z.string(), json);

const applicationSchema = z.strictObject({
  name: z.string(),
  appId: guid,
  displayName: z.string().optional(),
  /** May have service principals in other tenants. */
  multiTenant: z.boolean().default(false),
  /** How many client secrets to make; their values are new in every run. */
  secrets: z.int().min(0).max(10).default(0),
  /** How many certificates with private key to make, new in every run. */
  certificates: z.int().min(0).max(10).default(0),
  federatedCredentials: z
    .array(z.strictObject({ issuer: z.url(), subject: z.string(), audience: z.string() }))
    .default([]),
});

const servicePrincipalSchema = z.strictObject({
  /** Name of the application, in whichever tenant it is registered. */
  application: z.string(),
  objectId: guid,
  enabled: z.boolean().default(true),
  /** Application permissions on Microsoft Graph, such as `Application.ReadWrite.All`. */
  graphPermissions: z.array(z.string()).default([]),
});

const tenantSchema = z.strictObject({
  name: z.string(),
  id: guid,
  domain: z.string(),
  displayName: z.string().optional(),
  applications: z.array(applicationSchema).default([]),
  servicePrincipals: z.array(servicePrincipalSchema).default([]),
  /** Users and groups, so that role assignments of people have names. */
  directoryObjects: z
    .array(z.strictObject({ objectId: guid, kind: z.enum(["user", "group"]), displayName: z.string() }))
    .default([]),
});

const resourceSchema = z.strictObject({
  group: z.string(),
  type: z.string().regex(/^[A-Za-z.]+(?:\/[A-Za-z0-9]+)+$/, "must be Provider.Name/type"),
  /** One name for each part of the type: `vnet-hub/to-spoke`. */
  name: z.string(),
  location: z.string().optional(),
  kind: z.string().optional(),
  managedBy: z.string().optional(),
  sku: jsonObject.optional(),
  identity: jsonObject.optional(),
  tags: z.record(z.string(), z.string()).optional(),
  zones: z.array(z.string()).optional(),
  properties: jsonObject.default({}),
});

const subscriptionSchema = z.strictObject({
  name: z.string(),
  id: guid,
  tenant: z.string(),
  state: z.enum(["Enabled", "Warned", "PastDue", "Disabled", "Deleted"]).default("Enabled"),
  resourceGroups: z
    .array(
      z.strictObject({
        name: z.string(),
        location: z.string(),
        managedBy: z.string().optional(),
        tags: z.record(z.string(), z.string()).default({}),
      }),
    )
    .default([]),
  resources: z.array(resourceSchema).default([]),
});

const roleAssignmentSchema = z.strictObject({
  /** `tenant/application` or an object id. */
  principal: z.string(),
  /** Name or GUID of a role. */
  role: z.string(),
  scope: z.string(),
  condition: z.string().optional(),
  /** Counts only this long after the start. */
  delaySeconds: z.int().min(0).default(0),
});

const registrySchema = z.strictObject({
  /** The registry's resource; its properties say mode, network access and admin user. */
  resource: z.string(),
  /** Recipes to publish, each under its own repository name or another. */
  images: z
    .array(
      z.union([
        z.string().transform((recipe) => ({ recipe, repository: recipe })),
        z.strictObject({ recipe: z.string(), repository: z.string() }),
      ]),
    )
    .default([]),
});

const clusterSchema = z.strictObject({
  /** The cluster's resource; its properties say address, network plug-in and authorisation. */
  resource: z.string(),
  /** Addresses of the nodes, in the node subnet. */
  nodes: z.array(z.strictObject({ pool: z.string(), address: z.ipv4() })).min(1),
  /** Public address the cluster's outbound connections come from. */
  outboundAddress: z.ipv4(),
  /** First address for pods; they get consecutive ones. */
  firstPodAddress: z.ipv4(),
  /** Address that Services get theirs after. */
  firstServiceAddress: z.ipv4(),
  version: z.string().default("1.30.6"),
  /** Files of manifests beside the scenario. */
  manifests: z.array(z.string()).default([]),
});

const customRoleSchema = z.strictObject({
  id: guid,
  roleName: z.string(),
  actions: z.array(z.string()).default([]),
  notActions: z.array(z.string()).default([]),
  dataActions: z.array(z.string()).default([]),
  notDataActions: z.array(z.string()).default([]),
});

export const scenarioSchema = z.strictObject({
  name: z.string(),
  description: z.string().default(""),
  settings: z
    .strictObject({
      /** Most entries in one page of an ARM list. */
      armPageSize: z.int().min(1).default(100),
      /** Most rows in one page of a Resource Graph answer. */
      resourceGraphPageSize: z.int().min(1).max(1000).default(1000),
      /** Resource Graph queries allowed per window and principal. */
      resourceGraphQueries: z.int().min(1).default(15),
      resourceGraphWindowSeconds: z.int().min(1).default(5),
      /** How long role assignments made over the API take to count. */
      rolePropagationSeconds: z.int().min(0).default(0),
      tokenLifetimeSeconds: z.int().min(1).default(3599),
    })
    .prefault({}),
  tenants: z.array(tenantSchema).min(1),
  subscriptions: z.array(subscriptionSchema).default([]),
  customRoles: z.array(customRoleSchema).default([]),
  roleAssignments: z.array(roleAssignmentSchema).default([]),
  registries: z.array(registrySchema).default([]),
  clusters: z.array(clusterSchema).default([]),
  /** Service tags of the region, beside the few that are built in. */
  serviceTags: z.array(z.strictObject({ name: z.string(), addressPrefixes: z.array(z.string()).min(1) })).default([]),
  faults: z.array(faultSchema).default([]),
});

/** A scenario as written, checked and with its defaults. */
export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioResource = z.infer<typeof resourceSchema>;
export type ScenarioCluster = z.infer<typeof clusterSchema>;
