/** Who may do what in a registry, in the words of the Docker token specification. */
import type { Answer, Exchange } from "../http/exchange.ts";

/** A permission a request needs, or a token grants: `repository:shop/web:pull`. */
export interface Scope {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** Whether the request may go on; otherwise what to answer instead (a challenge or a refusal). */
export type Admission = { readonly admitted: true } | { readonly admitted: false; readonly answer: Answer };

/** Decides about one request. `undefined` scope = only the API base `/v2/`, for which any valid token will do. */
export type Admit = (exchange: Exchange, needed: Scope | undefined) => Promise<Admission>;

/** Parses `type:name:action,action`; the name may hold colons. Source: distribution, token scope documentation. */
export function parseScope(text: string): Scope | undefined {
  const first = text.indexOf(":");
  const last = text.lastIndexOf(":");
  if (first < 0 || last <= first) {
    return undefined;
  }
  return {
    type: text.slice(0, first),
    name: text.slice(first + 1, last),
    actions: text
      .slice(last + 1)
      .split(",")
      .filter((action) => action !== ""),
  };
}

/** Scopes of a token request: the parameter may be repeated, and one value may list several apart by spaces. */
export function parseScopes(values: readonly string[]): Scope[] {
  return values.flatMap((value) => value.split(" ")).flatMap((text) => parseScope(text) ?? []);
}

export function formatScope(scope: Scope): string {
  return `${scope.type}:${scope.name}:${scope.actions.join(",")}`;
}

/** Whether what a token grants covers what a request needs. */
export function isGranted(granted: readonly Scope[], needed: Scope): boolean {
  return needed.actions.every((action) =>
    granted.some(
      (scope) =>
        scope.type === needed.type &&
        scope.name === needed.name &&
        (scope.actions.includes(action) || scope.actions.includes("*")),
    ),
  );
}
