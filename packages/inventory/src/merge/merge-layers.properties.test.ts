/** Laws of layers, against a naive file system that does what the OCI image specification says and nothing clever. */
import { defaultArchiveLimits, walkTar } from "@sightline/platform";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogers, createCatalogContext } from "../catalogers.ts";
import { parseInventory } from "../inventory-schema.ts";
import { parseLayerFacts } from "../layer/facts-schema.ts";
import { readLayer } from "../layer/read-layer.ts";
import { listPackages, mergeFacts, scanTree } from "../testing/image.ts";
import { setChecksum, toTar } from "../testing/tar.ts";
import { apkRecord, dpkgStanza, feedOf, npmManifest, pythonMetadata, type TreeEntry } from "../testing/tree.ts";

type Node = { readonly kind: "directory" | "link" } | { readonly kind: "file"; readonly body: string };

/** A tree of paths, applied layer by layer. */
class NaiveFileSystem {
  readonly nodes = new Map<string, Node>();

  remove(path: string): void {
    for (const key of this.nodes.keys()) {
      if (path === "" || key === path || key.startsWith(`${path}/`)) {
        this.nodes.delete(key);
      }
    }
  }

  put(path: string, node: Node): void {
    const parts = path.split("/");
    for (let count = 1; count < parts.length; count += 1) {
      const parent = parts.slice(0, count).join("/");
      if (this.nodes.get(parent)?.kind !== "directory") {
        this.remove(parent);
        this.nodes.set(parent, { kind: "directory" });
      }
    }
    if (node.kind !== "directory" || this.nodes.get(path)?.kind !== "directory") {
      this.remove(path);
      this.nodes.set(path, node);
    }
  }

  apply(layer: Layer): void {
    for (const path of layer.whiteouts) {
      this.remove(path);
    }
    for (const directory of layer.opaque) {
      for (const key of [...this.nodes.keys()].filter((one) => one.startsWith(`${directory}/`))) {
        this.nodes.delete(key);
      }
    }
    for (const [path, node] of layer.nodes) {
      this.put(path, node);
    }
  }

  listPackages(): readonly string[] {
    const context = createCatalogContext(1000);
    const found = [...this.nodes].flatMap(([path, node]) =>
      node.kind !== "file"
        ? []
        : catalogers
            .filter((cataloger) => cataloger.wants({ path, sizeBytes: 1, mode: 0 }))
            .flatMap((cataloger) => cataloger.catalog({ path, bytes: Buffer.from(node.body) }, context).packages)
            .map(({ name, version }) => `${name} ${version} /${path}`),
    );
    return found.toSorted();
  }
}

interface Layer {
  readonly whiteouts: readonly string[];
  readonly opaque: readonly string[];
  readonly nodes: readonly (readonly [string, Node])[];
}

const folders = ["app", "opt/x", "app/node_modules/a", "app/node_modules/@s/b"];
const databases: readonly (readonly [string, (version: string) => string])[] = [
  ["var/lib/dpkg/status", (version) => dpkgStanza("d", version) + dpkgStanza("e", "1")],
  ["lib/apk/db/installed", (version) => apkRecord("f", version)],
  ...folders.flatMap((folder): (readonly [string, (version: string) => string])[] => [
    [`${folder}/node_modules/a/package.json`, (version) => npmManifest("a", version)],
    [`${folder}/node_modules/@s/b/package.json`, (version) => npmManifest("@s/b", version)],
    [`${folder}/site-packages/c-1.dist-info/METADATA`, (version) => pythonMetadata("c", version)],
    [`${folder}/site-packages/c.egg-info`, (version) => pythonMetadata("c", version)],
    [`${folder}/site-packages/c.egg-info/PKG-INFO`, (version) => pythonMetadata("c", version)],
  ]),
];
const paths = databases.map(([path]) => path);
/** Every path and everything above it: where things can collide. */
const places = [
  ...new Set(
    paths.flatMap((path) => path.split("/").map((_part, index, parts) => parts.slice(0, index + 1).join("/"))),
  ),
].filter((place) => !databases.some(([path]) => path === place) || place.endsWith(".egg-info"));

/** Drops what could not lie beside the rest in one tar: something below a file, or twice the same path. */
function keepConsistent(nodes: readonly (readonly [string, Node])[]): readonly (readonly [string, Node])[] {
  const kept = new Map<string, Node>();
  for (const [path, node] of nodes) {
    const parts = path.split("/");
    const isBelowFile = parts.some((_part, index) => {
      const above = kept.get(parts.slice(0, index + 1).join("/"));
      return above !== undefined && (above.kind !== "directory" || index === parts.length - 1);
    });
    const isAboveOthers = node.kind !== "directory" && [...kept.keys()].some((key) => key.startsWith(`${path}/`));
    if (!isBelowFile && !isAboveOthers) {
      kept.set(path, node);
    }
  }
  return [...kept];
}

const version = fc.constantFrom("1", "2", "3");
const file: fc.Arbitrary<readonly [string, Node]> = fc
  .tuple(fc.constantFrom(...databases), version)
  .map(([[path, write], text]) => [path, { kind: "file", body: write(text) }]);
const other: fc.Arbitrary<readonly [string, Node]> = fc
  .tuple(
    fc.constantFrom(...places),
    fc.constantFrom<Node>({ kind: "directory" }, { kind: "link" }, { kind: "file", body: "x" }),
  )
  .map(([path, node]) => [path, node]);
