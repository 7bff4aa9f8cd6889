/** Every error code of this package: what causes it, what to do next. docs/errors.md is generated from it. */
export const vulndbErrorCodes = {
  "vulndb.missing": {
    cause: "There is no advisory database in the folder named, or none was ever finished there.",
    next: "Build it: `sightline db import FOLDER`, or `sightline db import <folder>` where the public feeds can be reached.",
    retryable: false,
    httpStatus: 503,
  },
  "vulndb.corrupt": {
    cause: "The advisory database is damaged: cut short, altered, or its parts do not belong together.",
    next: "Build it again: `sightline db import FOLDER` or `sightline db import <folder>`; then check the disk it lies on.",
    retryable: false,
    httpStatus: 503,
  },
  "vulndb.format-newer": {
    cause: "The advisory database was written by a newer version of Sightline, in a format this one cannot read.",
    next: "Update Sightline, or build the database again with this version: `sightline db import FOLDER`.",
    retryable: false,
    httpStatus: 503,
  },
  "vulndb.format-older": {
    cause: "The advisory database was written by an older version of Sightline, in a format no longer read.",
    next: "Build it again with this version: `sightline db import FOLDER` or `sightline db import <folder>`.",
    retryable: false,
    httpStatus: 503,
  },
  "vulndb.unreadable": {
    cause: "The advisory database exists but the operating system does not let it be read.",
    next: "Check that the user Sightline runs as may read the folder, and that the disk answers.",
    retryable: true,
    httpStatus: 503,
  },
  "vulndb.source-missing": {
    cause: "What should be imported does not exist, or holds nothing laid out as the OSV bucket is.",
    next: "Name a folder with <Ecosystem>/all.zip or <Ecosystem>/<ID>.json in it, or a .tar.gz of such a folder.",
    retryable: false,
    httpStatus: 400,
  },
  "vulndb.source-unreadable": {
    cause: "A file to be imported cannot be read, or is damaged as a whole; nothing of the import was kept.",
    next: "Fetch the file that is named again and import once more; the database in use is unchanged.",
    retryable: false,
    httpStatus: 422,
  },
  "vulndb.limit-exceeded": {
    cause: "What should be imported is larger than the limits allow; nothing of it was kept.",
    next: "Check the file that is named; if its size is legitimate, raise the limits of the import.",
    retryable: false,
    httpStatus: 422,
  },
  "vulndb.feed-unknown": {
    cause: "A feed file named for the import is none of the kinds that are read (KEV, CVE metadata, SSVC).",
    next: "Name the known-exploited-vulnerabilities JSON, the CVE metadata JSON lines or the SSVC table.",
    retryable: false,
    httpStatus: 400,
  },
  "vulndb.nothing-imported": {
    cause: "The import read not one usable advisory, so the database in use was left as it is.",
    next: "Look at the rejected records of the report: the source is probably not what it should be.",
    retryable: false,
    httpStatus: 422,
  },
  "vulndb.write-failed": {
    cause: "The new advisory database could not be written, or could not be read back; the one in use is unchanged.",
    next: "Check free space and permissions of the folder that is named, then import again.",
    retryable: true,
    httpStatus: 507,
  },
  "vulndb.cancelled": {
    cause: "The import was stopped before it was done; the database in use is unchanged.",
    next: "Nothing to do; start it again if it was not meant.",
    retryable: true,
    httpStatus: 499,
  },
} as const;
