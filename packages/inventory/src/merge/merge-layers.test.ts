import { describe, expect, it } from "vitest";
import { parseInventory } from "../inventory-schema.ts";
import { readLayer } from "../layer/read-layer.ts";
import { layerAt, listPackages, mergeFacts, plainConfiguration, scanTree } from "../testing/image.ts";
import {
  apkRecord,
  dpkgStanza,
  feedOf,
  npmManifest,
  osRelease,
  pythonMetadata,
  type TreeEntry,
} from "../testing/tree.ts";
import { mergeLayers } from "./merge-layers.ts";

const status = "var/lib/dpkg/status";
const debian: TreeEntry = ["usr/lib/os-release", osRelease("debian", "12", "Debian 12")];

function manifest(folder: string, name: string, version: string): TreeEntry {
  return [`${folder}/node_modules/${name}/package.json`, npmManifest(name, version)];
}

function layerIndexes(inventory: Awaited<ReturnType<typeof scanTree>>): Record<string, number> {
  return Object.fromEntries(
    inventory.packages.map(({ name, locations }) => [
      name,
      locations[0].layer.kind === "layer" ? locations[0].layer.index : -1,
    ]),
  );
}

describe("packages of an image", () => {
  it("carry purl, ecosystem and the layer they came in", async () => {
    const inventory = await scanTree([
      [debian, [status, dpkgStanza("zlib1g", "1:1.2.13.dfsg-1", "Source: zlib\n")]],
      [manifest("app", "semver", "7.0.0"), ["usr/lib/python3/x-1.dist-info/METADATA", pythonMetadata("X_y", "1")]],
    ]);
    expect(inventory.distribution).toEqual({
      kind: "known",
      id: "debian",
      versionId: "12",
      name: "Debian 12",
      ecosystem: "Debian:12",
    });
    expect(inventory.packages).toEqual([
      {
        purl: "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12",
        type: "deb",
        name: "zlib1g",
        version: "1:1.2.13.dfsg-1",
        architecture: "amd64",
        scheme: "deb",
        sourcePackage: { name: "zlib", version: "1:1.2.13.dfsg-1" },
        ecosystem: "Debian:12",
        locations: [
          {
            path: "/var/lib/dpkg/status",
            layer: {
              kind: "layer",
              diffId: layerAt(0).diffId,
              digest: layerAt(0).digest,
              index: 0,
              createdBy: "RUN step 0",
            },
          },
        ],
        changes: [{ layerIndex: 0, change: "introduced", version: "1:1.2.13.dfsg-1" }],
        licenses: [],
        cataloger: "dpkg",
        confidence: "high",
      },
      expect.objectContaining({ purl: "pkg:npm/semver@7.0.0", ecosystem: "npm", scheme: "npm" }),
      expect.objectContaining({ purl: "pkg:pypi/x-y@1", name: "X_y", ecosystem: "PyPI", scheme: "pep440" }),
    ]);
    expect(inventory.complete).toBe(true);
    expect(parseInventory(JSON.parse(JSON.stringify(inventory)))).toEqual({ ok: true, value: inventory });
  });

  it("come in where this version appears, when a database is written anew in every layer", async () => {
    const old = [dpkgStanza("kept", "1"), dpkgStanza("upgraded", "1"), dpkgStanza("removed", "1")].join("");
    const middle = [dpkgStanza("kept", "1"), dpkgStanza("upgraded", "2"), dpkgStanza("returned", "1")].join("");
    const inventory = await scanTree([
      [debian, [status, old + dpkgStanza("returned", "1")]],
      [[status, old]],
      [[status, middle]],
      [[status, middle]],
    ]);
    expect(layerIndexes(inventory)).toEqual({ kept: 0, upgraded: 2, returned: 2 });
    const changes = Object.fromEntries(inventory.packages.map((one) => [one.name, one.changes]));
    expect(changes["kept"]).toEqual([{ layerIndex: 0, change: "introduced", version: "1" }]);
    expect(changes["upgraded"]).toEqual([
      { layerIndex: 0, change: "introduced", version: "1" },
      { layerIndex: 2, change: "version-changed", version: "2" },
    ]);
    expect(changes["returned"]).toEqual([{ layerIndex: 2, change: "introduced", version: "1" }]);
  });

  it("that a later layer writes again unchanged stay where they came in", async () => {
    const inventory = await scanTree([
      [manifest("app", "a", "1.0.0")],
      [manifest("app", "a", "1.0.0")],
      [manifest("app", "a", "2.0.0")],
    ]);
    expect(layerIndexes(inventory)).toEqual({ a: 2 });
    expect(inventory.packages[0]?.changes.map(({ layerIndex, change }) => [layerIndex, change])).toEqual([
      [0, "introduced"],
      [1, "re-written"],
      [2, "version-changed"],
    ]);
    const same = await scanTree([[manifest("app", "a", "1.0.0")], [manifest("app", "a", "1.0.0")]]);
    expect(layerIndexes(same)).toEqual({ a: 0 });
  });

  it("of Python are followed through an upgrade although their folder changes its name", async () => {
    const inventory = await scanTree([
      [["site/pip-22.dist-info/METADATA", pythonMetadata("pip", "22")]],
      [
        ["site/.wh.pip-22.dist-info", ""],
        ["site/pip-24.dist-info/METADATA", pythonMetadata("pip", "24")],
      ],
    ]);
    expect(inventory.packages.map(({ version, changes }) => [version, changes.map(({ change }) => change)])).toEqual([
      ["24", ["introduced", "version-changed"]],
    ]);
  });

  it("are one for a system however often it records them, and one for each place of a language", async () => {
    const inventory = await scanTree([
      [
        ["etc/os-release", osRelease("alpine", "3.22.1")],
        ["lib/apk/db/installed", apkRecord("musl", "1.2.5-r0")],
        ["usr/lib/apk/db/installed", apkRecord("musl", "1.2.5-r0")],
        manifest("b", "a", "1.0.0"),
        manifest("a", "a", "1.0.0"),
      ],
    ]);
    expect(inventory.packages.map(({ purl, locations }) => [purl, locations.map(({ path }) => path)])).toEqual([
      [
        "pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.22.1",
        ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"],
      ],
      ["pkg:npm/a@1.0.0", ["/a/node_modules/a/package.json"]],
      ["pkg:npm/a@1.0.0", ["/b/node_modules/a/package.json"]],
    ]);
  });
});

