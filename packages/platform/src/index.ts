/** The machine room: the only door of the package. One line per module. */
export {
  type ArchiveEntry,
  type ArchiveLimits,
  type ArchiveSummary,
  defaultArchiveLimits,
  type EntryVisitor,
} from "./archive/entry.ts";
export {
  openZip,
  openZipFile,
  toZipSource,
  type ZipArchive,
  type ZipEntry,
  type ZipLimits,
  type ZipSource,
} from "./archive/zip.ts";
