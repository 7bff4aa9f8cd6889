/** Failures of the advisory database, thrown: it cannot be built or cannot be used. */
import { DomainError, type ProblemDetails } from "@sightline/model";
import { vulndbErrorCodes } from "./error-codes.data.ts";

/** Codes of {@link VulndbError}; each has its cause and next step in the package's registry of codes. */
export type VulndbErrorCode = keyof typeof vulndbErrorCodes;

/** The advisory database could not be built or cannot be used. `next` says how to build it again. */
export class VulndbError extends DomainError<VulndbErrorCode> {}

/** The failure as an error to throw. `subject` is the file or folder it happened to. */
export function toVulndbError(failure: {
  readonly code: VulndbErrorCode;
  readonly subject: string;
  readonly message: string;
  readonly cause?: unknown;
  readonly details?: ProblemDetails;
}): VulndbError {
  const { code, subject, message, cause, details = {} } = failure;
  return new VulndbError({ code, subject, message, next: vulndbErrorCodes[code].next }, { cause, details });
}

/**
 * Whether the machine or a file failed, rather than our own code: errors of the file system and of zlib carry an
 * `errno`, those of other rooms are domain errors. Anything else is a fault of the program and must not be dressed up.
 */
export function isOperatingFailure(error: unknown): boolean {
  return error instanceof DomainError || (error instanceof Error && "errno" in error);
}
