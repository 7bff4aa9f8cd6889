/**
 * The files package managers leave behind, as `dpkg`, `apk`, `npm` and `pip` write them. Databases that are one file
 * (dpkg, apk) are rewritten whole by every layer that changes them, as the real tools do.
 */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { generateBytes, type LayerContent, putText, putWhiteout } from "./layer-content.ts";
import type { AlpinePackage, DebianPackage, NpmPackage, PythonPackage, RecipeLayer } from "./recipe.ts";

/** Packages installed so far, carried from layer to layer. */
export interface InstalledPackages {
  readonly debian: Map<string, DebianPackage>;
  readonly alpine: Map<string, AlpinePackage>;
}

const installedFileBytes = 64;

function putInstalledFile(layer: LayerContent, path: string, version: string): void {
  const text = generateBytes(`${path}@${version}`, installedFileBytes).toString("hex");
  putText(layer, path, text, /\/s?bin\//.test(path) ? 0o755 : 0o644);
}

function toStatusStanza(entry: DebianPackage, architecture: string): string {
  const source =
    entry.source === undefined && entry.sourceVersion === undefined ? undefined : (entry.source ?? entry.name);
  const sourceVersion = entry.sourceVersion === undefined ? "" : ` (${entry.sourceVersion})`;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["Package", entry.name],
    ["Status", "install ok installed"],
    ["Priority", "optional"],
    ["Section", entry.section],
    ["Installed-Size", "128"],
    ["Maintainer", "Debian Maintainers <maintainers@debian.invalid>"],
    ["Architecture", entry.architecture === "all" ? "all" : architecture],
    ["Source", source === undefined ? undefined : `${source}${sourceVersion}`],
    ["Version", entry.version],
    ["Depends", entry.depends],
    ["Description", entry.description],
  ];
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\n`])).join("");
}

function listWithParents(files: readonly string[]): string[] {
  const paths = new Set(["/."]);
  for (const file of files) {
    for (let folder = posix.dirname(file); folder !== "/"; folder = posix.dirname(folder)) {
      paths.add(folder);
    }
    paths.add(file);
  }
  return [...paths].sort();
}

function putDebianPackage(layer: LayerContent, entry: DebianPackage): void {
  const files = [...entry.files, `/usr/share/doc/${entry.name}/copyright`];
  putText(layer, `/var/lib/dpkg/info/${entry.name}.list`, `${listWithParents(files).join("\n")}\n`);
  for (const file of files) {
    putInstalledFile(layer, file, entry.version);
  }
}

/** Installs and removes Debian packages: their files, their lists, and the status file of everything installed. */
export function putDebian(
  layer: LayerContent,
  change: NonNullable<RecipeLayer["debian"]>,
  installed: InstalledPackages["debian"],
  architecture: string,
): void {
  for (const name of change.remove) {
    for (const file of installed.get(name)?.files ?? []) {
      putWhiteout(layer, file);
    }
    if (installed.delete(name)) {
      putWhiteout(layer, `/var/lib/dpkg/info/${name}.list`);
      putWhiteout(layer, `/usr/share/doc/${name}`);
    }
  }
  for (const entry of change.install) {
    installed.set(entry.name, entry);
    putDebianPackage(layer, entry);
  }
  const stanzas = [...installed.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => toStatusStanza(entry, architecture));
  putText(layer, "/var/lib/dpkg/status", `${stanzas.join("\n")}\n`);
}

function toApkChecksum(text: string): string {
  return `Q1${createHash("sha1").update(text).digest("base64")}`;
}

function toApkEntry(entry: AlpinePackage, architecture: string): string {
  const byFolder = Map.groupBy(entry.files, (file) => posix.dirname(file).slice(1));
  const files = [...byFolder].flatMap(([folder, paths]) => [
    `F:${folder}`,
    ...paths.flatMap((path) => [`R:${posix.basename(path)}`, "a:0:0:755", `Z:${toApkChecksum(path)}`]),
  ]);
  const lines = [
    `C:${toApkChecksum(entry.name + entry.version)}`,
    `P:${entry.name}`,
    `V:${entry.version}`,
    `A:${architecture}`,
    "S:4096",
    "I:16384",
    `T:${entry.name} from a simulator recipe`,
    "U:https://alpinelinux.org/",
    `L:${entry.license}`,
    `o:${entry.origin ?? entry.name}`,
    "m:Alpine Maintainers <maintainers@alpinelinux.invalid>",
    "t:1700000000",
    ...(entry.provides.length === 0 ? [] : [`p:${entry.provides.join(" ")}`]),
    ...files,
  ];
  return `${lines.join("\n")}\n`;
}

/** Installs and removes Alpine packages and rewrites `/lib/apk/db/installed`. */
export function putAlpine(
  layer: LayerContent,
  change: NonNullable<RecipeLayer["alpine"]>,
  installed: InstalledPackages["alpine"],
  architecture: string,
): void {
  for (const name of change.remove) {
    for (const file of installed.get(name)?.files ?? []) {
      putWhiteout(layer, file);
    }
    installed.delete(name);
  }
  for (const entry of change.install) {
    installed.set(entry.name, entry);
    for (const file of entry.files) {
      putInstalledFile(layer, file, entry.version);
    }
  }
  const entries = [...installed.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  putText(layer, "/lib/apk/db/installed", `${entries.map((entry) => toApkEntry(entry, architecture)).join("\n")}\n`);
}

function toNodeModulesPath(entry: Pick<NpmPackage, "name" | "within">): string {
  return [...entry.within, entry.name].map((name) => `node_modules/${name}`).join("/");
}

/** Writes an application's `package.json`, its lock file (version 3) and every package's folder below it. */
export function putNpm(layer: LayerContent, npm: NonNullable<RecipeLayer["npm"]>): void {
  const direct = npm.packages.filter((entry) => entry.within.length === 0);
  const dependencies = Object.fromEntries(direct.map((entry) => [entry.name, `^${entry.version}`]));
  const application = { name: npm.name, version: npm.version, private: true, dependencies };
  putText(layer, `${npm.root}/package.json`, `${JSON.stringify(application, null, 2)}\n`);
  const locked: Record<string, unknown> = { "": { name: npm.name, version: npm.version, dependencies } };
  for (const { version, license, dependencies: needed, ...entry } of npm.packages) {
    locked[toNodeModulesPath(entry)] = { version, license, dependencies: needed };
  }
  const lock = {
    name: npm.name,
    version: npm.version,
    lockfileVersion: 3,
    requires: true,
    packages: locked,
  };
  putText(layer, `${npm.root}/package-lock.json`, `${JSON.stringify(lock, null, 2)}\n`);
  for (const entry of npm.packages) {
    const folder = `${npm.root}/${toNodeModulesPath(entry)}`;
    const manifest = {
      name: entry.name,
      version: entry.version,
      license: entry.license,
      main: "index.js",
      dependencies: entry.dependencies,
    };
    putText(layer, `${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
    putText(layer, `${folder}/index.js`, `"use strict";\nmodule.exports = {};\n`);
  }
}

