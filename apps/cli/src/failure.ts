/** How an error is told to the person at the terminal: code, subject, what failed, what to do next. */
import { DomainError, type Problem } from "@sightline/model";
import { paint, toPrintable } from "@sightline/report";
import type { Terminal } from "./terminal.ts";

/** The failure in at most four lines; an error that is none of ours is told whole, since it is our bug. */
export function formatFailure(error: unknown, terminal: Terminal): string {
  const surface = { colour: terminal.colour };
  const head = paint("error", "critical", surface);
  if (error instanceof DomainError) {
    return formatProblemLines(error.toProblem(), head);
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${head}  This is a bug in Sightline; report it with the lines below.\n${text}\n`;
}

function formatProblemLines(problem: Problem, head: string): string {
  const lines = [
    `${head}  ${problem.code}  ${toPrintable(problem.subject)}`,
    `       ${toPrintable(problem.message)}`,
    `next   ${toPrintable(problem.next)}`,
  ];
  return `${lines.join("\n")}\n`;
}
