/** Every error code of the simulator: what caused it and what to do next. `docs/errors.md` is made from such tables. */
export const simulatorErrorCodes = {
  "simulator.file-unreadable": {
    cause: "A scenario, recipe or output file could not be read or written.",
    next: "Check that the path exists and that this user may read it.",
    retryable: false,
    httpStatus: 400,
  },
  "simulator.invalid-yaml": {
    cause: "A scenario or recipe file is not YAML.",
    next: "Correct the line the message names.",
    retryable: false,
    httpStatus: 400,
  },
  "simulator.invalid-recipe": {
    cause: "A recipe does not have the form the README describes.",
    next: "Correct the fields the message lists.",
    retryable: false,
    httpStatus: 400,
  },
  "simulator.invalid-scenario": {
    cause: "A scenario does not have the form the README describes, or refers to something it does not define.",
    next: "Correct the fields the message lists.",
    retryable: false,
    httpStatus: 400,
  },
  "simulator.port-taken": {
    cause: "The port asked for is in use.",
    next: "Give another port, or none to take a free one.",
    retryable: true,
    httpStatus: 409,
  },
} as const;