describe("what later layers hide", () => {
  const base: readonly TreeEntry[] = [
    manifest("app", "a", "1.0.0"),
    manifest("app", "b", "1.0.0"),
    manifest("opt/tool", "c", "1.0.0"),
  ];
  const cases: readonly (readonly [string, readonly TreeEntry[], readonly string[]])[] = [
    ["a whiteout of a file", [["app/node_modules/a/.wh.package.json", ""]], ["b", "c"]],
    ["a whiteout of a directory", [["app/.wh.node_modules", ""]], ["c"]],
    ["a whiteout at the root", [[".wh.app", ""]], ["c"]],
    ["an opaque directory", [["app/node_modules/.wh..wh..opq", ""]], ["c"]],
    [
      "an opaque directory keeps its own layer's files",
      [manifest("app", "d", "1.0.0"), ["app/.wh..wh..opq", ""]],
      ["c", "d"],
    ],
    ["an opaque root", [[".wh..wh..opq", ""], manifest("x", "d", "1.0.0")], ["d"]],
    ["a symlink in place of a directory", [{ path: "app", kind: "symlink", target: "/srv" }], ["c"]],
    ["a file in place of a directory", [["opt/tool", "binary"]], ["a", "b"]],
    ["a file in place of a package", [["app/node_modules/a", "x"]], ["b", "c"]],
    ["a device in place of a directory", [{ path: "app", kind: "other" }], ["c"]],
    [
      "a directory in place of a wanted file",
      [{ path: "app/node_modules/a/package.json", kind: "directory" }],
      ["b", "c"],
    ],
    [
      "a whiteout beside the new file",
      [["app/node_modules/a/.wh.package.json", ""], manifest("app", "a", "2.0.0")],
      ["a", "b", "c"],
    ],
    [
      "a whiteout of a path with the same beginning",
      [
        ["app/node_modules/.wh.aa", ""],
        ["ap/.wh.p", ""],
      ],
      ["a", "b", "c"],
    ],
  ];
  it.each(cases)("%s", async (_what, upper, names) => {
    const inventory = await scanTree([base, upper]);
    expect(inventory.packages.map(({ name }) => name).toSorted()).toEqual(names);
    expect(inventory.complete).toBe(true);
  });

  it("is not what lies in a directory that a later layer names again", async () => {
    const folder = "usr/lib/python3/dist-packages/six.egg-info";
    const inventory = await scanTree([
      [[`${folder}/PKG-INFO`, pythonMetadata("six", "1")]],
      [{ path: folder, kind: "directory" }, [`${folder}/SOURCES.txt`, ""]],
    ]);
    expect(listPackages(inventory)).toEqual([`six 1 /${folder}/PKG-INFO`]);
  });

  it("does not come back, and problems of hidden files do not count", async () => {
    const broken: TreeEntry = ["app/node_modules/x/package.json", "{"];
    expect((await scanTree([[broken]])).complete).toBe(false);
    const inventory = await scanTree([[broken], [["app/node_modules/.wh.x", ""]], [manifest("other", "y", "1.0.0")]]);
    expect([listPackages(inventory), inventory.complete]).toEqual([
      ["y 1.0.0 /other/node_modules/y/package.json"],
      true,
    ]);
  });
});

