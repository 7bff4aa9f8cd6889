/** What an image contains. Produced by `inventory`, stored, re-matched without touching a registry. */

import type { Digest } from "./ids.ts";
import type { ImageConfiguration, ImageReference, LayerRef, Platform } from "./image.ts";
import type { LayerAttribution, Package } from "./package.ts";
import type { Problem } from "./problem.ts";

/** Version of the inventory format; bump on any change of meaning. */
export const inventoryFormat = 1;

/** Where the scanned bytes came from. */
export type ImageSourceKind = "registry" | "oci-layout" | "docker-archive" | "rootfs" | "sbom";

/** Which image an inventory describes. */
export interface ImageIdentity {
  readonly source: ImageSourceKind;
  /** As the user named it, credentials removed. */
  readonly name: string;
  readonly reference?: ImageReference;
  readonly digest?: Digest;
  readonly indexDigest?: Digest;
  readonly platform?: Platform;
}

/** Operating-system distribution as `os-release` names it. Source: os-release(5). */
export type Distribution =
  | {
      readonly kind: "known";
      readonly id: string;
      readonly versionId: string;
      readonly codename?: string;
      readonly name: string;
      /** OSV ecosystem with release, when OSV has one. */
      readonly ecosystem?: string;
    }
  | { readonly kind: "unknown"; readonly reason: string };

/** How one cataloger fared. `partial` and `failed` keep the inventory from being called complete. */
export interface CatalogerRun {
  readonly cataloger: string;
  readonly version: number;
  readonly status: "succeeded" | "partial" | "failed";
  readonly files: number;
  readonly packages: number;
  readonly problems: readonly Problem[];
}

/** A configuration weakness of the image (CIS Docker Benchmark §4, Dockle codes). */
export interface Misconfiguration {
  /** Check id, `image-user-root`. */
  readonly check: string;
  readonly title: string;
  readonly severity: "low" | "medium" | "high";
  /** What was seen; never a secret value. */
  readonly detail: string;
  readonly layer: LayerAttribution;
  readonly historyIndex?: number;
  readonly remediation: string;
  /** Benchmark ids it answers to, `CIS-DI-0001`. */
  readonly references: readonly string[];
}

/** Everything found in one image on one platform. */
export interface ImageInventory {
  readonly format: typeof inventoryFormat;
  readonly image: ImageIdentity;
  readonly distribution: Distribution;
  readonly configuration: ImageConfiguration;
  readonly layers: readonly LayerRef[];
  /** Sorted by purl, then path. */
  readonly packages: readonly Package[];
  readonly misconfigurations: readonly Misconfiguration[];
  readonly catalogerRuns: readonly CatalogerRun[];
  /** Problems that belong to no cataloger: unread layers, exceeded limits. */
  readonly problems: readonly Problem[];
  /** `false` as soon as any layer or wanted file could not be read whole. */
  readonly complete: boolean;
}
