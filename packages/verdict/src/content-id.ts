/** Ids that are hashes of content: whoever holds the content can check the id. */
import { hash } from "node:crypto";
import { formatCanonicalJson, type SharedTexts } from "./canonical-json.ts";

/** Lower case, because ids are read aloud and stand in addresses. Source of the order: RFC 4648 §6. */
const base32Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** Bytes as base32 without padding, lower case. Source: RFC 4648 §6. */
export function formatBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let pending = 0;
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32Alphabet.charAt((pending >>> bits) & 31);
    }
  }
  return bits === 0 ? text : text + base32Alphabet.charAt((pending << (5 - bits)) & 31);
}

/** `<prefix>_` and the base32 SHA-256 of the canonical JSON of the value. */
export function toContentId(prefix: "ev" | "vd", value: unknown): string {
  return `${prefix}_${formatBase32(hash("sha256", formatCanonicalJson(value), "buffer"))}`;
}

/** `sha256:` and the hex SHA-256 of the canonical JSON of the value. */
export function toContentHash(value: unknown, shared?: SharedTexts): string {
  return `sha256:${hash("sha256", formatCanonicalJson(value, shared), "hex")}`;
}
