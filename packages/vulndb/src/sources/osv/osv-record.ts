/**
 * The parts of an OSV record that are read, and how strictly. Source: OSV schema 1.7.5 (ossf.github.io/osv-schema).
 * What decides whether a package is affected must be well formed, or the part is rejected by name. What only
 * describes (references, summary, severity) is taken as far as it can be read: a bad link loses no vulnerability.
 */
import { z } from "zod";

const nameMax = 2000;
const listed = z.string().max(nameMax);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// Optional before caught: an absent field, which is the usual case, then costs no error that is made and thrown away.
const text = z.string().min(1).optional().catch(undefined);
const list = z.array(z.unknown()).optional().catch(undefined);
/** The texts of a list; anything else in it, or anything but a list, is left out. */
const texts = list.transform((values) => values?.filter(isText) ?? []);
const specific = z.custom<Readonly<Record<string, unknown>>>(isFields).optional().catch(undefined);

/** The record without the inside of its `affected`, each of which is read and rejected on its own. */
export const recordSchema = z.object({
  id: z.string().min(1).max(256),
  modified: z.string().min(1),
  published: text,
  withdrawn: text,
  aliases: texts,
  upstream: texts,
  related: texts,
  summary: text,
  details: text,
  severity: list,
  affected: z.array(z.unknown()).nullish(),
  references: list,
  database_specific: specific,
});

const event = z.object({
  introduced: listed.optional(),
  fixed: listed.optional(),
  last_affected: listed.optional(),
  limit: listed.optional(),
});

/** A range over commits is not looked into, so that a fault in one does not cost the package ranges beside it. */
const range = z.discriminatedUnion("type", [
  z.object({ type: z.literal("GIT") }),
  z.object({ type: z.enum(["SEMVER", "ECOSYSTEM"]), events: z.array(event) }),
]);

const packageSchema = z.object({ ecosystem: z.string().min(1).max(nameMax), name: z.string().min(1).max(nameMax) });

/** An element of `affected` of which no more can be read than whom it is about. */
export const namedSchema = z.object({ package: packageSchema });

/** One element of `affected`. */
export const affectedSchema = z.object({
  package: packageSchema.nullish(),
  ranges: z.array(range).nullish(),
  versions: z.array(listed).nullish(),
  severity: list,
  ecosystem_specific: specific,
  database_specific: specific,
});

/** Ranges that Go's database keeps apart, under `ecosystem_specific.custom_ranges`. */
export const customRangesSchema = z.array(range);

/** One element of `severity`. */
export const severitySchema = z.object({ type: z.string(), score: z.string() });

export type OsvRecord = z.output<typeof recordSchema>;
export type OsvAffected = z.output<typeof affectedSchema>;
export type OsvRange = z.output<typeof range>;
