/** Bounds on what an import may be made to do. */
export interface ImportLimits {
  /** Bytes of one advisory document. */
  readonly documentBytesMax: number;
  /** Documents in all. */
  readonly documentsMax: number;
  /** Uncompressed bytes of one ecosystem's archive, or of the one archive that holds all. */
  readonly archiveBytesMax: number;
  /** Uncompressed bytes of one feed file. */
  readonly feedBytesMax: number;
  /** Bytes of one line of a feed file. */
  readonly lineBytesMax: number;
  /** Rejects listed by name in the report; further ones are only counted. */
  readonly rejectsListedMax: number;
}

const mebibyte = 1024 * 1024;

/** Ten times what the whole public bucket needed in 2026. */
export const defaultImportLimits: ImportLimits = {
  documentBytesMax: 64 * mebibyte,
  documentsMax: 10_000_000,
  archiveBytesMax: 64 * 1024 * mebibyte,
  feedBytesMax: 4096 * mebibyte,
  lineBytesMax: 16 * mebibyte,
  rejectsListedMax: 1000,
};
