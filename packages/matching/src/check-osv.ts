/** Runs suites of "does this version fall into this OSV record": JSON lines `{ecosystem, name, version, advisory, affected}`. */
import type { Advisory } from "@sightline/model";
import { type CaseOutcome, type ConformanceCheck, checkJsonLines } from "@sightline/versions";
import { matchPackage } from "./match-package.ts";

/** What the `advisory` of a row came to: a record, one that is not to be matched (withdrawn), or nothing readable. */
export type AdvisoryReading =
  | { readonly kind: "advisory"; readonly advisory: Advisory }
  | { readonly kind: "dropped"; readonly reason: string }
  | { readonly kind: "unreadable"; readonly reason: string };

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/**
 * Checks JSON lines. `readAdvisory` gets the row's `advisory`: a record as published, or the id of one in a database. An
 * answer of `unknown` counts as wrong: the suite asks for a decision.
 */
export function checkOsvLines(text: string, readAdvisory: (advisory: unknown) => AdvisoryReading): ConformanceCheck {
  return checkJsonLines(text, (row, line): CaseOutcome => {
    const fields: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(row));
    const subject = {
      ecosystem: toText(fields["ecosystem"]),
      name: toText(fields["name"]),
      version: toText(fields["version"]),
    };
    const input = `${subject.ecosystem} ${subject.name} ${subject.version}`;
    if (typeof fields["affected"] !== "boolean" || subject.ecosystem === "" || subject.name === "") {
      return {
        input: line,
        expected: "a row {ecosystem, name, version, advisory, affected}",
        actual: "a row of another form",
      };
    }
    const expected = fields["affected"] ? "affected" : "not-affected";
    const reading = readAdvisory(fields["advisory"]);
    if (reading.kind === "unreadable") {
      return { input, expected, actual: `unreadable advisory: ${reading.reason}` };
    }
    const outcome =
      reading.kind === "advisory"
        ? matchPackage(subject, reading.advisory)
        : { kind: "not-affected" as const, reason: reading.reason };
    return outcome.kind === expected ? "right" : { input, expected, actual: `${outcome.kind}: ${outcome.reason}` };
  });
}
