/** The tables of Resource Graph, as rows the caller may read. Source: learn.microsoft.com/azure/governance/resource-graph. */
import { isAllowed } from "../access/decide.ts";
import { type ArmRequest, toAccessState } from "../arm/arm-request.ts";
import { formatGroup } from "../arm/subscriptions.ts";
import { toGraphRow, toSubView } from "../arm/views.ts";
import type { JsonObject } from "../json.ts";
import { type ArmResource, findSubscription, type Subscription } from "../scenario/world.ts";

/** Which resources of the world a table holds. */
const resourceTables: Readonly<Record<string, (type: string) => boolean>> = {
  resources: (type) => !type.startsWith("microsoft.compute/virtualmachinescalesets/virtualmachines"),
  computeresources: (type) => type.startsWith("microsoft.compute/virtualmachinescalesets/virtualmachines"),
  networkresources: () => false,
};

function canRead(request: ArmRequest, action: string, scope: string): boolean {
  const question = { principalId: request.caller.objectId, action, plane: "control", scope } as const;
  return isAllowed(toAccessState(request.world), question);
}

function listReadable(request: ArmRequest, subscriptionIds: ReadonlySet<string>): ArmResource[] {
  return [...request.world.resources.values()].filter((resource) => {
    const subscription = findSubscription(request.world, resource.id);
    return (
      subscription !== undefined &&
      subscriptionIds.has(subscription.id) &&
      canRead(request, `${resource.type}/read`, resource.id)
    );
  });
}

function toRow(request: ArmRequest, resource: ArmResource): JsonObject {
  const subscription = findSubscription(request.world, resource.id);
  return toGraphRow(resource, { tenantId: subscription?.tenantId ?? "", subscriptionId: subscription?.id ?? "" });
}

function toSiteConfigRows(request: ArmRequest, resource: ArmResource): JsonObject[] {
  const part = toSubView(resource, "config/web");
  const id = `${resource.id}/config/web`;
  return part === undefined
    ? []
    : [{ ...toRow(request, resource), ...part, id, name: "web", type: `${resource.type.toLowerCase()}/config` }];
}

function toSubscriptionRow(subscription: Subscription): JsonObject {
  return {
    id: `/subscriptions/${subscription.id}`,
    name: subscription.name,
    type: "microsoft.resources/subscriptions",
    tenantId: subscription.tenantId,
    subscriptionId: subscription.id,
    resourceGroup: "",
    properties: { state: subscription.state },
  };
}

function listContainers(request: ArmRequest, subscriptionIds: ReadonlySet<string>): JsonObject[] {
  const { world } = request;
  const subscriptions = [...world.subscriptions.values()].filter(
    ({ id }) =>
      subscriptionIds.has(id) && canRead(request, "Microsoft.Resources/subscriptions/read", `/subscriptions/${id}`),
  );
  const groups = [...world.resourceGroups.values()].filter(
    ({ id, subscriptionId }) =>
      subscriptionIds.has(subscriptionId) &&
      canRead(request, "Microsoft.Resources/subscriptions/resourceGroups/read", id),
  );
  return [
    ...subscriptions.map(toSubscriptionRow),
    ...groups.map((group) => ({
      ...formatGroup(group),
      type: "microsoft.resources/subscriptions/resourcegroups",
      tenantId: world.subscriptions.get(group.subscriptionId)?.tenantId ?? "",
      subscriptionId: group.subscriptionId,
      resourceGroup: group.name.toLowerCase(),
    })),
  ];
}

/** Rows of a table in the given subscriptions, or `undefined` for a table the simulator does not have. */
export function listRows(
  request: ArmRequest,
  table: string,
  subscriptionIds: ReadonlySet<string>,
): readonly JsonObject[] | undefined {
  const isInTable = resourceTables[table];
  if (isInTable !== undefined) {
    return listReadable(request, subscriptionIds)
      .filter((resource) => isInTable(resource.type.toLowerCase()))
      .map((resource) => toRow(request, resource));
  }
  if (table === "appserviceresources") {
    return listReadable(request, subscriptionIds).flatMap((resource) => toSiteConfigRows(request, resource));
  }
  return table === "resourcecontainers" ? listContainers(request, subscriptionIds) : undefined;
}
