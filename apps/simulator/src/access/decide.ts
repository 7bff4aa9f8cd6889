/** Azure RBAC: may this principal do this here? Source: learn.microsoft.com/azure/role-based-access-control/overview. */
import { isConditionMet, toActionPattern } from "./condition.ts";
import type { RoleDefinition } from "./role-definitions.data.ts";

/** A role given to a principal at a scope and, by inheritance, below it. */
export interface RoleAssignment {
  /** GUID, the last part of its ARM id. */
  readonly name: string;
  readonly scope: string;
  /** GUID of the role definition. */
  readonly roleId: string;
  readonly principalId: string;
  readonly principalType: string;
  readonly condition?: string;
  readonly createdAt: Date;
  /** Assignments take a while to count: until then it is listed but grants nothing. */
  readonly effectiveAt: Date;
}

/** What roles and assignments there are now. */
export interface AccessState {
  readonly definitions: readonly RoleDefinition[];
  readonly assignments: readonly RoleAssignment[];
  readonly now: Date;
}

/** One question. */
export interface AccessQuestion {
  readonly principalId: string;
  readonly action: string;
  /** Control plane (`actions`) or data plane (`dataActions`). */
  readonly plane: "control" | "data";
  /** ARM id of what is to be touched. */
  readonly scope: string;
  /** Attributes conditions may ask for. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Whether `scope` is `target` or above it. ARM ids compare without regard to case. */
export function isAtOrAbove(scope: string, target: string): boolean {
  const upper = scope.toLowerCase().replace(/\/+$/, "");
  const lower = target.toLowerCase().replace(/\/+$/, "");
  return upper === lower || lower.startsWith(`${upper}/`);
}

function isPermitted(role: RoleDefinition, question: AccessQuestion): boolean {
  const [given, taken] =
    question.plane === "control" ? [role.actions, role.notActions] : [role.dataActions, role.notDataActions];
  const fits = (permission: string): boolean => toActionPattern(permission).test(question.action);
  return given.some(fits) && !taken.some(fits);
}

/** Whether any effective assignment of the principal grants the action at the scope. */
export function isAllowed(state: AccessState, question: AccessQuestion): boolean {
  return state.assignments.some((assignment) => {
    const role = state.definitions.find((definition) => definition.id === assignment.roleId);
    const { condition } = assignment;
    return (
      role !== undefined &&
      assignment.principalId === question.principalId &&
      assignment.effectiveAt <= state.now &&
      isAtOrAbove(assignment.scope, question.scope) &&
      isPermitted(role, question) &&
      (condition === undefined ||
        isConditionMet(condition, { action: question.action, attributes: question.attributes ?? {} }))
    );
  });
}

/** Whether the principal has any effective assignment at, above or below the scope: that makes a subscription visible. */
export function isVisible(state: AccessState, principalId: string, scope: string): boolean {
  return state.assignments.some(
    (assignment) =>
      assignment.principalId === principalId &&
      assignment.effectiveAt <= state.now &&
      (isAtOrAbove(assignment.scope, scope) || isAtOrAbove(scope, assignment.scope)),
  );
}
