/** Rules about the rooms' furniture: plug-ins are listed and tested, rooms have a page, no file lies about unused. */
import { type PlugInPoint, plugInPoints } from "./plug-ins.data.ts";
import type { Breach, Rule } from "./rule.ts";
import { resolveRelative, type SourceFile } from "./source.ts";
import { isTestSupport, type Tree } from "./tree.ts";

/** Files of the tree that `source` imports or names as a module beside it, `new URL("./x-worker.ts", import.meta.url)`. */
function readTargets(tree: Tree, source: SourceFile): readonly string[] {
  const imported = source.imports.map((one) => resolveRelative(source.path, one.specifier));
  const named = source.code
    .filter((token) => token.kind === "string" && /^\.\.?\/.*\.tsx?$/.test(token.text))
    .map((token) => resolveRelative(source.path, token.text));
  return [...imported, ...named].filter((path) => path !== undefined && tree.sourceByPath.has(path)) as string[];
}

/** Everything reachable from `roots` through imports. */
function reach(tree: Tree, roots: readonly SourceFile[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = roots.map((source) => source.path);
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const source = tree.sourceByPath.get(path);
    if (source !== undefined && !reached.has(path)) {
      reached.add(path);
      open.push(...readTargets(tree, source));
    }
  }
  return reached;
}

function membersOf(tree: Tree, point: PlugInPoint): ReadonlyMap<string, readonly SourceFile[]> {
  const inside = tree.sources.filter((source) => {
    const rest = source.path.startsWith(`${point.folder}/`) ? source.path.slice(point.folder.length + 1) : "";
    return rest !== "" && rest.includes("/") === (point.member === "folder");
  });
  const groups = Map.groupBy(inside, (source) => source.path.slice(point.folder.length + 1).split(/[/.]/)[0] ?? "");
  return new Map([...groups].filter(([, files]) => files.some((file) => !file.isTest && !isTestSupport(file.path))));
}

function* checkPoint(tree: Tree, point: PlugInPoint): Iterable<Breach> {
  const list = tree.sourceByPath.get(point.list);
  const listed = list === undefined ? new Set<string>() : reach(tree, [list]);
  const room = point.folder.split("/src/")[0] ?? "";
  const underTest = reach(
    tree,
    tree.sources.filter((source) => source.isTest && source.path.startsWith(`${room}/`)),
  );
  for (const [name, files] of membersOf(tree, point)) {
    const path = files.find((file) => !file.isTest)?.path ?? point.folder;
    if (!files.some((file) => file.isTest || (!point.ownTest && underTest.has(file.path)))) {
      yield {
        path,
        line: 1,
        message: `no test reaches ${point.name} ${name}${point.ownTest ? ": put one beside it" : ""}`,
      };
    }
    if (!files.some((file) => listed.has(file.path))) {
      yield { path, line: 1, message: `${point.name} ${name} does not stand in ${point.list}` };
    }
  }
}

function* checkPlugIns(tree: Tree): Iterable<Breach> {
  for (const point of plugInPoints) {
    yield* checkPoint(tree, point);
  }
}

function* checkPages(tree: Tree): Iterable<Breach> {
  for (const path of tree.paths) {
    const [, folder] = /^((?:packages|apps)\/[^/]+)\/package\.json$/.exec(path) ?? [];
    if (folder !== undefined && !tree.paths.has(`${folder}/README.md`)) {
      yield { path, line: 1, message: `${folder} has no README.md: one page about what the room hides` };
    }
  }
}

const entryForm = /^(?:packages\/[^/]+\/src\/index|apps\/[^/]+\/src\/(?:main|index)|.*-worker)\.tsx?$/;

function* checkEntries(tree: Tree): Iterable<Breach> {
  const rooms = tree.sources.filter((source) => source.room !== undefined && source.path.includes("/src/"));
  const byFolder = Map.groupBy(rooms, (source) => source.path.slice(0, source.path.indexOf("/src/")));
  for (const [folder, sources] of byFolder) {
    if (!sources.some((source) => entryForm.test(source.path))) {
      yield {
        path: `${folder}/package.json`,
        line: 1,
        message: `${folder} has code and no entry: src/index.ts or src/main.ts`,
      };
    }
  }
}

function* checkOrphans(tree: Tree): Iterable<Breach> {
  const rooms = tree.sources.filter((source) => source.room !== undefined && source.path.includes("/src/"));
  const product = reach(
    tree,
    rooms.filter((source) => entryForm.test(source.path)),
  );
  const tested = reach(
    tree,
    rooms.filter((source) => source.isTest),
  );
  const started = new Set(rooms.filter((source) => entryForm.test(source.path)).map((source) => source.room?.name));
  for (const source of rooms.filter((one) => !one.isTest && !product.has(one.path) && started.has(one.room?.name))) {
    if (!tested.has(source.path)) {
      yield { path: source.path, line: 1, message: "nothing imports this file: use it or delete it" };
    } else if (!isTestSupport(source.path)) {
      yield {
        path: source.path,
        line: 1,
        message: "only tests import this file: use it, or call it x.fixture.ts or move it into a folder testing/",
      };
    }
  }
}

/** Plug-ins, pages of rooms, files nobody uses. */
export const furnitureRules: readonly Rule[] = [
  { id: "plug-in", promise: "Every plug-in has a test and stands in its list.", check: checkPlugIns },
  { id: "entry", promise: "Every room with code has an index or a main file.", check: checkEntries },
  { id: "room-page", promise: "Every room has a README.md.", check: checkPages },
  {
    id: "orphan",
    promise: "Every file of a room belongs to the product, or to its tests and says so.",
    check: checkOrphans,
  },
];
