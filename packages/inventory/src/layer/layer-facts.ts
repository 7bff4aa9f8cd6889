/**
 * What one layer adds, hides and links: everything an inventory needs of it, as JSON. Facts depend on the layer's bytes
 * and on the catalogers' versions alone, so they are kept by diffID and read once for all images that share the layer.
 */
import type { Problem } from "@sightline/model";
import type { CatalogedPackage, OwnedFiles } from "../cataloger.ts";
import type { SystemFact } from "../system/system-files.ts";

/** Version of the form of facts; raised on any change of meaning. */
export const layerFactsFormat = 1;

/** Id under which system files are read beside the catalogers. */
export const systemReaderId = "system";

/** Subject of problems that are the whole layer's: facts do not know which image they are in. */
export const layerSubject = "layer";

/** A reader of files and its version. */
export interface ReaderVersion {
  readonly id: string;
  readonly version: number;
}

/** One wanted file of the layer. A file that lists nothing is kept: it may replace one that does. */
export interface FileFacts {
  /** Cataloger id, or {@link systemReaderId}. */
  readonly reader: string;
  /** Without leading slash. */
  readonly path: string;
  readonly packages: readonly CatalogedPackage[];
  readonly owned: readonly OwnedFiles[];
  readonly system?: SystemFact;
  readonly problems: readonly Problem[];
}

/** A link of the layer. */
export interface LinkFact {
  readonly path: string;
  /** Symlinks: as written. Hard links: a path like `path`. */
  readonly target: string;
}

/** All facts of one layer. Every list is sorted, so that equal layers give equal bytes. */
export interface LayerFacts {
  readonly format: typeof layerFactsFormat;
  /** Who read; part of what facts are kept by. */
  readonly readers: readonly ReaderVersion[];
  readonly files: readonly FileFacts[];
  /** Paths that lower layers lose. Source: OCI image-spec 1.1, layer.md "Whiteouts". */
  readonly whiteouts: readonly string[];
  /** Directories of which lower layers lose everything inside. */
  readonly opaqueDirectories: readonly string[];
  /**
   * Where something that is no directory may stand in place of one, and hide everything lower layers have below it.
   * Symlinks do so too and are not repeated here. A directory below the second level that becomes a plain file is only
   * noticed where packages are usually kept: elsewhere its packages stay in the inventory, too many rather than too few.
   */
  readonly obstructions: readonly string[];
  /** Where a directory stands that may take the place of a wanted file or link; what lies below it stays. */
  readonly directories: readonly string[];
  readonly symlinks: readonly LinkFact[];
  /** Wanted paths that repeat a file of a lower layer. Those that repeat one of this layer are under `files`. */
  readonly hardLinks: readonly LinkFact[];
  readonly problems: readonly Problem[];
  /** Whether the layer was read to its end and every wanted file whole. */
  readonly isWhole: boolean;
}
