/** What every ecosystem's version order offers, and the one way to build it. */
import type { VersionSchemeId } from "@sightline/model";

/** Longest version text any scheme reads; longer text is no version but an attack or a mistake. */
export const versionLengthMax = 512;

/** Texts a scheme remembers: the same few thousand fixed versions stand in tens of thousands of advisories. */
const parsedBeforeMax = 20_000;

/** A version some scheme has read. Only the scheme that made it may order it. */
export interface Version {
  readonly kind: "version";
  /** As given, blanks around it removed. */
  readonly text: string;
  /**
   * Within the ecosystem's own grammar. `false` where only the native tool's leniency gives such text a place in the
   * order: good enough to sort, not good enough to call a package safe.
   */
  readonly regular: boolean;
}

/** Text in which the scheme sees no version. A value, not an error: feeds and package metadata are full of them. */
export interface InvalidVersion {
  readonly kind: "invalid";
  readonly text: string;
  /** One phrase without a full stop, `the epoch is not a number`. */
  readonly reason: string;
}

/**
 * The order of one ecosystem's versions. `compare` is a total preorder over everything `parse` accepts: negative when
 * `left` is older, 0 when both stand for the same release, positive when `left` is newer.
 *
 * Members are methods on purpose: that lets schemes with their own parsed shape stand in one list.
 */
export interface VersionScheme<Parsed extends Version = Version> {
  readonly id: VersionSchemeId;
  /** Never throws, whatever the text. */
  parse(text: string): Parsed | InvalidVersion;
  compare(left: Parsed, right: Parsed): number;
  /** Whether the text is within the ecosystem's own grammar. */
  isValid(text: string): boolean;
  /**
   * Whether `compare` may be relied on for a statement about safety: both versions are regular, or they differ before
   * the place from which one of them is not.
   */
  isDecided(left: Parsed, right: Parsed): boolean;
  /**
   * Whether `version` is `release` rebuilt downstream (PEP 440 local versions): the order puts it after the release, but
   * a statement about the release holds for it too.
   */
  isRebuildOf(version: Parsed, release: Parsed): boolean;
}

/** What a scheme's file has to say; {@link createScheme} adds what is the same for all. */
export interface SchemeDefinition<Parsed extends Version> {
  readonly id: VersionSchemeId;
  /** Gets text without blanks around it, neither empty nor longer than {@link versionLengthMax}. */
  readonly read: (text: string) => Parsed | InvalidVersion;
  readonly compare: (left: Parsed, right: Parsed) => number;
  /** Asked only where one of the two is not regular; by default nothing is decided then. */
  readonly differsBeforeIrregular?: (left: Parsed, right: Parsed) => boolean;
  readonly isRebuildOf?: (version: Parsed, release: Parsed) => boolean;
}

/** A scheme from its definition: bounds the text, refuses the empty one, derives `isValid`. */
export function createScheme<Parsed extends Version>(definition: SchemeDefinition<Parsed>): VersionScheme<Parsed> {
  const { id, read, compare } = definition;
  const isRebuildOf = definition.isRebuildOf ?? (() => false);
  const differsBeforeIrregular = definition.differsBeforeIrregular ?? (() => false);
  const parsedBefore = new Map<string, Parsed | InvalidVersion>();
  function parse(text: string): Parsed | InvalidVersion {
    if (text.length > versionLengthMax) {
      return toInvalid(text.slice(0, 64), `longer than ${versionLengthMax} characters`);
    }
    const known = parsedBefore.get(text);
    if (known !== undefined) {
      return known;
    }
    const trimmed = text.trim();
    const parsed = trimmed === "" ? toInvalid(text, "empty") : read(trimmed);
    if (parsedBefore.size >= parsedBeforeMax) {
      parsedBefore.clear();
    }
    parsedBefore.set(text, parsed);
    return parsed;
  }
  function isValid(text: string): boolean {
    const parsed = parse(text);
    return parsed.kind === "version" && parsed.regular;
  }
  function isDecided(left: Parsed, right: Parsed): boolean {
    return (left.regular && right.regular) || differsBeforeIrregular(left, right);
  }
  return { id, parse, compare, isValid, isDecided, isRebuildOf };
}

/** The refusal of a text, with its reason. */
export function toInvalid(text: string, reason: string): InvalidVersion {
  return { kind: "invalid", text, reason };
}
