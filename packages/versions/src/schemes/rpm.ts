/** RPM. Source: rpm, rpmio/rpmvercmp.c and docs/man/rpm-version.7; lib/rpmver.c for the splitting of `epoch:version-release`. */
import { compareDigits, compareText } from "../ordering.ts";
import { createScheme, type Version } from "../scheme.ts";

/** `[epoch:]version[-release]`. An absent epoch is 0: feeds write `0:` or nothing for the same thing. */
export interface RpmVersion extends Version {
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

function parseRpm(text: string): RpmVersion {
  // Only digits make an epoch; any other colon is part of the version.
  const epoch = /^([0-9]*):/.exec(text);
  const rest = epoch === null ? text : text.slice(epoch[0].length);
  const hyphen = rest.lastIndexOf("-");
  const version = hyphen === -1 ? rest : rest.slice(0, hyphen);
  const release = hyphen === -1 ? undefined : rest.slice(hyphen + 1);
  const regular = /^[A-Za-z0-9._+~^]+$/.test(version) && (release === undefined || /^[A-Za-z0-9._+~^]+$/.test(release));
  return { kind: "version", text, regular, epoch: epoch?.[1] ?? "", version, release };
}

const segment = /[0-9]+|[A-Za-z]+|[~^]/g;

/** A tilde is older than the end, a caret newer; a number is newer than a word, a word newer than the end. */
function toRank(piece: string | undefined): number {
  if (piece === undefined) {
    return 1;
  }
  if (piece === "~") {
    return 0;
  }
  if (piece === "^") {
    return 2;
  }
  return /^[0-9]/.test(piece) ? 4 : 3;
}

/** rpmvercmp: everything that is neither letter, digit, `~` nor `^` only separates. */
function comparePart(left: string, right: string): number {
  if (left === right) {
    return 0;
  }
  const a = left.match(segment) ?? [];
  const b = right.match(segment) ?? [];
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const rank = toRank(a[index]);
    const order = rank - toRank(b[index]);
    if (order !== 0) {
      return order;
    }
    const value =
      rank === 4 ? compareDigits(a[index] ?? "", b[index] ?? "") : compareText(a[index] ?? "", b[index] ?? "");
    if (value !== 0) {
      return value;
    }
  }
  return 0;
}

function compareRelease(left: string | undefined, right: string | undefined): number {
  if (left === undefined || right === undefined) {
    return left === right ? 0 : left === undefined ? -1 : 1;
  }
  return comparePart(left, right);
}

/** Order of rpm: epoch, version, release; a version without release is older than any with one. */
export const rpm = createScheme<RpmVersion>({
  id: "rpm",
  read: parseRpm,
  compare: (left, right) =>
    compareDigits(left.epoch, right.epoch) ||
    comparePart(left.version, right.version) ||
    compareRelease(left.release, right.release),
});
