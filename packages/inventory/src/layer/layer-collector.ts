/** Gathers one layer's facts while its entries go by. Within a layer the last entry of a path wins, as when it is unpacked. */
import type { Problem } from "@sightline/model";
import type { ArchiveEntry } from "@sightline/platform";
import type { CatalogContext, PackageCataloger } from "../cataloger.ts";
import { createCatalogContext } from "../catalogers.ts";
import { toInventoryProblem } from "../inventory-error.ts";
import type { InventoryLimits } from "../limits.ts";
import { notCatalogedArtefactAt } from "../system/not-cataloged.ts";
import { isSystemFile, readSystemFile, systemFileBytesMax } from "../system/system-files.ts";
import { type FileFacts, type LayerFacts, type LinkFact, layerSubject, systemReaderId } from "./layer-facts.ts";
import { isDirectoryPlace, isTellingSymlink, toRemoval } from "./places.ts";
import { repeatFacts } from "./repeat-facts.ts";

type Lists = Pick<
  LayerFacts,
  "files" | "whiteouts" | "opaqueDirectories" | "obstructions" | "directories" | "symlinks" | "hardLinks"
>;

function emptyFacts(reader: string, path: string): FileFacts {
  return { reader, path, packages: [], owned: [], problems: [] };
}

function sortLinks(links: ReadonlyMap<string, string>): readonly LinkFact[] {
  const sorted = [...links].map(([path, target]) => ({ path, target }));
  return sorted.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function tooLarge(reader: string, path: string, sizeBytes: number): FileFacts {
  const message = `/${path} has ${sizeBytes} bytes, more than its reader takes`;
  const problem = toInventoryProblem("inventory.limit-exceeded", path, message);
  return { ...emptyFacts(reader, path), problems: [problem] };
}

function weightOf(facts: FileFacts): number {
  return 1 + facts.packages.length;
}

/** Keeps the first problems of a file and says how many there were. */
function capProblems(facts: FileFacts, problemsMax: number): FileFacts {
  const { problems } = facts;
  const last = problems[problemsMax];
  if (last === undefined) {
    return facts;
  }
  const rest = {
    ...last,
    message: `${last.message} (${problems.length - problemsMax - 1} further problems are not listed)`,
  };
  return { ...facts, problems: [...problems.slice(0, problemsMax), rest] };
}

/** One layer's facts in the making. */
export class LayerCollector {
  readonly #catalogers: readonly PackageCataloger[];
  readonly #limits: InventoryLimits;
  readonly #context: CatalogContext;
  /** By path; few paths have more than one reader. */
  readonly #files = new Map<string, FileFacts[]>();
  #weight = 0;
  readonly #whiteouts = new Set<string>();
  readonly #opaqueDirectories = new Set<string>();
  readonly #obstructions = new Set<string>();
  readonly #directories = new Set<string>();
  readonly #symlinks = new Map<string, string>();
  /** Every hard link of the layer: one may repeat another. */
  readonly #hardLinks = new Map<string, string>();
  /** Wanted paths whose content is still to come, by the file they repeat. */
  readonly #awaited = new Map<string, string[]>();
  /** Wanted hard links to files this layer does not have. */
  readonly #foreignLinks = new Map<string, string>();
  readonly #exceeded = new Map<string, Problem>();

  constructor(catalogers: readonly PackageCataloger[], limits: InventoryLimits) {
    this.#catalogers = catalogers;
    this.#limits = limits;
    this.#context = createCatalogContext(limits.packagesPerFileMax);
  }

  /** Notes one entry; answers whether its content is wanted. */
  notice(entry: ArchiveEntry): boolean {
    const { path } = entry;
    const removal = toRemoval(path);
    if (removal !== undefined) {
      if (removal.kind === "whiteout") {
        this.#keep(this.#whiteouts, removal.path);
      } else if (removal.kind === "opaque") {
        this.#keep(this.#opaqueDirectories, removal.directory);
      }
      return false;
    }
    this.#forget(path);
    switch (entry.kind) {
      case "file":
        return this.#noticeFile(entry);
      case "directory":
        if (this.#isWanted(path)) {
          this.#keep(this.#directories, path);
        }
        return false;
      case "symlink":
        this.#noticeLink(this.#symlinks, path, entry.linkTarget ?? "", this.#isWanted(path) || isTellingSymlink(path));
        return false;
      case "hardlink":
        this.#noticeLink(this.#hardLinks, path, entry.linkTarget ?? "", true);
        this.#obstruct(path, isDirectoryPlace(path));
        return false;
      case "other":
        this.#obstruct(path, this.#isWanted(path) || isDirectoryPlace(path));
        return false;
    }
  }

  /** Catalogs the content of a wanted file. */
  take(path: string, bytes: Buffer): void {
    for (const facts of this.#read(path, bytes)) {
      this.#addFile(facts);
    }
  }

  /** Catalogs a file for the wanted hard links that repeat it. */
  takeLinked(target: string, bytes: Buffer): void {
    for (const path of this.#awaited.get(target) ?? []) {
      this.take(path, bytes);
      this.#foreignLinks.delete(path);
    }
  }

  /** Gives wanted hard links the facts of what they repeat; answers the targets whose content went by unread. */
  resolveHardLinks(): ReadonlySet<string> {
    for (const path of this.#hardLinks.keys()) {
      if (this.#isWanted(path)) {
        this.#resolveHardLink(path);
      }
    }
    return new Set(this.#awaited.keys());
  }

  problems(): readonly Problem[] {
    return [...this.#exceeded.values()];
  }

  toLists(): Lists {
    const files = [...this.#files.values()].flat();
    return {
      files: files.sort((a, b) => (a.path === b.path ? Number(a.reader > b.reader) - 1 : a.path < b.path ? -1 : 1)),
      whiteouts: [...this.#whiteouts].sort(),
      opaqueDirectories: [...this.#opaqueDirectories].sort(),
      obstructions: [...this.#obstructions].sort(),
      directories: [...this.#directories].sort(),
      symlinks: sortLinks(this.#symlinks),
      hardLinks: sortLinks(this.#foreignLinks),
    };
  }

  #isWanted(path: string): boolean {
    const candidate = { path, sizeBytes: 0, mode: 0 };
    return isSystemFile(path) || this.#catalogers.some((cataloger) => cataloger.wants(candidate));
  }

  #exceed(what: string, countMax: number): void {
    if (!this.#exceeded.has(what)) {
      const message = `The layer has more than ${countMax} ${what}; further ones were left out`;
      this.#exceeded.set(what, toInventoryProblem("inventory.limit-exceeded", layerSubject, message));
    }
  }

  #keep(set: Set<string>, path: string): void {
    const { removalsPerLayerMax } = this.#limits;
    const sets = [this.#whiteouts, this.#opaqueDirectories, this.#obstructions, this.#directories];
    if (sets.reduce((sum, one) => sum + one.size, 0) >= removalsPerLayerMax) {
      this.#exceed("whiteouts and replaced directories", removalsPerLayerMax);
    } else {
      set.add(path);
    }
  }

  #obstruct(path: string, isTelling: boolean): void {
    if (isTelling) {
      this.#keep(this.#obstructions, path);
    }
  }

  #forget(path: string): void {
    const files = this.#files.get(path);
    if (files !== undefined) {
      this.#weight -= files.reduce((sum, facts) => sum + weightOf(facts), 0);
      this.#files.delete(path);
    }
    this.#symlinks.delete(path);
    this.#hardLinks.delete(path);
    this.#obstructions.delete(path);
    this.#directories.delete(path);
  }

  #noticeLink(links: Map<string, string>, path: string, target: string, isKept: boolean): void {
    if (!isKept) {
      return;
    }
    if (this.#symlinks.size + this.#hardLinks.size >= this.#limits.linksPerLayerMax) {
      this.#exceed("links", this.#limits.linksPerLayerMax);
      return;
    }
    links.set(path, target);
  }

  #noticeFile(entry: ArchiveEntry): boolean {
    const { path } = entry;
    this.#obstruct(path, isDirectoryPlace(path));
    const artefact = notCatalogedArtefactAt(path);
    if (artefact !== undefined) {
      this.#addFile({ ...emptyFacts(systemReaderId, path), system: { kind: "not-cataloged", artefact } });
    }
    const limitBytes = this.#largestWanted(entry);
    if (limitBytes === undefined || entry.sizeBytes <= limitBytes) {
      return limitBytes !== undefined;
    }
    const reader = this.#catalogers.find((cataloger) => cataloger.wants(entry))?.id ?? systemReaderId;
    this.#addFile(tooLarge(reader, path, entry.sizeBytes));
    return false;
  }

  /** Largest size any reader of the file takes; `undefined` when nobody wants it. */
  #largestWanted(entry: ArchiveEntry): number | undefined {
    const limits = this.#catalogers.flatMap((cataloger) => (cataloger.wants(entry) ? [cataloger.fileBytesMax] : []));
    if (isSystemFile(entry.path)) {
      limits.push(systemFileBytesMax);
    }
    return limits.length === 0 ? undefined : Math.max(...limits);
  }

  #addFile(facts: FileFacts): void {
    const weight = weightOf(facts);
    if (this.#weight + weight > this.#limits.factsPerLayerMax) {
      this.#exceed("packages and package files", this.#limits.factsPerLayerMax);
      return;
    }
    this.#weight += weight;
    this.#files.set(facts.path, [...(this.#files.get(facts.path) ?? []), facts]);
  }

  #read(path: string, bytes: Buffer): readonly FileFacts[] {
    const candidate = { path, sizeBytes: bytes.length, mode: 0 };
    const found = this.#catalogers
      .filter((cataloger) => cataloger.wants(candidate))
      .map((cataloger) => this.#catalog(cataloger, path, bytes));
    const system = bytes.length <= systemFileBytesMax ? readSystemFile(path, bytes) : undefined;
    return system === undefined ? found : [...found, { ...emptyFacts(systemReaderId, path), system }];
  }

  #catalog(cataloger: PackageCataloger, path: string, bytes: Buffer): FileFacts {
    if (bytes.length > cataloger.fileBytesMax) {
      return tooLarge(cataloger.id, path, bytes.length);
    }
    const facts = { reader: cataloger.id, path, ...cataloger.catalog({ path, bytes }, this.#context) };
    return capProblems(facts, this.#limits.problemsMax);
  }

  /** Follows hard links to hard links; a circle ends where it began, at a file that does not exist. */
  #originOf(path: string): string {
    const seen = new Set<string>();
    let origin = path;
    let target = this.#hardLinks.get(origin);
    while (target !== undefined && !seen.has(target)) {
      seen.add(target);
      origin = target;
      target = this.#hardLinks.get(origin);
    }
    return origin;
  }

  #resolveHardLink(path: string): void {
    const origin = this.#originOf(path);
    const readers = this.#catalogers.filter((cataloger) => cataloger.wants({ path, sizeBytes: 0, mode: 0 }));
    const readerIds = isSystemFile(path)
      ? [...readers.map(({ id }) => id), systemReaderId]
      : readers.map(({ id }) => id);
    const known = this.#files.get(origin)?.filter(({ reader }) => readerIds.includes(reader)) ?? [];
    if (known.length === readerIds.length) {
      for (const facts of known) {
        this.#addFile(repeatFacts(facts, path));
      }
      return;
    }
    this.#awaited.set(origin, [...(this.#awaited.get(origin) ?? []), path]);
    this.#foreignLinks.set(path, origin);
  }
}
