/** What Azure said when it did not give what was asked. */
import { DomainError } from "@sightline/model";
import { azureErrorCodes } from "./error-codes.data.ts";

/** Codes of {@link AzureError}. */
export type AzureErrorCode = Extract<keyof typeof azureErrorCodes, `azure.${string}`>;

/**
 * A failed read. `details.azureCode` is Azure's own code, verbatim; `details.status` the HTTP status;
 * `details.requestId` the correlation id for Azure's support; `details.homeTenant` the tenant a subscription belongs to,
 * where Azure names it.
 */
export class AzureError extends DomainError<AzureErrorCode> {}

/** What is known of the failed call. */
export interface AzureFailure {
  readonly code: AzureErrorCode;
  readonly subject: string;
  readonly message: string;
  readonly status?: number;
  readonly azureCode?: string;
  readonly requestId?: string;
  readonly homeTenant?: string;
  readonly cause?: unknown;
}

/** Makes the error, with the table's next step. */
export function toAzureError(failure: AzureFailure): AzureError {
  return new AzureError(
    {
      code: failure.code,
      subject: failure.subject,
      message: failure.message,
      next: azureErrorCodes[failure.code].next,
    },
    {
      ...(failure.cause === undefined ? {} : { cause: failure.cause }),
      details: {
        ...(failure.status === undefined ? {} : { status: failure.status }),
        ...(failure.azureCode === undefined ? {} : { azureCode: failure.azureCode }),
        ...(failure.requestId === undefined ? {} : { requestId: failure.requestId }),
        ...(failure.homeTenant === undefined ? {} : { homeTenant: failure.homeTenant }),
      },
    },
  );
}

/** The code for an HTTP status that is no success. */
export function codeOfStatus(status: number): AzureErrorCode {
  switch (status) {
    case 401:
      return "azure.unauthorized";
    case 403:
      return "azure.forbidden";
    case 404:
      return "azure.not-found";
    case 429:
      return "azure.throttled";
    default:
      return status >= 500 ? "azure.server-error" : "azure.rejected";
  }
}
