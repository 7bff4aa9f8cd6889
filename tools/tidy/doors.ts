/** What leaves a package: follows its index through re-exports to the declarations. */
import { type Declaration, type ImportedName, readDeclarations, resolveRelative, type SourceFile } from "./source.ts";
import type { Tree } from "./tree.ts";

/** An exported name with the declaration behind it. */
export interface Exported {
  /** As the package exports it. */
  readonly name: string;
  readonly source: SourceFile;
  /** Several for overloads. */
  readonly declarations: readonly Declaration[];
}

function target(tree: Tree, source: SourceFile, specifier: string): SourceFile | undefined {
  const path = resolveRelative(source.path, specifier);
  return path === undefined ? undefined : tree.sourceByPath.get(path);
}

function readLocalExports(source: SourceFile): ReadonlyMap<string, readonly Declaration[]> {
  return Map.groupBy(readDeclarations(source), (declaration) => declaration.name);
}

/** Finds where `name`, as exported by `source`, is declared, however many files pass it on. */
function trace(tree: Tree, source: SourceFile, name: ImportedName, seen: ReadonlySet<string>): Exported | undefined {
  if (seen.has(source.path)) {
    return undefined;
  }
  const own = readLocalExports(source).get(name.name);
  if (own !== undefined) {
    return { name: name.local, source, declarations: own };
  }
  const visited = new Set([...seen, source.path]);
  for (const one of source.imports) {
    const next = target(tree, source, one.specifier);
    const passed = one.names.find((candidate) => candidate.local === name.name || candidate.name === "*");
    if (next !== undefined && passed !== undefined) {
      const wanted = passed.name === "*" ? name.name : passed.name;
      const found = trace(tree, next, { ...name, name: wanted }, visited);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}

function* exportsOf(tree: Tree, source: SourceFile, seen: ReadonlySet<string>): Iterable<Exported> {
  for (const [name, declarations] of readLocalExports(source)) {
    yield { name, source, declarations };
  }
  const visited = new Set([...seen, source.path]);
  for (const one of source.imports.filter((candidate) => candidate.kind === "reexport")) {
    const next = target(tree, source, one.specifier);
    if (next === undefined || visited.has(next.path)) {
      continue;
    }
    for (const name of one.names) {
      if (name.local === "*") {
        yield* exportsOf(tree, next, visited);
      } else {
        const found = trace(tree, next, name, visited);
        yield* found === undefined ? [] : [found];
      }
    }
  }
}

/** Every name that `packages/<room>/src/index.ts` lets out and whose declaration is found. */
export function readDoor(tree: Tree, room: string): readonly Exported[] {
  const index = tree.sourceByPath.get(`packages/${room}/src/index.ts`);
  return index === undefined ? [] : [...exportsOf(tree, index, new Set())];
}
