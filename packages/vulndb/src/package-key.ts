/**
 * Under which key advisories of a package are found: ecosystem with release, and name, each in the one spelling that
 * OSV and the package's registry consider the same. Source: OSV schema 1.7, "affected[].package field".
 */
import { knownEcosystems, vendorEcosystems } from "./ecosystems.data.ts";

const spellings = new Map(knownEcosystems.map((name) => [name.toLowerCase(), name]));

/** An OSV ecosystem taken apart: `Debian:12`, `Red Hat:enterprise_linux:9::baseos`, `Root:npm`. */
export interface EcosystemParts {
  /** As OSV spells it where it is known (`kubernetes` becomes `Kubernetes`), else as given. */
  readonly name: string;
  /** Everything behind the first colon. */
  readonly release?: string;
}

/** Splits at the first colon; the name is looked up without regard to case, as feeds are not careful about it. */
export function parseEcosystem(text: string): EcosystemParts {
  const colon = text.indexOf(":");
  const name = colon === -1 ? text : text.slice(0, colon);
  const spelled = spellings.get(name.toLowerCase()) ?? name;
  return colon === -1 ? { name: spelled } : { name: spelled, release: text.slice(colon + 1) };
}

/** The ecosystem in OSV's spelling, release included. */
export function toEcosystem(text: string): string {
  const { name, release } = parseEcosystem(text);
  return release === undefined ? name : `${name}:${release}`;
}

/** The ecosystem whose naming rules hold: a vendor's rebuild of another ecosystem keeps that one's. */
function toNamingEcosystem({ name, release }: EcosystemParts): string {
  return release !== undefined && vendorEcosystems.has(name) ? toNamingEcosystem(parseEcosystem(release)) : name;
}

const upperCase = /[A-Z]/;

/**
 * The package name in the spelling by which its registry tells packages apart. PyPI: PEP 503. NuGet and Packagist
 * ignore case. npm: only scopes are always lower case; old unscoped names are not (`JSONStream`). All others: exact.
 */
function toPackageName(ecosystem: EcosystemParts, name: string): string {
  switch (toNamingEcosystem(ecosystem)) {
    case "PyPI":
      return name.toLowerCase().replace(/[-_.]+/g, "-");
    case "NuGet":
    case "Packagist":
      return name.toLowerCase();
    case "npm":
      return name.startsWith("@") && upperCase.test(name) ? lowerScope(name) : name;
    default:
      return name;
  }
}

function lowerScope(name: string): string {
  const slash = name.indexOf("/");
  return slash === -1 ? name : name.slice(0, slash).toLowerCase() + name.slice(slash);
}

/**
 * The key two spellings of the same package share, `Debian:12/openssl`, `PyPI/zope-interface`. A repository address
 * behind `Maven:` says where the artefact came from, not that it is another one, so it is no part of the key.
 */
export function toPackageKey(ecosystem: string, name: string): string {
  const parts = parseEcosystem(ecosystem);
  const place = parts.release === undefined || parts.name === "Maven" ? parts.name : `${parts.name}:${parts.release}`;
  return `${place}/${toPackageName(parts, name)}`;
}
