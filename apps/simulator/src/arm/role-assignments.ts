/**
 * Microsoft.Authorization: role definitions, role assignments and the caller's permissions, at any scope.
 * Source: learn.microsoft.com/rest/api/authorization.
 */
import { z } from "zod";
import { isAtOrAbove, type RoleAssignment } from "../access/decide.ts";
import type { RoleDefinition } from "../access/role-definitions.data.ts";
import { type Answer, parseJsonBody, toJsonAnswer } from "../http/exchange.ts";
import type { JsonObject } from "../json.ts";
import type { World } from "../scenario/world.ts";
import { type ArmRequest, type ArmTarget, checkAccess, toAction } from "./arm-request.ts";
import { toArmError } from "./errors.ts";
import { parseFilter } from "./filter.ts";
import { answerPage } from "./page.ts";

const assignmentType = "Microsoft.Authorization/roleAssignments";
const definitionType = "Microsoft.Authorization/roleDefinitions";

/** The subscription part of a scope: ids of definitions are rooted there, whatever scope was asked. */
function toRoot(scope: string): string {
  return /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";
}

function formatDefinition(role: RoleDefinition, scope: string): JsonObject {
  const { actions, notActions, dataActions, notDataActions } = role;
  return {
    id: `${toRoot(scope)}/providers/${definitionType}/${role.id}`,
    type: definitionType,
    name: role.id,
    properties: {
      roleName: role.roleName,
      type: role.type,
      description: role.roleName,
      assignableScopes: ["/"],
      permissions: [{ actions, notActions, dataActions, notDataActions }],
      createdOn: "2015-02-02T21:55:09.8806423Z",
      updatedOn: "2021-11-11T20:13:47.8628684Z",
    },
  };
}

function formatAssignment(assignment: RoleAssignment, scope: string): JsonObject {
  const root = toRoot(assignment.scope === "/" ? scope : assignment.scope);
  const at = assignment.createdAt.toISOString();
  const prefix = assignment.scope === "/" ? "" : assignment.scope;
  return {
    id: `${prefix}/providers/${assignmentType}/${assignment.name}`,
    type: assignmentType,
    name: assignment.name,
    properties: {
      roleDefinitionId: `${root}/providers/${definitionType}/${assignment.roleId}`,
      principalId: assignment.principalId,
      principalType: assignment.principalType,
      scope: assignment.scope,
      condition: assignment.condition ?? null,
      conditionVersion: assignment.condition === undefined ? null : "2.0",
      createdOn: at,
      updatedOn: at,
      createdBy: "",
      updatedBy: "",
      delegatedManagedIdentityResourceId: null,
      description: null,
    },
  };
}

function serveDefinitions(request: ArmRequest, target: ArmTarget): Answer {
  const [name] = target.names;
  if (name !== undefined) {
    const role = request.world.roles.find(({ id }) => id === name.toLowerCase());
    return role === undefined
      ? toArmError(404, "RoleDefinitionDoesNotExist", `The specified role definition with ID '${name}' does not exist.`)
      : toJsonAnswer(200, formatDefinition(role, target.scope));
  }
  const filter = request.exchange.query.get("$filter");
  const wanted = parseFilter(filter)?.["rolename"]?.toLowerCase();
  const isOpen = filter === null || /^atScope(?:AndBelow)?\(\)$/i.test(filter);
  if (!isOpen && wanted === undefined) {
    return toArmError(400, "UnsupportedQuery", `The filter '${filter}' is not supported.`);
  }
  const roles = request.world.roles.filter(({ roleName }) => wanted === undefined || roleName.toLowerCase() === wanted);
  return toJsonAnswer(200, { value: roles.map((role) => formatDefinition(role, target.scope)) });
}

/** Which assignments a list shows, or `undefined` for a filter ARM does not know. */
function toAssignmentFilter(
  filter: string | null,
  scope: string,
): ((assignment: RoleAssignment) => boolean) | undefined {
  const isRelated = (assignment: RoleAssignment): boolean =>
    isAtOrAbove(assignment.scope, scope) || isAtOrAbove(scope, assignment.scope);
  if (filter === null || filter === "") {
    return isRelated;
  }
  if (/^atScope\(\)$/i.test(filter)) {
    return (assignment) => isAtOrAbove(assignment.scope, scope);
  }
  const principal = /^(?:principalId eq '([^']+)'|assignedTo\('([^']+)'\))$/i.exec(filter);
  const wanted = (principal?.[1] ?? principal?.[2])?.toLowerCase();
  return wanted === undefined
    ? undefined
    : (assignment) => isRelated(assignment) && assignment.principalId.toLowerCase() === wanted;
}

function listAssignments(request: ArmRequest, target: ArmTarget): Answer {
  const filter = request.exchange.query.get("$filter");
  const isShown = toAssignmentFilter(filter, target.scope);
  if (isShown === undefined) {
    return toArmError(400, "UnsupportedQuery", `The filter '${filter ?? ""}' is not supported.`);
  }
  const found = request.world.assignments.filter(isShown);
  return answerPage(
    request,
    found.map((assignment) => formatAssignment(assignment, target.scope)),
  );
}

