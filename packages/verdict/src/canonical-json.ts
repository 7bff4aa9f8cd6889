/** Canonical JSON, so that the same thing always has the same bytes and therefore the same hash. */
import type { Json } from "@sightline/model";

/** Deepest nesting that is written: evidence is a few levels deep, anything deeper is a mistake upstream. */
const depthMax = 32;

/**
 * The canonical text of a JSON value. Source: RFC 8785 (JSON Canonicalization Scheme): members sorted by the UTF-16 code
 * units of their names, numbers and strings as ECMAScript's `JSON.stringify` writes them, no white space. Narrower than
 * the RFC on purpose: integers beyond 2^53-1 are refused, because other languages read them differently.
 * Throws `RangeError` on what has no canonical form (non-finite or unsafe numbers, lone surrogates, too deep).
 */
export function formatCanonicalJson(value: Json): string {
  return formatValue(value, 0);
}

function formatValue(value: Json, depth: number): string {
  if (depth > depthMax) {
    throw new RangeError(`canonical JSON: nested deeper than ${depthMax}`);
  }
  switch (typeof value) {
    case "string":
      return formatString(value);
    case "number":
      return formatNumber(value);
    case "boolean":
      return value ? "true" : "false";
    default:
      return value === null ? "null" : formatContainer(value, depth);
  }
}

function formatContainer(value: readonly Json[] | { readonly [key: string]: Json }, depth: number): string {
  if (isList(value)) {
    return `[${value.map((item) => formatValue(item, depth + 1)).join(",")}]`;
  }
  // `sort` without a comparer orders by UTF-16 code units, which is what RFC 8785 §3.2.3 asks for.
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => {
      const member = value[key];
      return member === undefined ? [] : [`${formatString(key)}:${formatValue(member, depth + 1)}`];
    });
  return `{${members.join(",")}}`;
}

function isList(value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}

function formatString(text: string): string {
  if (!text.isWellFormed()) {
    throw new RangeError("canonical JSON: text with a lone surrogate");
  }
  return JSON.stringify(text);
}

function formatNumber(value: number): string {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw new RangeError(`canonical JSON: number ${value} has no canonical form`);
  }
  return JSON.stringify(value);
}
