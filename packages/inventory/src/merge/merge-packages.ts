/** From visible records to the packages of an inventory. */
import type { Distribution, Package, PackageLocation, Problem } from "@sightline/model";
import type { CatalogedPackage, PackageCataloger } from "../cataloger.ts";
import { quoteText } from "../catalogers/plain-name.ts";
import { toInventoryProblem } from "../inventory-error.ts";
import { toPurl } from "../purl.ts";
import { ecosystemOfPackages } from "../system/distribution.ts";
import type { LayerView } from "./layer-view.ts";
import type { AttributeLayer } from "./merge-layers.ts";
import { findOwners, type Owner, type OwnerCandidate } from "./owners.ts";
import type { HistoryKeeper, PackageHistory } from "./package-history.ts";

/** What packages are merged from. */
export interface MergePackagesInput {
  readonly view: LayerView;
  readonly history: HistoryKeeper;
  readonly distribution: Distribution;
  readonly attribute: AttributeLayer;
  readonly catalogers: readonly PackageCataloger[];
}

/** Sorted packages, and what stood in the way of others by cataloger id. */
export interface MergedPackages {
  readonly packages: readonly Package[];
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

/** OSV's names of the languages' ecosystems. */
const languageEcosystems: Readonly<Record<string, string>> = { npm: "npm", pypi: "PyPI" };

/** A visible record with what its place in the stack of layers adds. */
interface PackageRecord {
  readonly cataloger: PackageCataloger;
  readonly one: CatalogedPackage;
  readonly purl: string;
  /** Without leading slash. */
  readonly path: string;
  readonly history: PackageHistory;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function findRecords(input: MergePackagesInput): { records: PackageRecord[]; problems: Map<string, Problem[]> } {
  const { view, history, distribution } = input;
  const byId = new Map(input.catalogers.map((cataloger) => [cataloger.id, cataloger]));
  const records: PackageRecord[] = [];
  const problems = new Map<string, Problem[]>();
  for (const { facts } of view.files()) {
    const cataloger = byId.get(facts.reader);
    for (const one of cataloger === undefined ? [] : facts.packages) {
      const purl = cataloger === undefined ? undefined : toPurl(one, cataloger, distribution);
      if (cataloger !== undefined && purl !== undefined) {
        records.push({ cataloger, one, purl, path: facts.path, history: history.historyOf(facts.reader, one) });
      } else {
        const message = `/${facts.path}: ${quoteText(one.name)} is no name a package URL can carry`;
        const problem = toInventoryProblem("inventory.incomplete-entry", facts.path, message);
        problems.set(facts.reader, [...(problems.get(facts.reader) ?? []), problem]);
      }
    }
  }
  records.sort((a, b) => compareText(a.purl, b.purl) || compareText(a.path, b.path));
  return { records, problems };
}

function toCandidate({ cataloger, one, purl, path, history }: PackageRecord): OwnerCandidate {
  const { architecture = "", name } = one;
  return { reader: cataloger.id, name, architecture, path, purl, layerIndex: history.layerIndex };
}

/**
 * The owner, unless the file is younger than the owning package: then something else than its package manager put
 * this version there, and the distribution's advisories do not speak of it.
 */
function ownerOf(record: PackageRecord, owners: ReadonlyMap<string, Owner>): string | undefined {
  const owner = record.cataloger.kind === "language" ? owners.get(record.path) : undefined;
  return owner !== undefined && record.history.layerIndex <= owner.layerIndex ? owner.purl : undefined;
}

function toPackage(
  records: readonly [PackageRecord, ...PackageRecord[]],
  { attribute, distribution }: MergePackagesInput,
  owners: ReadonlyMap<string, Owner>,
): Package {
  const [first, ...others] = records;
  const { cataloger, one, history } = first;
  const locate = ({ path }: PackageRecord): PackageLocation => ({
    path: `/${path}`,
    layer: attribute(history.layerIndex),
  });
  const ecosystem =
    cataloger.kind === "language"
      ? languageEcosystems[cataloger.purlType]
      : ecosystemOfPackages(distribution, cataloger.purlType);
  const ownedBy = ownerOf(first, owners);
  return {
    purl: first.purl,
    type: cataloger.purlType,
    name: one.name,
    version: one.version,
    ...(one.architecture === undefined ? {} : { architecture: one.architecture }),
    scheme: cataloger.scheme,
    ...(one.sourcePackage === undefined ? {} : { sourcePackage: one.sourcePackage }),
    ...(ecosystem === undefined ? {} : { ecosystem }),
    locations: [locate(first), ...others.map(locate)],
    changes: history.changes,
    licenses: one.licenses,
    cataloger: cataloger.id,
    confidence: one.confidence,
    ...(ownedBy === undefined ? {} : { ownedBy }),
  };
}

/** What counts as one package: a system's once, wherever it is recorded; a language's once for each place. */
function groupKey({ cataloger, purl, path }: PackageRecord): string {
  return cataloger.kind === "operating-system" ? purl : `${purl} ${path}`;
}

/** All packages that show, sorted by purl and path. */
export function mergePackages(input: MergePackagesInput): MergedPackages {
  const { records, problems } = findRecords(input);
  const candidates = records.filter(({ cataloger }) => cataloger.kind === "operating-system").map(toCandidate);
  const owners = findOwners(input.view.files(), candidates);
  const packages = [...Map.groupBy(records, groupKey).values()].flatMap((group) => {
    const [first, ...others] = group;
    return first === undefined ? [] : [toPackage([first, ...others], input, owners)];
  });
  return { packages, problems };
}
