import { describe, expect, it } from "vitest";
import { defaultInventoryLimits } from "../limits.ts";
import { dpkgStanza, feedOf, npmManifest, osRelease, pythonMetadata, type TreeEntry } from "../testing/tree.ts";
import { parseLayerFacts } from "./facts-schema.ts";
import { type LayerFacts, systemReaderId } from "./layer-facts.ts";
import { layerFactsVersion, readLayer } from "./read-layer.ts";

function read(...entries: readonly TreeEntry[]): Promise<LayerFacts> {
  return readLayer(feedOf(entries));
}

function namesByPath(facts: LayerFacts): readonly (readonly string[])[] {
  return facts.files.flatMap(({ path, packages }) => packages.map(({ name }) => [path, name]));
}

const semver = "app/node_modules/semver/package.json";

describe("the facts of a layer", () => {
  it("hold what the layer adds and hides, sorted, and survive storage", async () => {
    const facts = await read(
      ["var/lib/dpkg/status", dpkgStanza("a", "1")],
      { path: "app/.wh.old", kind: "other" },
      ["opt/data/.wh..wh..opq", ""],
      [semver, npmManifest("semver", "7.0.0")],
      ["etc/os-release", osRelease("debian", "12")],
      ["etc/passwd", "root:x:0:0:root:/root:/bin/sh\nbad line\napp:x:1000:1000::/:/bin/sh\n"],
      { path: "usr/bin/link", kind: "symlink", target: "../lib/x" },
      { path: "usr/lib/libz.so.1", kind: "symlink", target: "libz.so.1.2" },
      ["usr/share/doc/a/copyright", "text"],
    );
    expect(namesByPath(facts)).toEqual([
      [semver, "semver"],
      ["var/lib/dpkg/status", "a"],
    ]);
    expect([facts.whiteouts, facts.opaqueDirectories]).toEqual([["app/old"], ["opt/data"]]);
    expect(facts.symlinks).toEqual([{ path: "usr/bin/link", target: "../lib/x" }]);
    const passwd = facts.files.find(({ path }) => path === "etc/passwd");
    expect(passwd?.system).toEqual({
      kind: "passwd",
      users: [
        { name: "root", uid: 0 },
        { name: "app", uid: 1000 },
      ],
    });
    expect([facts.problems, facts.isWhole]).toEqual([[], true]);
    expect(parseLayerFacts(JSON.parse(JSON.stringify(facts)))).toEqual({ ok: true, value: facts });
  });

  it("are the same whatever order the entries come in", async () => {
    const entries: TreeEntry[] = [
      ["var/lib/dpkg/status", dpkgStanza("a", "1")],
      [semver, npmManifest("semver", "7.0.0")],
      ["app/.wh.b", ""],
      ["app/.wh.a", ""],
      { path: "x/y/z", kind: "symlink", target: "b" },
      { path: "x/y/a", kind: "symlink", target: "b" },
    ];
    expect(await read(...entries.toReversed())).toEqual(await read(...entries));
  });

  it("let the last entry of a path win, as unpacking does", async () => {
    const twice = await read([semver, npmManifest("semver", "6.0.0")], [semver, npmManifest("semver", "7.0.0")]);
    expect(twice.files.map(({ packages }) => packages[0]?.version)).toEqual(["7.0.0"]);
    const replaced = await read([semver, npmManifest("semver", "6.0.0")], {
      path: semver,
      kind: "symlink",
      target: "x",
    });
    expect([replaced.files, replaced.symlinks]).toEqual([[], [{ path: semver, target: "x" }]]);
  });

  it("name the versions they depend on", () => {
    expect(layerFactsVersion).toMatch(/^1( [a-z]+@\d+)+$/);
    expect(layerFactsVersion).toContain(`${systemReaderId}@`);
  });

  it("of another form or version are refused when read back", async () => {
    const facts = await read();
    for (const stored of [undefined, null, 7, {}, { ...facts, format: 2 }, { ...facts, whiteouts: [1] }]) {
      expect(parseLayerFacts(stored)).toMatchObject({ ok: false, problem: { code: "inventory.invalid-facts" } });
    }
  });
});

