/**
 * The environment, read once in an app's `main.ts` and passed down as a plain value. One schema is the whole list of
 * settings; docs/config.md is generated from {@link configVariables}.
 */
import { resolve } from "node:path";
import { DomainError } from "@sightline/model";
import { z } from "zod";
import { platformErrorCodes } from "./error-codes.data.ts";
import { type LogLevel, logLevels } from "./log.ts";
import { Secret } from "./secret.ts";

/** Codes of {@link ConfigError}. */
export type ConfigErrorCode = Extract<keyof typeof platformErrorCodes, `config.${string}`>;

/** The environment does not make a configuration. The message names every variable that is wrong, never its value. */
export class ConfigError extends DomainError<ConfigErrorCode> {}

/** The product's settings. */
export interface Config {
  /** Absolute path of the folder that holds everything the product keeps. */
  readonly dataFolder: string;
  readonly logLevel: LogLevel;
  /** PEM file of authorities trusted besides the machine's own. */
  readonly caFile?: string;
  /** Proxy for https addresses; may hold a password. */
  readonly proxy?: { readonly url: Secret; readonly noProxy: string };
  /** Own PostgreSQL server; absent: the embedded one. Holds a password. */
  readonly databaseUrl?: Secret;
  /** Worker threads for CPU work; absent: as many as the machine has cores, at most 4. */
  readonly threads?: number;
}

const proxyAddress = z
  .url({ protocol: /^https?$/, error: "must be http://host:port or https://host:port" })
  .transform((text) => new Secret(text));

const schema = z.object({
  SIGHTLINE_DATA_DIR: z.string().min(1).default("./.sightline").describe("Folder for everything the product keeps."),
  SIGHTLINE_LOG_LEVEL: z.enum(logLevels).default("info").describe("How much is logged."),
  SIGHTLINE_CA_FILE: z
    .string()
    .min(1)
    .optional()
    .describe("PEM file with certificate authorities to trust besides the machine's own."),
  SIGHTLINE_THREADS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe("Worker threads for CPU work; default: the machine's cores, at most 4."),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(?:ql)?:\/\//, "must start with postgres:// or postgresql://")
    .transform((text) => new Secret(text))
    .optional()
    .describe("Own PostgreSQL server (15 or newer); default: an embedded one in the data folder."),
  HTTPS_PROXY: proxyAddress.optional().describe("Proxy for outgoing https requests; also in lower case."),
  NO_PROXY: z
    .string()
    .optional()
    .describe("Hosts that are reached without the proxy, separated by commas; also in lower case."),
});

/** Variables of the product's name space that others own. */
const foreign = /^SIGHTLINE_(?:TEST_|CONFORMANCE_DATA$)/;

/** Every setting: its variable and its meaning, for `--help`, `--print-config` and docs/config.md. */
export const configVariables: readonly { readonly name: string; readonly meaning: string }[] = Object.entries(
  schema.shape,
).map(([name, field]) => ({ name, meaning: field.description ?? "" }));

/**
 * The configuration an environment makes. Throws {@link ConfigError}: `config.unknown-variable` for a `SIGHTLINE_*`
 * name that is no setting (a misspelt setting must not be silently without effect), `config.invalid-value`.
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith("SIGHTLINE_") && !foreign.test(name) && !(name in schema.shape),
  );
  if (unknown.length > 0) {
    throw toConfigError("config.unknown-variable", unknown, "is no setting");
  }
  const parsed = schema.safeParse(toGiven(environment));
  if (!parsed.success) {
    // Only paths and the schema's own words: zod does not repeat the input, which may be a password.
    const names = parsed.error.issues.map((issue) => issue.path.join("."));
    const words = [...new Set(parsed.error.issues.map((issue) => issue.message))].join("; ");
    throw toConfigError("config.invalid-value", [...new Set(names)], words);
  }
  const given = parsed.data;
  return {
    dataFolder: resolve(given.SIGHTLINE_DATA_DIR),
    logLevel: given.SIGHTLINE_LOG_LEVEL,
    ...(given.SIGHTLINE_CA_FILE === undefined ? {} : { caFile: resolve(given.SIGHTLINE_CA_FILE) }),
    ...(given.HTTPS_PROXY === undefined ? {} : { proxy: { url: given.HTTPS_PROXY, noProxy: given.NO_PROXY ?? "" } }),
    ...(given.DATABASE_URL === undefined ? {} : { databaseUrl: given.DATABASE_URL }),
    ...(given.SIGHTLINE_THREADS === undefined ? {} : { threads: given.SIGHTLINE_THREADS }),
  };
}

/** What was given: an empty variable counts as absent; the proxy variables are spelled in either case, lower case first, as curl does. */
function toGiven(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given = Object.keys(schema.shape).flatMap((name) => {
    const value = name.endsWith("_PROXY") ? environment[name.toLowerCase()] || environment[name] : environment[name];
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

function toConfigError(code: ConfigErrorCode, names: readonly string[], words: string): ConfigError {
  const subject = names.join(", ");
  return new ConfigError({ code, subject, message: `${subject}: ${words}.`, next: platformErrorCodes[code].next });
}