function putPythonPackage(layer: LayerContent, sitePackages: string, entry: PythonPackage): void {
  const module = entry.module ?? entry.name.toLowerCase().replaceAll("-", "_");
  const information = `${entry.name.replaceAll("-", "_")}-${entry.version}.dist-info`;
  const metadata = [
    "Metadata-Version: 2.1",
    `Name: ${entry.name}`,
    `Version: ${entry.version}`,
    `License: ${entry.license}`,
    ...entry.requires.map((requirement) => `Requires-Dist: ${requirement}`),
  ];
  const files: Readonly<Record<string, string>> = {
    [`${module}/__init__.py`]: `__version__ = "${entry.version}"\n`,
    [`${information}/METADATA`]: `${metadata.join("\n")}\n\n`,
    [`${information}/WHEEL`]: "Wheel-Version: 1.0\nGenerator: bdist_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    [`${information}/INSTALLER`]: "pip\n",
    [`${information}/top_level.txt`]: `${module}\n`,
  };
  const record = Object.entries(files).map(([path, text]) => {
    const hash = createHash("sha256").update(text).digest("base64url");
    return `${path},sha256=${hash},${Buffer.byteLength(text)}`;
  });
  for (const [path, text] of Object.entries(files)) {
    putText(layer, `${sitePackages}/${path}`, text);
  }
  putText(layer, `${sitePackages}/${information}/RECORD`, `${[...record, `${information}/RECORD,,`].join("\n")}\n`);
}

/** Installs Python packages as `pip` does from wheels: module, `METADATA`, `RECORD` and the rest of `.dist-info`. */
export function putPython(layer: LayerContent, python: NonNullable<RecipeLayer["python"]>): void {
  for (const entry of python.packages) {
    putPythonPackage(layer, python.sitePackages, entry);
  }
}
