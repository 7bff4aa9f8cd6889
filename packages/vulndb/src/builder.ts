/** Builds the file of one generation from facts, holding only ids and places in memory. */
import type { Advisory, KevEntry } from "@sightline/model";
import { groupAffected, mergeAdvisories, toModifiedMs } from "./merge-advisories.ts";
import { parseEcosystem } from "./package-key.ts";
import type { CveStatement, SsvcDecision } from "./source.ts";
import { type DatabaseStatus, toStatusBlock } from "./status.ts";
import { type AdvisoryEntry, AdvisoryTable } from "./store/advisory-table.ts";
import type { BlockPlace } from "./store/keyed-file-format.ts";
import { KeyedFileWriter } from "./store/keyed-file-writer.ts";
import { PostingTable } from "./store/posting-table.ts";
import {
  keyOf,
  parseAdvisoryText,
  parseAffectedBlock,
  toAdvisoryBlock,
  toAdvisoryText,
  toAffectedBlock,
  toFactBlock,
} from "./store/records.ts";
import { Spool } from "./store/spool.ts";

/** What became of an advisory that was added. */
export type AddOutcome =
  | "added"
  /** Made one with the copy already there. */
  | "merged"
  /** Says nothing the copy already there does not say. */
  | "duplicate"
  /** A later copy was withdrawn. */
  | "withdrawn";

/** Records of one origin, and the newest date any of them bears. */
export interface OriginTally {
  readonly records: number;
  readonly newestMs: number;
}

/** The part of the status that only the caller knows. */
export type StatusFrame = Pick<DatabaseStatus, "generation" | "builtAt" | "origins" | "rejects">;

/** What the builder knows when all is added: SHA-256 of the content, and how much came from which origin. */
export interface BuilderTally {
  readonly digest: string;
  readonly origins: ReadonlyMap<string, OriginTally>;
}

/** Where a builder writes: the generation's file, and a temporary one beside it. */
export interface BuilderPaths {
  readonly file: string;
  readonly spool: string;
}

const separator = "\n";

/** The advisories in the making. Every method throws the file system's own errors. */
export class GenerationBuilder {
  readonly #file: KeyedFileWriter;
  readonly #spool: Spool;
  readonly #entries = new AdvisoryTable();
  /** Withdrawn records with the date that says so: copies come in any order. */
  readonly #withdrawnMs = new Map<string, number>();

  /** Creates both files; they must not exist yet. */
  constructor(paths: BuilderPaths) {
    this.#spool = new Spool(paths.spool);
    this.#file = new KeyedFileWriter(paths.file);
  }

  /** Number of advisories that are there now. */
  get advisories(): number {
    return this.#entries.size;
  }

  addAdvisory(advisory: Advisory): AddOutcome {
    const withdrawnMs = this.#withdrawnMs.get(advisory.id);
    if (withdrawnMs !== undefined && withdrawnMs > toModifiedMs(advisory)) {
      return "withdrawn";
    }
    const known = this.#readKnown(advisory.id);
    if (known === undefined) {
      this.#write(advisory);
      return "added";
    }
    const merged = mergeAdvisories(known, advisory);
    if (isSame(merged, known)) {
      return "duplicate";
    }
    this.#write(merged);
    return "merged";
  }

  /** Takes note that a record was withdrawn, and forgets an earlier copy of it; one of the same date stays. */
  addWithdrawn(id: string, modified: string): void {
    const withdrawnMs = toModifiedMs({ modified });
    this.#withdrawnMs.set(id, Math.max(withdrawnMs, this.#withdrawnMs.get(id) ?? withdrawnMs));
    const known = this.#entries.get(id);
    if (known !== undefined && known.modifiedMs < withdrawnMs) {
      this.#entries.delete(id);
    }
  }

  addCve(cve: CveStatement): void {
    this.#file.put(keyOf.cve(cve.id), toFactBlock(cve));
  }

  addSsvc(decision: SsvcDecision): void {
    this.#file.put(keyOf.ssvc(decision.cve), toFactBlock(decision));
  }

