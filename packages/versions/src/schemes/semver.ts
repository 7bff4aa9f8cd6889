/**
 * Semantic versioning and the ecosystems that bend it a little. Sources: semver.org 2.0.0 §9–11; npm/node-semver
 * "loose" parsing; dart-lang/pub_semver (build metadata takes part in the order); Bitnami's `-N` revisions.
 */
import type { VersionSchemeId } from "@sightline/model";
import { compareDigits, compareLists, compareReleases, compareText, isDigits } from "../ordering.ts";
import { createScheme, type InvalidVersion, toInvalid, type Version, type VersionScheme } from "../scheme.ts";

/** Up to three numbers, then pre-release and build identifiers. */
export interface SemverVersion extends Version {
  readonly release: readonly string[];
  /** Empty for a release. */
  readonly preRelease: readonly string[];
  readonly build: readonly string[];
}

interface SemverOptions {
  readonly id: VersionSchemeId;
  /** What is taken off before reading. */
  readonly clean: (text: string) => string;
  /** Pub alone lets build metadata take part in the order. */
  readonly hasOrderedBuilds?: boolean;
  /** npm alone reads a pre-release without its hyphen, `1.9.0b1`, and means it. */
  readonly hasBarePreReleases?: boolean;
}

const form = /^([0-9]+(?:\.[0-9]+)*)(?:(-)?([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.+_-]*))?$/;

/** Reads one version; shared with `go`, which has pre-releases of its own. */
export function parseSemver(
  original: string,
  text: string,
  hasBarePreReleases = false,
): SemverVersion | InvalidVersion {
  const found = form.exec(text);
  if (found === null) {
    return toInvalid(original, "not a semantic version");
  }
  const [, numbers = "", hyphen, tail, build] = found;
  const release = numbers.split(".");
  // A fourth number on stands for a build: the order does not look at it. Fewer than three are filled up with zeros.
  const preRelease = tail === undefined ? [] : tail.replace(/^\./, "").split(".");
  const isBare = hasBarePreReleases && release.length === 3 && /^[A-Za-z]/.test(tail ?? "");
  const isTailRegular = tail === undefined || hyphen === "-" || isBare;
  const regular = release.length <= 3 && isTailRegular && !preRelease.includes("");
  return {
    kind: "version",
    text: original,
    regular,
    release: release.slice(0, 3),
    preRelease,
    build: build === undefined || build === "" ? [] : build.split("."),
  };
}

/** §11.4: numbers before words, numbers by value, words by their characters; the longer list is newer. */
function compareIdentifier(left: string | undefined, right: string | undefined): number {
  if (left === undefined || right === undefined) {
    return left === right ? 0 : left === undefined ? -1 : 1;
  }
  const leftIsNumber = isDigits(left);
  const rightIsNumber = isDigits(right);
  if (leftIsNumber && rightIsNumber) {
    return compareDigits(left, right);
  }
  if (leftIsNumber !== rightIsNumber) {
    return leftIsNumber ? -1 : 1;
  }
  return compareText(left, right);
}

/** §11: release numbers, then a pre-release before its release, then the identifiers one by one. */
export function compareSemver(left: SemverVersion, right: SemverVersion): number {
  const order = compareReleases(left.release, right.release);
  if (order !== 0) {
    return order;
  }
  if (left.preRelease.length === 0 || right.preRelease.length === 0) {
    return right.preRelease.length - left.preRelease.length;
  }
  return compareLists(left.preRelease, right.preRelease, compareIdentifier);
}

function createSemverScheme(options: SemverOptions): VersionScheme<SemverVersion> {
  return createScheme<SemverVersion>({
    id: options.id,
    read: (text) => parseSemver(text, options.clean(text), options.hasBarePreReleases),
    compare: (left, right) =>
      compareSemver(left, right) ||
      (options.hasOrderedBuilds === true ? compareLists(left.build, right.build, compareIdentifier) : 0),
    // `1.2.3.4` and `1.0.0.beta` are no semantic versions, but their first numbers are beyond doubt.
    differsBeforeIrregular: (left, right) => compareReleases(left.release, right.release) !== 0,
  });
}

function withoutV(text: string): string {
  return text.replace(/^[vV]/, "");
}

/** Plain semantic versions, a leading `v` allowed. */
export const semver = createSemverScheme({ id: "semver", clean: withoutV });

/** npm: pure order, pre-releases included, as advisories are meant; ranges of node-semver would leave them out. */
export const npm = createSemverScheme({
  id: "npm",
  clean: (text) => text.replace(/^[=\s]*[vV]?/, ""),
  hasBarePreReleases: true,
});

/** crates.io. */
export const cargo = createSemverScheme({ id: "cargo", clean: (text) => text });

/** Hex (Erlang, Elixir). */
export const hex = createSemverScheme({ id: "hex", clean: (text) => text });

/** Pub (Dart): as semver, but `1.0.0+2` is newer than `1.0.0+1`. */
export const pub = createSemverScheme({ id: "pub", clean: withoutV, hasOrderedBuilds: true });

/** Bitnami: the last `-N` counts image rebuilds, not versions. */
export const bitnami = createSemverScheme({
  id: "bitnami",
  clean: (text) => withoutV(text).replace(/-[0-9]+$/, ""),
});