const layer: fc.Arbitrary<Layer> = fc
  .record({
    whiteouts: fc.array(fc.constantFrom(...places, ...paths), { maxLength: 2 }),
    opaque: fc.array(fc.constantFrom(...places), { maxLength: 1 }),
    nodes: fc.array(fc.oneof({ weight: 6, arbitrary: file }, { weight: 1, arbitrary: other }), { maxLength: 8 }),
  })
  .map((one) => ({ ...one, nodes: keepConsistent(one.nodes) }));

/** As a writer of layers emits it: directories before what is in them. */
function toEntries({ whiteouts, opaque, nodes }: Layer): readonly TreeEntry[] {
  const directories = new Set<string>();
  const entries: TreeEntry[] = [
    ...whiteouts.map((path): TreeEntry => {
      const slash = path.lastIndexOf("/");
      return [`${path.slice(0, slash + 1)}.wh.${path.slice(slash + 1)}`, ""];
    }),
    ...opaque.map((directory): TreeEntry => [`${directory}/.wh..wh..opq`, ""]),
  ];
  for (const [path, node] of nodes) {
    const parts = path.split("/");
    for (let count = 1; count < parts.length; count += 1) {
      const parent = parts.slice(0, count).join("/");
      if (!directories.has(parent)) {
        directories.add(parent);
        entries.push({ path: parent, kind: "directory" });
      }
    }
    if (node.kind === "file") {
      entries.push([path, node.body]);
    } else if (node.kind === "link") {
      entries.push({ path, kind: "symlink", target: "/nowhere" });
    } else {
      entries.push({ path, kind: "directory" });
    }
  }
  return entries;
}

describe("laws of layers", () => {
  it("packages are those of the file system that unpacking the layers makes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 5 }), async (layers) => {
        const naive = new NaiveFileSystem();
        for (const one of layers) {
          naive.apply(one);
        }
        const inventory = await scanTree(layers.map(toEntries));
        expect(listPackages(inventory).toSorted()).toEqual(naive.listPackages());
      }),
      { numRuns: 600 },
    );
  });

  it("a package's layer is the first from which on it never leaves in this version", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 5 }), async (layers) => {
        const inventory = await scanTree(layers.map(toEntries));
        const naive = new NaiveFileSystem();
        const after = layers.map((one) => {
          naive.apply(one);
          return new Set(naive.listPackages());
        });
        for (const one of inventory.packages.filter(({ type }) => type === "npm")) {
          const row = `${one.name} ${one.version} ${one.locations[0].path}`;
          const absent = after.findLastIndex((list) => !list.has(row));
          expect(one.locations[0].layer).toMatchObject({ index: absent + 1 });
        }
      }),
      { numRuns: 200 },
    );
  });

  it("an empty layer anywhere changes no package, and equal input gives equal bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 4 }), fc.nat(4), async (layers, at) => {
        const entries = layers.map(toEntries);
        const plain = await scanTree(entries);
        expect(JSON.stringify(await scanTree(entries))).toBe(JSON.stringify(plain));
        const widened = await scanTree([...entries.slice(0, at), [], ...entries.slice(at)]);
        expect(listPackages(widened)).toEqual(listPackages(plain));
      }),
      { numRuns: 100 },
    );
  });

  it("facts and inventories survive storage", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { maxLength: 3 }), async (layers) => {
        const facts = await Promise.all(layers.map((one) => readLayer(feedOf(toEntries(one)))));
        for (const one of facts) {
          expect(parseLayerFacts(JSON.parse(JSON.stringify(one)))).toEqual({ ok: true, value: one });
        }
        const inventory = mergeFacts(facts);
        expect(parseInventory(JSON.parse(JSON.stringify(inventory)))).toEqual({ ok: true, value: inventory });
      }),
      { numRuns: 100 },
    );
  });
});

describe("hostile layers", () => {
  const seed = toTar([
    ["etc/os-release", "ID=debian\nVERSION_ID=12\n"],
    ["var/lib/dpkg/status", dpkgStanza("a", "1") + dpkgStanza("b", "2")],
    ["app/node_modules/a/package.json", npmManifest("a", "1.0.0")],
    ["app/node_modules/b/package.json", "app/node_modules/a/package.json", "1"],
    ["app/node_modules/c/package.json", "store/c", "1"],
    ["etc/passwd", "../usr/lib/passwd", "2"],
    ["site-packages/c-1.dist-info/METADATA", pythonMetadata("c", "1")],
    ["app/.wh.gone", ""],
    ["lib/apk/db/installed", apkRecord("f", "1")],
  ]);

  it("end in facts with problems, never in an error, whatever bytes are changed", async () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    const limits = { ...defaultArchiveLimits, uncompressedBytesMax: 2 ** 24, fileBytesMax: 2 ** 16 };
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), fc.boolean(), async (changes, isRepaired) => {
        const tar = Buffer.from(seed);
        for (const [at, value] of changes) {
          const position = at % tar.length;
          tar[position] = value;
          const block = position - (position % 512);
          // Without a right checksum nothing behind the header would ever be reached.
          if (isRepaired && tar.toString("latin1", block + 257, block + 262) === "ustar") {
            setChecksum(tar.subarray(block, block + 512));
          }
        }
        const source = async function* (): AsyncGenerator<Buffer> {
          yield tar;
        };
        const facts = await readLayer((visitor) => walkTar(source(), { subject: "seed", visitor, limits }));
        expect(parseLayerFacts(JSON.parse(JSON.stringify(facts))).ok).toBe(true);
        const inventory = mergeFacts([facts, facts]);
        expect(parseInventory(JSON.parse(JSON.stringify(inventory))).ok).toBe(true);
        expect(inventory.packages.length).toBeLessThan(20);
      }),
      { numRuns: 2000 },
    );
  });
});
