/** Reads what came from somewhere else: bounded, and without trusting any shape. */

/** JSON as it comes. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Sizes beyond which a bundle is not read: real ones have some hundred pieces and a depth below 20. */
export const limits = { values: 400_000, depth: 40, textLength: 100_000, failures: 100 } as const;

/** The value as JSON, or nothing when it is none or exceeds a limit. */
export function toBoundedJson(value: unknown): JsonValue | undefined {
  const budget = { left: limits.values };
  return isBounded(value, limits.depth, budget) ? value : undefined;
}

function isBounded(value: unknown, depth: number, budget: { left: number }): value is JsonValue {
  budget.left -= 1;
  if (depth < 0 || budget.left < 0) {
    return false;
  }
  switch (typeof value) {
    case "string":
      return value.length <= limits.textLength;
    case "number":
      return Number.isFinite(value);
    case "boolean":
      return true;
    case "object":
      return value === null || Object.values(value).every((member) => isBounded(member, depth - 1, budget));
    default:
      return false;
  }
}

/** Is it an object (and no list)? */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member, when the value is an object that has it. */
export function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A member as text; anything else is empty. */
export function textOf(value: JsonValue | undefined, key: string): string {
  const found = member(value, key);
  return typeof found === "string" ? found : "";
}

/** A member as list; anything else is empty. */
export function listOf(value: JsonValue | undefined, key: string): readonly JsonValue[] {
  const found = member(value, key);
  return isList(found) ? found : [];
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A member as list of texts; anything else in it is left out. */
export function textsOf(value: JsonValue | undefined, key: string): readonly string[] {
  return listOf(value, key).filter((item) => typeof item === "string");
}

/** A member as number, or nothing. */
export function numberOf(value: JsonValue | undefined, key: string): number | undefined {
  const found = member(value, key);
  return typeof found === "number" ? found : undefined;
}
