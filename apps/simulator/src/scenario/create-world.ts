/** Turns a scenario into a running world: ids unfolded, images published, clusters settled, links derived. */
import { randomBytes } from "node:crypto";
import type { RoleAssignment } from "../access/decide.ts";
import { builtInRoles, type RoleDefinition } from "../access/role-definitions.data.ts";
import { toArmId } from "../arm/arm-id.ts";
import { deriveLinks } from "../arm/derive-links.ts";
import { createClientCertificate } from "../http/certificates.ts";
import { type Json, toObject } from "../json.ts";
import { toStableGuid } from "../kubernetes/objects.ts";
import { SimulatorError } from "../simulator-error.ts";
import { createClusters } from "./create-clusters.ts";
import { createRegistries } from "./create-registries.ts";
import { createReferenceContext, type ReferenceContext, unfold, unfoldText } from "./references.ts";
import type { Scenario, ScenarioResource } from "./schema.ts";
import type { Application, ArmResource, ResourceGroup, ServicePrincipal, World } from "./world.ts";
import type { WorldInput } from "./world-input.ts";

/** What an application can sign in with; only ever shown to whoever starts the simulator. */
export interface ApplicationCredentials {
  readonly tenant: string;
  readonly tenantId: string;
  readonly application: string;
  readonly appId: string;
  readonly secrets: readonly string[];
  /** Key and certificate in one PEM text each. */
  readonly certificates: readonly string[];
}

async function createApplications(
  scenario: Scenario,
): Promise<{ readonly applications: Map<string, Application>; readonly credentials: ApplicationCredentials[] }> {
  const applications = new Map<string, Application>();
  const credentials: ApplicationCredentials[] = [];
  for (const tenant of scenario.tenants) {
    for (const given of tenant.applications) {
      const secrets = Array.from({ length: given.secrets }, () => randomBytes(24).toString("hex"));
      const certificates = await Promise.all(
        Array.from({ length: given.certificates }, () => createClientCertificate(given.name)),
      );
      applications.set(given.appId, {
        name: given.name,
        appId: given.appId,
        displayName: given.displayName ?? given.name,
        tenantId: tenant.id,
        multiTenant: given.multiTenant,
        secrets: secrets.map((value) => ({ value, expired: false })),
        certificates: certificates.map(({ x5t, x5tS256, certPem }) => ({ x5t, x5tS256, pem: certPem })),
        federatedCredentials: given.federatedCredentials,
      });
      credentials.push({
        tenant: tenant.name,
        tenantId: tenant.id,
        application: given.name,
        appId: given.appId,
        secrets,
        certificates: certificates.map(({ keyPem, certPem }) => `${keyPem}\n${certPem}\n`),
      });
    }
  }
  return { applications, credentials };
}

function createServicePrincipals(
  scenario: Scenario,
  applications: ReadonlyMap<string, Application>,
  problems: string[],
): Map<string, ServicePrincipal> {
  const principals = new Map<string, ServicePrincipal>();
  for (const tenant of scenario.tenants) {
    for (const given of tenant.servicePrincipals) {
      const application = applications.values().find((candidate) => candidate.name === given.application);
      if (application === undefined) {
        problems.push(`tenants.${tenant.name}: no application is named ${given.application}`);
        continue;
      }
      principals.set(given.objectId, {
        objectId: given.objectId,
        appId: application.appId,
        displayName: application.displayName,
        tenantId: tenant.id,
        enabled: given.enabled,
        graphPermissions: given.graphPermissions,
      });
    }
  }
  return principals;
}

function toArmResource(given: ScenarioResource, group: ResourceGroup, context: ReferenceContext): ArmResource {
  const { group: _group, type, name, location, properties, ...rest } = given;
  const here = group.subscriptionId;
  const more: Record<string, Json> = {};
  for (const [member, value] of Object.entries(rest)) {
    if (value !== undefined) {
      more[member] = value;
    }
  }
  return {
    ...toObject(unfold(more, context, here)),
    id: toArmId({ subscriptionId: here, group: group.name }, type, name),
    name: name.split("/").at(-1) ?? name,
    type,
    location: location ?? group.location,
    properties: toObject(unfold(properties, context, here)),
  };
}

