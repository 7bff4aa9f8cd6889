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

const textLengthBytes = 4;

/**
 * The block of an advisory: length of its JSON, the JSON as {@link toAdvisoryText} made it, places of its affected
 * entries, one for each package. A lookup by package needs only the JSON, which a notice of a hundred packages
 * would otherwise make it pay for.
 */
export function toAdvisoryBlock(text: Buffer, affected: readonly BlockPlace[]): Buffer {
  const block = Buffer.allocUnsafe(textLengthBytes + text.length + affected.length * placeBytes);
  block.writeUInt32LE(text.length);
  text.copy(block, textLengthBytes);
  for (const [index, place] of affected.entries()) {
    writePlace(block, textLengthBytes + text.length + index * placeBytes, place);
  }
  return block;
}

/** The advisory of a block, without its affected entries. */
export function parseAdvisoryBlock(block: Buffer): Omit<Advisory, "affected"> {
  return parseAdvisoryText(block.subarray(textLengthBytes, textLengthBytes + block.readUInt32LE()));
}

/** Places of the affected entries of a block's advisory. */
export function parseAffectedPlaces(block: Buffer): readonly BlockPlace[] {
  const places: BlockPlace[] = [];
  for (let at = textLengthBytes + block.readUInt32LE(); at + placeBytes <= block.length; at += placeBytes) {
    places.push(readPlace(block, at));
  }
  return places;
}

export function toAdvisoryText(advisory: Omit<Advisory, "affected">): Buffer {
  return Buffer.from(JSON.stringify(advisory));
}

export function parseAdvisoryText(text: Buffer): Omit<Advisory, "affected"> {
  return JSON.parse(text.toString("utf8")) as Omit<Advisory, "affected">;
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

const placeBytes = 10;
export const postingBytes = 2 * placeBytes;

/** Writes the posting with this number into a block of postings. */
export function writePosting(block: Buffer, number: number, { advisory, affected }: Posting): void {
  writePlace(block, number * postingBytes, advisory);
  writePlace(block, number * postingBytes + placeBytes, affected);
}

export function parsePostingsBlock(block: Buffer): readonly Posting[] {
  const postings: Posting[] = [];
  for (let at = 0; at + postingBytes <= block.length; at += postingBytes) {
    postings.push({ advisory: readPlace(block, at), affected: readPlace(block, at + placeBytes) });
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
