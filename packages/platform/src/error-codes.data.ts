/**
 * Every error code of this package: what causes it, what to do next. docs/errors.md is generated from it. One block
 * per module; a code never changes meaning.
 */
export const platformErrorCodes = {
  // Archives (src/archive).
  "archive.digest-mismatch": {
    cause: "The stored bytes of a layer do not have the digest the manifest names.",
    next: "Scan again; if it repeats, the registry or a proxy on the way alters content: push the image again.",
    retryable: true,
    httpStatus: 502,
  },
  "archive.diff-id-mismatch": {
    cause: "A layer unpacked is not the content the image configuration names (rootfs.diff_ids).",
    next: "Rebuild and push the image: its configuration and its layers do not belong together.",
    retryable: false,
    httpStatus: 422,
  },
  "archive.truncated": {
    cause: "An archive ended before its content did.",
    next: "Scan again; if it repeats, push the image again.",
    retryable: true,
    httpStatus: 502,
  },
  "archive.corrupt": {
    cause: "An archive breaks the rules of its format: bad checksum, bad header, bad compressed data.",
    next: "Rebuild and push the image; what follows the damage cannot be read.",
    retryable: false,
    httpStatus: 422,
  },
  "archive.limit-exceeded": {
    cause: "An archive needs more entries, bytes or memory than the limits allow; it may be a decompression bomb.",
    next: "Check the layer that is named; if its size is legitimate, raise the limits of the scan.",
    retryable: false,
    httpStatus: 422,
  },
  "archive.file-too-large": {
    cause: "One file that should be read is larger than the limit for a single file.",
    next: "Check the file that is named; if its size is legitimate, raise the limit for single files.",
    retryable: false,
    httpStatus: 422,
  },
  "archive.unsafe-path": {
    cause: "An entry's name or link target points outside the archive, or is longer than allowed.",
    next: "Rebuild the image without that entry; it is left out of the inventory.",
    retryable: false,
    httpStatus: 422,
  },
  "archive.unsupported": {
    cause: "An archive uses a form this reader does not read (for example a sparse file, or an unknown compression).",
    next: "Store the layer as plain tar, gzip or zstd without sparse files.",
    retryable: false,
    httpStatus: 422,
  },
  "archive.media-type-mismatch": {
    cause: "A layer is packed in another way than its media type says; it was read by what it really is.",
    next: "Push the image again with a tool that writes right media types; other tools may refuse it.",
    retryable: false,
    httpStatus: 422,
  },
} as const;
