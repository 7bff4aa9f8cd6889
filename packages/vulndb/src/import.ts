/** Builds a generation of the database from files and makes it the current one. */
import type { Clock } from "@sightline/platform";
import { assertRunning, readBucket } from "./bucket.ts";
import { GenerationBuilder } from "./builder.ts";
import { openGeneration } from "./database.ts";
import { type Feed, findFeeds, readFeed } from "./feeds.ts";
import { type BuildingPlace, createBuildingPlace, toGenerationId } from "./generations.ts";
import { defaultImportLimits, type ImportLimits } from "./import-limits.ts";
import { type EcosystemTally, type ImportCounts, type ImportReject, Intake } from "./intake.ts";
import { advisorySources } from "./sources.ts";
import type { DatabaseStatus } from "./status.ts";
import { isOperatingFailure, toVulndbError, VulndbError } from "./vulndb-error.ts";

/** What to import, and where to. */
export interface ImportOptions {
  /** Folder laid out as the OSV bucket (`<Ecosystem>/all.zip` or `<Ecosystem>/<ID>.json`), a .tar.gz of one, or an `all.zip`. */
  readonly from: string;
  /**
   * Feed files, or folders with some in them: CISA KEV (JSON), CVE metadata (JSON lines), SSVC (CSV), plain or
   * gzipped, told apart by content. Of several KEV catalogues the newest counts.
   */
  readonly feeds?: readonly string[];
  /** Folder of the database; made when absent. */
  readonly to: string;
  readonly clock: Clock;
  readonly limits?: Partial<ImportLimits>;
  readonly progress?: (progress: ImportProgress) => void;
  /** Stops the import; the database in use stays as it is. */
  readonly signal?: AbortSignal;
}

/** How far an import is. `total` only where it is known. */
export interface ImportProgress {
  readonly step: "reading" | "writing" | "checking";
  /** The file or folder. */
  readonly subject: string;
  readonly done: number;
  readonly total?: number;
}

/** What an import came to. */
export interface ImportReport {
  readonly generation: string;
  /** The generation it replaced, when there was one; it is kept until the next import. */
  readonly previous?: string;
  readonly status: DatabaseStatus;
  /** By folder of the bucket. */
  readonly ecosystems: Readonly<Record<string, EcosystemTally>>;
  readonly counts: ImportCounts;
  /** Records that could not be read, by name; at most as many as the limits allow, `counts.rejects` has them all. */
  readonly rejects: readonly ImportReject[];
  /** Files in a folder of feeds that are none. */
  readonly unknownFeeds: readonly string[];
}

/**
 * Builds a generation and makes it the current one: either all of it, proved readable, or nothing. One unreadable
 * record is counted and named and costs nothing else; a file that is damaged as a whole ends the import, since a
 * database that silently lacks an ecosystem would call everything in it safe. Throws {@link VulndbError}:
 * `vulndb.source-missing`, `vulndb.source-unreadable`, `vulndb.limit-exceeded`, `vulndb.feed-unknown`,
 * `vulndb.nothing-imported`, `vulndb.write-failed`, `vulndb.cancelled`.
 */
export async function importAdvisories(options: ImportOptions): Promise<ImportReport> {
  const place = writing(options.to, () => createBuildingPlace(options.to, options.clock.nowMs()));
  try {
    return await build(place, options);
  } finally {
    writing(options.to, () => place.discard());
  }
}

async function build(place: BuildingPlace, options: ImportOptions): Promise<ImportReport> {
  const { to, from, progress = () => undefined } = options;
  const limits = { ...defaultImportLimits, ...options.limits };
  const { feeds, unknown } = await findFeeds(options.feeds ?? [], advisorySources);
  const builder = writing(to, () => new GenerationBuilder({ file: place.path, spool: place.temporaryPath }));
  try {
    const intake = new Intake(builder, limits.rejectsListedMax);
    await readAll(intake, feeds, { ...options, limits, progress });
    if (builder.advisories === 0) {
      const message = `Nothing in ${from} could be imported.`;
      const details = { documents: intake.counts.documents, rejects: intake.counts.rejects };
      throw toVulndbError({ code: "vulndb.nothing-imported", subject: from, message, details });
    }
    progress({ step: "writing", subject: to, done: builder.advisories, total: builder.advisories });
    const builtAtMs = options.clock.nowMs();
    const status = writing(to, () =>
      builder.finish((tally) => ({
        generation: toGenerationId(builtAtMs, tally.digest),
        builtAt: new Date(builtAtMs).toISOString(),
        origins: intake.toOrigins(tally),
        rejects: intake.counts.rejects,
      })),
    );
    progress({ step: "checking", subject: to, done: 0, total: 1 });
    assertRunning(options.signal, from);
    const previous = writing(to, () => {
      openGeneration(place.path, { verify: true }).close();
      return place.publish(status.generation);
    });
    progress({ step: "checking", subject: to, done: 1, total: 1 });
    return {
      generation: status.generation,
      ...(previous === undefined ? {} : { previous }),
      status,
      ecosystems: Object.fromEntries(intake.ecosystems),
      counts: intake.counts,
      rejects: intake.rejects,
      unknownFeeds: unknown,
    };
  } finally {
    builder.close();
  }
}

type Reading = ImportOptions & {
  readonly limits: ImportLimits;
  readonly progress: (progress: ImportProgress) => void;
};

async function readAll(intake: Intake, feeds: readonly Feed[], options: Reading): Promise<void> {
  const { from, to, limits, progress, signal } = options;
  const shared = { limits, ...(signal === undefined ? {} : { signal }) };
  await readBucket(from, {
    ...shared,
    visit: (document) => writing(to, () => intake.takeDocument(document)),
    progress: (at) => progress({ step: "reading", ...at }),
  });
  for (const { path, source, format } of feeds) {
    await readFeed(
      { path, source, format },
      {
        ...shared,
        visit: (raw, place) => writing(to, () => intake.takeFeedDocument(source, path, { raw, place })),
        reject: (reject) => intake.reject(path, reject),
        progress: (done) => progress({ step: "reading", subject: path, done }),
      },
    );
  }
  writing(to, () => intake.conclude());
}

/** Failures of the folder that is written to carry its name; others, whosever they are, pass as they are. */
function writing<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const isOurs = error instanceof VulndbError && !readBackFailures.has(error.code);
    if (isOurs || !isOperatingFailure(error)) {
      throw error;
    }
    const message = `The advisory database in ${folder} could not be written.`;
    throw toVulndbError({ code: "vulndb.write-failed", subject: folder, message, cause: error });
  }
}

/** A file just written that cannot be read back was not written as it should be. */
const readBackFailures: ReadonlySet<string> = new Set(["vulndb.missing", "vulndb.unreadable", "vulndb.corrupt"]);
