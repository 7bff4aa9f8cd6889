/** Takes raw documents to the builder, and keeps account of what became of each. */
import type { Advisory } from "@sightline/model";
import type { BucketDocument } from "./bucket.ts";
import type { BuilderTally, GenerationBuilder, StatusFrame } from "./builder.ts";
import { parseJson } from "./parse-text.ts";
import type { AdvisoryFact, AdvisorySource, DataOrigin, DropReason, NormaliseNote, Reject } from "./source.ts";
import { findOsvOrigin, osvSource } from "./sources/osv/index.ts";
import { advisorySources } from "./sources.ts";
import type { DatabaseStatus } from "./status.ts";

/** What became of the documents of one folder of the bucket. */
export interface EcosystemTally {
  readonly documents: number;
  /** Advisories new to the database. */
  readonly added: number;
  /** Copies of an advisory another folder held too, identical or made one with it. */
  readonly copies: number;
  readonly dropped: number;
  /** Documents of which nothing could be read. */
  readonly rejected: number;
}

/** What became of everything that was read. */
export interface ImportCounts {
  readonly documents: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Records, or parts of records, that could not be read. */
  readonly rejects: number;
  /** CVEs of which CVE metadata, the SSVC table, the catalogue of known exploited ones say something. */
  readonly cves: number;
  readonly ssvc: number;
  readonly kev: number;
  readonly notes: Readonly<Partial<Record<NormaliseNote, number>>>;
}

/** A reject and the file it was found in. */
export interface ImportReject extends Reject {
  /** Folder of the bucket, or path of the feed. */
  readonly from: string;
}

type KnownExploited = Extract<AdvisoryFact, { kind: "known-exploited" }>;

interface FeedTally {
  readonly records: number;
  readonly newestMs: number;
}

const emptyTally: EcosystemTally = { documents: 0, added: 0, copies: 0, dropped: 0, rejected: 0 };

