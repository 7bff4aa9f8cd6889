/** One cataloger on one file or one tree, without an image around it: for conformance runs and for looking into cases. */
import type { ImageConfiguration, Package, Problem } from "@sightline/model";
import type { PackageCataloger } from "./cataloger.ts";
import { catalogers, createCatalogContext } from "./catalogers.ts";
import { InventoryError, toInventoryProblem } from "./inventory-error.ts";
import { type LayerFeed, readLayer } from "./layer/read-layer.ts";
import { defaultInventoryLimits } from "./limits.ts";
import { mergeLayers } from "./merge/merge-layers.ts";
import { toPurl } from "./purl.ts";

/** Ids of all catalogers. */
export const catalogerIds: readonly string[] = catalogers.map(({ id }) => id);

/** A package as one cataloger sees it. */
export interface ListedPackage extends Pick<Package, "name" | "version" | "purl" | "architecture" | "licenses"> {
  readonly sourcePackage?: Package["sourcePackage"];
  /** Absolute path of the file that records it. */
  readonly path: string;
}

/** What one cataloger found. */
export interface CatalogListing {
  readonly packages: readonly ListedPackage[];
  readonly problems: readonly Problem[];
}

function findCataloger(id: string): PackageCataloger {
  const cataloger = catalogers.find((one) => one.id === id);
  if (cataloger === undefined) {
    const known = catalogers.map((one) => one.id).join(", ");
    const message = `There is no cataloger ${JSON.stringify(id)}; there are ${known}`;
    throw new InventoryError(toInventoryProblem("inventory.unknown-cataloger", id, message));
  }
  return cataloger;
}

/** A file, and where it lies in its image, if it is known. */
export interface GivenFile {
  readonly bytes: Buffer;
  /** Leading slash or not. Default: the cataloger's usual path. */
  readonly path?: string;
}

/**
 * The packages one file lists, in the file's order, those that appear twice twice; none where the cataloger does not
 * read files at that path. Without an image there is no distribution: purls carry the usual namespace and no `distro`.
 * Throws `inventory.unknown-cataloger`.
 */
export function catalogFile(id: string, file: GivenFile): CatalogListing {
  const cataloger = findCataloger(id);
  const { bytes } = file;
  const readAs = file.path?.replace(/^\/+/, "") ?? cataloger.examplePath;
  if (!cataloger.wants({ path: readAs, sizeBytes: bytes.length, mode: 0o644 })) {
    return { packages: [], problems: [] };
  }
  const context = createCatalogContext(defaultInventoryLimits.packagesPerFileMax);
  const { packages, problems } = cataloger.catalog({ path: readAs, bytes }, context);
  const listed = packages.flatMap((one) => {
    const purl = toPurl(one, cataloger, { kind: "unknown", reason: "a single file" });
    const { name, version, architecture, sourcePackage, licenses } = one;
    const optional = {
      ...(architecture === undefined ? {} : { architecture }),
      ...(sourcePackage === undefined ? {} : { sourcePackage }),
    };
    return purl === undefined ? [] : [{ name, version, purl, ...optional, licenses, path: `/${readAs}` }];
  });
  return { packages: listed, problems };
}

const noConfiguration: ImageConfiguration = {
  user: "",
  environment: [],
  exposedPorts: [],
  entrypoint: [],
  command: [],
  workingDirectory: "",
  volumes: [],
  labels: {},
  healthcheck: "absent",
  history: [],
};

/**
 * The packages of a whole tree as one cataloger sees it, sorted by purl and path; the distribution is read from the
 * tree. Throws `inventory.unknown-cataloger`, and what the feed throws.
 */
export async function catalogTree(id: string, feed: LayerFeed): Promise<CatalogListing> {
  const cataloger = findCataloger(id);
  const facts = await readLayer(feed, { catalogers: [cataloger] });
  const inventory = mergeLayers({
    image: { source: "rootfs", name: "tree" },
    configuration: noConfiguration,
    layers: [],
    facts: [facts],
    catalogers: [cataloger],
  });
  const packages = inventory.packages.flatMap(
    ({ name, version, purl, architecture, sourcePackage, licenses, locations }) =>
      locations.map(({ path }) => ({
        name,
        version,
        purl,
        ...(architecture === undefined ? {} : { architecture }),
        ...(sourcePackage === undefined ? {} : { sourcePackage }),
        licenses,
        path,
      })),
  );
  const problems = [...inventory.problems, ...inventory.catalogerRuns.flatMap((run) => run.problems)];
  return { packages, problems };
}
