/** Files of the system itself that an inventory needs besides package records: which distribution, which users. */
import { type OsRelease, parseOsRelease } from "./os-release.ts";
import { type PasswdUser, parsePasswd } from "./passwd.ts";

/** What one such file said. */
export type SystemFact =
  | { readonly kind: "os-release"; readonly release: OsRelease }
  /** One line that holds a release: `etc/debian_version`, `etc/alpine-release`. */
  | { readonly kind: "release-line"; readonly text: string }
  | { readonly kind: "passwd"; readonly users: readonly PasswdUser[] }
  /** Package records of a kind no cataloger reads: their presence alone makes an inventory partial. */
  | { readonly kind: "not-cataloged"; readonly artefact: string };

/** Version of this reading; part of cache keys like a cataloger's. */
export const systemReaderVersion = 1;

/** Largest system file that is read. */
export const systemFileBytesMax = 1024 * 1024;

type TextReader = (text: string) => SystemFact;

function parseReleaseLine(text: string): SystemFact {
  const line = text.slice(0, 200).split("\n", 1)[0]?.trim() ?? "";
  return { kind: "release-line", text: /\p{Cc}/u.test(line) ? "" : line };
}

const readers: ReadonlyMap<string, TextReader> = new Map<string, TextReader>([
  ["etc/os-release", (text) => ({ kind: "os-release", release: parseOsRelease(text) })],
  ["usr/lib/os-release", (text) => ({ kind: "os-release", release: parseOsRelease(text) })],
  ["etc/debian_version", parseReleaseLine],
  ["etc/alpine-release", parseReleaseLine],
  ["etc/passwd", (text) => ({ kind: "passwd", users: parsePasswd(text) })],
]);

/** Whether the path is a system file that is read. */
export function isSystemFile(path: string): boolean {
  return readers.has(path);
}

/** What the file at that path says; `undefined` for paths that are not read. Never throws. */
export function readSystemFile(path: string, bytes: Buffer): SystemFact | undefined {
  return readers.get(path)?.(bytes.toString("utf8"));
}
