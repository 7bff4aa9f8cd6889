/** The machine room: the only door of the package. One line per module. */
export { ArchiveError, type ArchiveErrorCode } from "./archive/archive-error.ts";
export { detectCompression } from "./archive/compression.ts";
export {
  type ArchiveEntry,
  type ArchiveLimits,
  type ArchiveSummary,
  defaultArchiveLimits,
  type EntryVisitor,
} from "./archive/entry.ts";
export { type LayerBlobOptions, type LayerReading, readLayerBlob } from "./archive/layer-blob.ts";
export { type TarWalkOptions, walkTar } from "./archive/tar.ts";
export {
  openZip,
  openZipFile,
  toZipSource,
  type ZipArchive,
  type ZipEntry,
  type ZipLimits,
  type ZipSource,
} from "./archive/zip.ts";
export { type BlobCache, type BlobCacheOptions, createBlobCache } from "./blob-cache.ts";
export { FileError, readBoundedFile } from "./bounded-file.ts";
export { type Clock, systemClock } from "./clock.ts";
export { type Config, ConfigError, configVariables, parseConfig } from "./config.ts";
export { platformErrorCodes } from "./error-codes.data.ts";
export { createHttpClient, type HttpClient } from "./http/client.ts";
export type { CertificateTrust, ProxySettings } from "./http/dispatcher.ts";
export { azureHosts, type HttpTowards, type ReadGuardHosts } from "./http/guard.ts";
export { HttpError, type HttpErrorCode } from "./http/http-error.ts";
export { createHttpJournal, type HttpJournal, type HttpJournalEntry, redactUrl } from "./http/journal.ts";
export { isLoopback } from "./http/redirect.ts";
export type { HttpClientOptions, HttpRequest } from "./http/request.ts";
export type { HttpResponse } from "./http/response.ts";
export { defaultRetryPolicy, type RetryPolicy } from "./http/retry.ts";
export { readBounded } from "./limits.ts";
export { createLog, type Log, type LogLevel } from "./log.ts";
export { type Random, systemRandom } from "./random.ts";
export { Secret } from "./secret.ts";
export { serveThreadTasks, type ThreadTaskHandler } from "./thread-tasks.ts";
export { createThreadPool, ThreadError, type ThreadPool, type ThreadPoolOptions } from "./threads.ts";
