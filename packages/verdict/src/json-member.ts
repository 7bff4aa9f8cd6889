/** Reads members of evidence values: what is not there, or of another type, is empty. */
import type { Json } from "@sightline/model";

/** The member, when the value is an object that has it. */
export function memberAt(value: Json, key: string): Json | undefined {
  return typeof value === "object" && value !== null && !isList(value) ? value[key] : undefined;
}

/** The member as a list. */
export function listAt(value: Json, key: string): readonly Json[] {
  const member = memberAt(value, key);
  return member !== undefined && isList(member) ? member : [];
}

/** The member as a text. */
export function textAt(value: Json, key: string): string {
  const member = memberAt(value, key);
  return typeof member === "string" ? member : "";
}

/** The member as a number. */
export function numberAt(value: Json, key: string): number {
  const member = memberAt(value, key);
  return typeof member === "number" ? member : 0;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