describe("links", () => {
  it("repeat the file of a lower layer", async () => {
    const inventory = await scanTree([
      [manifest("store", "a", "1.0.0")],
      [
        { path: "app/node_modules/a/package.json", kind: "hardlink", target: "store/node_modules/a/package.json" },
        ["store/.wh.node_modules", ""],
      ],
    ]);
    expect([listPackages(inventory), inventory.complete]).toEqual([["a 1.0.0 /app/node_modules/a/package.json"], true]);
  });

  it("to what was never read make the inventory partial", async () => {
    for (const kind of ["hardlink", "symlink"] as const) {
      const inventory = await scanTree([[{ path: status, kind, target: "data/status" }]]);
      expect(inventory.problems.map(({ code, subject }) => [code, subject])).toEqual([
        ["inventory.unresolved-link", status],
      ]);
      expect(inventory.complete).toBe(false);
    }
  });

  it("to a wanted file are followed: its packages count where they are", async () => {
    const inventory = await scanTree([
      [manifest("store", "a", "1.0.0")],
      [{ path: "app/node_modules/a/package.json", kind: "symlink", target: "/store/node_modules/a/package.json" }],
    ]);
    expect([listPackages(inventory), inventory.complete]).toEqual([
      ["a 1.0.0 /store/node_modules/a/package.json"],
      true,
    ]);
  });
});

describe("the distribution", () => {
  it("is found through the link that etc/os-release is, in whichever layer", async () => {
    const inventory = await scanTree([
      [debian],
      [{ path: "etc/os-release", kind: "symlink", target: "../usr/lib/os-release" }],
      [["usr/lib/os-release", osRelease("debian", "13")]],
    ]);
    expect(inventory.distribution).toMatchObject({ kind: "known", ecosystem: "Debian:13" });
  });

  it("is found through linked directories and survives circles", async () => {
    const through = await scanTree([
      [["private/etc/os-release", osRelease("debian", "12")], { path: "etc", kind: "symlink", target: "private/etc" }],
    ]);
    // That file lies where no image keeps one, so it is not read; what matters is that nothing is guessed.
    expect(through.distribution.kind).toBe("unknown");
    const circle = await scanTree([
      [
        { path: "etc/os-release", kind: "symlink", target: "os-release" },
        ["usr/lib/os-release", osRelease("debian", "12")],
      ],
    ]);
    expect(circle.distribution).toMatchObject({ ecosystem: "Debian:12" });
    expect(circle.complete).toBe(false);
  });

  it("falls back to Alpine's and Debian's own files", async () => {
    const alpine = await scanTree([[["etc/alpine-release", "3.20.3\n"]]]);
    expect(alpine.distribution).toMatchObject({ id: "alpine", ecosystem: "Alpine:v3.20" });
    const old = await scanTree([[["etc/debian_version", "11.9\n"]]]);
    expect(old.distribution).toMatchObject({ id: "debian", ecosystem: "Debian:11" });
  });

  it("that is unknown while there are system packages makes the inventory partial", async () => {
    const nameless = await scanTree([[[status, dpkgStanza("a", "1")]]]);
    expect(nameless.packages[0]).toMatchObject({ purl: "pkg:deb/debian/a@1?arch=amd64" });
    expect(nameless.packages[0]?.ecosystem).toBeUndefined();
    expect([nameless.problems.map(({ code }) => code), nameless.complete]).toEqual([
      ["inventory.unknown-distribution"],
      false,
    ]);
    const scratch = await scanTree([[manifest("app", "a", "1.0.0")]]);
    expect([scratch.distribution.kind, scratch.complete]).toEqual(["unknown", true]);
  });
});

