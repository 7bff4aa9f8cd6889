/** Which manifest of an index is meant. Source: OCI image-index.md; containerd's platform normalisation for variants. */
import type { Platform } from "@sightline/model";
import type { Descriptor } from "./manifest.ts";
import { toRegistryError } from "./registry-error.ts";

/** What is meant when nobody says: what nearly all registries hold and AKS nodes run by default. */
export const defaultPlatform: Platform = { os: "linux", architecture: "amd64" };

/** `os/architecture[/variant]`. */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, ...(platform.variant === undefined ? [] : [platform.variant])].join("/");
}

/**
 * The manifest for the platform. Attestations and other attachments are passed over. An index with a single image that
 * names no platform gives that image: its configuration will say what it is for. Throws `registry.platform-not-found`
 * with the platforms present.
 */
export function pickManifest(manifests: readonly Descriptor[], wanted: Platform, subject: string): Descriptor {
  const images = manifests.filter((descriptor) => !isAttachment(descriptor));
  const exact = images.find(({ platform }) => platform !== undefined && isSamePlatform(platform, wanted));
  if (exact !== undefined) {
    return exact;
  }
  const [only, ...others] = images;
  if (only !== undefined && others.length === 0 && only.platform === undefined) {
    return only;
  }
  throw toPlatformNotFound(
    subject,
    wanted,
    images.flatMap(({ platform }) => (platform === undefined ? [] : [platform])),
  );
}

/** The error that says which platforms there are instead. */
export function toPlatformNotFound(subject: string, wanted: Platform, present: readonly Platform[]): Error {
  const list = present.map(formatPlatform).join(", ");
  const reason = `it is not there for ${formatPlatform(wanted)}, but for ${list === "" ? "no platform that is named" : list}`;
  return toRegistryError({ code: "registry.platform-not-found", subject, reason }, { details: { present: list } });
}

/** Whether both name the same platform. A variant that is not asked for is the default one or any: 64-bit ARM is v8. */
export function isSamePlatform(found: Platform, wanted: Platform): boolean {
  if (found.os !== wanted.os || found.architecture !== wanted.architecture) {
    return false;
  }
  return wanted.variant === undefined || toVariant(found) === toVariant(wanted);
}

function toVariant({ architecture, variant }: Platform): string {
  const defaults: Readonly<Record<string, string>> = { arm64: "v8", arm: "v7", amd64: "v1" };
  return variant ?? defaults[architecture] ?? "";
}

/** BuildKit keeps attestations in the index as manifests for no platform (BuildKit docs, "Image attestation storage"). */
function isAttachment({ annotations, platform }: Descriptor): boolean {
  return annotations["vnd.docker.reference.type"] !== undefined || platform?.os === "unknown";
}