const bodySchema = z.object({
  properties: z.object({
    roleDefinitionId: z.string(),
    principalId: z.guid(),
    principalType: z.string().default("ServicePrincipal"),
    condition: z.string().nullish(),
  }),
});

function isPrincipal(world: World, id: string): boolean {
  const isListed = [...world.tenants.values()].some((tenant) =>
    tenant.directoryObjects.some(({ objectId }) => objectId === id),
  );
  return world.servicePrincipals.has(id) || isListed;
}

function putAssignment(request: ArmRequest, target: ArmTarget): Answer {
  const { world } = request;
  const parsed = bodySchema.safeParse(parseJsonBody(request.exchange));
  if (!parsed.success) {
    return toArmError(400, "InvalidCreateRoleAssignmentRequest", "The role assignment creation request is not valid.");
  }
  const { principalType, condition, ...given } = parsed.data.properties;
  const principalId = given.principalId.toLowerCase();
  const roleId = given.roleDefinitionId.split("/").at(-1)?.toLowerCase() ?? "";
  if (!world.roles.some(({ id }) => id === roleId)) {
    const message = `The specified role definition with ID '${roleId}' does not exist.`;
    return toArmError(400, "RoleDefinitionDoesNotExist", message);
  }
  if (!isPrincipal(world, principalId)) {
    const plain = principalId.replaceAll("-", "");
    const message = `Principal ${plain} does not exist in the directory ${request.caller.tenantId}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.`;
    return toArmError(400, "PrincipalNotFound", message);
  }
  const name = target.names[0]?.toLowerCase() ?? "";
  const same = (assignment: RoleAssignment): boolean =>
    assignment.scope.toLowerCase() === target.scope.toLowerCase() &&
    assignment.roleId === roleId &&
    assignment.principalId === principalId;
  const existing = world.assignments.find((assignment) => assignment.name === name || same(assignment));
  if (existing !== undefined) {
    return existing.name === name && same(existing)
      ? toJsonAnswer(200, formatAssignment(existing, target.scope))
      : toArmError(
          409,
          "RoleAssignmentExists",
          `The role assignment already exists. The ID of the existing role assignment is ${existing.name.replaceAll("-", "")}.`,
        );
  }
  const now = world.clock.now();
  const assignment: RoleAssignment = {
    name,
    scope: target.scope === "" ? "/" : target.scope,
    roleId,
    principalId,
    principalType,
    ...(condition === null || condition === undefined ? {} : { condition }),
    createdAt: now,
    effectiveAt: new Date(now.getTime() + world.scenario.settings.rolePropagationSeconds * 1000),
  };
  world.assignments.push(assignment);
  return toJsonAnswer(201, formatAssignment(assignment, target.scope));
}

function serveAssignment(request: ArmRequest, target: ArmTarget): Answer {
  const { world, exchange } = request;
  const name = target.names[0]?.toLowerCase();
  if (exchange.method === "PUT") {
    return putAssignment(request, target);
  }
  const index = world.assignments.findIndex(
    (assignment) => assignment.name === name && assignment.scope.toLowerCase() === target.scope.toLowerCase(),
  );
  const found = world.assignments[index];
  if (exchange.method === "DELETE") {
    world.assignments.splice(index, found === undefined ? 0 : 1);
    return found === undefined ? { status: 204 } : toJsonAnswer(200, formatAssignment(found, target.scope));
  }
  return found === undefined
    ? toArmError(404, "RoleAssignmentNotFound", `The role assignment '${name ?? ""}' is not found.`)
    : toJsonAnswer(200, formatAssignment(found, target.scope));
}

/** `…/permissions`: what the caller's own roles at the scope allow. */
function listPermissions(request: ArmRequest, target: ArmTarget): Answer {
  const { world, caller } = request;
  const value = world.assignments
    .filter(
      (assignment) =>
        assignment.principalId === caller.objectId &&
        assignment.effectiveAt <= world.clock.now() &&
        isAtOrAbove(assignment.scope, target.scope),
    )
    .flatMap(({ roleId }) => world.roles.find(({ id }) => id === roleId) ?? [])
    .map(({ actions, notActions, dataActions, notDataActions }) => ({
      actions,
      notActions,
      dataActions,
      notDataActions,
    }));
  return toJsonAnswer(200, { value });
}

/** Serves a target of Microsoft.Authorization, or answers `undefined` for kinds it does not know. */
export function serveAuthorization(request: ArmRequest, target: ArmTarget): Answer | undefined {
  const type = target.type.toLowerCase();
  const scope = target.scope === "" ? "/" : target.scope;
  const refusal = checkAccess(request, toAction(request.exchange.method, target.type), scope);
  const isRead = request.exchange.method === "GET";
  if (type === definitionType.toLowerCase() && isRead) {
    return refusal ?? serveDefinitions(request, target);
  }
  if (type === assignmentType.toLowerCase()) {
    return (
      refusal ?? (target.isCollection && isRead ? listAssignments(request, target) : serveAssignment(request, target))
    );
  }
  if (type === "microsoft.authorization/permissions" && isRead) {
    return refusal ?? listPermissions(request, target);
  }
  return undefined;
}