describe("ownership", () => {
  const egg = "usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO";
  const list: TreeEntry = ["var/lib/dpkg/info/python3-six.list", `/.\n/${egg}\n`];
  const record: TreeEntry = [egg, pythonMetadata("six", "1.16.0")];
  const installed: TreeEntry = [status, dpkgStanza("python3-six", "1.16.0-4")];
  const owner = "pkg:deb/debian/python3-six@1.16.0-4?arch=amd64&distro=debian-12";

  function ownerOf(inventory: Awaited<ReturnType<typeof scanTree>>): string | undefined {
    return inventory.packages.find(({ type }) => type === "pypi" || type === "npm")?.ownedBy;
  }

  it("is told by dpkg's list, in the same layer and across layers", async () => {
    expect(ownerOf(await scanTree([[debian, list, record, installed]]))).toBe(owner);
    expect(
      ownerOf(
        await scanTree([
          [debian, record],
          [installed, list],
        ]),
      ),
    ).toBe(owner);
  });

  it("is not claimed by a list without its package", async () => {
    expect(ownerOf(await scanTree([[debian, list, record]]))).toBeUndefined();
    expect(ownerOf(await scanTree([[debian, list, record, installed], [[status, ""]]]))).toBeUndefined();
  });

  it("ends when something else writes another version over the file", async () => {
    const overwritten = await scanTree([[debian, list, record, installed], [[egg, pythonMetadata("six", "1.17.0")]]]);
    expect(ownerOf(overwritten)).toBeUndefined();
    const touched = await scanTree([[debian, list, record, installed], [record]]);
    expect(ownerOf(touched)).toBe(owner);
  });

  it("is told by distroless checksums, and by apk's own database", async () => {
    const distroless = await scanTree([
      [
        debian,
        ["var/lib/dpkg/status.d/six", "Package: python3-six\nVersion: 1.16.0-4\nArchitecture: amd64\n"],
        ["var/lib/dpkg/status.d/six.md5sums", `0cc175b9c0f1b6a831c399e269772661  ${egg}\n`],
        record,
      ],
    ]);
    expect(ownerOf(distroless)).toBe(owner);
    const alpine = await scanTree([
      [
        ["etc/os-release", osRelease("alpine", "3.20.3")],
        ["lib/apk/db/installed", apkRecord("npm", "10-r0", "F:usr/lib/node_modules/npm\nR:package.json\n")],
        ["usr/lib/node_modules/npm/package.json", npmManifest("npm", "10.0.0")],
      ],
    ]);
    expect(ownerOf(alpine)).toBe("pkg:apk/alpine/npm@10-r0?arch=x86_64&distro=alpine-3.20.3");
  });

  it("is told although the list spells a merged directory the old way", async () => {
    const inventory = await scanTree([
      [
        ["etc/os-release", osRelease("alpine", "3.20.3")],
        ["lib/apk/db/installed", apkRecord("npm", "10-r0", "F:lib/node_modules/npm\nR:package.json\n")],
        ["usr/lib/node_modules/npm/package.json", npmManifest("npm", "10.0.0")],
      ],
    ]);
    expect(ownerOf(inventory)).toContain("pkg:apk/alpine/npm");
  });
});

