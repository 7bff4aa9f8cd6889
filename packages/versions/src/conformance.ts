/** What a run of other people's cases over our code comes to; shared by every `lab` command that counts cases. */

/** One case on which we and the suite differ. */
export interface ConformanceFailure {
  readonly input: string;
  readonly expected: string;
  readonly actual: string;
}

/** Counts of a run. `skipped` cases are among `total`: the form itself calls them invalid. */
export interface ConformanceCheck {
  readonly total: number;
  readonly wrong: number;
  readonly skipped: number;
  /** The first fifty. */
  readonly failures: readonly ConformanceFailure[];
}

/** Outcome of one case. */
export type CaseOutcome = "right" | "skipped" | ConformanceFailure;

const failuresMax = 50;

/** Counts outcomes, keeping the first fifty failures. */
export function collectOutcomes(outcomes: Iterable<CaseOutcome>): ConformanceCheck {
  let total = 0;
  let wrong = 0;
  let skipped = 0;
  const failures: ConformanceFailure[] = [];
  for (const outcome of outcomes) {
    total += 1;
    if (outcome === "skipped") {
      skipped += 1;
    } else if (outcome !== "right") {
      wrong += 1;
      failures.push(...(failures.length < failuresMax ? [outcome] : []));
    }
  }
  return { total, wrong, skipped, failures };
}

/** One case per line: what `checkLine` answers for each trimmed line, `undefined` for lines that are no cases. */
export function checkLines(text: string, checkLine: (line: string) => CaseOutcome | undefined): ConformanceCheck {
  return collectOutcomes(
    text
      .split("\n")
      .values()
      .map((line) => checkLine(line.trim()))
      .filter((outcome) => outcome !== undefined),
  );
}

/** One case per line of JSON: hands over the object of each line; a line that is no JSON object is a failed case. */
export function checkJsonLines(text: string, checkRow: (row: object, line: string) => CaseOutcome): ConformanceCheck {
  return checkLines(text, (line) => {
    if (line === "") {
      return undefined;
    }
    try {
      const row: unknown = JSON.parse(line);
      return typeof row === "object" && row !== null
        ? checkRow(row, line)
        : { input: line, expected: "a JSON object", actual: typeof row };
    } catch (error) {
      return { input: line, expected: "a JSON object", actual: error instanceof Error ? error.message : "not JSON" };
    }
  });
}
