/**
 * Debian packages. Sources: dpkg(1) "package states"; deb-control(5); Debian Policy §5.6.1 (Source). Distroless keeps
 * one file for each package under `status.d`, with the file list beside it as `.md5sums`.
 */
import type { Problem, SourcePackage } from "@sightline/model";
import type {
  CatalogContext,
  CatalogedFile,
  CatalogedPackage,
  FileContent,
  PackageCataloger,
} from "../../cataloger.ts";
import { toInventoryProblem } from "../../inventory-error.ts";
import { isPlainName, quoteText } from "../plain-name.ts";
import { firstLine, parseStanzas, type Stanza } from "../stanzas.ts";

const wantedFields = new Set(["package", "status", "version", "architecture", "source"]);
const databasePath = /^(?:var|usr)\/lib\/dpkg\/status(?:\.d\/([^/]+))?$/;
const listPath = /^(?:var|usr)\/lib\/dpkg\/info\/([^/:]+)(?::([^/:]+))?\.(?:list|md5sums)$/;
const checksumPath = /^((?:var|usr)\/lib\/dpkg\/status\.d\/[^/]+)\.md5sums$/;
/** What may lie beside the package files of `status.d`. */
const companion =
  /\.(?:md5sums|list|conffiles|preinst|postinst|prerm|postrm|config|templates|triggers|shlibs|symbols)$/;
/** Third word of Status. Those waiting for triggers are installed and configured. */
const installedStates = new Set(["installed", "triggers-awaited", "triggers-pending"]);
const absentStates = new Set(["not-installed", "config-files"]);

/** A rebuild of the same source on one architecture; part of the binary's version only. Source: Debian Developer's Reference §5.10.2.1. */
const binaryRebuild = /\+b\d+$/;

function parseSource(stanza: Stanza, name: string, version: string): SourcePackage {
  const source = firstLine(stanza, "source");
  const match = source === undefined ? null : /^(\S+)(?:\s+\(([^)]+)\))?$/.exec(source);
  const sourceVersion = match?.[2] ?? version;
  return { name: match?.[1] ?? name, version: sourceVersion.replace(binaryRebuild, "") };
}

type StanzaOutcome = CatalogedPackage | Problem | undefined;

/** The stanza's package; a problem when it cannot be used; nothing when the package is not installed. */
function parsePackage(stanza: Stanza, path: string): StanzaOutcome {
  const name = firstLine(stanza, "package");
  const place = `/${path}, line ${stanza.line}`;
  if (name === undefined || !isPlainName(name)) {
    return toInventoryProblem("inventory.incomplete-entry", path, `${place}: a stanza names no package`);
  }
  const status = firstLine(stanza, "status");
  const state = status === undefined ? "installed" : (status.split(/\s+/)[2] ?? "");
  if (absentStates.has(state)) {
    return undefined;
  }
  if (!installedStates.has(state)) {
    const message = `${place}: ${quoteText(name)} has the status ${quoteText(status ?? "")}`;
    return toInventoryProblem("inventory.half-installed", path, message);
  }
  const version = firstLine(stanza, "version");
  if (version === undefined || !isPlainName(version)) {
    return toInventoryProblem("inventory.incomplete-entry", path, `${place}: ${quoteText(name)} has no usable version`);
  }
  const architecture = firstLine(stanza, "architecture");
  return {
    name,
    version,
    ...(architecture === undefined || !isPlainName(architecture) ? {} : { architecture }),
    sourcePackage: parseSource(stanza, name, version),
    licenses: [],
    confidence: "high",
  };
}

/** Reads a status database, or one file of `status.d`: the form is the same. */
function parseStatus({ path, bytes }: FileContent, packagesMax: number): CatalogedFile {
  const packages: CatalogedPackage[] = [];
  const problems: Problem[] = [];
  for (const stanza of parseStanzas(bytes.toString("utf8"), wantedFields)) {
    if (stanza.strayLine !== undefined) {
      const message = `/${path}, line ${stanza.line}: ${quoteText(stanza.strayLine)} is not a field`;
      problems.push(toInventoryProblem("inventory.damaged-file", path, message));
    }
    const outcome = stanza.hasFields ? parsePackage(stanza, path) : undefined;
    if (outcome !== undefined && "code" in outcome) {
      problems.push(outcome);
    } else if (outcome !== undefined) {
      packages.push(outcome);
    }
    if (packages.length >= packagesMax || problems.length >= packagesMax) {
      const message = `/${path} lists more than ${packagesMax} packages; the rest was not read`;
      problems.push(toInventoryProblem("inventory.limit-exceeded", path, message));
      break;
    }
  }
  return { packages, owned: [], problems };
}

/** Paths of a `.list` (absolute, one a line) or `.md5sums` (`<md5>  <path>`) that language catalogers read. */
function parseOwnedPaths(bytes: Buffer, context: CatalogContext): readonly string[] {
  const paths: string[] = [];
  for (const line of bytes.toString("utf8").split("\n")) {
    const path = line.replace(/^[0-9a-f]{32} [ *]/, "").replace(/^\.?\//, "");
    if (context.isLanguageFile(path)) {
      paths.push(path);
    }
  }
  return paths;
}

function parseList(
  file: FileContent,
  context: CatalogContext,
  owner: CatalogedFile["owned"][number]["owner"],
): CatalogedFile {
  const paths = parseOwnedPaths(file.bytes, context);
  return { packages: [], owned: paths.length === 0 ? [] : [{ owner, paths }], problems: [] };
}

/** Cataloger of Debian packages. */
export const dpkgCataloger: PackageCataloger = {
  id: "dpkg",
  version: 1,
  purlType: "deb",
  scheme: "deb",
  kind: "operating-system",
  examplePath: "var/lib/dpkg/status",
  fileBytesMax: 64 * 1024 * 1024,
  wants({ path }) {
    if (!path.startsWith("var/lib/dpkg/") && !path.startsWith("usr/lib/dpkg/")) {
      return false;
    }
    const database = databasePath.exec(path);
    return database === null
      ? listPath.test(path)
      : database[1] === undefined || !companion.test(database[1]) || checksumPath.test(path);
  },
  catalog(file, context) {
    const checksums = checksumPath.exec(file.path);
    if (checksums?.[1] !== undefined) {
      return parseList(file, context, { kind: "file", path: checksums[1] });
    }
    const list = listPath.exec(file.path);
    if (list?.[1] !== undefined) {
      const architecture = list[2] === undefined ? {} : { architecture: list[2] };
      return parseList(file, context, { kind: "package", name: list[1], ...architecture });
    }
    return parseStatus(file, context.packagesMax);
  },
};
