/** Rungs of one subscription: it can be read, its resources can be counted, and no role allows more than reading. */
import { z } from "zod";
import type { ArmClient } from "../arm.ts";
import { azureRoles } from "../roles.ts";
import type { ConnectionOutcome, ConnectionTest } from "./check.ts";
import { grantReader, stateDiagnoses } from "./diagnosis.data.ts";
import { explainArm, type Known, toFinding } from "./explain.ts";

/** One subscription and how it is read. */
export interface SubscriptionTarget extends Known {
  readonly arm: ArmClient;
  readonly subscriptionId: string;
}

const subscriptionSchema = z.object({ displayName: z.string().optional(), state: z.string().optional() });
const assignmentSchema = z.object({
  id: z.string(),
  properties: z.object({ roleDefinitionId: z.string(), scope: z.string(), principalId: z.string().optional() }),
});

type Assignment = z.infer<typeof assignmentSchema>;

/** Roles that can change things, among those an installer might hand out by mistake. */
const writingRoles: readonly { readonly id: string; readonly name: string }[] = [
  azureRoles.owner,
  azureRoles.contributor,
  azureRoles.userAccessAdministrator,
  azureRoles.roleBasedAccessControlAdministrator,
];

/** Reads the subscription itself; any role anywhere inside it is enough for that. */
export async function checkSubscription(test: ConnectionTest, target: SubscriptionTarget): Promise<ConnectionOutcome> {
  const { arm, subscriptionId } = target;
  const answer = await arm.get(`/subscriptions/${subscriptionId}`, "2022-12-01", test.signal);
  if (!answer.ok) {
    return explainArm(test, target, answer.failure);
  }
  const { displayName = subscriptionId, state = "of unknown state" } =
    subscriptionSchema.safeParse(answer.value).data ?? {};
  const diagnosis = stateDiagnoses[state];
  if (diagnosis === undefined) {
    return { state: "passed", detail: `${displayName} is readable and ${state}` };
  }
  const finding = toFinding(test, diagnosis, target, { azureCode: state });
  return { state: state === "Deleted" ? "failed" : "amber", ...finding };
}

/** Counts what Resource Graph shows. Nothing at all is doubtful: an empty subscription and an unseen one look alike. */
export async function checkResources(test: ConnectionTest, target: SubscriptionTarget): Promise<ConnectionOutcome> {
  const query = "resources | summarize count() by type";
  const counted = await target.arm.query(query, [target.subscriptionId], test.signal);
  if (counted.failure !== undefined) {
    return explainArm(test, target, counted.failure);
  }
  if (counted.items.length === 0) {
    const diagnosis = { code: "connection.partial-scope" as const, command: grantReader };
    const cause = "Resource Graph shows no resource here: the subscription is empty, or Reader is missing on it.";
    return { state: "amber", ...toFinding(test, diagnosis, target, { cause }) };
  }
  return { state: "passed", detail: `Resource Graph answers: ${counted.items.length} resource types` };
}

/** Looks at the roles given to us: Reader on the whole subscription and nothing that writes. */
export async function checkRoles(test: ConnectionTest, target: SubscriptionTarget): Promise<ConnectionOutcome> {
  const { arm, subscriptionId, principal } = target;
  if (principal === undefined) {
    return { state: "passed", detail: "the token does not say whose it is, so roles were not looked at" };
  }
  const filter = encodeURIComponent(`assignedTo('${principal}')`);
  const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleAssignments?$filter=${filter}`;
  const listed = await arm.list(path, "2022-04-01", test.signal);
  if (listed.failure !== undefined) {
    return listed.failure.code === "azure.forbidden"
      ? toPartial(test, target, "Roles cannot be read on the subscription as a whole.")
      : explainArm(test, target, listed.failure);
  }
  const assignments = listed.items.flatMap((item) => assignmentSchema.safeParse(item).data ?? []);
  const writing = assignments.find((assignment) => findWritingRole(assignment) !== undefined);
  if (writing !== undefined) {
    return toMoreThanRead(test, target, writing);
  }
  const isWhole = assignments.some(({ properties }) => isAtOrAbove(properties.scope, subscriptionId));
  if (!isWhole) {
    const scopes = assignments.map(({ properties }) => properties.scope).slice(0, 5);
    return toPartial(
      test,
      target,
      `Roles are given on ${scopes.length === 0 ? "no scope that is shown" : scopes.join(", ")} only.`,
    );
  }
  return { state: "passed", detail: `${assignments.length} role assignments, none of which allows writing` };
}

function findWritingRole({ properties }: Assignment): { readonly name: string } | undefined {
  const id = properties.roleDefinitionId.toLowerCase().split("/").at(-1);
  return writingRoles.find((role) => role.id === id);
}

/** The subscription, a management group, or the root. */
function isAtOrAbove(scope: string, subscriptionId: string): boolean {
  const lower = scope.toLowerCase();
  return (
    lower === "/" ||
    lower === `/subscriptions/${subscriptionId.toLowerCase()}` ||
    lower.startsWith("/providers/microsoft.management/managementgroups/")
  );
}

function toPartial(test: ConnectionTest, target: SubscriptionTarget, cause: string): ConnectionOutcome {
  const diagnosis = { code: "connection.partial-scope" as const, command: grantReader };
  return { state: "amber", ...toFinding(test, diagnosis, target, { cause }) };
}

function toMoreThanRead(test: ConnectionTest, target: SubscriptionTarget, assignment: Assignment): ConnectionOutcome {
  const { scope, principalId } = assignment.properties;
  const role = findWritingRole(assignment)?.name ?? "A role";
  const isOwn = principalId === undefined || principalId.toLowerCase() === target.principal?.toLowerCase();
  const by = isOwn ? "" : ` through the group ${principalId}`;
  const diagnosis = {
    code: "connection.more-than-read" as const,
    command: isOwn
      ? `az role assignment delete --ids ${assignment.id}`
      : `az ad group member remove --group ${principalId} --member-id {principal}`,
  };
  const cause = `${role} is given on ${scope}${by}. Sightline only reads and asks for nothing more.`;
  return { state: "amber", ...toFinding(test, diagnosis, target, { cause }) };
}
