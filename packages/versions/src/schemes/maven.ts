/** Maven. Source: Maven 3.8, ComparableVersion (maven-artifact); maven.apache.org/pom.html#Version_Order_Specification. */
import { compareDigits, compareText } from "../ordering.ts";
import { createScheme, type Version } from "../scheme.ts";

/** A number, a qualifier or the list a hyphen opens. */
type Item =
  | { readonly kind: "number"; readonly digits: string }
  | { readonly kind: "qualifier"; readonly name: string }
  | { readonly kind: "list"; readonly items: readonly Item[] };

export interface MavenVersion extends Version {
  readonly items: readonly Item[];
}

/** Known qualifiers from oldest to newest; the empty one is the release. Unknown ones come after, in alphabetical order. */
const qualifiers = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
const releaseRank = qualifiers.indexOf("");
const aliases: ReadonlyMap<string, string> = new Map([
  ["ga", ""],
  ["final", ""],
  ["release", ""],
  ["cr", "rc"],
]);
const shortForms: ReadonlyMap<string, string> = new Map([
  ["a", "alpha"],
  ["b", "beta"],
  ["m", "milestone"],
]);

/** How deep hyphens and changes between digits and letters may nest lists; real versions need five. */
const depthMax = 64;

function toQualifier(word: string, isBeforeDigit: boolean): Item {
  const name = (isBeforeDigit ? shortForms.get(word) : undefined) ?? word;
  return { kind: "qualifier", name: aliases.get(name) ?? name };
}

/** The places where Maven cuts: dots and hyphens, and between digits and other characters. */
function splitVersion(text: string): readonly string[] {
  return text.toLowerCase().match(/[0-9]+|[^0-9.-]+|[.-]/g) ?? [];
}

function toItem(piece: string, next: string | undefined): Item {
  return /^[0-9]/.test(piece)
    ? { kind: "number", digits: piece }
    : toQualifier(piece, next !== undefined && /^[0-9]/.test(next));
}

function isNull(item: Item): boolean {
  switch (item.kind) {
    case "number":
      return /^0*$/.test(item.digits);
    case "qualifier":
      return item.name === "";
    case "list":
      return item.items.length === 0;
  }
}

/** Drops what stands for nothing from the end, up to the first item that stands for something; lists are passed over. */
function normalize(items: readonly Item[]): readonly Item[] {
  const kept = [...items];
  for (let index = kept.length - 1; index >= 0; index -= 1) {
    const item = kept[index];
    if (item !== undefined && isNull(item)) {
      kept.splice(index, 1);
    } else if (item?.kind !== "list") {
      break;
    }
  }
  return kept;
}

/** Reads pieces from `from` into one list; a hyphen, or digits meeting letters, continues in a list inside it. */
function readList(pieces: readonly string[], from: number, depth: number): readonly Item[] {
  const items: Item[] = [];
  let mayBeEmpty = true;
  for (let index = from; index < pieces.length; index += 1) {
    const piece = pieces[index] ?? "";
    const next = pieces[index + 1];
    if (piece !== "." && piece !== "-") {
      items.push(toItem(piece, next));
      mayBeEmpty = false;
      const opensList = next !== undefined && next !== "." && next !== "-";
      if (opensList && depth < depthMax) {
        items.push({ kind: "list", items: readList(pieces, index + 1, depth + 1) });
        break;
      }
      continue;
    }
    if (mayBeEmpty) {
      items.push({ kind: "number", digits: "0" });
    }
    mayBeEmpty = true;
    if (piece === "-" && depth < depthMax) {
      items.push({ kind: "list", items: readList(pieces, index + 1, depth + 1) });
      break;
    }
  }
  return normalize(items);
}

function compareQualifiers(left: string, right: string): number {
  const a = qualifiers.indexOf(left);
  const b = qualifiers.indexOf(right);
  if (a !== -1 && b !== -1) {
    return a - b;
  }
  return a === b ? compareText(left, right) : a === -1 ? 1 : -1;
}

/** Order of an item against nothing, as when the other version has ended. */
function compareToNothing(item: Item): number {
  switch (item.kind) {
    case "number":
      return isNull(item) ? 0 : 1;
    case "qualifier": {
      const rank = qualifiers.indexOf(item.name);
      return rank === -1 ? 1 : rank - releaseRank;
    }
    case "list":
      return item.items.map(compareToNothing).find((order) => order !== 0) ?? 0;
  }
}

const kindRank = { qualifier: 0, list: 1, number: 2 } as const;

function compareItem(left: Item, right: Item): number {
  if (left.kind === "number" && right.kind === "number") {
    return compareDigits(left.digits, right.digits);
  }
  if (left.kind === "qualifier" && right.kind === "qualifier") {
    return compareQualifiers(left.name, right.name);
  }
  if (left.kind === "list" && right.kind === "list") {
    return compareItems(left.items, right.items);
  }
  return kindRank[left.kind] - kindRank[right.kind];
}

function compareItems(left: readonly Item[], right: readonly Item[]): number {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left[index];
    const b = right[index];
    const order =
      a === undefined
        ? -(b === undefined ? 0 : compareToNothing(b))
        : b === undefined
          ? compareToNothing(a)
          : compareItem(a, b);
    if (order !== 0) {
      return order;
    }
  }
  return 0;
}

/** Order of Maven 3.8. */
export const maven = createScheme<MavenVersion>({
  id: "maven",
  read: (text) => ({ kind: "version", text, regular: true, items: readList(splitVersion(text), 0, 0) }),
  compare: (left, right) => compareItems(left.items, right.items),
});
