/** What can go wrong in this room: only wrong input from the caller. Everything about the estate is a fact, not an error. */

/** Codes of {@link VerdictError}; docs/errors.md is generated from them. */
export const verdictErrorCodes = {
  "verdict.invalid-time": {
    cause:
      "A time handed to the judge is not an ISO 8601 instant, or a validity is negative or longer than seven days.",
    next: "Correct the clock or the workspace's evidence validity and judge again.",
    retryable: false,
    httpStatus: 500,
  },
  "verdict.evidence-missing": {
    cause: "A proof bundle was asked for, but evidence or coverage the verdict cites was not handed over with it.",
    next: "Judge again and export from the same run: verdict, evidence and snapshot belong together.",
    retryable: false,
    httpStatus: 409,
  },
} as const;

/** One of {@link verdictErrorCodes}. */
export type VerdictErrorCode = keyof typeof verdictErrorCodes;
