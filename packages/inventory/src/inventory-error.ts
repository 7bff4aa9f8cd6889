/** Failures of this room, as problems in partial results and as errors where nothing can go on. */
import { DomainError, type Problem } from "@sightline/model";
import { inventoryErrorCodes } from "./error-codes.data.ts";

/** Codes of this room. */
export type InventoryErrorCode = keyof typeof inventoryErrorCodes;

/** Thrown where a caller asks for what does not exist; what images hold wrong is a problem, never thrown. */
export class InventoryError extends DomainError<InventoryErrorCode> {}

/** The failure as a value; `subject` is a path in the image, a digest or an id. */
export function toInventoryProblem(
  code: InventoryErrorCode,
  subject: string,
  message: string,
): Problem & { readonly code: InventoryErrorCode } {
  return { code, subject, message, next: inventoryErrorCodes[code].next };
}
