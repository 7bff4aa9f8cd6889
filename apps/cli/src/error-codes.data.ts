/** Every error code of the command line itself. docs/errors.md is generated from it. */
export const cliErrorCodes = {
  "cli.input-missing": {
    cause: "A file or folder named on the command line is not there or may not be read.",
    next: "Check the path.",
    retryable: false,
    httpStatus: 400,
  },
  "cli.input-invalid": {
    cause: "A file named on the command line does not have the form the command reads.",
    next: "Check that the file is whole and the right one.",
    retryable: false,
    httpStatus: 400,
  },
  "cli.option-invalid": {
    cause: "An option has a value the command does not know.",
    next: "Run the command with --help.",
    retryable: false,
    httpStatus: 400,
  },
  "cli.identity-missing": {
    cause: "No identity towards Azure is set.",
    next: "Set AZURE_CLIENT_ID and one of the credentials beside it, or pass --identity azure-cli or managed-identity.",
    retryable: false,
    httpStatus: 400,
  },
  "cli.verdict-unknown": {
    cause: "No verdict, or more than one, has the id that was given.",
    next: "Give more of the id; judge --format json lists all.",
    retryable: false,
    httpStatus: 404,
  },
  "cli.demo-failed": {
    cause: "A part of the demo did not start or ended early.",
    next: "Look at the lines above; run it again with SIGHTLINE_LOG_LEVEL=debug.",
    retryable: true,
    httpStatus: 500,
  },
} as const;
