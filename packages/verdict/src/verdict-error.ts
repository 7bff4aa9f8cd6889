/** The one error of this room. */
import { DomainError } from "@sightline/model";
import { type VerdictErrorCode, verdictErrorCodes } from "./error-codes.data.ts";

/** Wrong input from the caller. Codes: {@link verdictErrorCodes}. */
export class VerdictError extends DomainError<VerdictErrorCode> {
  constructor(code: VerdictErrorCode, subject: string, message: string) {
    super({ code, subject, message, next: verdictErrorCodes[code].next });
  }
}
