/** Package URLs of cataloged packages. Source: package-url/purl-spec, purl types deb, apk, npm, pypi. */
import type { Distribution } from "@sightline/model";
import { PackageURL } from "packageurl-js";
import type { CatalogedPackage, PackageCataloger } from "./cataloger.ts";

/** Namespace of a distribution's packages where the image does not say which distribution it is. */
const usualNamespace: Readonly<Record<string, string>> = { deb: "debian", apk: "alpine" };

interface PurlParts {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly qualifiers: Record<string, string> | undefined;
}

function toDistributionParts(one: CatalogedPackage, purlType: string, distribution: Distribution): PurlParts {
  const isKnown = distribution.kind === "known";
  const release = isKnown && distribution.versionId !== "" ? `${distribution.id}-${distribution.versionId}` : undefined;
  return {
    namespace: isKnown ? distribution.id : usualNamespace[purlType],
    name: one.name,
    qualifiers: {
      ...(one.architecture === undefined ? {} : { arch: one.architecture }),
      ...(release === undefined ? {} : { distro: release }),
    },
  };
}

function toLanguageParts(one: CatalogedPackage, purlType: string): PurlParts {
  if (purlType === "npm") {
    const slash = one.name.startsWith("@") ? one.name.indexOf("/") : -1;
    const namespace = slash === -1 ? undefined : one.name.slice(0, slash);
    return { namespace, name: one.name.slice(slash + 1), qualifiers: undefined };
  }
  // Names of Python distributions compare without case, and with any run of `-`, `_`, `.` as one `-`. Source: PEP 503.
  const name = purlType === "pypi" ? one.name.toLowerCase().replace(/[-_.]+/g, "-") : one.name;
  return { namespace: undefined, name, qualifiers: undefined };
}

/** The package's purl, or `undefined` when its name cannot be one. `arch` and `distro` are qualifiers of a distribution's packages. */
export function toPurl(
  one: CatalogedPackage,
  cataloger: Pick<PackageCataloger, "purlType" | "kind">,
  distribution: Distribution,
): string | undefined {
  const { purlType } = cataloger;
  const parts =
    cataloger.kind === "language" ? toLanguageParts(one, purlType) : toDistributionParts(one, purlType, distribution);
  try {
    const version = one.version === "" ? undefined : one.version;
    return new PackageURL(purlType, parts.namespace, parts.name, version, parts.qualifiers, undefined).toString();
  } catch {
    // The library refuses names that no purl can carry; the caller names the package in a problem.
    return undefined;
  }
}
