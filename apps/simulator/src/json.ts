/** JSON values as data: read by path, patched without being changed in place. */

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object. Absent members are absent, not `undefined`. */
export interface JsonObject {
  readonly [member: string]: Json;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value a member has, when it is an object; else an empty one. */
export function toObject(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** `Array.isArray`, without its `any`. */
export function isJsonList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

export function toText(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

export function toList(value: Json | undefined): readonly Json[] {
  return isJsonList(value) ? value : [];
}

/** The member a path of names leads to; names match without regard to case, as Azure's do. */
export function readPath(value: Json | undefined, path: readonly string[]): Json | undefined {
  const [first, ...rest] = path;
  if (first === undefined) {
    return value;
  }
  const object = toObject(value);
  const name = Object.hasOwn(object, first)
    ? first
    : Object.keys(object).find((member) => member.toLowerCase() === first.toLowerCase());
  return name === undefined ? undefined : readPath(object[name], rest);
}

/** The text at a dotted path, or an empty one. */
export function readText(value: Json | undefined, path: string): string {
  return toText(readPath(value, path.split(".")));
}

/** The object with the value set at a path; objects on the way are made. */
export function setPath(object: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [first, ...rest] = path;
  if (first === undefined) {
    return object;
  }
  return { ...object, [first]: rest.length === 0 ? value : setPath(toObject(object[first]), rest, value) };
}

/** Applies a merge patch: members are replaced, `null` removes. Source: RFC 7396. */
export function applyMergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) {
    return patch;
  }
  const merged: Record<string, Json> = { ...toObject(target) };
  for (const [member, change] of Object.entries(patch)) {
    if (change === null) {
      delete merged[member];
    } else {
      merged[member] = applyMergePatch(merged[member], change);
    }
  }
  return merged;
}

/** The value with every string in it changed. */
export function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") {
    return change(value);
  }
  if (isJsonList(value)) {
    return value.map((item) => mapStrings(item, change));
  }
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, mapStrings(inner, change)]))
    : value;
}
