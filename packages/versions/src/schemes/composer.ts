/** Packagist. Source: composer/semver, Comparator, on top of PHP's version_compare() (ext/standard/versioning.c). */
import { compareDigits, compareLists, isDigits } from "../ordering.ts";
import { createScheme, type Version } from "../scheme.ts";

/** Parts between dots, as PHP puts the dots in: around hyphens and wherever digits meet letters. */
export interface ComposerVersion extends Version {
  readonly parts: readonly string[];
}

/**
 * PHP's table, in its order: the first entry the part starts with counts. Numbers stand with `#`. PHP knows no upper case
 * but `RC`; Composer does, so versions such as `1.0-BETA2` are ordered as PHP does but never called regular.
 */
const stabilities = [
  ["dev", 0],
  ["a", 1],
  ["b", 2],
  ["RC", 3],
  ["rc", 3],
  ["#", 4],
  ["p", 5],
] as const;
const numberRank = 4;
const unknownRank = -1;

function toRank(part: string): number {
  return isDigits(part) ? numberRank : (stabilities.find(([name]) => part.startsWith(name))?.[1] ?? unknownRank);
}

function parseComposer(text: string): ComposerVersion {
  const dotted = text
    .replace(/^[vV]/, "")
    .replace(/[-_+]/g, ".")
    .replace(/([^0-9.])([0-9])/g, "$1.$2")
    .replace(/([0-9])([^0-9.])/g, "$1.$2");
  const parts = dotted.split(".").filter((part) => part !== "");
  const regular = parts.length > 0 && parts.every((part) => part !== "#" && toRank(part) !== unknownRank);
  return { kind: "version", text, regular, parts };
}

/** Where a version ends the other is newer if it goes on with a number, and otherwise by its stability against none. */
function comparePart(left: string | undefined, right: string | undefined): number {
  if (left === undefined || right === undefined) {
    const longer = left ?? right ?? "";
    const order = isDigits(longer) ? 1 : toRank(longer) - numberRank;
    return left === undefined ? -order : order;
  }
  return isDigits(left) && isDigits(right) ? compareDigits(left, right) : toRank(left) - toRank(right);
}

/** Order of PHP's version_compare. */
export const composer = createScheme<ComposerVersion>({
  id: "composer",
  read: parseComposer,
  compare: (left, right) => compareLists(left.parts, right.parts, comparePart),
});
