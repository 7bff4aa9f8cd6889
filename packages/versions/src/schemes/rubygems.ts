/** RubyGems. Source: rubygems, lib/rubygems/version.rb (`Gem::Version`) and platform.rb for the suffixes that are cut off. */
import { compareDigits, compareLists, compareText, isDigits } from "../ordering.ts";
import { createScheme, type InvalidVersion, toInvalid, type Version } from "../scheme.ts";

/** Numbers and words, zeros at the end of the numbers and of the whole dropped. */
export interface GemVersion extends Version {
  readonly segments: readonly string[];
}

const form = /^[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
/** What `Gem::Version` refuses to build but other tools order by its rules, `1beta`. */
const looseForm = /^[0-9][0-9A-Za-z.-]*$/;
const platform =
  /-(?:x86_64|x86|x64|i[3-6]86|amd64|arm[0-9a-z]*|aarch64|universal|java|jruby|dalvik|powerpc[0-9a-z]*|ppc[0-9a-z]*|s390x?|riscv64|sparc|mswin[0-9]*|mingw[0-9]*)(?:-.*)?$/;

function withoutTrailingZeros(segments: readonly string[]): readonly string[] {
  let length = segments.length;
  while (length > 0 && /^0+$/.test(segments[length - 1] ?? "")) {
    length -= 1;
  }
  return segments.slice(0, length);
}

function parseGem(text: string): GemVersion | InvalidVersion {
  const version = text.replace(platform, "");
  const regular = form.test(version);
  if (!regular && !looseForm.test(version)) {
    return toInvalid(text, "not a version by RubyGems");
  }
  const all = version.replaceAll("-", ".pre.").match(/[0-9]+|[a-zA-Z]+/g) ?? [];
  const firstWord = all.findIndex((segment) => !isDigits(segment));
  const split = firstWord === -1 ? all.length : firstWord;
  const segments = [...withoutTrailingZeros(all.slice(0, split)), ...withoutTrailingZeros(all.slice(split))];
  return { kind: "version", text, regular, segments };
}

/** A word is older than any number; what one list lacks counts as 0. */
function compareSegment(left = "0", right = "0"): number {
  const leftIsNumber = isDigits(left);
  const rightIsNumber = isDigits(right);
  if (leftIsNumber !== rightIsNumber) {
    return leftIsNumber ? 1 : -1;
  }
  return leftIsNumber ? compareDigits(left, right) : compareText(left, right);
}

/** Order of `Gem::Version`. */
export const rubygems = createScheme<GemVersion>({
  id: "rubygems",
  read: parseGem,
  compare: (left, right) => compareLists(left.segments, right.segments, compareSegment),
});
