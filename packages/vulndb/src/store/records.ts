/**
 * How advisories lie in a keyed file, for those who write and those who read it:
 *
 *     (no key)         the affected entries of one package in one advisory
 *     a/<id>           right behind them: the advisory without its affected packages, and the places of their blocks
 *     p/<package key>  for each advisory of the package: place of the advisory, place of its affected entries
 *     c/, s/, k/<CVE>  what CVE metadata, the SSVC table, the known-exploited catalogue say of a CVE
 *
 * Advisories are sorted by their first package, so that those of one package lie together and are read at once.
 *
 * JSON is written here and nowhere else, and every block is checked before it is parsed, so the casts below state
 * what this file itself wrote; parsing the parts again with a schema would cost more than the lookup.
 */
import type { Advisory, AffectedPackage, KevEntry } from "@sightline/model";
import type { CveStatement, SsvcDecision } from "../source.ts";
import type { BlockPlace } from "./keyed-file-format.ts";

/** Keys of the blocks, by what is in them. */
export const keyOf = {
  advisory: (id: string): string => `a/${id}`,
  package: (packageKey: string): string => `p/${packageKey}`,
  cve: (cve: string): string => `c/${cve}`,
  ssvc: (cve: string): string => `s/${cve}`,
  kev: (cve: string): string => `k/${cve}`,
};

/** An advisory as stored under its id. */
export interface StoredAdvisory {
  readonly advisory: Omit<Advisory, "affected">;
  /** Places of the affected entries, `[offset, length]`, one for each package. */
  readonly affected: readonly (readonly [offset: number, lengthBytes: number])[];
}

/** The block of an advisory from its JSON, as {@link toAdvisoryText} made it, and the places that are known by now. */
export function toAdvisoryBlock(text: Buffer, affected: readonly BlockPlace[]): Buffer {
  const places = affected.map(({ offset, lengthBytes }) => [offset, lengthBytes]);
  const end = Buffer.from(`,"affected":${JSON.stringify(places)}}`);
  return Buffer.concat([Buffer.from('{"advisory":'), text, end]);
}

export function toAdvisoryText(advisory: Omit<Advisory, "affected">): Buffer {
  return Buffer.from(JSON.stringify(advisory));
}

export function parseAdvisoryText(text: Buffer): Omit<Advisory, "affected"> {
  return JSON.parse(text.toString("utf8")) as Omit<Advisory, "affected">;
}

export function parseAdvisoryBlock(block: Buffer): StoredAdvisory {
  return JSON.parse(block.toString("utf8")) as StoredAdvisory;
}

export function toAffectedBlock(affected: readonly AffectedPackage[]): Buffer {
  return Buffer.from(JSON.stringify(affected));
}

export function parseAffectedBlock(block: Buffer): readonly AffectedPackage[] {
  return JSON.parse(block.toString("utf8")) as readonly AffectedPackage[];
}

export function toFactBlock(fact: CveStatement | SsvcDecision | KevEntry): Buffer {
  return Buffer.from(JSON.stringify(fact));
}

export function parseCveBlock(block: Buffer): CveStatement {
  return JSON.parse(block.toString("utf8")) as CveStatement;
}

export function parseSsvcBlock(block: Buffer): SsvcDecision {
  return JSON.parse(block.toString("utf8")) as SsvcDecision;
}

export function parseKevBlock(block: Buffer): KevEntry {
  return JSON.parse(block.toString("utf8")) as KevEntry;
}

/** One advisory of one package. */
export interface Posting {
  readonly advisory: BlockPlace;
  readonly affected: BlockPlace;
}

export const postingBytes = 20;

/** Writes the posting with this number into a block of postings. */
export function writePosting(block: Buffer, number: number, { advisory, affected }: Posting): void {
  writePlace(block, number * postingBytes, advisory);
  writePlace(block, number * postingBytes + postingBytes / 2, affected);
}

export function parsePostingsBlock(block: Buffer): readonly Posting[] {
  const postings: Posting[] = [];
  for (let at = 0; at + postingBytes <= block.length; at += postingBytes) {
    postings.push({ advisory: readPlace(block, at), affected: readPlace(block, at + postingBytes / 2) });
  }
  return postings;
}

function writePlace(block: Buffer, at: number, { offset, lengthBytes }: BlockPlace): void {
  block.writeUIntLE(offset, at, 6);
  block.writeUInt32LE(lengthBytes, at + 6);
}

function readPlace(block: Buffer, at: number): BlockPlace {
  return { offset: block.readUIntLE(at, 6), lengthBytes: block.readUInt32LE(at + 6) };
}
