/**
 * Under which ecosystem, name and version a package is looked up. Sources: OSV schema 1.7 "affected[].package"; Debian
 * security tracker and Alpine secdb, both of which speak of source packages; PEP 503; the rules in RULES.md.
 */
import type { Distribution, Package, VersionSchemeId } from "@sightline/model";
import { toSchemeId } from "@sightline/versions";

/** What to ask the database, and with which version to compare the answer. */
export interface PackageQuery {
  /** OSV ecosystem with its release, `Debian:12`, `npm`. */
  readonly ecosystem: string;
  /** Name advisories use: the source package's for Debian, Ubuntu and Alpine. */
  readonly name: string;
  /** Version of the same thing as the name; empty when nothing states it. */
  readonly version: string;
  readonly scheme: VersionSchemeId;
  /** The installed binary package, where advisories may name the binaries they mean. */
  readonly binaryName?: string;
}

/** A query, or why there is none. */
export type QueryResult =
  | { readonly kind: "query"; readonly query: PackageQuery }
  | { readonly kind: "unmatched"; readonly reason: string };

type QueryRule = (item: Package, distribution: Distribution) => QueryResult;

function toQuery(query: Omit<PackageQuery, "scheme">): QueryResult {
  return { kind: "query", query: { ...query, scheme: toSchemeId(query.ecosystem) } };
}

function explainMissingEcosystem(distribution: Distribution): string {
  return distribution.kind === "known"
    ? `no advisories are published for ${distribution.name}`
    : `the distribution is not known: ${distribution.reason}`;
}

/** Packages of a distribution: by source or origin package, within the release the image says it is. */
function querySource(item: Package, distribution: Distribution): QueryResult {
  const ecosystem = item.ecosystem ?? (distribution.kind === "known" ? distribution.ecosystem : undefined);
  if (ecosystem === undefined) {
    return { kind: "unmatched", reason: explainMissingEcosystem(distribution) };
  }
  const { name, version } = item.sourcePackage ?? item;
  return toQuery({ ecosystem, name, version, binaryName: item.name });
}

/** Packages of a language: by their own name and version; the database knows which spellings of a name are the same. */
function queryLanguage(ecosystem: string): QueryRule {
  return ({ name, version }) => toQuery({ ecosystem, name, version });
}

/** How packages of each purl type are looked up. Types that are not here are reported as unmatched, by type. */
const rules: ReadonlyMap<string, QueryRule> = new Map([
  ["deb", querySource],
  ["apk", querySource],
  ["npm", queryLanguage("npm")],
  ["pypi", queryLanguage("PyPI")],
  ["cargo", queryLanguage("crates.io")],
  ["composer", queryLanguage("Packagist")],
  ["gem", queryLanguage("RubyGems")],
  ["golang", queryLanguage("Go")],
  ["maven", queryLanguage("Maven")],
  ["nuget", queryLanguage("NuGet")],
]);

/** The query for a package of an image on this distribution. */
export function toPackageQuery(item: Package, distribution: Distribution): QueryResult {
  const rule = rules.get(item.type);
  return rule === undefined
    ? { kind: "unmatched", reason: `packages of type ${item.type} are not matched against advisories` }
    : rule(item, distribution);
}
