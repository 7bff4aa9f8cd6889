/** From the facts of an image's layers to its inventory. */
import {
  type Distribution,
  type ImageConfiguration,
  type ImageIdentity,
  type ImageInventory,
  inventoryFormat,
  type LayerAttribution,
  type LayerRef,
  type Problem,
} from "@sightline/model";
import type { PackageCataloger } from "../cataloger.ts";
import { catalogers as allCatalogers } from "../catalogers.ts";
import { configurationChecks } from "../config-checks/checks.ts";
import { toInventoryProblem } from "../inventory-error.ts";
import { type LayerFacts, layerSubject, systemReaderId } from "../layer/layer-facts.ts";
import { isSystemFile } from "../system/system-files.ts";
import { toCatalogerRuns } from "./cataloger-runs.ts";
import { findDistribution } from "./find-distribution.ts";
import { LayerView } from "./layer-view.ts";
import { mergePackages } from "./merge-packages.ts";
import { HistoryKeeper } from "./package-history.ts";

/** An image whose layers were read. */
export interface MergeInput {
  readonly image: ImageIdentity;
  readonly configuration: ImageConfiguration;
  /** From the bottom. Empty for a root file system, which has one set of facts and no layers. */
  readonly layers: readonly LayerRef[];
  /** One for each layer, in the same order; `undefined` for a layer that was not read. */
  readonly facts: readonly (LayerFacts | undefined)[];
  /** Why layers were not read, and whatever else the source of the image had to say. */
  readonly problems?: readonly Problem[];
  /** Those the layers were read with. Default: all. */
  readonly catalogers?: readonly PackageCataloger[];
}

/** Where a fact of the layer with this index comes from. */
export type AttributeLayer = (layerIndex: number) => LayerAttribution;

function createAttribution({ image, layers }: MergeInput): AttributeLayer {
  return (layerIndex) => {
    const layer = layers[layerIndex];
    if (layer === undefined) {
      return { kind: "unknown", reason: image.source === "sbom" ? "sbom" : "rootfs" };
    }
    const { diffId, digest, index, createdBy } = layer;
    return { kind: "layer", diffId, digest, index, ...(createdBy === undefined ? {} : { createdBy }) };
  };
}

function layerName({ layers, image }: MergeInput, index: number): string {
  return layers[index]?.digest ?? image.name;
}

/** Problems of layers as wholes: unread ones, and what their reading left. */
function findLayerProblems(input: MergeInput): readonly Problem[] {
  const count = Math.max(input.layers.length, input.facts.length);
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
    const name = layerName(input, index);
    const facts = input.facts[index];
    if (facts === undefined) {
      const message = `Layer ${index} (${name}) was not read: what it adds, changes or removes is unknown`;
      return [toInventoryProblem("inventory.layer-not-read", name, message)];
    }
    return facts.problems.map((one) => (one.subject === layerSubject ? { ...one, subject: name } : one));
  });
}

/** Wanted files that are links to what nobody read. */
function findLinkProblems(view: LayerView, catalogers: readonly PackageCataloger[]): readonly Problem[] {
  const isWanted = (path: string): boolean =>
    isSystemFile(path) || catalogers.some((cataloger) => cataloger.wants({ path, sizeBytes: 0, mode: 0 }));
  const symlinks = [...view.symlinks()]
    .filter(([path]) => isWanted(path) && view.filesAt(path).length === 0)
    .map(([path, target]) => ({ path, target }));
  return [...view.danglingLinks(), ...symlinks]
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, target }) => {
      const message = `/${path} is a link to ${JSON.stringify(target.slice(0, 200))}, which was not read`;
      return toInventoryProblem("inventory.unresolved-link", path, message);
    });
}

/** One problem for each kind of package record that is there and not read. */
function findUncataloged(view: LayerView): readonly Problem[] {
  const paths = new Map<string, string[]>();
  for (const { facts } of view.files()) {
    if (facts.reader === systemReaderId && facts.system?.kind === "not-cataloged") {
      const { artefact } = facts.system;
      paths.set(artefact, [...(paths.get(artefact) ?? []), facts.path]);
    }
  }
  return [...paths]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([artefact, found]) => {
      const first = found.toSorted()[0] ?? "";
      const message = `${artefact} are in the image (${found.length} files, the first is /${first}) and are not read`;
      return toInventoryProblem("inventory.not-cataloged", first, message);
    });
}

function findDistributionProblem(distribution: Distribution, hasSystemPackages: boolean): readonly Problem[] {
  if (distribution.kind === "known" || !hasSystemPackages) {
    return [];
  }
  const message = `The image has operating-system packages, but ${distribution.reason}`;
  return [toInventoryProblem("inventory.unknown-distribution", "etc/os-release", message)];
}

/** Problems that leave nothing unread. */
const harmlessCodes: ReadonlySet<string> = new Set(["archive.media-type-mismatch"]);

/**
 * The inventory of an image. Pure and deterministic: equal input gives equal bytes. `complete` only when every layer
 * and every wanted file was read whole, every link to one was followed, and nothing records packages that no
 * cataloger reads; each exception is a problem. A package's layer is the one from which on exactly this version is
 * there. Configuration checks are left out for sources that have no configuration (`rootfs`, `sbom`).
 */
export function mergeLayers(input: MergeInput): ImageInventory {
  const catalogers = input.catalogers ?? allCatalogers;
  const view = new LayerView();
  const history = new HistoryKeeper();
  for (const [index, facts] of input.facts.entries()) {
    if (facts !== undefined && view.apply(facts, index)) {
      history.observe(view.files(), index);
    }
  }
  const distribution = findDistribution(view);
  const attribute = createAttribution(input);
  const { packages, problems: packageProblems } = mergePackages({ view, history, distribution, attribute, catalogers });
  const catalogerRuns = toCatalogerRuns({ view, catalogers, packages, facts: input.facts, packageProblems });
  const hasSystemPackages = catalogers.some(
    ({ id, kind }) => kind === "operating-system" && packages.some(({ cataloger }) => cataloger === id),
  );
  const problems = [
    ...(input.problems ?? []),
    ...findLayerProblems(input),
    ...findLinkProblems(view, catalogers),
    ...findUncataloged(view),
    ...findDistributionProblem(distribution, hasSystemPackages),
  ];
  const hasConfiguration = input.image.source !== "rootfs" && input.image.source !== "sbom";
  const checked = { configuration: input.configuration, layers: input.layers, view };
  return {
    format: inventoryFormat,
    image: input.image,
    distribution,
    configuration: input.configuration,
    layers: input.layers,
    packages,
    misconfigurations: hasConfiguration ? configurationChecks.flatMap((check) => check.check(checked)) : [],
    catalogerRuns,
    problems,
    complete:
      problems.every(({ code }) => harmlessCodes.has(code)) &&
      catalogerRuns.every(({ status }) => status === "succeeded"),
  };
}
