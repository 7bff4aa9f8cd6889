/** Every error code of this package: what causes it, what to do next. docs/errors.md is generated from it. */
export const inventoryErrorCodes = {
  "inventory.damaged-file": {
    cause: "A file that lists packages does not have the form it should have.",
    next: "Check the file that is named in the image; packages it lists may be missing from the inventory.",
    retryable: false,
    httpStatus: 422,
  },
  "inventory.incomplete-entry": {
    cause: "An entry of a package database has no usable name or version.",
    next: "Check the entry that is named in the image; it is missing from the inventory.",
    retryable: false,
    httpStatus: 422,
  },
  "inventory.half-installed": {
    cause: "A package is neither installed nor removed: its installation broke off. Its files are in the image.",
    next: "Finish or remove the package when the image is built; it is missing from the inventory.",
    retryable: false,
    httpStatus: 422,
  },
  "inventory.unresolved-link": {
    cause: "A file that lists packages is a link to a place that could not be read.",
    next: "Put the file itself in the image; packages it lists may be missing from the inventory.",
    retryable: false,
    httpStatus: 422,
  },
  "inventory.limit-exceeded": {
    cause: "A layer has more packages, links or deleted files, or a larger package file, than the limits allow.",
    next: "Check the layer that is named; if it is legitimate, raise the limits of the scan.",
    retryable: false,
    httpStatus: 422,
  },
  "inventory.layer-not-read": {
    cause: "A layer of the image was not read, so nothing is known of what it adds or removes.",
    next: "Make the layer readable (foreign layers are never fetched) and scan again.",
    retryable: true,
    httpStatus: 422,
  },
  "inventory.not-cataloged": {
    cause: "The image has package records of a kind this version does not read.",
    next: "Treat the inventory as partial: packages of that kind are missing from it.",
    retryable: false,
    httpStatus: 422,
  },
  "inventory.unknown-distribution": {
    cause:
      "The image has operating-system packages but does not say of which distribution, so advisories cannot be chosen.",
    next: "Keep /etc/os-release (or /usr/lib/os-release) in the image.",
    retryable: false,
    httpStatus: 422,
  },
  "inventory.unknown-cataloger": {
    cause: "There is no cataloger with the id that was asked for.",
    next: "Choose one of the ids the message lists.",
    retryable: false,
    httpStatus: 400,
  },
  "inventory.invalid-facts": {
    cause: "Stored facts of a layer do not have the form this version reads.",
    next: "Drop the stored facts and read the layer again.",
    retryable: false,
    httpStatus: 422,
  },
  "inventory.invalid-inventory": {
    cause: "A stored image inventory does not have the form this version reads.",
    next: "Scan the image again with this version.",
    retryable: false,
    httpStatus: 422,
  },
} as const;
