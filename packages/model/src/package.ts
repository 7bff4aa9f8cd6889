/** Packages found in images. Sources: package-url/purl-spec; OSV schema 1.7 (ecosystem names). */
import type { Digest } from "./ids.ts";

/** Id of a version scheme; `versions` has one implementation for each. */
export type VersionSchemeId =
  | "deb"
  | "rpm"
  | "apk"
  | "semver"
  | "npm"
  | "pep440"
  | "maven"
  | "go"
  | "rubygems"
  | "nuget"
  | "composer"
  | "cargo"
  | "hex"
  | "pub"
  | "cran"
  | "bitnami"
  | "conda"
  | "pacman"
  | "opaque";

/** Where the package was found and how it got there. */
export interface PackageLocation {
  /** Absolute path in the image, `/var/lib/dpkg/status`. */
  readonly path: string;
  readonly layer: LayerAttribution;
}

/** Which layer a fact comes from; a rootfs has none. */
export type LayerAttribution =
  | {
      readonly kind: "layer";
      readonly diffId: Digest;
      readonly digest: Digest;
      readonly index: number;
      readonly createdBy?: string;
    }
  | { readonly kind: "unknown"; readonly reason: "rootfs" | "sbom" };

/** One later change of a package after its introduction, bottom layer first. */
export interface PackageChange {
  readonly layerIndex: number;
  readonly change: "introduced" | "version-changed" | "re-written";
  readonly version: string;
}

/** The source (deb) or origin (apk) package that advisories are keyed by. */
export interface SourcePackage {
  readonly name: string;
  /** Never carries a binNMU suffix. */
  readonly version: string;
}

/** An installed package. Identity within an image: (type, purl, first location's path). */
export interface Package {
  readonly purl: string;
  /** purl type: `deb`, `apk`, `npm`, `pypi`, … */
  readonly type: string;
  /** Name as the ecosystem spells it; scope or group included (`@scope/name`, `group:artifact`). */
  readonly name: string;
  /** Empty when the artefact does not say: a finding class of its own, never silence. */
  readonly version: string;
  readonly architecture?: string;
  readonly scheme: VersionSchemeId;
  readonly sourcePackage?: SourcePackage;
  /** OSV ecosystem with release where it has one, `Debian:12`, `Alpine:v3.20`, `npm`; absent when unknown. */
  readonly ecosystem?: string;
  /** First is the one that defines the package. */
  readonly locations: readonly [PackageLocation, ...PackageLocation[]];
  readonly changes: readonly PackageChange[];
  readonly licenses: readonly string[];
  /** Cataloger id that read it. */
  readonly cataloger: string;
  /** `low` for guesses (file names); `high` for a package manager's own record. */
  readonly confidence: "high" | "medium" | "low";
  /** purl of the operating-system package that owns its files, when one does. */
  readonly ownedBy?: string;
}
