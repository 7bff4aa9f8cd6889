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
  // Outgoing HTTP (src/http). `retryable` also decides whether the client itself asks again.
  "http.write-refused": {
    cause: "The read-only guard stopped a request that is not one of the reads the product may send.",
    next: "Report this: the product only reads, and its own code asked for something else.",
    retryable: false,
    httpStatus: 500,
  },
  "http.url-invalid": {
    cause: "An address is not http or https, cannot be parsed, or carries a user name.",
    next: "Correct the address; give credentials where they are asked for, not inside an address.",
    retryable: false,
    httpStatus: 400,
  },
  "http.credentials-refused": {
    cause: "A request with credentials was about to leave over plain http.",
    next: "Use an https address; plain http is only allowed to this machine itself.",
    retryable: false,
    httpStatus: 400,
  },
  "http.cancelled": {
    cause: "The caller gave up before the answer was whole.",
    next: "Nothing to do; start it again if it was not meant.",
    retryable: false,
    httpStatus: 499,
  },
  "http.timeout": {
    cause: "The server did not connect, answer or go on in time.",
    next: "Check that this host may reach the server (firewall, authorised address ranges, proxy) and try again.",
    retryable: true,
    httpStatus: 504,
  },
  "http.name-not-found": {
    cause: "The host name does not resolve from here.",
    next: "Check the spelling; a private name resolves only inside its network, so run Sightline or a collector there.",
    retryable: true,
    httpStatus: 502,
  },
  "http.connect-failed": {
    cause: "No connection could be opened.",
    next: "Check that the server runs and that firewalls and proxy let this host through.",
    retryable: true,
    httpStatus: 502,
  },
  "http.connection-reset": {
    cause: "The connection was closed before an answer came.",
    next: "Try again; if it repeats, look at proxies and firewalls on the way.",
    retryable: true,
    httpStatus: 502,
  },
  "http.tls-untrusted": {
    cause: "The server's certificate is not signed by a trusted authority, is expired, or is for another name.",
    next: "If the server or a proxy uses its own authority, name its PEM file in SIGHTLINE_CA_FILE.",
    retryable: false,
    httpStatus: 502,
  },
  "http.proxy-refused": {
    cause: "The proxy did not open a way to the host.",
    next: "Check HTTPS_PROXY (address, user, password) and that the proxy allows the host; or list the host in NO_PROXY.",
    retryable: false,
    httpStatus: 502,
  },
  "http.protocol-error": {
    cause: "The exchange broke the rules of HTTP or TLS, or failed in a way that has no name here.",
    next: "Check that the address is that of an HTTP server; the cause is in the log.",
    retryable: false,
    httpStatus: 502,
  },
  "http.body-too-large": {
    cause: "An answer is larger than the limit for its kind.",
    next: "Check that the address is the right one; if the size is legitimate, raise the limit.",
    retryable: false,
    httpStatus: 502,
  },
  "http.body-interrupted": {
    cause: "An answer ended before it was whole.",
    next: "Try again; if it repeats, look at proxies on the way.",
    retryable: true,
    httpStatus: 502,
  },
  "http.body-invalid": {
    cause: "An answer that should be JSON is not.",
    next: "Check that the address is the right one and that no proxy or login page answers in its place.",
    retryable: false,
    httpStatus: 502,
  },
  "http.redirect-refused": {
    cause: "A redirect leads where requests are not sent: from https to http, to this machine, or for a POST.",
    next: "Check the address and the server that redirects.",
    retryable: false,
    httpStatus: 502,
  },
  "http.too-many-redirects": {
    cause: "A chain of redirects does not end.",
    next: "Check the address and the server that redirects.",
    retryable: false,
    httpStatus: 502,
  },
  // Settings (src/config.ts).
  "config.unknown-variable": {
    cause: "An environment variable starts with SIGHTLINE_ but is no setting; probably misspelt.",
    next: "Correct or remove it; --help lists the settings.",
    retryable: false,
    httpStatus: 400,
  },
  "config.invalid-value": {
    cause: "A setting has a value outside what is allowed.",
    next: "Correct the value; --help says what each setting takes.",
    retryable: false,
    httpStatus: 400,
  },
  // Files (src/bounded-file.ts).
  "file.not-found": {
    cause: "A file does not exist.",
    next: "Check the path.",
    retryable: false,
    httpStatus: 404,
  },
  "file.not-regular": {
    cause: "A path is a folder, a pipe or a device where a file is expected.",
    next: "Name a regular file.",
    retryable: false,
    httpStatus: 422,
  },
  "file.too-large": {
    cause: "A file is larger than the limit for its kind.",
    next: "Check that it is the right file.",
    retryable: false,
    httpStatus: 422,
  },
  "file.unreadable": {
    cause: "A file exists but cannot be read.",
    next: "Check its permissions and the disk.",
    retryable: false,
    httpStatus: 500,
  },
  // Worker threads (src/threads.ts).
  "thread.cancelled": {
    cause: "The caller gave up before the task was done.",
    next: "Nothing to do; start it again if it was not meant.",
    retryable: false,
    httpStatus: 499,
  },
  "thread.crashed": {
    cause: "A worker thread ended in the middle of a task: out of memory or a fault of ours.",
    next: "Try again; if it repeats on the same image, report it with the log.",
    retryable: true,
    httpStatus: 500,
  },
  "thread.closed": {
    cause: "The product was shutting down.",
    next: "Start it again.",
    retryable: true,
    httpStatus: 503,
  },
  "thread.task-invalid": {
    cause: "A task holds something that cannot be sent between threads.",
    next: "Report this: it is a fault of ours.",
    retryable: false,
    httpStatus: 500,
  },

  // Zip archives (src/archive/zip.ts).
  "archive.zip-invalid": {
    cause: "A file that should be a zip archive has no end record: it is something else, or its end is missing.",
    next: "Fetch the file again; if it repeats, look at what really stands in it.",
    retryable: false,
    httpStatus: 422,
  },
  "archive.zip-truncated": {
    cause: "A zip archive is shorter than its directory says.",
    next: "Fetch the file again: the transfer was probably cut off.",
    retryable: true,
    httpStatus: 422,
  },
  "archive.zip-corrupt": {
    cause: "A zip archive contradicts itself: headers, sizes or compressed data do not fit together.",
    next: "Fetch the file again; if it repeats, its maker has to pack it again.",
    retryable: false,
    httpStatus: 422,
  },
  "archive.zip-checksum-mismatch": {
    cause: "An entry of a zip archive unpacks to other content than its recorded CRC-32.",
    next: "Fetch the file again; if it repeats, its maker has to pack it again.",
    retryable: false,
    httpStatus: 422,
  },
  "archive.zip-limit-exceeded": {
    cause: "A zip archive has more entries, longer names or more content than the limits allow; it may be a bomb.",
    next: "Check the archive that is named; if its size is legitimate, raise the limits.",
    retryable: false,
    httpStatus: 422,
  },
  "archive.zip-unsupported": {
    cause: "A zip archive is encrypted, split over several files, or uses a compression other than deflate.",
    next: "Pack it again as one plain archive, stored or deflated.",
    retryable: false,
    httpStatus: 422,
  },
} as const;
