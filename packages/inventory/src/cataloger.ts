/** The plug-in point for package ecosystems: one member reads the files in which one package manager keeps its records. */
import type { Package, Problem, SourcePackage } from "@sightline/model";
import type { ArchiveEntry } from "@sightline/platform";

/** A package as one file records it: what can be said without knowing the rest of the image. */
export interface CatalogedPackage {
  /** Name as the ecosystem spells it. */
  readonly name: string;
  /** Empty when the file does not say. */
  readonly version: string;
  readonly architecture?: string;
  readonly sourcePackage?: SourcePackage;
  readonly licenses: readonly string[];
  readonly confidence: Package["confidence"];
  /**
   * Language packages: the directory they are installed in. Two packages of one name in one place are versions of
   * each other; a package database has no place, its packages are the system's.
   */
  readonly place?: string;
}

/** Files that belong to an operating-system package, of those that language catalogers read. */
export interface OwnedFiles {
  /** The package's name, or the file that records it (distroless names its lists after files, not packages). */
  readonly owner:
    | { readonly kind: "package"; readonly name: string; readonly architecture?: string }
    | { readonly kind: "file"; readonly path: string };
  /** Paths without leading slash. */
  readonly paths: readonly string[];
}

/** What one file came to. Problems never stop the rest: what could be read is there. */
export interface CatalogedFile {
  readonly packages: readonly CatalogedPackage[];
  readonly owned: readonly OwnedFiles[];
  readonly problems: readonly Problem[];
}

/** A wanted file with its whole content. */
export interface FileContent {
  /** Without leading slash, as {@link ArchiveEntry}. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** What a cataloger may ask of the house. */
export interface CatalogContext {
  readonly packagesMax: number;
  /** Whether a path is one that a language cataloger would read; only those are worth keeping as owned files. */
  isLanguageFile(path: string): boolean;
}

/** What an entry shows before its content is read. */
export type CandidateFile = Pick<ArchiveEntry, "path" | "sizeBytes" | "mode">;

/** A package cataloger. Pure: same bytes, same outcome; never throws; holds nothing between files. */
export interface PackageCataloger {
  readonly id: string;
  /** Part of cache keys: raise it whenever the same bytes would give another outcome. */
  readonly version: number;
  /** purl type of its packages. */
  readonly purlType: string;
  readonly scheme: Package["scheme"];
  /** Whether its packages are the distribution's, or a language's that may be owned by one of those. */
  readonly kind: "operating-system" | "language";
  /** A path it wants, for files given without one. */
  readonly examplePath: string;
  /** Largest file it reads; a larger one leaves a problem. */
  readonly fileBytesMax: number;
  /** Called for every file of every layer: must be cheap. */
  wants(candidate: CandidateFile): boolean;
  catalog(file: FileContent, context: CatalogContext): CatalogedFile;
}
