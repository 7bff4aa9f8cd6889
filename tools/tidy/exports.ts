/** Rules about what files and packages let out. */
import { readDoor } from "./doors.ts";
import { type Breach, perSource, type Rule } from "./rule.ts";
import type { SourceFile } from "./source.ts";
import { textAt } from "./tokens.ts";
import type { Tree } from "./tree.ts";

function isDoor(path: string): boolean {
  return /^packages\/[^/]+\/src\/index\.ts$/.test(path);
}

/** Tools such as vitest and vite ask for a default export in their settings file. */
function isSettings(path: string): boolean {
  return /(?:^|\/)[a-z]+\.config\.ts$/.test(path);
}

function* checkDefault(source: SourceFile): Iterable<Breach> {
  for (const index of isSettings(source.path) ? [] : source.find("export")) {
    if (textAt(source.code, index + 1) === "default") {
      const line = source.code[index]?.line ?? 1;
      yield { path: source.path, line, message: "export by name, so that it has one name everywhere" };
    }
  }
}

function* checkBarrel(source: SourceFile): Iterable<Breach> {
  for (const one of isDoor(source.path) ? [] : source.imports) {
    if (one.kind === "reexport" && one.names.some((name) => name.name === "*")) {
      yield { path: source.path, line: one.line, message: "export * stands in packages/*/src/index.ts only" };
    }
  }
}

function* checkDocstrings(tree: Tree): Iterable<Breach> {
  const rooms = new Set(tree.sources.map((source) => source.room).filter((room) => room?.folder === "packages"));
  const names = new Set([...rooms].map((room) => room?.name ?? ""));
  for (const room of names) {
    for (const exported of readDoor(tree, room)) {
      const [first] = exported.declarations;
      if (first !== undefined && !exported.declarations.some((declaration) => declaration.documented)) {
        const message = `${exported.name} leaves @sightline/${room} without a docstring: say what it promises`;
        yield { path: exported.source.path, line: first.line, message };
      }
    }
  }
}

/** Exports of files and packages. */
export const exportRules: readonly Rule[] = [
  perSource("default-export", "Exports have names.", checkDefault),
  perSource("barrel", "The index of a package is its only barrel.", checkBarrel),
  { id: "docstring", promise: "Every name that leaves a package has a docstring.", check: checkDocstrings },
];
