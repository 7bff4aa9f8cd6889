/**
 * Which registry scopes roles give. In the classic mode the control-plane actions of AcrPull, AcrPush and Reader count;
 * in ABAC mode only data actions do, and conditions may narrow them to repositories.
 * Source: learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions.
 */
import { isAllowed } from "../access/decide.ts";
import { toAccessState } from "../arm/arm-request.ts";
import { readText } from "../json.ts";
import type { Scope } from "../oci/scope.ts";
import type { Registry, World } from "../scenario/world.ts";

const provider = "Microsoft.ContainerRegistry/registries";

/** Permission a scope's action needs, in each mode. */
const classicActions: Readonly<Record<string, string>> = {
  pull: "pull/read",
  metadata_read: "pull/read",
  "*": "pull/read",
  push: "push/write",
  metadata_write: "push/write",
  delete: "artifacts/delete",
};

const abacActions: Readonly<Record<string, string>> = {
  pull: "repositories/content/read",
  metadata_read: "repositories/metadata/read",
  "*": "catalog/read",
  push: "repositories/content/write",
  metadata_write: "repositories/metadata/write",
  delete: "repositories/content/delete",
};

/** Whether the registry ignores AcrPull and Reader for its content. */
export function isAbacMode(world: World, registry: Registry): boolean {
  const resource = world.resources.get(registry.resourceId.toLowerCase());
  return readText(resource, "properties.roleAssignmentMode") === "AbacRepositoryPermissions";
}

function isActionAllowed(
  world: World,
  registry: Registry,
  question: { readonly principalId: string; readonly scope: Scope; readonly action: string },
): boolean {
  const isAbac = isAbacMode(world, registry);
  const permission = (isAbac ? abacActions : classicActions)[question.action];
  if (permission === undefined) {
    return false;
  }
  return isAllowed(toAccessState(world), {
    principalId: question.principalId,
    action: `${provider}/${permission}`,
    plane: isAbac ? "data" : "control",
    scope: registry.resourceId,
    attributes: { [`${provider.toLowerCase()}/repositories:name`]: question.scope.name },
  });
}

/** The scopes asked for, cut down to what the principal may do; what nothing is left of is dropped without a word. */
export function toGrantedScopes(
  world: World,
  registry: Registry,
  asked: { readonly principalId: string; readonly scopes: readonly Scope[] },
): Scope[] {
  return asked.scopes.flatMap((scope) => {
    const isCatalog = scope.type === "registry" && scope.name === "catalog";
    const isKnown = isCatalog || scope.type === "repository" || scope.type === "artifact-repository";
    const actions = scope.actions.filter(
      (action) =>
        isKnown &&
        (action === "*") === isCatalog &&
        isActionAllowed(world, registry, { principalId: asked.principalId, scope, action }),
    );
    return actions.length === 0 ? [] : [{ ...scope, actions }];
  });
}
