/** What can go wrong in matching; docs/errors.md is generated from it. */
export const matchingErrorCodes = {
  "matching.purl-invalid": {
    cause: "A text that should be a package URL is not one, by the purl specification or by the rules of its type.",
    next: "Correct the package URL in the SBOM or wherever it was written; https://github.com/package-url/purl-spec has the form.",
    retryable: false,
    httpStatus: 400,
  },
  "matching.cvss-invalid": {
    cause: "A text that should be a CVSS vector does not follow the specification of its version.",
    next: "Nothing, when it comes from a feed: the vector is kept as said and left without a score. Otherwise correct it at https://www.first.org/cvss/calculator.",
    retryable: false,
    httpStatus: 400,
  },
} as const;
