/** Failures of archives, thrown (the whole archive is unusable) or kept as problems (one entry is). */
import { DomainError, type Problem } from "@sightline/model";
import { platformErrorCodes } from "../error-codes.data.ts";

/** Codes of this module; each has its cause and next step in the package's registry of codes. */
export type ArchiveErrorCode = Extract<keyof typeof platformErrorCodes, `archive.${string}`>;

/** An archive that could not be used at all. Nothing a visitor saw of it may be kept. */
export class ArchiveError extends DomainError<ArchiveErrorCode> {}

/** The failure as a value. `subject` is the entry's path, or the archive's name where no entry is to blame. */
export function toArchiveProblem(code: ArchiveErrorCode, subject: string, message: string): Problem {
  return { code, subject, message, next: platformErrorCodes[code].next };
}

/** The failure as an error to throw. */
export function toArchiveError(failure: {
  readonly code: ArchiveErrorCode;
  readonly subject: string;
  readonly message: string;
  readonly cause?: unknown;
}): ArchiveError {
  const { code, subject, message, cause } = failure;
  return new ArchiveError({ code, subject, message, next: platformErrorCodes[code].next }, { cause });
}

/** Problems gathered up to a bound; past it they are only counted, so that a hostile archive cannot fill the memory. */
export interface ProblemCollector {
  add(problem: Problem): void;
  toProblems(): readonly Problem[];
}

/** A collector that keeps `problemsMax` problems and one more that says how many were left out. */
export function createProblemCollector(problemsMax: number): ProblemCollector {
  const kept: Problem[] = [];
  let leftOut = 0;
  let last: Problem | undefined;
  return {
    add(problem) {
      if (kept.length < problemsMax) {
        kept.push(problem);
      } else {
        leftOut += 1;
        last = problem;
      }
    },
    toProblems() {
      if (last === undefined) {
        return kept;
      }
      const message = `${last.message} (${leftOut} further problems are not listed)`;
      return [...kept, { ...last, message }];
    },
  };
}
