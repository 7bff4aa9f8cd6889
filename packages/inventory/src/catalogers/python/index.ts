/**
 * Installed Python distributions. Sources: PyPA specifications, "Recording installed projects" (`*.dist-info/METADATA`)
 * and "Core metadata"; setuptools docs, "The Internal Structure of Python Eggs" (`*.egg-info`, `EGG-INFO/PKG-INFO`).
 */
import type { CatalogedFile, FileContent, PackageCataloger } from "../../cataloger.ts";
import { toInventoryProblem } from "../../inventory-error.ts";
import { isPlainName, quoteText } from "../plain-name.ts";
import { firstLine, parseStanzas, type Stanza } from "../stanzas.ts";

const wantedFields = new Set(["name", "version", "license", "license-expression", "classifier"]);
const licenseClassifier = /^License :: (?:.* :: )?(.+)$/;
/** `<name>-<version>` of a `.dist-info` or `.egg-info`, with the Python tag eggs add. */
const recordName = /^(.+?)-([^-]+?)(?:-py\d[\d.]*)?\.(?:dist-info|egg-info|egg)$/i;

type RecordKind = "metadata" | "pkg-info" | "egg-file";

/** What the path is: a wheel's METADATA, an egg's PKG-INFO, or an `.egg-info` that is a file; `undefined` for anything else. */
function recordKindOf(path: string): RecordKind | undefined {
  if (path.endsWith("/METADATA")) {
    return /dist-info\/METADATA$/i.test(path) ? "metadata" : undefined;
  }
  if (path.endsWith("/PKG-INFO")) {
    return /egg-info\/PKG-INFO$/i.test(path) ? "pkg-info" : undefined;
  }
  return path.endsWith(".egg-info") ? "egg-file" : undefined;
}

/** The record's own directory or file name, and the directory the distribution is installed in. */
function splitRecord(path: string): { readonly record: string; readonly place: string } {
  const segments = path.split("/");
  const recordIndex = path.endsWith(".egg-info") ? segments.length - 1 : segments.length - 2;
  const record = segments[recordIndex] ?? "";
  // EGG-INFO lies inside the egg, which carries the name.
  const nameIndex = record.toLowerCase() === "egg-info" ? recordIndex - 1 : recordIndex;
  return { record: segments[nameIndex] ?? "", place: segments.slice(0, Math.max(0, nameIndex)).join("/") };
}

function licensesOf(stanza: Stanza): readonly string[] {
  const expression = firstLine(stanza, "license-expression");
  const license = firstLine(stanza, "license");
  if (expression !== undefined || license !== undefined) {
    // Some put a whole licence text here: then only what it is called in the classifiers is worth keeping.
    const isName = (stanza.fields.get("license")?.split("\n").length ?? 1) === 1;
    const found = expression ?? (isName ? license : undefined);
    if (found !== undefined && isPlainName(found)) {
      return [found];
    }
  }
  const classifiers = stanza.fields.get("classifier")?.split("\n") ?? [];
  return classifiers.flatMap((line) => licenseClassifier.exec(line)?.[1] ?? []).filter(isPlainName);
}

function catalogRecord({ path, bytes }: FileContent): CatalogedFile {
  const { record, place } = splitRecord(path);
  // The description follows the first blank line; nothing in it is a field.
  const [stanza] = parseStanzas(bytes.toString("utf8").replace(/^\uFEFF/, ""), wantedFields);
  const named = recordName.exec(record);
  const name = (stanza === undefined ? undefined : firstLine(stanza, "name")) ?? named?.[1] ?? "";
  const version = (stanza === undefined ? undefined : firstLine(stanza, "version")) ?? named?.[2] ?? "";
  if (stanza === undefined || !isPlainName(name) || !isPlainName(version)) {
    const found = `the name ${quoteText(name)} and the version ${quoteText(version)}`;
    const problem = toInventoryProblem("inventory.incomplete-entry", path, `/${path} gives ${found}`);
    return { packages: [], owned: [], problems: [problem] };
  }
  const isOwnWord = stanza.fields.has("name") && stanza.fields.has("version");
  const confidence = isOwnWord ? "high" : "medium";
  return { packages: [{ name, version, licenses: licensesOf(stanza), confidence, place }], owned: [], problems: [] };
}

/** Cataloger of installed Python distributions. */
export const pythonCataloger: PackageCataloger = {
  id: "python",
  version: 1,
  purlType: "pypi",
  scheme: "pep440",
  kind: "language",
  examplePath: "usr/lib/python3/site-packages/unnamed.dist-info/METADATA",
  fileBytesMax: 8 * 1024 * 1024,
  wants({ path }) {
    return recordKindOf(path) !== undefined;
  },
  catalog: catalogRecord,
};
