/**
 * The plug-in point for advisory data: one member for each kind of record that is published somewhere. How to add
 * one: write a folder in sources/, list it in sources.ts.
 */
import type { Advisory, KevEntry, Severity } from "@sightline/model";

/** Where data comes from and on what terms; shown wherever the data is. */
export interface DataOrigin {
  /** Stable; also the `source` of every advisory that came from there. */
  readonly id: string;
  readonly name: string;
  /** SPDX id, or what is known where the publisher states no licence. */
  readonly licence: string;
  /** The sentence the licence asks to be shown, or the honest equivalent. */
  readonly attribution: string;
  readonly url: string;
}

/** How urgent CISA's coordinators found a vulnerability. Source: CISA SSVC guide, vulnrichment decision points. */
export interface SsvcDecision {
  readonly cve: string;
  readonly exploitation: "none" | "poc" | "active";
  readonly automatable?: boolean;
  readonly technicalImpact?: "partial" | "total";
}

/** What a CVE record says beyond its text. */
export interface CveStatement {
  readonly id: string;
  readonly severity: readonly Severity[];
  readonly decision?: SsvcDecision;
}

/** Something a raw record says, ready to be stored. */
export type AdvisoryFact =
  | { readonly kind: "advisory"; readonly advisory: Advisory }
  /** Not stored on purpose. `modified` decides between copies of one record. */
  | { readonly kind: "dropped"; readonly id: string; readonly reason: DropReason; readonly modified: string }
  /** A whole catalogue; of several, the one released last counts. */
  | {
      readonly kind: "known-exploited";
      readonly version: string;
      readonly releasedAt: string;
      readonly entries: readonly KevEntry[];
    }
  | { readonly kind: "cve"; readonly updatedAt: string; readonly cve: CveStatement }
  | { readonly kind: "ssvc"; readonly decision: SsvcDecision };

/** Why a well-formed record is not stored: taken back, no matter of vulnerability, about no package, or saying nothing. */
export type DropReason = "withdrawn" | "not-a-vulnerability" | "no-package" | "no-statement";

/** What was seen in a record and read in a way its author may not have meant; counted in the report. */
export type NormaliseNote =
  /** Ranges over git commits, which say nothing about package versions. */
  | "git-range-skipped"
  /** A `limit` event, ignored: the range reaches further without it, never less far. */
  | "limit-event-ignored"
  /** A range that never begins; taken to begin at the start. */
  | "range-start-assumed"
  /** An ecosystem whose versions nobody here can order; stored, but only exact versions will match. */
  | "ecosystem-unknown"
  /** A severity of an unknown type or form, left out. */
  | "severity-unreadable"
  /** Go ranges over tags that are no module versions, used in place of an unbounded range. */
  | "custom-range-used";

/** A record, or a part of one, that could not be read. The rest goes on. */
export interface Reject {
  /** The record's id, or the file or line it stands in when it has none. */
  readonly id: string;
  /** What is wrong with it, and where in the record. */
  readonly reason: string;
}

/** What a raw record came to. */
export interface Normalised {
  readonly facts: readonly AdvisoryFact[];
  readonly rejects: readonly Reject[];
  readonly notes: readonly NormaliseNote[];
}

/**
 * One kind of advisory data. `normalise` is pure, never throws, and takes one raw document as its file was cut:
 * a parsed JSON document, a parsed JSON line, or a table row by column name.
 */
export interface AdvisorySource extends DataOrigin {
  readonly delivery: SourceDelivery;
  /** `place` names the document in rejects that have no id of their own. */
  normalise(raw: unknown, place: string): Normalised;
}

/** In what form the data arrives. */
export type SourceDelivery =
  /** Laid out as the OSV bucket, one document for each record. */
  | { readonly kind: "bucket" }
  /** One file, possibly gzipped, recognised by how its content begins. */
  | {
      readonly kind: "file";
      readonly format: "json" | "json-lines" | "csv";
      /** `head` is the beginning of the content, up to 4,096 characters. */
      readonly recognises: (head: string) => boolean;
    };