describe("hard links", () => {
  const store = "root/.store/v3/files/ab/cdef";

  it("to a file that went by unread cost a second walk, and give its packages", async () => {
    let walks = 0;
    const feed = feedOf([
      [store, npmManifest("semver", "7.0.0")],
      { path: semver, kind: "hardlink", target: store },
      { path: "b/node_modules/semver/package.json", kind: "hardlink", target: semver },
    ]);
    const facts = await readLayer((visitor) => {
      walks += 1;
      return feed(visitor);
    });
    expect(namesByPath(facts)).toEqual([
      [semver, "semver"],
      ["b/node_modules/semver/package.json", "semver"],
    ]);
    expect(facts.files.map(({ packages }) => packages[0]?.place)).toEqual([
      "app/node_modules/semver",
      "b/node_modules/semver",
    ]);
    expect([walks, facts.hardLinks, facts.isWhole]).toEqual([2, [], true]);
  });

  it("to a wanted file cost nothing and take over its facts at their own place", async () => {
    let walks = 0;
    const feed = feedOf([
      ["a/x-1.dist-info/METADATA", pythonMetadata("x", "1")],
      { path: "b/lib/x-1.dist-info/METADATA", kind: "hardlink", target: "a/x-1.dist-info/METADATA" },
      ["usr/lib/os-release", osRelease("debian", "12")],
      { path: "etc/os-release", kind: "hardlink", target: "usr/lib/os-release" },
    ]);
    const facts = await readLayer((visitor) => {
      walks += 1;
      return feed(visitor);
    });
    expect(facts.files.map(({ path, packages }) => [path, packages[0]?.place])).toEqual([
      ["a/x-1.dist-info/METADATA", "a"],
      ["b/lib/x-1.dist-info/METADATA", "b/lib"],
      ["etc/os-release", undefined],
      ["usr/lib/os-release", undefined],
    ]);
    expect(walks).toBe(1);
  });

  it("to what the layer does not have are kept for the layers below; circles end", async () => {
    const other = "b/node_modules/c/package.json";
    const facts = await read(
      { path: semver, kind: "hardlink", target: "lower/file" },
      { path: other, kind: "hardlink", target: "d/node_modules/c/package.json" },
      { path: "d/node_modules/c/package.json", kind: "hardlink", target: other },
    );
    expect(facts.files).toEqual([]);
    expect(facts.hardLinks.map(({ path }) => path)).toEqual([semver, other, "d/node_modules/c/package.json"]);
  });
});

describe("bounds", () => {
  const limits = defaultInventoryLimits;

  it("on facts, links and removals leave problems and an incomplete layer", async () => {
    const entries: TreeEntry[] = Array.from({ length: 30 }, (_, index) => index).flatMap((index): TreeEntry[] => [
      [`app/node_modules/p${index}/package.json`, npmManifest(`p${index}`, "1.0.0")],
      { path: `deep/er/est/link${index}`, kind: "symlink", target: "x" },
      [`deep/er/est/.wh.gone${index}`, ""],
    ]);
    const feed = feedOf(entries);
    for (const tight of [{ factsPerLayerMax: 20 }, { linksPerLayerMax: 20 }, { removalsPerLayerMax: 20 }]) {
      const facts = await readLayer(feed, { limits: { ...limits, ...tight } });
      expect(facts.problems.map(({ code }) => code)).toEqual(["inventory.limit-exceeded"]);
      expect(facts.isWhole).toBe(false);
    }
    const whole = await readLayer(feed);
    expect([whole.files.length, whole.symlinks.length, whole.whiteouts.length, whole.isWhole]).toEqual([
      30,
      30,
      30,
      true,
    ]);
  });

  it("on one file keep it unread and name it", async () => {
    const facts = await read([semver, Buffer.alloc(5 * 1024 * 1024, 0x20)]);
    expect(facts.files).toMatchObject([
      { reader: "npm", path: semver, packages: [], problems: [{ code: "inventory.limit-exceeded" }] },
    ]);
  });

  it("on problems of one file keep the first and count the rest", async () => {
    const status = "stray\n\n".repeat(1000);
    const facts = await readLayer(feedOf([["var/lib/dpkg/status", status]]), { limits: { ...limits, problemsMax: 5 } });
    const problems = facts.files[0]?.problems ?? [];
    expect([problems.length, problems[5]?.message]).toEqual([6, expect.stringContaining("994 further")]);
  });
});

describe("what no cataloger reads", () => {
  it("is noted by its path, unread", async () => {
    const facts = await read(
      ["var/lib/rpm/rpmdb.sqlite", "SQLite"],
      ["app/lib/a.jar", "PK"],
      ["var/lib/chisel/manifest.wall", "x"],
      ["app/rpmdb.sqlite", "no database of the system"],
    );
    const artefacts = facts.files.map(({ system }) => (system?.kind === "not-cataloged" ? system.artefact : ""));
    expect(artefacts).toEqual(["Java archives", "chiselled Ubuntu slices", "RPM packages"]);
  });
});
