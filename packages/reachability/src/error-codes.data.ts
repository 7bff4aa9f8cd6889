/** Every error code of this package: what causes it, what to do next. docs/errors.md is generated from it. */
export const reachabilityErrorCodes = {
  "reachability.case-invalid": {
    cause: "A conformance case does not have the form its file is said to have.",
    next: "Check the file named in the message against the formats in docs/cli.md.",
    retryable: false,
    httpStatus: 422,
  },
} as const;

/** Code of an error of this package. */
export type ReachabilityErrorCode = keyof typeof reachabilityErrorCodes;
