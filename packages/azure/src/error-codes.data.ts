/** Every error code of this package: what causes it, what to do next. docs/errors.md is generated from it. */
export const azureErrorCodes = {
  "azure.unauthorized": {
    cause: "Azure refused the token (401): wrong tenant or audience, expired, or revoked.",
    next: "Check that the subscription belongs to the tenant of this connection, then test the connection again.",
    retryable: false,
    httpStatus: 502,
  },
  "azure.forbidden": {
    cause: "The identity lacks a role on this scope (403).",
    next: "Grant Reader on the subscription; a fresh assignment takes up to ten minutes to reach every region.",
    retryable: true,
    httpStatus: 502,
  },
  "azure.not-found": {
    cause: "Azure does not know the resource or subscription (404).",
    next: "Check the id; a deleted resource disappears with the next collection.",
    retryable: false,
    httpStatus: 502,
  },
  "azure.throttled": {
    cause: "Azure kept answering 429 after all attempts.",
    next: "Wait for the subscription's quota to refill and collect again.",
    retryable: true,
    httpStatus: 503,
  },
  "azure.server-error": {
    cause: "Azure answered with an error of its own (5xx) after all attempts.",
    next: "Collect again later; if it lasts, look at Azure's status page.",
    retryable: true,
    httpStatus: 502,
  },
  "azure.rejected": {
    cause: "Azure rejected the request (another 4xx).",
    next: "Report it with Azure's own code and the correlation id.",
    retryable: false,
    httpStatus: 502,
  },
  "azure.unreachable": {
    cause: "No usable answer came: name, connection, certificate, time or size.",
    next: "Check the network, HTTPS_PROXY and SIGHTLINE_CA_FILE.",
    retryable: true,
    httpStatus: 502,
  },
  "azure.answer-invalid": {
    cause: "An answer was not the documented JSON.",
    next: "Check that no proxy answers in Azure's place; report it otherwise.",
    retryable: true,
    httpStatus: 502,
  },
  "azure.paging-refused": {
    cause: "A paged list repeated itself, left Azure's host or had more pages than the bound.",
    next: "Report it with the correlation id; the list counts as incomplete.",
    retryable: false,
    httpStatus: 502,
  },
  "azure.token-refused": {
    cause: "Entra ID gave no token; the AADSTS code says why.",
    next: "Run the connection test: it names the cause and the command that mends it.",
    retryable: false,
    httpStatus: 502,
  },
} as const;
