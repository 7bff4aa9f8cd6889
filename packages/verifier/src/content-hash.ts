/** Canonical JSON and the ids made of its hash. Sources: RFC 8785, RFC 4648 §6. */
import type { JsonObject, JsonValue } from "./json.ts";
import { hashText } from "./sha256.ts";

const base32 = "abcdefghijklmnopqrstuvwxyz234567";

/** The canonical text, or nothing when the value has none (a number no other language reads alike, a broken text). */
export function canonicalText(value: JsonValue): string | undefined {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? JSON.stringify(value) : undefined;
    case "number":
      return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))
        ? JSON.stringify(value)
        : undefined;
    case "boolean":
      return String(value);
    default:
      return value === null ? "null" : canonicalContainer(value);
  }
}

function canonicalContainer(value: readonly JsonValue[] | JsonObject): string | undefined {
  if (Array.isArray(value)) {
    const items = value.map(canonicalText);
    return items.includes(undefined) ? undefined : `[${items.join(",")}]`;
  }
  const members = sortedMembers(value).map(([key, member]) => {
    const name = canonicalText(key);
    const text = canonicalText(member);
    return name === undefined || text === undefined ? undefined : `${name}:${text}`;
  });
  return members.includes(undefined) ? undefined : `{${members.join(",")}}`;
}

/** Keys sort by UTF-16 code units, as RFC 8785 §3.2.3 asks: that is how `<` compares texts. */
function sortedMembers(value: object): readonly (readonly [string, JsonValue])[] {
  return Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
}

/** `<prefix>_` and the base32 hash, or nothing when the value has no canonical text. */
export function contentId(prefix: string, value: JsonValue): string | undefined {
  const text = canonicalText(value);
  return text === undefined ? undefined : `${prefix}_${toBase32(hashText(text))}`;
}

/** `sha256:` and the hex hash, or nothing when the value has no canonical text. */
export function contentHash(value: JsonValue): string | undefined {
  const text = canonicalText(value);
  return text === undefined
    ? undefined
    : `sha256:${[...hashText(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function toBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => base32.charAt(Number.parseInt(group.padEnd(5, "0"), 2))).join("");
}
