/**
 * The control port: looks at the journal and changes the world while it runs. Plain HTTP on the loopback address, for
 * tests and demos; no part of the simulated Azure.
 */
import { z } from "zod";
import { type SigningKey, signClaims } from "../entra/signing-keys.ts";
import { type Answer, type Exchange, type Handler, parseJsonBody, toJsonAnswer } from "../http/exchange.ts";
import { applyMergePatch, type Json, type JsonObject, toObject } from "../json.ts";
import { findKind, toStableGuid } from "../kubernetes/objects.ts";
import type { ArmResource } from "../scenario/world.ts";
import { type Application, type World } from "../scenario/world.ts";
import { type ActiveFault, faultSchema } from "./faults.ts";
import type { Journal } from "./journal.ts";

/** What the control port works on. */
export interface ControlParts {
  readonly world: World;
  readonly journal: Journal;
  readonly faults: ActiveFault[];
  readonly outsideKey: SigningKey;
}

const json: z.ZodType<Json> = z.json();

const assignmentSchema = z.strictObject({
  principalId: z.guid(),
  role: z.string(),
  scope: z.string(),
  condition: z.string().optional(),
  delaySeconds: z.int().min(0).default(0),
});

const resourceSchema = z.strictObject({ id: z.string(), patch: json.optional() });

const objectSchema = z.strictObject({
  /** Host name of the cluster's API server. */
  cluster: z.string(),
  kind: z.string(),
  namespace: z.string().default(""),
  name: z.string(),
  patch: json.optional(),
});

const tokenSchema = z.strictObject({
  issuer: z.string(),
  subject: z.string(),
  audience: z.string(),
  lifetimeSeconds: z.int().default(600),
});

const applicationSchema = z.strictObject({ appId: z.guid(), secretsExpired: z.boolean() });
const principalSchema = z.strictObject({ objectId: z.guid(), enabled: z.boolean() });

function toRefusal(message: string): Answer {
  return toJsonAnswer(400, { error: message });
}

/** Parses the body and runs; a body of the wrong form is answered with what is wrong about it. */
function withBody<Body>(
  schema: z.ZodType<Body>,
  run: (body: Body, parts: ControlParts) => Answer | Promise<Answer>,
): (exchange: Exchange, parts: ControlParts) => Answer | Promise<Answer> {
  return (exchange, parts) => {
    const parsed = schema.safeParse(parseJsonBody(exchange));
    return parsed.success ? run(parsed.data, parts) : toRefusal(z.prettifyError(parsed.error));
  };
}

function grantRole(given: z.infer<typeof assignmentSchema>, { world }: ControlParts): Answer {
  const role = world.roles.find(({ id, roleName }) => id === given.role.toLowerCase() || roleName === given.role);
  if (role === undefined) {
    return toRefusal(`there is no role ${given.role}`);
  }
  const now = world.clock.now();
  const principalId = given.principalId.toLowerCase();
  const name = toStableGuid(`${given.scope}/${role.id}/${principalId}/${now.getTime()}`);
  world.assignments.push({
    name,
    scope: given.scope,
    roleId: role.id,
    principalId,
    principalType: "ServicePrincipal",
    ...(given.condition === undefined ? {} : { condition: given.condition }),
    createdAt: now,
    effectiveAt: new Date(now.getTime() + given.delaySeconds * 1000),
  });
  return toJsonAnswer(201, { name });
}

function removeRole(given: z.infer<typeof assignmentSchema>, { world }: ControlParts): Answer {
  const role = world.roles.find(({ id, roleName }) => id === given.role.toLowerCase() || roleName === given.role);
  const before = world.assignments.length;
  const kept = world.assignments.filter(
    (assignment) =>
      assignment.roleId !== role?.id ||
      assignment.principalId !== given.principalId.toLowerCase() ||
      assignment.scope.toLowerCase() !== given.scope.toLowerCase(),
  );
  world.assignments.splice(0, before, ...kept);
  return toJsonAnswer(200, { removed: before - kept.length });
}

function patchResource(given: z.infer<typeof resourceSchema>, { world }: ControlParts): Answer {
  const key = given.id.toLowerCase();
  const existing = world.resources.get(key);
  if (existing === undefined) {
    return toRefusal(`there is no resource ${given.id}`);
  }
  const merged = toObject(applyMergePatch(existing, given.patch ?? {}));
  const { id, name, type } = existing;
  const changed: ArmResource = { ...merged, id, name, type, properties: toObject(merged["properties"]) };
  world.resources.set(key, changed);
  return toJsonAnswer(200, changed);
}

function removeResource(given: z.infer<typeof resourceSchema>, { world }: ControlParts): Answer {
  return toJsonAnswer(200, { removed: world.resources.delete(given.id.toLowerCase()) });
}

type ObjectChange = z.infer<typeof objectSchema>;

function findObjects(given: ObjectChange, world: World): Map<string, JsonObject> | undefined {
  const kind = findKind(given.kind);
  const cluster = world.clusters.get(given.cluster.toLowerCase());
  if (kind === undefined || cluster === undefined) {
    return undefined;
  }
  const objects = cluster.objects.get(kind.plural) ?? new Map<string, JsonObject>();
  cluster.objects.set(kind.plural, objects);
  return objects;
}

