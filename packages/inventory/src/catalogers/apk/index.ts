/**
 * Alpine packages (Alpine, Wolfi, Chainguard). Source: Alpine wiki, "Apk spec", installed database v2: one-letter
 * fields, `F:` a directory, `R:` a file in it. Newer releases keep the database under `usr/lib/apk`.
 */
import type { Problem } from "@sightline/model";
import type {
  CatalogContext,
  CatalogedFile,
  CatalogedPackage,
  FileContent,
  OwnedFiles,
  PackageCataloger,
} from "../../cataloger.ts";
import { toInventoryProblem } from "../../inventory-error.ts";
import { isPlainName, quoteText } from "../plain-name.ts";

interface Draft {
  /** Line of its first field, from 1. */
  readonly line: number;
  readonly fields: Map<string, string>;
  directory: string;
  readonly paths: string[];
}

function takeLine(draft: Draft, line: string, context: CatalogContext): void {
  const value = line.slice(2);
  switch (line[0]) {
    case "F":
      draft.directory = value;
      break;
    case "R": {
      const path = draft.directory === "" ? value : `${draft.directory}/${value}`;
      if (context.isLanguageFile(path)) {
        draft.paths.push(path);
      }
      break;
    }
    case "P":
    case "V":
    case "A":
    case "o":
    case "L":
      draft.fields.set(line.slice(0, 1), value);
      break;
    default:
      break;
  }
}

function toPackage({ fields, line }: Draft, path: string): CatalogedPackage | Problem {
  const name = fields.get("P") ?? "";
  const version = fields.get("V") ?? "";
  if (!isPlainName(name) || !isPlainName(version)) {
    const message = `/${path}, line ${line}: ${quoteText(name)} in version ${quoteText(version)} is no package`;
    return toInventoryProblem("inventory.incomplete-entry", path, message);
  }
  const architecture = fields.get("A") ?? "";
  const origin = fields.get("o") ?? "";
  const license = fields.get("L") ?? "";
  return {
    name,
    version,
    ...(isPlainName(architecture) ? { architecture } : {}),
    // Advisories are keyed by origin; a package without one is its own.
    sourcePackage: { name: isPlainName(origin) ? origin : name, version },
    licenses: isPlainName(license) ? [license] : [],
    confidence: "high",
  };
}

/** Whether the line is a field: one letter and a colon. */
function isField(line: string): boolean {
  return line[1] === ":" && /^[A-Za-z]/.test(line);
}

class DatabaseReader {
  readonly #path: string;
  readonly #context: CatalogContext;
  readonly packages: CatalogedPackage[] = [];
  readonly owned: OwnedFiles[] = [];
  readonly problems: Problem[] = [];
  #draft: Draft | undefined;

  constructor(path: string, context: CatalogContext) {
    this.#path = path;
    this.#context = context;
  }

  take(line: string, number: number): void {
    if (line === "") {
      this.endPackage();
    } else if (isField(line)) {
      this.#draft ??= { line: number, fields: new Map(), directory: "", paths: [] };
      takeLine(this.#draft, line, this.#context);
    } else {
      const message = `/${this.#path}, line ${number}: ${quoteText(line)} is not a field`;
      this.problems.push(toInventoryProblem("inventory.damaged-file", this.#path, message));
    }
  }

  endPackage(): void {
    if (this.#draft === undefined) {
      return;
    }
    const outcome = toPackage(this.#draft, this.#path);
    if ("code" in outcome) {
      this.problems.push(outcome);
    } else {
      this.packages.push(outcome);
      if (this.#draft.paths.length > 0) {
        const architecture = outcome.architecture === undefined ? {} : { architecture: outcome.architecture };
        this.owned.push({ owner: { kind: "package", name: outcome.name, ...architecture }, paths: this.#draft.paths });
      }
    }
    this.#draft = undefined;
  }

  /** Whether the bound is reached; says so in a problem, once. */
  isFull(): boolean {
    const { packagesMax } = this.#context;
    if (this.packages.length < packagesMax && this.problems.length < packagesMax) {
      return false;
    }
    const message = `/${this.#path} lists more than ${packagesMax} packages; the rest was not read`;
    this.problems.push(toInventoryProblem("inventory.limit-exceeded", this.#path, message));
    return true;
  }
}

function parseInstalled({ path, bytes }: FileContent, context: CatalogContext): CatalogedFile {
  const reader = new DatabaseReader(path, context);
  let number = 0;
  for (const line of bytes.toString("utf8").split("\n")) {
    number += 1;
    reader.take(line.endsWith("\r") ? line.slice(0, -1) : line, number);
    if (reader.isFull()) {
      break;
    }
  }
  reader.endPackage();
  return { packages: reader.packages, owned: reader.owned, problems: reader.problems };
}

/** Cataloger of Alpine packages. */
export const apkCataloger: PackageCataloger = {
  id: "apk",
  version: 1,
  purlType: "apk",
  scheme: "apk",
  kind: "operating-system",
  examplePath: "lib/apk/db/installed",
  fileBytesMax: 64 * 1024 * 1024,
  wants({ path }) {
    return path === "lib/apk/db/installed" || path === "usr/lib/apk/db/installed";
  },
  catalog: parseInstalled,
};
