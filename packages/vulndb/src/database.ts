/** Asks an advisory database: opened by its header, read by position, nothing loaded. */
import type { Advisory, KevEntry, Severity } from "@sightline/model";
import { findCurrentGeneration } from "./generations.ts";
import { toPackageKey } from "./package-key.ts";
import type { CveStatement, SsvcDecision } from "./source.ts";
import { type DatabaseStatus, parseStatusBlock } from "./status.ts";
import { joinRuns } from "./store/block-runs.ts";
import { type KeyedFile, openKeyedFile } from "./store/keyed-file.ts";
import { createLeastRecentMap } from "./store/least-recent.ts";
import {
  keyOf,
  type Posting,
  parseAdvisoryBlock,
  parseAffectedBlock,
  parseAffectedPlaces,
  parseCveBlock,
  parseKevBlock,
  parsePostingsBlock,
  parseSsvcBlock,
} from "./store/records.ts";
import { toVulndbError } from "./vulndb-error.ts";

/**
 * One generation of advisories, open for questions. Answers are synchronous and do not change while it is open, even
 * when another generation becomes current. Every question throws `vulndb.corrupt` when it meets damage: a damaged
 * database never answers that there is nothing.
 */
export interface AdvisoryDatabase {
  /** Identity of the content: time of building and hash, `20261121T205400Z-0f3a…`. */
  readonly generation: string;
  /** RFC 3339. */
  readonly builtAt: string;
  /**
   * Every advisory that names the package, in a fixed order. `ecosystem` is OSV's with its release, `Debian:12`;
   * `name` is the name advisories use there (source package for Debian, Ubuntu and Alpine), in any spelling the
   * registry considers the same. `affected` of each is narrowed to the package asked for; entries of the same package
   * stand there several times where the advisory says so. Whether a version is affected is not decided here.
   */
  advisoriesFor(ecosystem: string, name: string): readonly Advisory[];
  /** The whole advisory, entries of the same package standing together. */
  advisory(id: string): Advisory | undefined;
  /** The entry of CISA's catalogue, when the CVE is in it. */
  kevFor(cve: string): KevEntry | undefined;
  /** CVSS statements about a CVE by its numbering authority and by CISA, from CVE metadata; empty when there are none. */
  cvssFor(cve: string): readonly Severity[];
  /** CISA's SSVC decision about a CVE, from the table of decisions or else from CVE metadata. */
  ssvcFor(cve: string): SsvcDecision | undefined;
  status(): DatabaseStatus;
  /** Gives the file back. Asking afterwards throws. */
  close(): void;
}

/** What else to do on opening. */
export interface OpenOptions {
  /** Reads everything and compares it with the checksums of the time of writing; takes seconds, not milliseconds. */
  readonly verify?: boolean;
}

/**
 * Opens the current generation of the database in `folder`, in milliseconds whatever its size. Throws
 * {@link VulndbError}: `vulndb.missing`, `vulndb.format-newer`, `vulndb.format-older`, `vulndb.corrupt`,
 * `vulndb.unreadable`; each says how to build it again.
 */
export function openDatabase(folder: string, options: OpenOptions = {}): AdvisoryDatabase {
  return openGeneration(findCurrentGeneration(folder), options);
}

/** Opens the file of one generation, current or not. */
export function openGeneration(path: string, options: OpenOptions = {}): AdvisoryDatabase {
  const file = openKeyedFile(path);
  try {
    if (options.verify === true) {
      file.verify();
    }
    const status = parseStatusBlock(file.readSummary());
    if (status === undefined) {
      const message = `The advisory database ${path} is damaged: its status is unreadable.`;
      throw toVulndbError({ code: "vulndb.corrupt", subject: path, message });
    }
    return new GenerationReader(file, status);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Advisories kept in memory, by package: images share most of their packages. About a kilobyte each. */
const advisoriesCached = 16_384;
const noAdvisories: readonly Advisory[] = [];
const noSeverity: readonly Severity[] = [];

class GenerationReader implements AdvisoryDatabase {
  readonly #file: KeyedFile;
  readonly #status: DatabaseStatus;
  readonly #packages = createLeastRecentMap<string, readonly Advisory[]>(advisoriesCached, ({ length }) => length + 1);

  constructor(file: KeyedFile, status: DatabaseStatus) {
    this.#file = file;
    this.#status = status;
  }

  get generation(): string {
    return this.#status.generation;
  }

  get builtAt(): string {
    return this.#status.builtAt;
  }

  advisoriesFor(ecosystem: string, name: string): readonly Advisory[] {
    const packageKey = toPackageKey(ecosystem, name);
    const cached = this.#packages.get(packageKey);
    if (cached !== undefined) {
      return cached;
    }
    const block = this.#file.get(keyOf.package(packageKey));
    const advisories = block === undefined ? noAdvisories : this.#readAdvisories(parsePostingsBlock(block));
    this.#packages.set(packageKey, advisories);
    return advisories;
  }

  advisory(id: string): Advisory | undefined {
    const block = this.#file.get(keyOf.advisory(id));
    if (block === undefined) {
      return undefined;
    }
    const affected = parseAffectedPlaces(block).flatMap((place) => parseAffectedBlock(this.#file.read(place)));
    return { ...parseAdvisoryBlock(block), affected };
  }

  kevFor(cve: string): KevEntry | undefined {
    const block = this.#file.get(keyOf.kev(cve.toUpperCase()));
    return block === undefined ? undefined : parseKevBlock(block);
  }

  cvssFor(cve: string): readonly Severity[] {
    return this.#readCve(cve)?.severity ?? noSeverity;
  }

  ssvcFor(cve: string): SsvcDecision | undefined {
    const block = this.#file.get(keyOf.ssvc(cve.toUpperCase()));
    return block === undefined ? this.#readCve(cve)?.decision : parseSsvcBlock(block);
  }

  status(): DatabaseStatus {
    return this.#status;
  }

  close(): void {
    this.#packages.clear();
    this.#file.close();
  }

  #readCve(cve: string): CveStatement | undefined {
    const block = this.#file.get(keyOf.cve(cve.toUpperCase()));
    return block === undefined ? undefined : parseCveBlock(block);
  }

  /** The affected entries of a package stand before the advisory, and its advisories mostly beside each other. */
  #readAdvisories(postings: readonly Posting[]): readonly Advisory[] {
    const advisories: Advisory[] = [];
    const stretches = postings.map(({ advisory, affected }) => ({
      offset: affected.offset,
      lengthBytes: advisory.offset + advisory.lengthBytes - affected.offset,
    }));
    for (const { place, first, end } of joinRuns(stretches)) {
      const run = this.#file.readRun(place);
      for (const { advisory, affected } of postings.slice(first, end)) {
        const stored = parseAdvisoryBlock(run.readKeyed(advisory));
        advisories.push({ ...stored, affected: parseAffectedBlock(run.read(affected)) });
      }
    }
    return advisories;
  }
}