/** Changes an object, or adds it when it is not there: nothing else in the cluster reacts to it. */
function patchObject(given: ObjectChange, { world }: ControlParts): Answer {
  const objects = findObjects(given, world);
  const key = `${given.namespace}/${given.name}`;
  const names = { name: given.name, ...(given.namespace === "" ? {} : { namespace: given.namespace }) };
  const start = objects?.get(key) ?? { kind: given.kind, metadata: names };
  const changed = toObject(applyMergePatch(start, given.patch ?? {}));
  objects?.set(key, changed);
  return objects === undefined ? toRefusal("cluster or kind not known") : toJsonAnswer(200, changed);
}

function removeObject(given: ObjectChange, { world }: ControlParts): Answer {
  const removed = findObjects(given, world)?.delete(`${given.namespace}/${given.name}`);
  return removed === undefined ? toRefusal("cluster or kind not known") : toJsonAnswer(200, { removed });
}

function changeApplication(given: z.infer<typeof applicationSchema>, { world }: ControlParts): Answer {
  const application = world.applications.get(given.appId.toLowerCase());
  if (application === undefined) {
    return toRefusal(`there is no application ${given.appId}`);
  }
  const secrets = application.secrets.map(({ value }) => ({ value, expired: given.secretsExpired }));
  const changed: Application = { ...application, secrets };
  world.applications.set(application.appId, changed);
  return toJsonAnswer(200, { secretsExpired: given.secretsExpired });
}

function changePrincipal(given: z.infer<typeof principalSchema>, { world }: ControlParts): Answer {
  const principal = world.servicePrincipals.get(given.objectId.toLowerCase());
  if (principal === undefined) {
    return toRefusal(`there is no service principal ${given.objectId}`);
  }
  world.servicePrincipals.set(principal.objectId, { ...principal, enabled: given.enabled });
  return toJsonAnswer(200, { enabled: given.enabled });
}

/** A token as an outside issuer (a pipeline, another cluster) would give it to a workload. */
async function issueOutsideToken(given: z.infer<typeof tokenSchema>, parts: ControlParts): Promise<Answer> {
  const issuedAt = Math.floor(parts.world.clock.now().getTime() / 1000);
  const token = await signClaims(parts.outsideKey, {
    iss: given.issuer,
    sub: given.subject,
    aud: given.audience,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + given.lifetimeSeconds,
  });
  return toJsonAnswer(200, { token });
}

function readJournal(exchange: Exchange, { journal }: ControlParts): Answer {
  const since = Number(exchange.query.get("since") ?? "0");
  return toJsonAnswer(200, { entries: journal.entries.filter(({ sequence }) => sequence > since) });
}

function clearJournal(_exchange: Exchange, { journal }: ControlParts): Answer {
  journal.entries.splice(0);
  return { status: 204 };
}

function addFault(fault: z.infer<typeof faultSchema>, { faults }: ControlParts): Answer {
  const id = faults.reduce((highest, active) => Math.max(highest, active.id), 0) + 1;
  faults.push({ id, fault, seen: 0 });
  return toJsonAnswer(201, { id });
}

function clearFaults(_exchange: Exchange, { faults }: ControlParts): Answer {
  faults.splice(0);
  return { status: 204 };
}

function advanceClock({ advanceSeconds }: { advanceSeconds: number }, { world }: ControlParts): Answer {
  world.clock.advance(advanceSeconds * 1000);
  return toJsonAnswer(200, { now: world.clock.now().toISOString() });
}

const routes: Readonly<Record<string, (exchange: Exchange, parts: ControlParts) => Answer | Promise<Answer>>> = {
  "GET journal": readJournal,
  "DELETE journal": clearJournal,
  "POST role-assignments": withBody(assignmentSchema, grantRole),
  "DELETE role-assignments": withBody(assignmentSchema, removeRole),
  "PATCH resources": withBody(resourceSchema, patchResource),
  "DELETE resources": withBody(resourceSchema, removeResource),
  "PATCH objects": withBody(objectSchema, patchObject),
  "DELETE objects": withBody(objectSchema, removeObject),
  "PATCH applications": withBody(applicationSchema, changeApplication),
  "PATCH service-principals": withBody(principalSchema, changePrincipal),
  "POST faults": withBody(faultSchema, addFault),
  "DELETE faults": clearFaults,
  "POST clock": withBody(z.strictObject({ advanceSeconds: z.number() }), advanceClock),
  "POST outside-tokens": withBody(tokenSchema, issueOutsideToken),
};

/** The control port's handler; everything is below `/_simulator/`. */
export function toControlHandler(parts: ControlParts): Handler {
  return async (exchange) => {
    const name = /^\/_simulator\/([a-z-]+)$/.exec(exchange.path)?.[1] ?? "";
    const serve = routes[`${exchange.method} ${name}`];
    return serve === undefined ? toJsonAnswer(404, { error: "unknown control call" }) : serve(exchange, parts);
  };
}