describe("completeness", () => {
  it("ends with a layer that was not read", async () => {
    const facts = await readLayer(feedOf([debian, [status, dpkgStanza("a", "1")]]));
    const inventory = mergeFacts([facts, undefined]);
    expect(inventory.packages).toHaveLength(1);
    expect(inventory.problems).toMatchObject([{ code: "inventory.layer-not-read", subject: layerAt(1).digest }]);
    expect(inventory.complete).toBe(false);
  });

  it("ends with a problem of the archive, except one that leaves nothing unread", async () => {
    const problem = { subject: "x", message: "m", next: "n" };
    for (const [code, isComplete] of [
      ["archive.corrupt", false],
      ["archive.file-too-large", false],
      ["archive.media-type-mismatch", true],
    ] as const) {
      const facts = await readLayer(() => Promise.resolve({ entries: 0, problems: [{ code, ...problem }] }));
      const inventory = mergeFacts([facts]);
      expect([code, facts.isWhole, inventory.complete]).toEqual([code, isComplete, isComplete]);
      expect(inventory.problems).toHaveLength(1);
    }
  });

  it("ends with package records nobody reads, named once for each kind", async () => {
    const jars: TreeEntry[] = Array.from({ length: 5 }, (_, index) => [`app/lib/${index}.jar`, "PK"]);
    const inventory = await scanTree([[["var/lib/rpm/rpmdb.sqlite", "x"], ...jars], [["app/lib/.wh.0.jar", ""]]]);
    expect(inventory.problems.map(({ code, subject }) => [code, subject])).toEqual([
      ["inventory.not-cataloged", "app/lib/1.jar"],
      ["inventory.not-cataloged", "var/lib/rpm/rpmdb.sqlite"],
    ]);
    expect(inventory.complete).toBe(false);
  });

  it("ends with facts of another cataloger version", async () => {
    const facts = await readLayer(feedOf([debian]));
    const stale = { ...facts, readers: facts.readers.map((one) => ({ ...one, version: one.version + 1 })) };
    const inventory = mergeFacts([stale]);
    expect(inventory.catalogerRuns.map(({ status: state }) => state)).toEqual(["failed", "failed", "failed", "failed"]);
    expect(inventory.complete).toBe(false);
  });

  it("is told cataloger by cataloger", async () => {
    const inventory = await scanTree([
      [
        debian,
        [status, `${dpkgStanza("a", "1")}Package: b\nStatus: install ok unpacked\nVersion: 1\n`],
        ["app/node_modules/x/package.json", "{"],
      ],
    ]);
    expect(
      inventory.catalogerRuns.map(({ cataloger, status: state, files, packages, problems }) => [
        cataloger,
        state,
        files,
        packages,
        problems.map(({ code }) => code),
      ]),
    ).toEqual([
      ["apk", "succeeded", 0, 0, []],
      ["dpkg", "partial", 1, 1, ["inventory.half-installed"]],
      ["npm", "failed", 1, 0, ["inventory.damaged-file"]],
      ["python", "succeeded", 0, 0, []],
    ]);
  });
});

describe("a root file system", () => {
  it("has no layers, no configuration checks, and packages of unknown layer", async () => {
    const facts = await readLayer(feedOf([debian, [status, dpkgStanza("a", "1")]]));
    const inventory = mergeLayers({
      image: { source: "rootfs", name: "/srv/root" },
      configuration: { ...plainConfiguration, user: "" },
      layers: [],
      facts: [facts],
    });
    expect(inventory.packages[0]?.locations[0].layer).toEqual({ kind: "unknown", reason: "rootfs" });
    expect([inventory.misconfigurations, inventory.complete]).toEqual([[], true]);
  });
});

describe("a stored inventory", () => {
  it("of another form is refused when read back", async () => {
    const inventory = await scanTree([[debian]]);
    for (const stored of [undefined, {}, { ...inventory, format: 99 }, { ...inventory, packages: [{ purl: "x" }] }]) {
      expect(parseInventory(stored)).toMatchObject({ ok: false, problem: { code: "inventory.invalid-inventory" } });
    }
  });
});
