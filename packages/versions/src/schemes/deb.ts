/** Debian and Ubuntu. Source: Debian Policy 5.6.12 "Version"; dpkg, lib/dpkg/{version,parsehelp}.c for the corner cases. */
import { createScheme, type InvalidVersion, toInvalid, type Version } from "../scheme.ts";

/** `[epoch:]upstream[-revision]`; an absent epoch is 0, an absent revision the empty text. */
export interface DebVersion extends Version {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

/** dpkg keeps the epoch in a C int. */
const epochMax = 2_147_483_647;

const tilde = 126;

function parseDeb(text: string): DebVersion | InvalidVersion {
  if (/\s/.test(text)) {
    return toInvalid(text, "blanks inside");
  }
  const colon = text.indexOf(":");
  const epochText = colon === -1 ? "0" : text.slice(0, colon);
  if (!/^\+?[0-9]+$/.test(epochText) || Number(epochText) > epochMax) {
    return toInvalid(text, "the epoch is not a number dpkg can hold");
  }
  const rest = text.slice(colon + 1);
  const hyphen = rest.lastIndexOf("-");
  const upstream = hyphen === -1 ? rest : rest.slice(0, hyphen);
  const revision = hyphen === -1 ? "" : rest.slice(hyphen + 1);
  if (upstream === "" || (hyphen !== -1 && revision === "")) {
    return toInvalid(text, upstream === "" ? "no upstream version" : "nothing after the last hyphen");
  }
  // dpkg warns of other characters and of a first character that is no digit, and orders such versions all the same.
  const regular = /^[A-Za-z0-9.+~:-]+$/.test(upstream) && /^[A-Za-z0-9.+~]*$/.test(revision);
  return { kind: "version", text, regular, epoch: Number(epochText), upstream, revision };
}

function isDigitCode(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Weight of a character in the part without digits: `~` before the end, the end before letters, letters before the rest. */
function toWeight(text: string, index: number): number {
  if (index >= text.length) {
    return 0;
  }
  const code = text.charCodeAt(index);
  if (isDigitCode(code)) {
    return 0;
  }
  if (code === tilde) {
    return -1;
  }
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return isLetter ? code : code + 256;
}

function skipZeros(text: string, from: number): number {
  let index = from;
  while (text.charCodeAt(index) === 48) {
    index += 1;
  }
  return index;
}

function skipDigits(text: string, from: number): number {
  let index = from;
  while (isDigitCode(text.charCodeAt(index))) {
    index += 1;
  }
  return index;
}

/** Policy's comparison of one part: alternately a stretch without digits, by weight, and a number. */
function comparePart(left: string, right: string): number {
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    while (
      (i < left.length && !isDigitCode(left.charCodeAt(i))) ||
      (j < right.length && !isDigitCode(right.charCodeAt(j)))
    ) {
      const order = toWeight(left, i) - toWeight(right, j);
      if (order !== 0) {
        return order;
      }
      i += 1;
      j += 1;
    }
    i = skipZeros(left, i);
    j = skipZeros(right, j);
    const leftEnd = skipDigits(left, i);
    const rightEnd = skipDigits(right, j);
    if (leftEnd - i !== rightEnd - j) {
      return leftEnd - i - (rightEnd - j);
    }
    for (; i < leftEnd; i += 1, j += 1) {
      const order = left.charCodeAt(i) - right.charCodeAt(j);
      if (order !== 0) {
        return order;
      }
    }
  }
  return 0;
}

/** Order of dpkg: epoch as a number, then upstream version, then revision. */
export const deb = createScheme<DebVersion>({
  id: "deb",
  read: parseDeb,
  compare: (left, right) =>
    left.epoch - right.epoch ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision),
});
