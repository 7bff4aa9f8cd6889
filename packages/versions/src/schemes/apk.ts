/**
 * Alpine, Wolfi and their relatives. Source: apk-tools, doc/apk-package.5 "pkgver" and src/version.c: the order of apk 3,
 * together with the digits after the letter (`6.6.2p1`) that apk 2 knew and older branches are full of.
 */
import { compareDigits, compareText } from "../ordering.ts";
import { createScheme, type Version } from "../scheme.ts";

/**
 * What may follow at one place of a version, from the oldest to the newest: a suffix of a pre-release, text apk does not
 * understand, the end, and so on. Two versions are ordered by the first place at which they differ.
 */
const ranks = {
  preRelease: 0,
  unreadable: 1,
  end: 2,
  revision: 3,
  commit: 4,
  suffixNumber: 5,
  postRelease: 6,
  letter: 7,
  number: 8,
} as const;

interface Token {
  readonly rank: number;
  readonly value: string;
}

/** Tokens in the order written, the end included. */
export interface ApkVersion extends Version {
  readonly tokens: readonly Token[];
}

/** Suffixes from oldest to newest, with a release without suffix between `rc` and `cvs`. */
const preReleases = ["alpha", "beta", "pre", "rc"];
const postReleases = ["cvs", "svn", "git", "hg", "p"];

/** Grammar pieces in the order apk reads them; each is anchored, so reading stays linear. */
const pieces = {
  number: /[0-9]*/y,
  letter: /([a-z])([0-9]*)/y,
  suffix: /_([a-z]+)([0-9]*)/y,
  commit: /~([0-9a-f]+)/y,
  revision: /-r([0-9]*)(?=$|-)/y,
};

function readPiece(piece: RegExp, text: string, at: number): RegExpExecArray | null {
  piece.lastIndex = at;
  return piece.exec(text);
}

/** `1.2.3` and the forms apk tolerates around it: an empty number counts as unreadable but reading goes on. */
function readNumbers(text: string, tokens: Token[]): number {
  let at = 0;
  for (;;) {
    const digits = readPiece(pieces.number, text, at)?.[0] ?? "";
    tokens.push(digits === "" ? { rank: ranks.unreadable, value: "" } : { rank: ranks.number, value: digits });
    at += digits.length;
    if (text[at] !== ".") {
      return at;
    }
    at += 1;
  }
}

function readLetter(text: string, from: number, tokens: Token[]): number {
  const found = readPiece(pieces.letter, text, from);
  if (found === null) {
    return from;
  }
  tokens.push({ rank: ranks.letter, value: found[1] ?? "" });
  if (found[2] !== undefined && found[2] !== "") {
    tokens.push({ rank: ranks.number, value: found[2] });
  }
  return from + found[0].length;
}

function toSuffix(name: string): Token | undefined {
  const before = preReleases.indexOf(name);
  if (before !== -1) {
    return { rank: ranks.preRelease, value: String(before) };
  }
  const after = postReleases.indexOf(name);
  return after === -1 ? undefined : { rank: ranks.postRelease, value: String(after) };
}

function readSuffixes(text: string, from: number, tokens: Token[]): number {
  let at = from;
  for (;;) {
    const found = readPiece(pieces.suffix, text, at);
    const suffix = toSuffix(found?.[1] ?? "");
    if (found === null || suffix === undefined) {
      return at;
    }
    tokens.push(suffix);
    if (found[2] !== undefined && found[2] !== "") {
      tokens.push({ rank: ranks.suffixNumber, value: found[2] });
    }
    at += found[0].length;
  }
}

function readTail(text: string, from: number, tokens: Token[]): number {
  let at = from;
  const commit = readPiece(pieces.commit, text, at);
  if (commit !== null) {
    tokens.push({ rank: ranks.commit, value: commit[1] ?? "" });
    at += commit[0].length;
  }
  const revision = readPiece(pieces.revision, text, at);
  if (revision !== null) {
    tokens.push({ rank: ranks.revision, value: revision[1] ?? "" });
    at += revision[0].length;
  }
  return at;
}

function parseApk(text: string): ApkVersion {
  const tokens: Token[] = [];
  const afterNumbers = readNumbers(text, tokens);
  const afterLetter = readLetter(text, afterNumbers, tokens);
  const afterSuffixes = readSuffixes(text, afterLetter, tokens);
  const end = readTail(text, afterSuffixes, tokens);
  const isWhole = end === text.length && !text.endsWith("-r");
  tokens.push({ rank: end === text.length ? ranks.end : ranks.unreadable, value: "" });
  const regular = isWhole && tokens.every((token) => token.rank !== ranks.unreadable);
  return { kind: "version", text, regular, tokens };
}

/** A number other than the first that starts with 0 is a fraction, as in Gentoo: both are compared as text. */
function compareValues(left: Token, right: Token, position: number): number {
  switch (left.rank) {
    case ranks.number:
      return position > 0 && (left.value.startsWith("0") || right.value.startsWith("0"))
        ? compareText(left.value, right.value)
        : compareDigits(left.value, right.value);
    case ranks.revision:
    case ranks.suffixNumber:
      return compareDigits(left.value, right.value);
    default:
      return compareText(left.value, right.value);
  }
}

/** The first place at which two versions differ, and how; `undefined` when they do not. */
function findDifference(
  left: ApkVersion,
  right: ApkVersion,
): { readonly order: number; readonly a: Token; readonly b: Token } | undefined {
  const length = Math.min(left.tokens.length, right.tokens.length);
  for (let position = 0; position < length; position += 1) {
    const a = left.tokens[position];
    const b = right.tokens[position];
    if (a === undefined || b === undefined) {
      break;
    }
    const order = a.rank - b.rank || compareValues(a, b, position);
    if (order !== 0) {
      return { order, a, b };
    }
  }
  // Every list ends in its only end mark, so lists that agree so far are equally long.
  return undefined;
}

/** Order of apk: numbers, letter, suffixes, commit, revision; the first difference decides. */
export const apk = createScheme<ApkVersion>({
  id: "apk",
  read: parseApk,
  compare: (left, right) => findDifference(left, right)?.order ?? 0,
  // secdb holds a few `1.34.0_r0` and `4.10-1-r1`: what stands before the fault still tells older from newer.
  differsBeforeIrregular: (left, right) => {
    const difference = findDifference(left, right);
    return difference !== undefined && difference.a.rank !== ranks.unreadable && difference.b.rank !== ranks.unreadable;
  },
});
