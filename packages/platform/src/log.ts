/** Structured log lines. Static messages, facts as fields; what looks like a credential is masked as a second net. */
import { type DestinationStream, pino } from "pino";

/** Levels from the least to the most talkative. */
export const logLevels = ["silent", "error", "warn", "info", "debug"] as const;

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** A log. error = a fault of ours, warn = an operator should look, info = one line per step of a job, debug = the rest. */
export interface Log {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  /** A log whose lines all carry these fields. */
  child(fields: Readonly<Record<string, string | number>>): Log;
}

const secretFields = [
  "authorization",
  "password",
  "clientSecret",
  "client_secret",
  "client_assertion",
  "accessToken",
  "access_token",
  "refreshToken",
  "refresh_token",
  "token",
  "secret",
  "cookie",
];

/** A log that writes JSON lines to `destination` (default: standard error, so that results own standard output). */
export function createLog(options: { readonly level: LogLevel; readonly destination?: DestinationStream }): Log {
  return pino(
    {
      level: options.level,
      // The machine's name says nothing to an operator of one product and something to a reader of a shared log.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: secretFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: "[redacted]",
      },
    },
    options.destination ?? pino.destination({ dest: 2, sync: false }),
  );
}
