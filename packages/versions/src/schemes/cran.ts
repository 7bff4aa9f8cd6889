/** CRAN (R) and, by the same rule, Hackage. Source: R manual, `package_version`; Haskell, Data.Version. */
import { compareDigits, compareLists } from "../ordering.ts";
import { createScheme, type InvalidVersion, toInvalid, type Version } from "../scheme.ts";

/** Numbers; `.` and `-` separate alike. */
export interface CranVersion extends Version {
  readonly numbers: readonly string[];
}

function parseCran(text: string): CranVersion | InvalidVersion {
  return /^[0-9]+(?:[.-][0-9]+)*$/.test(text)
    ? { kind: "version", text, regular: true, numbers: text.split(/[.-]/) }
    : toInvalid(text, "not numbers between dots and hyphens");
}

function compareNumber(left: string | undefined, right: string | undefined): number {
  if (left === undefined || right === undefined) {
    return left === right ? 0 : left === undefined ? -1 : 1;
  }
  return compareDigits(left, right);
}

/** Order of `package_version`: number by number, the longer list is newer. */
export const cran = createScheme<CranVersion>({
  id: "cran",
  read: parseCran,
  compare: (left, right) => compareLists(left.numbers, right.numbers, compareNumber),
});
