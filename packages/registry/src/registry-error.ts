/** What can go wrong between an image's name and its bytes. */
import { DomainError, type Problem, type ProblemDetails } from "@sightline/model";
import { registryErrorCodes } from "./error-codes.data.ts";

/** Codes of {@link RegistryError}. */
export type RegistryErrorCode = keyof typeof registryErrorCodes;

/** An image, a repository or a registry that cannot be read. Network failures come through as platform's HttpError. */
export class RegistryError extends DomainError<RegistryErrorCode> {}

/** What happened to what. */
export interface RegistryFailure {
  readonly code: RegistryErrorCode;
  readonly subject: string;
  /** What failed, a sentence without its full stop; the subject is put in front. */
  readonly reason: string;
}

/** The failure as an error whose next step is the one its code names. */
export function toRegistryError(
  failure: RegistryFailure,
  context: { readonly cause?: unknown; readonly details?: ProblemDetails } = {},
): RegistryError {
  return new RegistryError(toRegistryProblem(failure), context);
}

/** The failure as data, where the rest goes on. */
export function toRegistryProblem({ code, subject, reason }: RegistryFailure): Problem & {
  readonly code: RegistryErrorCode;
} {
  return { code, subject, message: `${subject}: ${reason}.`, next: registryErrorCodes[code].next };
}
