/**
 * Package URLs: parse, build, write. The parts come from `packageurl-js`; writing and a few types' rules are ours, where
 * the library lags behind the specification. Source: package-url/purl-spec, PURL-SPECIFICATION and types.
 */
import type { Result } from "@sightline/model";
import { PackageURL } from "packageurl-js";
import { type PurlTypeRule, purlTypeRules } from "./purl-types.data.ts";

/** A package URL in its parts, decoded and in normal form; a part that is not there is the empty text. */
export interface Purl {
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly qualifiers: Readonly<Record<string, string>>;
  readonly subpath: string;
}

/** Longest text read as a package URL. */
const purlLengthMax = 4096;

function toFailure(subject: string, message: string): Result<never> {
  const problem = {
    code: "matching.purl-invalid",
    subject: subject.slice(0, 200),
    message: `Not a package URL: ${message}.`,
    next: "Correct the package URL where it was written.",
  } as const;
  return { ok: false, problem };
}

function encodePart(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%3A", ":");
}

function encodePath(path: string): string {
  return path.split("/").map(encodePart).join("/");
}

/** The canonical text; two purls of the same parts have the same text. */
export function formatPurl(purl: Purl): string {
  const { type, namespace, name, version, subpath } = purl;
  const keys = Object.keys(purl.qualifiers).toSorted();
  const qualifiers = keys.map((key) => `${key}=${encodePart(purl.qualifiers[key] ?? "")}`).join("&");
  const encodedName = purlTypeRules[type]?.namespaceSegments === 1 ? encodePath(name) : encodePart(name);
  return [
    `pkg:${type}/`,
    namespace === "" ? "" : `${encodePath(namespace)}/`,
    encodedName,
    version === "" ? "" : `@${encodePart(version)}`,
    qualifiers === "" ? "" : `?${qualifiers}`,
    subpath === "" ? "" : `#${encodePath(subpath)}`,
  ].join("");
}

/** Moves all but the first segment of the namespace into the name, for types whose name is a path. */
function splitNamespace(purl: Purl, rule: PurlTypeRule): Purl {
  if (rule.namespaceSegments !== 1) {
    return purl;
  }
  const [namespace = "", ...rest] = purl.namespace.split("/");
  return { ...purl, namespace, name: [...rest, purl.name].join("/") };
}

function toLowerCase(purl: Purl, rule: PurlTypeRule): Purl {
  const isLower = (part: "namespace" | "name" | "version") => rule.lowerCase?.includes(part) === true;
  return {
    ...purl,
    namespace: isLower("namespace") ? purl.namespace.toLowerCase() : purl.namespace,
    name: isLower("name") ? purl.name.toLowerCase() : purl.name,
    version: isLower("version") ? purl.version.toLowerCase() : purl.version,
  };
}

/** What a type's rule finds wrong, or `undefined`. */
function findFault(purl: Purl, rule: PurlTypeRule): string | undefined {
  const missing = rule.qualifiers?.find((key) => (purl.qualifiers[key] ?? "") === "");
  const faults: readonly (readonly [boolean, string])[] = [
    [rule.namespace === "required" && purl.namespace === "", `${purl.type} needs a namespace`],
    [rule.namespace === "prohibited" && purl.namespace !== "", `${purl.type} has no namespace`],
    [rule.name !== undefined && !rule.name.test(purl.name), `${purl.name} is no name of type ${purl.type}`],
    [
      rule.versionForm !== undefined && purl.version !== "" && !rule.versionForm.test(purl.version),
      `${purl.version} is no version of type ${purl.type}`,
    ],
    [missing !== undefined, `${purl.type} needs the qualifier ${missing ?? ""}`],
  ];
  return faults.find(([isFault]) => isFault)?.[1];
}

/** Reads through the library, whose refusals are exceptions, and applies the type's rule. */
function readParts(subject: string, read: () => PackageURL): Result<Purl> {
  let parts: PackageURL;
  try {
    parts = read();
  } catch (error) {
    return toFailure(subject, error instanceof Error ? error.message : "unreadable");
  }
  const raw: Purl = {
    type: parts.type,
    namespace: parts.namespace ?? "",
    name: parts.name,
    version: parts.version ?? "",
    qualifiers: { ...parts.qualifiers },
    subpath: parts.subpath ?? "",
  };
  const rule = purlTypeRules[raw.type] ?? {};
  const value = toLowerCase(splitNamespace(raw, rule), rule);
  const fault = findFault(value, rule);
  return fault === undefined ? { ok: true, value } : toFailure(subject, fault);
}

/** The specification's own tests draw the line here: `Arch=` is refused, `repositorY_url=` is put right. */
function hasCapitalKey(text: string): boolean {
  const query = /\?([^#]*)/.exec(text)?.[1] ?? "";
  return query.split("&").some((pair) => /^[A-Z]/.test(pair));
}

/** How to take keys of qualifiers that begin with a capital: refuse them or put them right. */
export type PurlReading = "strict" | "tolerant";

/**
 * Reads a package URL. Fails with `matching.purl-invalid` on text that the specification or the rules of its type refuse.
 */
export function parsePurl(text: string, reading: PurlReading = "strict"): Result<Purl> {
  if (text.length > purlLengthMax) {
    return toFailure(text, `longer than ${purlLengthMax} characters`);
  }
  // The library takes an `@` right after a slash for part of the name, as in `pkg:npm/@scope/name`; at the end there is none.
  if (/\/@[^/]*$/.test(text.replace(/[?#].*$/s, ""))) {
    return toFailure(text, "the name is missing");
  }
  if (reading === "strict" && hasCapitalKey(text)) {
    return toFailure(text, "a key of the qualifiers begins with a capital");
  }
  return readParts(text, () => PackageURL.fromString(text));
}

/** A package URL from its parts, brought into normal form. Fails as {@link parsePurl} does. */
export function createPurl(parts: Partial<Purl>): Result<Purl> {
  const { type = "", namespace = "", name = "", version = "", qualifiers = {}, subpath = "" } = parts;
  return readParts(`${type}/${name}`, () => new PackageURL(type, namespace, name, version, qualifiers, subpath));
}
