import { describe, expect, it } from "vitest";
import { isConditionMet } from "./condition.ts";
import { type AccessQuestion, type AccessState, isAllowed, isAtOrAbove } from "./decide.ts";
import { builtInRoles } from "./role-definitions.data.ts";

const now = new Date("2026-01-01T00:00:00Z");

function toState(roleName: string, scope: string, more: { condition?: string; effectiveAt?: Date } = {}): AccessState {
  const role = builtInRoles.find((candidate) => candidate.roleName === roleName);
  const assignment = {
    name: "a",
    scope,
    roleId: role?.id ?? "",
    principalId: "p",
    principalType: "ServicePrincipal",
    createdAt: now,
    effectiveAt: now,
    ...more,
  };
  return { definitions: builtInRoles, assignments: [assignment], now };
}

function ask(action: string, scope: string, plane: AccessQuestion["plane"] = "control"): AccessQuestion {
  return { principalId: "p", action, plane, scope };
}

describe("a role", () => {
  it("counts at its scope and below, without regard to case", () => {
    const state = toState("Reader", "/subscriptions/S/resourceGroups/Rg");
    expect(isAllowed(state, ask("Microsoft.Web/sites/read", "/subscriptions/s/resourcegroups/rg/providers/x"))).toBe(
      true,
    );
    expect(isAllowed(state, ask("Microsoft.Web/sites/read", "/subscriptions/s/resourcegroups/rg2"))).toBe(false);
    expect(isAllowed(state, ask("Microsoft.Web/sites/read", "/subscriptions/s"))).toBe(false);
    expect(isAtOrAbove("/", "/subscriptions/s")).toBe(true);
  });

  it("of Reader holds every read and no action", () => {
    const state = toState("Reader", "/subscriptions/s");
    const clusters = "Microsoft.ContainerService/managedClusters";
    expect(isAllowed(state, ask(`${clusters}/read`, "/subscriptions/s"))).toBe(true);
    expect(isAllowed(state, ask(`${clusters}/listClusterUserCredential/action`, "/subscriptions/s"))).toBe(false);
    expect(isAllowed(state, ask("Microsoft.ContainerRegistry/registries/pull/read", "/subscriptions/s"))).toBe(true);
    expect(isAllowed(state, ask(`${clusters}/pods/read`, "/subscriptions/s", "data"))).toBe(false);
  });

  it("of AKS RBAC Reader holds pods and services and neither secrets nor nodes nor ingress classes", () => {
    const state = toState("Azure Kubernetes Service RBAC Reader", "/c");
    const can = (kind: string) =>
      isAllowed(state, ask(`Microsoft.ContainerService/managedClusters/${kind}/read`, "/c", "data"));
    expect(["pods", "services", "networking.k8s.io/networkpolicies"].map(can)).toEqual([true, true, true]);
    expect(["secrets", "nodes", "networking.k8s.io/ingressclasses"].map(can)).toEqual([false, false, false]);
    expect(isAllowed(state, ask("Microsoft.ContainerService/managedClusters/read", "/c"))).toBe(false);
  });

  it("of Contributor loses what notActions take away", () => {
    const state = toState("Contributor", "/subscriptions/s");
    expect(isAllowed(state, ask("Microsoft.Web/sites/write", "/subscriptions/s"))).toBe(true);
    expect(isAllowed(state, ask("Microsoft.Authorization/roleAssignments/write", "/subscriptions/s"))).toBe(false);
  });

  it("does not count before its assignment has spread", () => {
    const state = toState("Reader", "/subscriptions/s", { effectiveAt: new Date(now.getTime() + 1) });
    expect(isAllowed(state, ask("Microsoft.Web/sites/read", "/subscriptions/s"))).toBe(false);
  });

  it("does not count for another principal", () => {
    const question = { ...ask("Microsoft.Web/sites/read", "/subscriptions/s"), principalId: "q" };
    expect(isAllowed(toState("Reader", "/subscriptions/s"), question)).toBe(false);
  });

  it("ids are all different", () => {
    expect(new Set(builtInRoles.map(({ id }) => id)).size).toBe(builtInRoles.length);
  });
});

describe("a condition", () => {
  const name = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]";
  const met = (
    condition: string,
    repository: string,
    action = "Microsoft.ContainerRegistry/registries/repositories/content/read",
  ) =>
    isConditionMet(condition, {
      action,
      attributes: { "microsoft.containerregistry/registries/repositories:name": repository },
    });

  it("compares attributes as its operator says", () => {
    expect(met(`${name} StringEquals 'shop/web'`, "shop/web")).toBe(true);
    expect(met(`${name} StringEquals 'shop/web'`, "Shop/Web")).toBe(false);
    expect(met(`${name} StringEqualsIgnoreCase 'shop/web'`, "Shop/Web")).toBe(true);
    expect(met(`${name} StringStartsWith 'shop/'`, "shop/orders")).toBe(true);
    expect(met(`${name} StringNotEquals 'a'`, "b")).toBe(true);
    expect(met(`${name} StringEquals {'a', 'b'}`, "b")).toBe(true);
  });

  it("follows brackets, not, and, or", () => {
    const guarded = `((!(ActionMatches{'*/content/read'}) AND !(ActionMatches{'*/metadata/read'})) OR (${name} StringStartsWith 'shop/'))`;
    expect(met(guarded, "shop/web")).toBe(true);
    expect(met(guarded, "tools/batch")).toBe(false);
    expect(met(guarded, "tools/batch", "Microsoft.ContainerRegistry/registries/catalog/read")).toBe(true);
  });

  it.each([
    "@Resource[Microsoft.Storage/x:name] StringEquals 'a'",
    `${name} StringMatches 'a'`,
    `${name} StringEquals 'a' AND`,
    `(${name} StringEquals 'a'`,
    "true",
    "",
  ])("that is not understood grants nothing: %s", (condition) => {
    expect(met(condition, "a")).toBe(false);
  });
});
