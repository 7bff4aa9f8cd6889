/** What a conformance run comes to. */

/** One case on which we and the suite differ. */
export interface CaseFailure {
  readonly input: string;
  readonly expected: string;
  readonly actual: string;
}

/** Outcome of a conformance run. */
export interface CaseCheck {
  readonly total: number;
  readonly wrong: number;
  /** Cases the form itself calls invalid; among `total`. */
  readonly skipped: number;
  /** The first fifty. */
  readonly failures: readonly CaseFailure[];
}

const failuresMax = 50;

/** One comparison. */
export interface Compared {
  readonly input: string;
  readonly expected: string;
  readonly actual: string;
}

/** Adds comparisons up. */
export function countCases(compared: readonly Compared[]): CaseCheck {
  const wrong = compared.filter(({ expected, actual }) => expected !== actual);
  return { total: compared.length, wrong: wrong.length, skipped: 0, failures: wrong.slice(0, failuresMax) };
}
