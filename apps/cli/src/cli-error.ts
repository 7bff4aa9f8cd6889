/** Failures of the command line itself. */
import { DomainError } from "@sightline/model";
import { cliErrorCodes } from "./error-codes.data.ts";

/** Codes of {@link CliError}. */
export type CliErrorCode = keyof typeof cliErrorCodes;

/** What was asked for on the command line cannot be done as written. */
export class CliError extends DomainError<CliErrorCode> {}

/** The error for a code, with the table's next step. */
export function toCliError(code: CliErrorCode, subject: string, message: string, cause?: unknown): CliError {
  const problem = { code, subject, message, next: cliErrorCodes[code].next };
  return new CliError(problem, cause === undefined ? {} : { cause });
}