  addKev(entry: KevEntry): void {
    this.#file.put(keyOf.kev(entry.cve), toFactBlock(entry));
  }

  /** Lays out the advisories, writes packages and status, makes sure all of it is on the disk, and closes the file. */
  finish(toFrame: (tally: BuilderTally) => StatusFrame): DatabaseStatus {
    const postings = new PostingTable();
    const origins = new Map<string, OriginTally>();
    const ecosystems = new Map<string, number>();
    for (const [id, entry] of this.#entries.listSorted()) {
      this.#layOut(id, entry.place, postings);
      tallyOrigin(origins, entry);
      tallyEcosystems(ecosystems, entry);
    }
    let packages = 0;
    for (const [packageKey, block] of postings.listBlocks()) {
      this.#file.put(keyOf.package(packageKey), block);
      packages += 1;
    }
    const frame = toFrame({ digest: this.#file.digest(), origins });
    const status = { ...frame, advisories: this.advisories, packages, ecosystems: toEcosystemStatus(ecosystems) };
    this.#file.finish(toStatusBlock(status));
    return status;
  }

  /** Closes both files; the caller removes them. Harmless after `finish`. */
  close(): void {
    this.#file.abort();
    this.#spool.close();
  }

  #layOut(id: string, place: BlockPlace, postings: PostingTable): void {
    const { text, groups } = this.#spool.read(place);
    const affected = groups.map(({ packageKey, block }) => ({ packageKey, place: this.#file.append(block) }));
    const block = toAdvisoryBlock(
      text,
      affected.map((group) => group.place),
    );
    const advisory = this.#file.put(keyOf.advisory(id), block);
    for (const group of affected) {
      postings.add(group.packageKey, { advisory, affected: group.place });
    }
  }

  #write(advisory: Advisory): void {
    const { affected, ...rest } = advisory;
    const groups = [...groupAffected(affected)].map(([packageKey, entries]) => ({
      packageKey,
      block: toAffectedBlock(entries),
    }));
    const ecosystems = [...new Set(affected.map(({ ecosystem }) => ecosystem))].sort().join(separator);
    const first = affected[0];
    this.#entries.set(advisory.id, {
      place: this.#spool.append({ text: toAdvisoryText(rest), groups }),
      source: advisory.source,
      modifiedMs: toModifiedMs(advisory),
      // Without the release: what is fixed in several releases of a distribution is one advisory.
      sortKey: first === undefined ? "" : `${parseEcosystem(first.ecosystem).name}/${first.name}`,
      ecosystems,
    });
  }

  /** The copy already taken. Rare enough to be read back from disk. */
  #readKnown(id: string): Advisory | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      return undefined;
    }
    const { text, groups } = this.#spool.read(entry.place);
    return { ...parseAdvisoryText(text), affected: groups.flatMap(({ block }) => parseAffectedBlock(block)) };
  }
}

function tallyOrigin(tallies: Map<string, OriginTally>, { source, modifiedMs }: AdvisoryEntry): void {
  const known = tallies.get(source);
  const newestMs = Math.max(modifiedMs, known?.newestMs ?? Number.NEGATIVE_INFINITY);
  tallies.set(source, { records: (known?.records ?? 0) + 1, newestMs });
}

function tallyEcosystems(counts: Map<string, number>, { ecosystems }: AdvisoryEntry): void {
  for (const ecosystem of ecosystems.split(separator)) {
    counts.set(ecosystem, (counts.get(ecosystem) ?? 0) + 1);
  }
}

function toEcosystemStatus(counts: ReadonlyMap<string, number>): DatabaseStatus["ecosystems"] {
  return [...counts]
    .map(([ecosystem, advisories]) => ({ ecosystem, advisories }))
    .sort((a, b) => (a.ecosystem < b.ecosystem ? -1 : 1));
}

/** Compared as they would be stored, affected entries grouped. */
function isSame(a: Advisory, b: Advisory): boolean {
  const toText = (advisory: Advisory): string =>
    JSON.stringify({ ...advisory, affected: [...groupAffected(advisory.affected).values()].flat() });
  return toText(a) === toText(b);
}
