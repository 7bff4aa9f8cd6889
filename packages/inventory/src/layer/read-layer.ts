/** From a walk over one layer's entries to its facts. */
import type { Problem } from "@sightline/model";
import type { ArchiveEntry, ArchiveSummary, EntryVisitor } from "@sightline/platform";
import type { PackageCataloger } from "../cataloger.ts";
import { catalogers as allCatalogers } from "../catalogers.ts";
import { defaultInventoryLimits, type InventoryLimits } from "../limits.ts";
import { systemReaderVersion } from "../system/system-files.ts";
import { LayerCollector } from "./layer-collector.ts";
import { type LayerFacts, layerFactsFormat, type ReaderVersion, systemReaderId } from "./layer-facts.ts";

/**
 * Walks the layer's entries past the visitor, in archive order. Called again when a wanted file turns out to be a
 * hard link to one that went by unread; both walks must be over the same bytes.
 */
export type LayerFeed = (visitor: EntryVisitor) => Promise<ArchiveSummary>;

/** How to read a layer. */
export interface ReadLayerOptions {
  /** Default: all. */
  readonly catalogers?: readonly PackageCataloger[];
  readonly limits?: InventoryLimits;
}

/** Reader problems that leave nothing unread. */
const harmlessCodes: ReadonlySet<string> = new Set(["archive.media-type-mismatch"]);

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Whoever reads files when these catalogers do, with versions. */
function toReaders(catalogers: readonly PackageCataloger[]): readonly ReaderVersion[] {
  const readers = catalogers.map(({ id, version }) => ({ id, version }));
  const all = [...readers, { id: systemReaderId, version: systemReaderVersion }];
  return all.toSorted((a, b) => compareText(a.id, b.id));
}

/** Form and readers of the facts this version makes: part of the key facts are kept by. */
export const layerFactsVersion: string = [
  `${layerFactsFormat}`,
  ...toReaders(allCatalogers).map(({ id, version }) => `${id}@${version}`),
].join(" ");

function createFirstVisitor(collector: LayerCollector): EntryVisitor {
  return {
    wish: (entry) => (collector.notice(entry) ? "read" : "skip"),
    content: (entry, bytes) => collector.take(entry.path, bytes),
  };
}

/** Looks only for files that hard links repeat. */
function createSecondVisitor(collector: LayerCollector, targets: ReadonlySet<string>): EntryVisitor {
  return {
    wish: (entry) => (entry.kind === "file" && targets.has(entry.path) ? "read" : "skip"),
    content: (entry: ArchiveEntry, bytes) => collector.takeLinked(entry.path, bytes),
  };
}

/**
 * Reads one layer. The feed's own failures (a wrong digest, a lost connection) are thrown as they come; everything
 * the layer holds wrong is a problem of the facts. Holds at most one wanted file in memory at a time.
 */
export async function readLayer(feed: LayerFeed, options: ReadLayerOptions = {}): Promise<LayerFacts> {
  const catalogers = options.catalogers ?? allCatalogers;
  const collector = new LayerCollector(catalogers, options.limits ?? defaultInventoryLimits);
  const summary = await feed(createFirstVisitor(collector));
  const problems: Problem[] = [...summary.problems];
  const targets = collector.resolveHardLinks();
  if (targets.size > 0) {
    const second = await feed(createSecondVisitor(collector, targets));
    const known = new Set(problems.map(({ code, subject }) => `${code} ${subject}`));
    problems.push(...second.problems.filter(({ code, subject }) => !known.has(`${code} ${subject}`)));
  }
  problems.push(...collector.problems());
  const lists = collector.toLists();
  return {
    format: layerFactsFormat,
    readers: toReaders(catalogers),
    ...lists,
    problems,
    isWhole: problems.every(({ code }) => harmlessCodes.has(code)),
  };
}
