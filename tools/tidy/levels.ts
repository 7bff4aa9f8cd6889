/** Rules about who may import whom. */
import { type Exported, readDoor } from "./doors.ts";
import { levels, outsideDependencies, partialEdges, testLevels, typeOnlyEdges } from "./levels.data.ts";
import { type Breach, perSource, type Rule } from "./rule.ts";
import { type Import, resolveRelative, type SourceFile } from "./source.ts";
import { isProduct, isTestSupport, type TextFile, type Tree } from "./tree.ts";

const scope = "@sightline/";

interface OwnImport {
  readonly room: string;
  /** What follows the room's name; empty for its index. */
  readonly inside: string;
}

function parseOwn(specifier: string): OwnImport | undefined {
  if (!specifier.startsWith(scope)) {
    return undefined;
  }
  const [room = "", ...inside] = specifier.slice(scope.length).split("/");
  return { room, inside: inside.join("/") };
}

function mayImport(source: SourceFile, to: string): boolean {
  const from = source.room?.name ?? "";
  const forTests = source.isTest || isTestSupport(source.path) ? (testLevels[from] ?? []) : [];
  return to === from || [...(levels[from] ?? []), ...forTests].includes(to);
}

function* checkLevel(source: SourceFile): Iterable<Breach> {
  for (const one of source.room === undefined ? [] : source.imports) {
    const own = parseOwn(one.specifier);
    if (own !== undefined && !mayImport(source, own.room)) {
      const message = `${source.room?.name} may not import ${own.room} (level table, tools/tidy/levels.data.ts)`;
      yield { path: source.path, line: one.line, message };
    }
  }
}

function* checkDeep(source: SourceFile): Iterable<Breach> {
  for (const one of source.imports) {
    const own = parseOwn(one.specifier);
    if (own !== undefined && own.inside !== "") {
      const message = `import ${scope}${own.room}, its only door, not ${own.inside} inside it`;
      yield { path: source.path, line: one.line, message };
    }
  }
}

function* checkRelative(source: SourceFile): Iterable<Breach> {
  if (source.room === undefined) {
    return;
  }
  const home = `${source.room.folder}/${source.room.name}/`;
  for (const one of source.imports) {
    const path = resolveRelative(source.path, one.specifier);
    if (path !== undefined && !path.startsWith(home)) {
      yield { path: source.path, line: one.line, message: `${one.specifier} leaves ${home}; import the package` };
    }
  }
}

function* checkTypeOnly(source: SourceFile): Iterable<Breach> {
  for (const one of isProduct(source) ? source.imports : []) {
    const to = parseOwn(one.specifier)?.room;
    const bound = typeOnlyEdges.some(([from, target]) => from === source.room?.name && target === to);
    if (bound && !one.typeOnly) {
      yield {
        path: source.path,
        line: one.line,
        message: `${source.room?.name} takes types only from ${to}: import type`,
      };
    }
  }
}

type PartialEdge = (typeof partialEdges)[number];

function* checkNames(source: SourceFile, one: Import, edge: PartialEdge, door: readonly Exported[]): Iterable<Breach> {
  const blind = one.kind === "dynamic" || one.names.some((name) => name.name === "*");
  if (blind) {
    yield { path: source.path, line: one.line, message: `import from ${edge.to} by name: only ${edge.part} is open` };
  }
  for (const name of one.names) {
    const found = door.find((exported) => exported.name === name.name);
    if (found !== undefined && !edge.isOpen(found.source.path)) {
      const message = `${edge.from} may use of ${edge.to} ${edge.part}; ${name.name} is declared in ${found.source.path}`;
      yield { path: source.path, line: one.line, message };
    }
  }
}

function* checkPartial(tree: Tree): Iterable<Breach> {
  for (const edge of partialEdges) {
    const door = readDoor(tree, edge.to);
    const sources = tree.sources.filter((source) => isProduct(source) && source.room?.name === edge.from);
    for (const source of sources) {
      for (const one of source.imports.filter((candidate) => candidate.specifier === `${scope}${edge.to}`)) {
        yield* checkNames(source, one, edge, door);
      }
    }
  }
}

const dependencyFields = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function lineOf(text: string, part: string): number {
  const at = text.indexOf(part);
  return at < 0 ? 1 : text.slice(0, at).split("\n").length;
}

function* checkManifest(file: TextFile, room: string): Iterable<Breach> {
  const manifest: unknown = JSON.parse(file.text);
  const fields: Readonly<Record<string, unknown>> = isRecord(manifest) ? manifest : {};
  const breach = (part: string, message: string): Breach => ({
    path: file.path,
    line: lineOf(file.text, part),
    message,
  });
  if (levels[room] === undefined) {
    yield breach('"name"', `room ${room} stands in no row of the level table (tools/tidy/levels.data.ts)`);
  }
  if (fields["name"] !== `${scope}${room}`) {
    yield breach('"name"', `the package in ${room} is called ${scope}${room}`);
  }
  const names = dependencyFields.flatMap((field) => Object.keys(isRecord(fields[field]) ? fields[field] : {}));
  for (const name of names) {
    const own = parseOwn(name)?.room;
    const allowed =
      own === undefined
        ? (outsideDependencies[room] ?? [name])
        : [...(levels[room] ?? []), ...(testLevels[room] ?? [])];
    if (!allowed.includes(own ?? name)) {
      yield breach(`"${name}"`, `${room} may not depend on ${name} (level table, tools/tidy/levels.data.ts)`);
    }
  }
  const doors = isRecord(fields["exports"]) ? Object.keys(fields["exports"]) : [];
  if (doors.some((door) => door !== ".")) {
    yield breach('"exports"', `a package has one door: "exports" holds "." only`);
  }
}

function* checkManifests(tree: Tree): Iterable<Breach> {
  for (const file of tree.texts) {
    const [, room] = /^(?:packages|apps)\/([^/]+)\/package\.json$/.exec(file.path) ?? [];
    if (room !== undefined) {
      yield* checkManifest(file, room);
    }
  }
}

/** The level table, enforced on imports and on the manifests. */
export const levelRules: readonly Rule[] = [
  perSource("level", "Every import between rooms stands in the level table.", checkLevel),
  perSource("deep-import", "No room imports a path inside another: the index is its only door.", checkDeep),
  perSource("leaves-package", "No relative import leads out of its own package.", checkRelative),
  perSource("type-only", "Where an edge carries types only, imports say so.", checkTypeOnly),
  {
    id: "partial-edge",
    promise: "Inventory and simulator use the part of platform open to them.",
    check: checkPartial,
  },
  { id: "manifest", promise: "No package.json allows more than the level table.", check: checkManifests },
];
