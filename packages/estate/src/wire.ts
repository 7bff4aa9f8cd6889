/**
 * Shared pieces of wire schemas. Everything optional may be missing or null: Azure leaves out what is empty, and the
 * same resource looks a little different in ARM, in Resource Graph and in templates. Fields nobody reads are dropped here.
 */
import { type ArmId, type Problem, type Result, toArmId } from "@sightline/model";
import { z } from "zod";
import { estateErrorCodes } from "./error-codes.data.ts";

/** Text that may be missing; missing reads as empty. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** Flag that may be missing; missing reads as `false`. */
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/**
 * List that may be missing; missing reads as empty. Not for a resource's rules, addresses or members: without them it
 * would read as "nothing comes through", so they are `z.array` and an answer without them is unreadable.
 */
export function listOf<Item extends z.ZodType>(item: Item): z.ZodType<readonly z.output<Item>[]> {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
}

/** An ARM id. */
export const armId = z.string().transform((value, context): ArmId => {
  const id = toArmId(value);
  if (id === undefined) {
    context.addIssue({ code: "custom", message: "is not an ARM id" });
    return z.NEVER;
  }
  return id;
});

/** A reference `{id}`. */
export const reference = z.object({ id: armId });

/** Ids of a list of references. */
export const references = listOf(reference).transform((list) => list.map((each) => each.id));

/** A number that some answers write as text. */
export const numeric = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
]);

/** What every ARM resource has. */
export const envelope = z.object({
  id: armId,
  name: z.string().nullish(),
  type: text,
  location: text,
});

/** The subscription GUID in an ARM id, lower case; empty for tenant-level ids. */
export function subscriptionOf(id: string): string {
  return /^\/subscriptions\/([^/]+)/i.exec(id)?.[1]?.toLowerCase() ?? "";
}

/** Fields every Azure resource of the model has. */
export function toFields(resource: z.output<typeof envelope>): {
  id: ArmId;
  name: string;
  subscriptionId: string;
  location: string;
} {
  return {
    id: resource.id,
    name: resource.name ?? resource.id.split("/").at(-1) ?? "",
    subscriptionId: subscriptionOf(resource.id),
    location: resource.location,
  };
}

/** `{[name]: value}` where the value is there, `{}` where not: optional fields are absent, never undefined. */
export function optional<Name extends string, Value>(
  name: Name,
  value: Value | null | undefined,
): { readonly [Key in Name]?: Value } {
  return value === undefined || value === null ? {} : ({ [name]: value } as { readonly [Key in Name]?: Value });
}

/** Singular and plural spelling of the same field, united. */
export function unite<Value>(singular: Value | null | undefined, plural: readonly Value[]): readonly Value[] {
  return singular === null || singular === undefined || singular === "" ? plural : [singular, ...plural];
}

/** The id a raw answer carries, for naming it in problems even when the rest of it cannot be read. */
function subjectOf(raw: unknown): string {
  const probe = z.object({ id: z.string() }).safeParse(raw);
  return probe.success ? probe.data.id : "a resource without id";
}

/** Reads one raw answer with a schema; an unreadable one is a problem that names it, never a throw. */
export function parseWire<Schema extends z.ZodType>(schema: Schema, raw: unknown): Result<z.output<Schema>> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) {
    return { ok: true, value: parsed.data };
  }
  const where = parsed.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join(".")} ${issue.message}`)
    .join("; ");
  const problem: Problem = {
    code: "estate.answer-unreadable",
    subject: subjectOf(raw),
    message: `The answer does not have the documented form: ${where}.`,
    next: estateErrorCodes["estate.answer-unreadable"].next,
  };
  return { ok: false, problem };
}
