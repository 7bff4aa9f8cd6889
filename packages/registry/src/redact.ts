/**
 * What an image says about itself holds secrets more often than it should: in environment values, in the build commands
 * of its history, in arguments. Names are kept, because that a variable exists is a finding; values go.
 */
import { createHash } from "node:crypto";
import type { EnvironmentVariable } from "@sightline/model";

const mask = "[redacted]";

/** Names that mean a secret whatever else they match. */
const secretName =
  /pass(?:word|wd|phrase)?(?:$|[^a-z])|pwd|secret|token|credential|private|api[-_]?key|access[-_]?key|account[-_]?key|auth(?!or)|connection[-_]?str|sas(?:$|[-_])/i;

/** Whether what goes by this name is probably a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

interface Allowed {
  readonly name: RegExp;
  readonly value: RegExp;
}

/** Variables whose values explain how an image runs and have a form in which no secret fits. */
const allowed: readonly Allowed[] = [
  { name: /^(?:PATH|.*_PATH|.*_HOME|HOME|GOPATH|GOROOT|.*_DIR|PWD|SHELL)$/, value: /^[\w./:+@~-]{0,2000}$/ },
  { name: /^(?:LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM)$/, value: /^[\w./:+@-]{0,64}$/ },
  { name: /^(?:.*_)?VERSION$|^.*_VERSION_.*$/, value: /^[\w.+:~=-]{1,64}$/ },
  {
    name: /^(?:GPG_KEYS?|.*_GPG_KEYS?|.*_(?:SHA|SHA1|SHA256|SHA512|CHECKSUM|DIGEST))$/,
    value: /^[0-9A-Fa-f\s:]{1,1000}$/,
  },
  { name: /^(?:PORT|.*_PORTS?)$/, value: /^[0-9;, ]{1,64}$/ },
  { name: /^(?:ASPNETCORE_URLS|URLS)$/, value: /^(?:https?:\/\/[\w.*+[\]:-]+;?){1,8}$/ },
  {
    name: /^(?:NODE_ENV|ASPNETCORE_ENVIRONMENT|DOTNET_ENVIRONMENT|DEBIAN_FRONTEND|RAILS_ENV|APP_ENV|FLASK_ENV|GIN_MODE)$/,
    value: /^[A-Za-z]{1,32}$/,
  },
  {
    name: /^(?:DOTNET|PYTHON|NPM_CONFIG|PIP|LOG4J|GO)_?[A-Z0-9_]+$/i,
    value: /^(?:true|false|yes|no|on|off|[0-9]{1,4}|)$/i,
  },
];

/** One `NAME=value` of an image configuration: with its value only where it cannot be a secret, otherwise with its hash. */
export function toEnvironmentVariable(text: string): EnvironmentVariable {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? "" : text.slice(equals + 1);
  if (isPrintable(name, value)) {
    return { name, value };
  }
  const bytes = Buffer.from(value, "utf8");
  return { name, valueSha256: createHash("sha256").update(bytes).digest("hex"), lengthBytes: bytes.length };
}

function isPrintable(name: string, value: string): boolean {
  // A public key's fingerprint is the one "key" that is meant to be read.
  return (
    value === "" || (!isSecretName(name) && allowed.some((rule) => rule.name.test(name) && rule.value.test(value)))
  );
}

/**
 * A command line, build instruction or label without the values that may be secrets: assignments and options whose
 * name means a secret, credentials in addresses, and every value an `ENV` or `ARG` instruction or a build argument
 * sets that {@link toEnvironmentVariable} would not print.
 */
export function redactText(text: string): string {
  return redactOptions(redactInstruction(text.slice(0, 100_000)));
}

/** `NAME=value`, the value bare or in quotes. Starts at a word's start only: text from outside must not cost squares. */
const assignment = /(?<![\w.-])(-*[A-Za-z_][\w.-]*)=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']*)/g;

/** Sources: Dockerfile reference (ENV, ARG); BuildKit writes build arguments as `RUN |<count> NAME=value … command`. */
function redactInstruction(text: string): string {
  const isDeclaration = /^(?:\S*\/bin\/sh -c )?(?:#\(nop\)\s+)?(?:ENV|ARG)\s/.test(text);
  const argumentCount = Number(/^(?:RUN )?\|(\d{1,4}) /.exec(text)?.[1] ?? 0);
  if (!isDeclaration && argumentCount === 0) {
    return text;
  }
  let left = isDeclaration ? Number.POSITIVE_INFINITY : argumentCount;
  const redacted = text.replace(assignment, (whole: string, name: string, value: string) => {
    if (left <= 0) {
      return whole;
    }
    left -= 1;
    return isPrintable(name, value.replace(/^["']|["']$/g, "")) ? whole : `${name}=${mask}`;
  });
  // The old form `ENV NAME value` has no equals sign.
  return redacted.replace(
    /((?:^|\s)ENV\s+([A-Za-z_]\w*)\s+)([^=\s].*)$/s,
    (whole: string, head: string, name: string, value: string) => (isPrintable(name, value) ? whole : `${head}${mask}`),
  );
}

/** `--password=x`, `-p:Token=x`, `DB_PASSWORD=x`, `--secret x`, `Authorization: Bearer x`, `https://user:x@host`. */
function redactOptions(text: string): string {
  return text
    .replace(assignment, (whole: string, name: string) => (isSecretName(name) ? `${name}=${mask}` : whole))
    .replace(/(?<![\w-])(--?[\w-]*(?:password|passwd|secret|token|api-?key|access-?key)\s+)(?!-)\S+/gi, `$1${mask}`)
    .replace(/((?:authorization:?\s*)?(?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi, `$1${mask}`)
    .replace(/(:\/\/)[^/@\s"']+@/g, `$1${mask}@`);
}
