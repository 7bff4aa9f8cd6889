/** The version schemes there are. Adding one: a file in `schemes/`, a line here, and its samples in the contract test. */
import type { VersionSchemeId } from "@sightline/model";
import { createScheme, toInvalid, type Version, type VersionScheme } from "./scheme.ts";
import { apk } from "./schemes/apk.ts";
import { composer } from "./schemes/composer.ts";
import { cran } from "./schemes/cran.ts";
import { deb } from "./schemes/deb.ts";
import { go } from "./schemes/go.ts";
import { maven } from "./schemes/maven.ts";
import { nuget } from "./schemes/nuget.ts";
import { pep440 } from "./schemes/pep440.ts";
import { rpm } from "./schemes/rpm.ts";
import { rubygems } from "./schemes/rubygems.ts";
import { bitnami, cargo, hex, npm, pub, semver } from "./schemes/semver.ts";

/** Every scheme with an order. */
export const versionSchemes: readonly VersionScheme[] = [
  apk,
  bitnami,
  cargo,
  composer,
  cran,
  deb,
  go,
  hex,
  maven,
  npm,
  nuget,
  pep440,
  pub,
  rpm,
  rubygems,
  semver,
];

const byId: ReadonlyMap<VersionSchemeId, VersionScheme> = new Map(versionSchemes.map((scheme) => [scheme.id, scheme]));

/** Versions without an order known to us: every one is invalid, so that nothing can be concluded from comparing them. */
function createOpaqueScheme(id: VersionSchemeId): VersionScheme {
  return createScheme<Version>({
    id,
    read: (text) => toInvalid(text, `the order of ${id} versions is not known`),
    compare: () => 0,
  });
}

/** The scheme with this id; for ids without an order of ours, one that calls every version invalid. */
export function schemeFor(id: VersionSchemeId): VersionScheme {
  return byId.get(id) ?? createOpaqueScheme(id);
}

/** OSV ecosystem, release and vendor taken off, to the order of its versions. Source: OSV schema 1.7, "Defined ecosystems". */
const schemeOfEcosystem: ReadonlyMap<string, VersionSchemeId> = new Map([
  ["Debian", "deb"],
  ["Ubuntu", "deb"],
  ["Alpine", "apk"],
  ["Alpaquita", "apk"],
  ["BellSoft Hardened Containers", "apk"],
  ["Chainguard", "apk"],
  ["CleanStart", "apk"],
  ["MinimOS", "apk"],
  ["Wolfi", "apk"],
  ["AlmaLinux", "rpm"],
  ["Azure Linux", "rpm"],
  ["CBL-Mariner", "rpm"],
  ["Mageia", "rpm"],
  ["openEuler", "rpm"],
  ["openSUSE", "rpm"],
  ["Photon OS", "rpm"],
  ["Red Hat", "rpm"],
  ["Rocky Linux", "rpm"],
  ["SUSE", "rpm"],
  ["npm", "npm"],
  ["PyPI", "pep440"],
  ["Go", "go"],
  ["Maven", "maven"],
  ["NuGet", "nuget"],
  ["RubyGems", "rubygems"],
  ["Packagist", "composer"],
  ["crates.io", "cargo"],
  ["Hex", "hex"],
  ["Pub", "pub"],
  ["CRAN", "cran"],
  ["Bioconductor", "semver"],
  ["Bitnami", "bitnami"],
  ["GitHub Actions", "semver"],
  ["Hackage", "cran"],
  ["Julia", "semver"],
  ["kubernetes", "semver"],
  ["Kubernetes", "semver"],
  ["SwiftURL", "semver"],
  ["VSCode", "semver"],
]);

/** Vendors that put their own name before another ecosystem's. */
const vendorPrefix = /^(?:Root|TuxCare|Echo):/;

/** Scheme of an OSV ecosystem as spelled there, `Debian:12`, `Root:Debian:12`, `npm`; `opaque` for unknown ones. */
export function toSchemeId(ecosystem: string): VersionSchemeId {
  const [base = ""] = ecosystem.replace(vendorPrefix, "").split(":");
  return schemeOfEcosystem.get(base) ?? "opaque";
}
