/** Tenants, subscriptions, resource groups, and the lists of everything in them. */
import { isAllowed, isAtOrAbove, isVisible } from "../access/decide.ts";
import { type Answer, toJsonAnswer } from "../http/exchange.ts";
import { type JsonObject, readText } from "../json.ts";
import type { ArmResource, ResourceGroup, Subscription } from "../scenario/world.ts";
import { type ArmRequest, checkAccess, toAccessState } from "./arm-request.ts";
import { toArmError, toGroupNotFound } from "./errors.ts";
import { parseFilter } from "./filter.ts";
import { answerPage } from "./page.ts";

function formatSubscription(subscription: Subscription): JsonObject {
  return {
    id: `/subscriptions/${subscription.id}`,
    authorizationSource: "RoleBased",
    managedByTenants: [],
    subscriptionId: subscription.id,
    tenantId: subscription.tenantId,
    displayName: subscription.name,
    state: subscription.state,
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "PayAsYouGo_2014-09-01",
      spendingLimit: "Off",
    },
  };
}

/** `GET /subscriptions`: those of the token's tenant in which the caller has any role at all. */
export function listSubscriptions(request: ArmRequest): Answer {
  const { world, caller } = request;
  const state = toAccessState(world);
  const visible = [...world.subscriptions.values()].filter(
    (subscription) =>
      subscription.tenantId === caller.tenantId &&
      isVisible(state, caller.objectId, `/subscriptions/${subscription.id}`),
  );
  return answerPage(request, visible.map(formatSubscription));
}

export function getSubscription(request: ArmRequest, subscription: Subscription): Answer {
  const scope = `/subscriptions/${subscription.id}`;
  return (
    checkAccess(request, "Microsoft.Resources/subscriptions/read", scope) ??
    toJsonAnswer(200, formatSubscription(subscription))
  );
}

/** `GET /tenants`: the token's own. */
export function listTenants(request: ArmRequest): Answer {
  const tenant = request.world.tenants.get(request.caller.tenantId);
  const value: JsonObject[] =
    tenant === undefined
      ? []
      : [
          {
            id: `/tenants/${tenant.id}`,
            tenantId: tenant.id,
            displayName: tenant.displayName,
            defaultDomain: tenant.domain,
            domains: [tenant.domain],
            tenantCategory: "Home",
          },
        ];
  return answerPage(request, value);
}

export function formatGroup(group: ResourceGroup): JsonObject {
  return {
    id: group.id,
    name: group.name,
    type: "Microsoft.Resources/resourceGroups",
    location: group.location,
    tags: group.tags,
    ...(group.managedBy === undefined ? {} : { managedBy: group.managedBy }),
    properties: { provisioningState: "Succeeded" },
  };
}

const groupRead = "Microsoft.Resources/subscriptions/resourceGroups/read";

/** Whether a caller may read one thing; lists show only those. */
function canRead(request: ArmRequest, action: string, scope: string): boolean {
  const question = { principalId: request.caller.objectId, action, plane: "control", scope } as const;
  return isAllowed(toAccessState(request.world), question);
}

export function listGroups(request: ArmRequest, subscription: Subscription): Answer {
  const scope = `/subscriptions/${subscription.id}`;
  if (!isVisible(toAccessState(request.world), request.caller.objectId, scope)) {
    return checkAccess(request, groupRead, scope) ?? answerPage(request, []);
  }
  const groups = [...request.world.resourceGroups.values()].filter(
    (group) => group.subscriptionId === subscription.id && canRead(request, groupRead, group.id),
  );
  return answerPage(request, groups.map(formatGroup));
}

export function getGroup(request: ArmRequest, id: string): Answer {
  const group = request.world.resourceGroups.get(id.toLowerCase());
  const name = id.split("/").at(-1) ?? "";
  return (
    checkAccess(request, groupRead, id) ??
    (group === undefined ? toGroupNotFound(name) : toJsonAnswer(200, formatGroup(group)))
  );
}

/** Types that exist only below others and are missing from ARM's lists of resources. */
function isTracked(resource: ArmResource): boolean {
  return !resource.type.toLowerCase().startsWith("microsoft.compute/virtualmachinescalesets/virtualmachines");
}

function toSummary(resource: ArmResource): JsonObject {
  const { properties: _properties, ...summary } = resource;
  return summary;
}

function isMatch(resource: ArmResource, terms: Readonly<Record<string, string>>): boolean {
  return Object.entries(terms).every(([field, value]) => {
    const wanted = value.toLowerCase();
    switch (field) {
      case "resourcetype":
        return resource.type.toLowerCase() === wanted;
      case "name":
        return resource.name.toLowerCase() === wanted;
      case "location":
        return readText(resource, "location").toLowerCase() === wanted;
      case "resourcegroup":
        return resource.id.toLowerCase().includes(`/resourcegroups/${wanted}/`);
      default:
        return false;
    }
  });
}

/** `GET {subscription or group}/resources`, filtered by type, name, location or group. */
export function listResources(request: ArmRequest, scope: string): Answer {
  const state = toAccessState(request.world);
  const terms = parseFilter(request.exchange.query.get("$filter"));
  if (terms === undefined) {
    return toArmError(400, "InvalidFilterInQueryString", "Invalid $filter specified in the query string.");
  }
  if (!isVisible(state, request.caller.objectId, scope)) {
    return checkAccess(request, "Microsoft.Resources/subscriptions/resources/read", scope) ?? answerPage(request, []);
  }
  const found = [...request.world.resources.values()].filter(
    (resource) =>
      isTracked(resource) &&
      isAtOrAbove(scope, resource.id) &&
      isMatch(resource, terms) &&
      canRead(request, `${resource.type}/read`, resource.id),
  );
  return answerPage(request, found.map(toSummary));
}
