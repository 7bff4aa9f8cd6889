/** Where an image's bytes are: what a user writes after `scan`. */
import type { ImageReference, Result } from "@sightline/model";
import { isTag, parseImageReference } from "./image-reference.ts";
import { toRegistryProblem } from "./registry-error.ts";

/** A place an image can be read from. */
export type ImageLocation =
  | { readonly kind: "registry"; readonly reference: ImageReference }
  | { readonly kind: "oci-layout"; readonly folder: string; readonly tag?: string }
  | { readonly kind: "docker-archive"; readonly file: string }
  | { readonly kind: "rootfs"; readonly folder: string };

/**
 * `oci:<folder>[:tag]`, `docker-archive:<file>`, `rootfs:<folder>`, or an image reference. Problem:
 * `registry.reference-invalid`. Looks at the text only, not at the disk.
 */
export function parseImageLocation(text: string): Result<ImageLocation> {
  const trimmed = text.trim();
  const [, scheme, rest = ""] = /^(oci|oci-layout|docker-archive|rootfs):(.*)$/s.exec(trimmed) ?? [];
  if (scheme === undefined) {
    const reference = parseImageReference(trimmed);
    return reference.ok ? { ok: true, value: { kind: "registry", reference: reference.value } } : reference;
  }
  if (rest === "" || rest.includes("\0")) {
    const reason = "a path must follow the colon";
    return { ok: false, problem: toRegistryProblem({ code: "registry.reference-invalid", subject: trimmed, reason }) };
  }
  switch (scheme) {
    case "docker-archive":
      return { ok: true, value: { kind: "docker-archive", file: rest } };
    case "rootfs":
      return { ok: true, value: { kind: "rootfs", folder: rest } };
    default:
      return { ok: true, value: toLayoutLocation(rest) };
  }
}

/** What follows the last colon is a tag when it can be one: a folder's last part seldom holds a colon, a tag never a slash. */
function toLayoutLocation(rest: string): ImageLocation {
  const colon = rest.lastIndexOf(":");
  const tag = rest.slice(colon + 1);
  return colon > 0 && isTag(tag)
    ? { kind: "oci-layout", folder: rest.slice(0, colon), tag }
    : { kind: "oci-layout", folder: rest };
}
