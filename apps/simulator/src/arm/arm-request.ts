/** One call to ARM, taken apart: what it is about, which action it needs, and whether the caller may. */
import { type AccessState, isAllowed } from "../access/decide.ts";
import type { Caller } from "../entra/caller.ts";
import type { Answer, Exchange } from "../http/exchange.ts";
import type { World } from "../scenario/world.ts";
import { toForbidden } from "./errors.ts";

/** A call whose caller is known. */
export interface ArmRequest {
  readonly exchange: Exchange;
  readonly world: World;
  readonly caller: Caller;
  /** Decoded, without a slash at the end. */
  readonly path: string;
}

/** A path below `/providers/…`, read as ARM reads it. */
export interface ArmTarget {
  /** What is before the last `/providers/`: subscription, group, or a resource the target extends. */
  readonly scope: string;
  /** `Microsoft.Web/sites/config`. */
  readonly type: string;
  readonly names: readonly string[];
  /** A resource when every kind has its name; else a collection (GET) or an action (POST). */
  readonly isCollection: boolean;
}

/** `undefined` when the path has no provider part. */
export function parseTarget(path: string): ArmTarget | undefined {
  const at = path.toLowerCase().lastIndexOf("/providers/");
  if (at < 0) {
    return undefined;
  }
  const [provider = "", ...rest] = path.slice(at + "/providers/".length).split("/");
  const kinds = rest.filter((_, index) => index % 2 === 0);
  return {
    scope: path.slice(0, at),
    type: [provider, ...kinds].join("/"),
    names: rest.filter((_, index) => index % 2 === 1),
    isCollection: rest.length % 2 === 1,
  };
}

const verbs: Readonly<Record<string, string>> = { GET: "read", PUT: "write", PATCH: "write", DELETE: "delete" };

/** The action a call needs. Source: learn.microsoft.com/azure/role-based-access-control/resource-provider-operations. */
export function toAction(method: string, type: string): string {
  return `${type}/${verbs[method] ?? "action"}`;
}

export function toAccessState(world: World): AccessState {
  return { definitions: world.roles, assignments: world.assignments, now: world.clock.now() };
}

/** `undefined` when the caller may, else the refusal. */
export function checkAccess(request: ArmRequest, action: string, scope: string): Answer | undefined {
  const question = { principalId: request.caller.objectId, action, plane: "control", scope } as const;
  return isAllowed(toAccessState(request.world), question) ? undefined : toForbidden(request.caller, action, scope);
}
