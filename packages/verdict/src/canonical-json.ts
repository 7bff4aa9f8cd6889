/** Canonical JSON, so that the same thing always has the same bytes and therefore the same hash. */

/** Deepest nesting that is written: evidence is a few levels deep, anything deeper is a mistake upstream. */
const depthMax = 32;

/**
 * Texts of parts that many values share, by the part itself. Parts must never change; one that is registered with an
 * empty text is written once and then remembered.
 */
export type SharedTexts = WeakMap<object, string>;

/**
 * The canonical text of a JSON value. Source: RFC 8785 (JSON Canonicalization Scheme): members sorted by the UTF-16 code
 * units of their names, numbers and strings as ECMAScript's `JSON.stringify` writes them, no white space. Narrower than
 * the RFC on purpose: integers beyond 2^53-1 are refused, because other languages read them differently. Members that
 * are `undefined` are left out, as `JSON.stringify` does.
 * Throws `RangeError` on what has no canonical form (non-finite or unsafe numbers, lone surrogates, functions, too deep).
 */
export function formatCanonicalJson(value: unknown, shared?: SharedTexts): string {
  return formatValue(value, 0, shared);
}

function formatValue(value: unknown, depth: number, shared: SharedTexts | undefined): string {
  switch (typeof value) {
    case "string":
      return formatString(value);
    case "number":
      return formatNumber(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      return value === null ? "null" : formatObject(value, depth, shared);
    default:
      throw new RangeError(`canonical JSON: a ${typeof value} has no canonical form`);
  }
}

function formatObject(value: object, depth: number, shared: SharedTexts | undefined): string {
  const known = shared?.get(value);
  if (known !== undefined && known !== "") {
    return known;
  }
  if (depth > depthMax) {
    throw new RangeError(`canonical JSON: nested deeper than ${depthMax}`);
  }
  const text = Array.isArray(value) ? formatList(value, depth, shared) : formatMembers(value, depth, shared);
  if (known !== undefined) {
    shared?.set(value, text);
  }
  return text;
}

function formatList(list: readonly unknown[], depth: number, shared: SharedTexts | undefined): string {
  let text = "";
  for (const item of list) {
    text += `${text === "" ? "" : ","}${formatValue(item, depth + 1, shared)}`;
  }
  return `[${text}]`;
}

function formatMembers(value: object, depth: number, shared: SharedTexts | undefined): string {
  if (!isRecord(value)) {
    throw new RangeError("canonical JSON: not a plain object");
  }
  let text = "";
  // `sort` without a comparer orders by UTF-16 code units, which is what RFC 8785 §3.2.3 asks for.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) {
      text += `${text === "" ? "" : ","}${formatKey(key)}:${formatValue(member, depth + 1, shared)}`;
    }
  }
  return `{${text}}`;
}

function isRecord(value: object): value is Readonly<Record<string, unknown>> {
  return !(value instanceof Map || value instanceof Set || value instanceof Date);
}

/** The few member names there are, written. */
const keyTexts = new Map<string, string>();
/** More names than our own types have come from labels and the like: they are not worth remembering. */
const keyTextsMax = 500;

function formatKey(key: string): string {
  const known = keyTexts.get(key);
  if (known !== undefined) {
    return known;
  }
  const text = formatString(key);
  if (keyTexts.size < keyTextsMax) {
    keyTexts.set(key, text);
  }
  return text;
}

/** Printable ASCII without quote and backslash stands for itself. */
const plainText = /^[ !#-[\]-~]*$/;

function formatString(text: string): string {
  if (plainText.test(text)) {
    return `"${text}"`;
  }
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