/** The account of one import. */
export class Intake {
  readonly #builder: GenerationBuilder;
  readonly #rejectsListedMax: number;
  readonly #ecosystems = new Map<string, EcosystemTally>();
  readonly #feeds = new Map<string, FeedTally>();
  readonly #dropped: Record<DropReason, number> = {
    withdrawn: 0,
    "not-a-vulnerability": 0,
    "no-package": 0,
    "no-statement": 0,
  };
  readonly #notes = new Map<NormaliseNote, number>();
  readonly #rejects: ImportReject[] = [];
  #rejectCount = 0;
  #catalogue: KnownExploited | undefined;

  constructor(builder: GenerationBuilder, rejectsListedMax: number) {
    this.#builder = builder;
    this.#rejectsListedMax = rejectsListedMax;
  }

  /** The first rejects, up to the bound. */
  get rejects(): readonly ImportReject[] {
    return this.#rejects;
  }

  get ecosystems(): ReadonlyMap<string, EcosystemTally> {
    return this.#ecosystems;
  }

  get counts(): ImportCounts {
    const recordsOf = (id: string): number => this.#feeds.get(id)?.records ?? 0;
    return {
      documents: [...this.#ecosystems.values()].reduce((sum, { documents }) => sum + documents, 0),
      dropped: this.#dropped,
      rejects: this.#rejectCount,
      cves: recordsOf("cve-metadata"),
      ssvc: recordsOf("ssvc"),
      kev: recordsOf("kev"),
      notes: Object.fromEntries(this.#notes),
    };
  }

  /** One document of the bucket. */
  takeDocument({ ecosystem, name, content }: BucketDocument): void {
    this.#count(ecosystem, "documents");
    const parsed = content.ok ? parseJson(content.value.toString("utf8")) : undefined;
    if (parsed?.ok === true) {
      this.#takeRecord(ecosystem, name, parsed.value);
      return;
    }
    const reason = content.ok ? `not JSON: ${parsed?.reason ?? ""}` : content.problem.message;
    this.reject(ecosystem, { id: name, reason });
    this.#count(ecosystem, "rejected");
  }

  /** One raw document of a feed. */
  takeFeedDocument(source: AdvisorySource, path: string, { raw, place }: { raw: unknown; place: string }): void {
    const { facts, rejects, notes } = source.normalise(raw, place);
    this.#note(notes);
    for (const reject of rejects) {
      this.reject(path, reject);
    }
    for (const fact of facts) {
      this.#takeFeedFact(fact, source);
    }
  }

  /** A document, or a part of one, that could not be read. */
  reject(from: string, reject: Reject): void {
    this.#rejectCount += 1;
    if (this.#rejects.length < this.#rejectsListedMax) {
      this.#rejects.push({ from, ...reject });
    }
  }

  /** Stores what could only be decided once everything was read: the newest of several catalogues. */
  conclude(): void {
    for (const entry of this.#catalogue?.entries ?? []) {
      this.#builder.addKev(entry);
      this.#tally("kev", this.#catalogue?.releasedAt ?? "");
    }
  }

  /** The origins that the database holds data of, with what is to be shown for them. */
  toOrigins({ origins }: BuilderTally): StatusFrame["origins"] {
    const published = [...origins].map(([id, tally]) => toOriginStatus(findOsvOrigin(id), tally));
    const fed = advisorySources.flatMap((source) => {
      const tally = this.#feeds.get(source.id);
      return tally === undefined ? [] : [toOriginStatus(source, tally)];
    });
    return [...published, ...fed].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  #takeRecord(ecosystem: string, name: string, raw: unknown): void {
    const { facts, rejects, notes } = osvSource.normalise(raw, name);
    this.#note(notes);
    for (const reject of rejects) {
      this.reject(ecosystem, reject);
    }
    if (facts.length === 0) {
      this.#count(ecosystem, "rejected");
    }
    for (const fact of facts) {
      if (fact.kind === "advisory") {
        this.#takeAdvisory(ecosystem, fact.advisory);
      } else if (fact.kind === "dropped") {
        this.#takeDropped(ecosystem, fact);
      }
    }
  }

  #takeAdvisory(ecosystem: string, advisory: Advisory): void {
    const outcome = this.#builder.addAdvisory(advisory);
    switch (outcome) {
      case "added":
        this.#count(ecosystem, "added");
        break;
      case "merged":
      case "duplicate":
        this.#count(ecosystem, "copies");
        break;
      case "withdrawn":
        this.#drop(ecosystem, "withdrawn");
        break;
    }
  }

  #takeDropped(ecosystem: string, { id, reason, modified }: Extract<AdvisoryFact, { kind: "dropped" }>): void {
    if (reason === "withdrawn") {
      this.#builder.addWithdrawn(id, modified);
    }
    this.#drop(ecosystem, reason);
  }

  #drop(ecosystem: string, reason: DropReason): void {
    this.#dropped[reason] += 1;
    this.#count(ecosystem, "dropped");
  }

  #takeFeedFact(fact: AdvisoryFact, source: AdvisorySource): void {
    switch (fact.kind) {
      case "cve":
        this.#builder.addCve(fact.cve);
        this.#tally(source.id, fact.updatedAt);
        break;
      case "ssvc":
        this.#builder.addSsvc(fact.decision);
        this.#tally(source.id, "");
        break;
      case "known-exploited":
        // Versions are dates written year first, so text order is time order.
        this.#catalogue = fact.version > (this.#catalogue?.version ?? "") ? fact : this.#catalogue;
        break;
      case "dropped":
        this.#dropped[fact.reason] += 1;
        break;
      case "advisory":
        this.#builder.addAdvisory(fact.advisory);
        break;
    }
  }

  #count(ecosystem: string, what: keyof EcosystemTally): void {
    const tally = this.#ecosystems.get(ecosystem) ?? emptyTally;
    this.#ecosystems.set(ecosystem, { ...tally, [what]: tally[what] + 1 });
  }

  #tally(id: string, date: string): void {
    const known = this.#feeds.get(id);
    const ms = Date.parse(date);
    const newestMs = Math.max(Number.isNaN(ms) ? 0 : ms, known?.newestMs ?? 0);
    this.#feeds.set(id, { records: (known?.records ?? 0) + 1, newestMs });
  }

  #note(notes: readonly NormaliseNote[]): void {
    for (const note of notes) {
      this.#notes.set(note, (this.#notes.get(note) ?? 0) + 1);
    }
  }
}

function toOriginStatus(origin: DataOrigin, { records, newestMs }: FeedTally): DatabaseStatus["origins"][number] {
  const { id, name, licence, attribution, url } = origin;
  const isDated = Number.isFinite(newestMs) && newestMs > 0;
  const newest = isDated ? { newest: new Date(newestMs).toISOString() } : {};
  return { id, name, licence, attribution, url, records, ...newest };
}
