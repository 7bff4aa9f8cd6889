/**
 * Installed npm packages: the directories under `node_modules` that npm itself takes for packages. A `package.json`
 * deeper inside a package (fixtures, sub-path exports) is not one, and neither is the project's own. Sources: npm docs,
 * "folders" and "package.json"; npm's arborist (load-actual reads `node_modules` of package roots only); pnpm docs,
 * "Symlinked node_modules structure"; npm docs, `install-strategy=linked`.
 */
import type { Problem } from "@sightline/model";
import { z } from "zod";
import type { CatalogedFile, FileContent, PackageCataloger } from "../../cataloger.ts";
import { toInventoryProblem } from "../../inventory-error.ts";
import { isPlainName, quoteText } from "../plain-name.ts";

/** Only what is used; everything else a package.json may hold is ignored. */
const manifestSchema = z.object({
  name: z.unknown().optional(),
  version: z.unknown().optional(),
  license: z.unknown().optional(),
  licenses: z.unknown().optional(),
});

const licenseEntry = z.union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)]);
const licenseSchema = z.union([licenseEntry.transform((one) => [one]), z.array(licenseEntry)]).catch([]);

const folderSegment = "node_modules";
/** Where pnpm and npm's linked strategy keep the real folders: `.pnpm/<id>/node_modules/<name>`. */
const stores = new Set([".pnpm", ".store"]);

/** Index after the package that starts at `start`, or -1 when the segments there are no package folder. */
function endOfPackage(segments: readonly string[], start: number): number {
  const first = segments[start];
  if (first === undefined || first === "") {
    return -1;
  }
  if (stores.has(first)) {
    return start + 2;
  }
  if (first.startsWith(".")) {
    return -1;
  }
  return first.startsWith("@") ? start + 2 : start + 1;
}

/**
 * Whether the folder (of a package.json) is an installed package: from the outermost `node_modules` on, the path is
 * nothing but packages and their own `node_modules`.
 */
function isPackageFolder(segments: readonly string[]): boolean {
  let index = segments.indexOf(folderSegment);
  if (index === -1) {
    return false;
  }
  let isStore = false;
  while (segments[index] === folderSegment) {
    isStore = stores.has(segments[index + 1] ?? "");
    index = endOfPackage(segments, index + 1);
    if (index === -1 || index > segments.length) {
      return false;
    }
  }
  return index === segments.length && !isStore;
}

/** `@scope/name` or `name`: what the folder says the package is called. */
function folderName(segments: readonly string[]): string {
  const last = segments.at(-1) ?? "";
  const scope = segments.at(-2) ?? "";
  return scope.startsWith("@") ? `${scope}/${last}` : last;
}

function damaged(path: string, reason: string): CatalogedFile {
  const problem: Problem = toInventoryProblem("inventory.damaged-file", path, `/${path} ${reason}`);
  return { packages: [], owned: [], problems: [problem] };
}

function parseManifest(bytes: Buffer): unknown {
  try {
    const manifest: unknown = JSON.parse(bytes.toString("utf8").replace(/^\uFEFF/, ""));
    return manifest;
  } catch {
    // The reason would quote the file's text; that it is no JSON is all there is to say.
    return undefined;
  }
}

function toText(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

function catalogManifest({ path, bytes }: FileContent): CatalogedFile {
  const manifest = manifestSchema.safeParse(parseManifest(bytes));
  if (!manifest.success) {
    return damaged(path, "is not a JSON object");
  }
  const segments = path.split("/").slice(0, -1);
  const version = toText(manifest.data.version).replace(/^[=v]+/, "");
  const ownName = toText(manifest.data.name);
  if (ownName === "" && version === "") {
    // Sub-path manifests ({"type":"module"}) at a place of a package: npm installs nothing without both.
    return { packages: [], owned: [], problems: [] };
  }
  const name = ownName === "" ? folderName(segments) : ownName;
  if (!isPlainName(name) || (version !== "" && !isPlainName(version))) {
    return damaged(path, `has the name ${quoteText(name)} and the version ${quoteText(version)}`);
  }
  const licenses = licenseSchema.parse(manifest.data.license ?? manifest.data.licenses).filter(isPlainName);
  const confidence = ownName === "" || version === "" ? "medium" : "high";
  return { packages: [{ name, version, licenses, confidence, place: segments.join("/") }], owned: [], problems: [] };
}

/** Cataloger of installed npm packages. */
export const npmCataloger: PackageCataloger = {
  id: "npm",
  version: 1,
  purlType: "npm",
  scheme: "npm",
  kind: "language",
  examplePath: "node_modules/unnamed/package.json",
  fileBytesMax: 4 * 1024 * 1024,
  wants({ path }) {
    return (
      path.endsWith("/package.json") && path.includes(folderSegment) && isPackageFolder(path.split("/").slice(0, -1))
    );
  },
  catalog: catalogManifest,
};
