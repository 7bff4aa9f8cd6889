/** Every error code of this package: what causes it, what to do next. docs/errors.md is generated from it. */
export const estateErrorCodes = {
  "estate.answer-unreadable": {
    cause: "A resource's answer does not have the documented form.",
    next: "Report it with the resource's JSON; until then what depends on it is undetermined.",
    retryable: false,
    httpStatus: 502,
  },
  "estate.snapshot-invalid": {
    cause: "A file is not an estate snapshot of this format.",
    next: "Collect again with this version of Sightline.",
    retryable: false,
    httpStatus: 422,
  },
} as const;