function createResources(
  scenario: Scenario,
  context: ReferenceContext,
): { readonly groups: Map<string, ResourceGroup>; readonly resources: Map<string, ArmResource> } {
  const groups = new Map<string, ResourceGroup>();
  const resources = new Map<string, ArmResource>();
  for (const subscription of scenario.subscriptions) {
    for (const given of subscription.resourceGroups) {
      const id = `/subscriptions/${subscription.id}/resourceGroups/${given.name}`;
      const managedBy =
        given.managedBy === undefined ? undefined : unfoldText(given.managedBy, context, subscription.id);
      groups.set(id.toLowerCase(), { ...given, id, managedBy, subscriptionId: subscription.id });
    }
    for (const given of subscription.resources) {
      const group = groups.get(`/subscriptions/${subscription.id}/resourcegroups/${given.group}`.toLowerCase());
      if (group === undefined) {
        context.problems.push(`${subscription.name}: ${given.name} is in a resource group that is not listed`);
        continue;
      }
      if (given.type.split("/").length - 1 !== given.name.split("/").length) {
        context.problems.push(`${subscription.name}: ${given.type} needs as many names as ${given.name} has not`);
      }
      const resource = toArmResource(given, group, context);
      resources.set(resource.id.toLowerCase(), resource);
    }
  }
  return { groups, resources };
}

function toPrincipalId(principal: string, scenario: Scenario, context: ReferenceContext): string {
  const [tenantName, applicationName] = principal.split("/");
  if (applicationName === undefined) {
    return principal.toLowerCase();
  }
  const tenant = scenario.tenants.find((candidate) => candidate.name === tenantName);
  const found = tenant?.servicePrincipals.find((candidate) => candidate.application === applicationName);
  if (found === undefined) {
    context.problems.push(`roleAssignments: ${principal} is not a service principal of a tenant`);
  }
  return found?.objectId ?? principal;
}

function createAssignments(
  scenario: Scenario,
  roles: readonly RoleDefinition[],
  more: { readonly context: ReferenceContext; readonly now: Date; readonly principals: ReadonlySet<string> },
): RoleAssignment[] {
  return scenario.roleAssignments.map((given) => {
    const role = roles.find(({ id, roleName }) => roleName === given.role || id === given.role.toLowerCase());
    if (role === undefined) {
      more.context.problems.push(`roleAssignments: there is no role ${given.role}`);
    }
    const scope = given.scope === "/" ? "/" : unfoldText(given.scope, more.context);
    const principalId = toPrincipalId(given.principal, scenario, more.context);
    return {
      name: toStableGuid(`${scope}/${given.role}/${principalId}/${given.condition ?? ""}`),
      scope,
      roleId: role?.id ?? given.role,
      principalId,
      principalType: more.principals.has(principalId) ? "ServicePrincipal" : "User",
      ...(given.condition === undefined ? {} : { condition: given.condition }),
      createdAt: more.now,
      effectiveAt: new Date(more.now.getTime() + given.delaySeconds * 1000),
    };
  });
}

/** Builds the world. Errors: `simulator.invalid-scenario` with every reference that leads nowhere. */
export async function createWorld(
  input: WorldInput,
): Promise<{ readonly world: World; readonly credentials: readonly ApplicationCredentials[] }> {
  const { scenario } = input.read;
  const problems: string[] = [];
  const now = input.clock.now();
  const digests = new Map(input.images.map(({ repository, digest }) => [repository, digest]));
  const context = createReferenceContext(scenario, digests, problems);
  const { applications, credentials } = await createApplications(scenario);
  const servicePrincipals = createServicePrincipals(scenario, applications, problems);
  const { groups, resources } = createResources(scenario, context);
  const custom = scenario.customRoles.map((role): RoleDefinition => ({ ...role, type: "CustomRole" }));
  const roles = [...builtInRoles, ...custom];
  const registries = createRegistries(scenario, { context, resources, images: input.images, now: input.clock.now });
  const clusters = createClusters(input, { context, resources, groups, registries, now });
  const principals = new Set(servicePrincipals.keys());
  const assignments = createAssignments(scenario, roles, { context, now, principals });
  deriveLinks(resources);
  if (problems.length > 0) {
    const list = problems.map((problem) => `  ${problem}`).join("\n");
    throw new SimulatorError("simulator.invalid-scenario", `${input.read.path} does not fit together:\n${list}`);
  }
  const world: World = {
    scenario,
    clock: input.clock,
    startedAt: now,
    tenants: new Map(
      scenario.tenants.map((tenant) => [tenant.id, { ...tenant, displayName: tenant.displayName ?? tenant.name }]),
    ),
    applications,
    servicePrincipals,
    subscriptions: new Map(
      scenario.subscriptions.map(({ id, name, state, tenant }) => [
        id,
        { id, name, state, tenantId: scenario.tenants.find((candidate) => candidate.name === tenant)?.id ?? "" },
      ]),
    ),
    resourceGroups: groups,
    resources,
    roles,
    assignments,
    registries,
    clusters,
    images: input.images,
    graphQuotas: new Map(),
  };
  return { world, credentials };
}
