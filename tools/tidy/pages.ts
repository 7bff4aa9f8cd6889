/** Rules about the pages: they point at what exists, and no dependency goes unexplained. */
import type { Breach, Rule } from "./rule.ts";
import { resolveRelative } from "./source.ts";
import type { TextFile, Tree } from "./tree.ts";

const linkForm = /\]\(([^)\s]+)\)/g;
const namedPathForm = /`((?:packages|apps|tools|docs|scripts|test|bench)\/[\w./-]+)`/g;
const dependenciesPage = "docs/dependencies.md";

function isThere(tree: Tree, path: string): boolean {
  const bare = path.replace(/\/$/, "");
  return bare === "." || bare === "" || tree.paths.has(bare) || tree.folders.has(bare);
}

/** Paths a line of a page points at, relative to the root: links to files, and paths named in code quotes. */
function readPointers(file: TextFile, line: string): readonly string[] {
  const links = [...line.matchAll(linkForm)]
    .map((found) => (found[1] ?? "").split("#")[0] ?? "")
    .filter((target) => target !== "" && !/^[a-z]+:/.test(target))
    .map((target) => resolveRelative(file.path, target.startsWith(".") ? target : `./${target}`) ?? target);
  return [...links, ...[...line.matchAll(namedPathForm)].map((found) => found[1] ?? "")];
}

function* checkPointers(tree: Tree): Iterable<Breach> {
  for (const file of tree.texts.filter((one) => one.path.endsWith(".md"))) {
    for (const [index, line] of file.text.split("\n").entries()) {
      for (const path of readPointers(file, line).filter((one) => !isThere(tree, one))) {
        yield { path: file.path, line: index + 1, message: `points at ${path}, which is not there` };
      }
    }
  }
}

function readDependencies(file: TextFile): readonly string[] {
  const manifest = JSON.parse(file.text) as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
  return ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"]
    .flatMap((field) => Object.keys(manifest[field] ?? {}))
    .filter((name) => !name.startsWith("@sightline/"));
}

function* checkDependencies(tree: Tree): Iterable<Breach> {
  const page = tree.texts.find((file) => file.path === dependenciesPage);
  const lines = page?.text.split("\n") ?? [];
  const rows = new Map(lines.map((line, index) => [/^\| `([^`]+)`/.exec(line)?.[1] ?? "", index + 1]));
  const used = new Set<string>();
  for (const file of tree.texts.filter((one) => /^(?:(?:packages|apps)\/[^/]+\/)?package\.json$/.test(one.path))) {
    for (const name of readDependencies(file)) {
      used.add(name);
      if (!rows.has(name)) {
        yield { path: file.path, line: 1, message: `${name} has no row in ${dependenciesPage}: say why we need it` };
      }
    }
  }
  for (const [name, line] of rows) {
    if (name !== "" && !used.has(name)) {
      yield { path: dependenciesPage, line, message: `no package.json names ${name} any more: remove its row` };
    }
  }
}

/** Pages. */
export const pageRules: readonly Rule[] = [
  { id: "dead-pointer", promise: "Links and paths in pages point at what exists.", check: checkPointers },
  {
    id: "unexplained-dependency",
    promise: `Every dependency has its row in ${dependenciesPage}.`,
    check: checkDependencies,
  },
];
